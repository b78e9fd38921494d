// KafkaProducer: the seam between the Kafka exporter and librdkafka; tests and simulations put a fake here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nephoscope {

struct KafkaSettings {
  std::vector<std::string> brokers;  // host:port
  std::string topic;                 // every event
  std::string latest_topic;          // the newest event of each alert; compacted
  bool create_topics = true;
  std::vector<std::pair<std::string, std::string>> properties;  // librdkafka's own; may hold secrets: never in a message
  int max_in_flight = 1000;                                     // deliveries; each is two messages

  absl::Duration admin_timeout = absl::Seconds(5);  // for making the topics; tried twice with a broker that answers

  std::vector<std::string> more_topics;  // of receivers; each may get a copy of an event

  std::string BrokerList() const;  // "kafka-1:9092,kafka-2:9092"
};

struct KafkaMessage {
  std::uint64_t token = 0;  // comes back in the report
  std::string topic, key, value;
  std::vector<std::pair<std::string, std::string>> headers;
};

// OK: on all in-sync replicas. Unavailable: try again. FailedPrecondition: the topic is missing or may not be written, which
// somebody can mend: try again later. InvalidArgument: can never be delivered.
struct KafkaReport {
  std::uint64_t token = 0;
  absl::Status status;
  std::string topic = {};  // empty: any of those that have no report yet
};

// Lives on the export thread. What is in flight when it is destroyed is dropped without a report.
class KafkaProducer {
 public:
  virtual ~KafkaProducer() = default;
  // False until the topics are known to be there (or we are told not to make them): nothing may be produced before, because a
  // broker would make a missing topic by itself, without compaction.
  virtual bool ready() const = 0;
  // OK: taken, a report follows. ResourceExhausted: full. InvalidArgument: can never be delivered. Unavailable: not now.
  virtual absl::Status Produce(const KafkaMessage& message) = 0;
  // Serves callbacks, does not block; adds the reports since the last call.
  virtual void Poll(std::vector<KafkaReport>& reports) = 0;
  virtual void Flush(absl::Duration timeout) = 0;
  // The client gave up for good (librdkafka's fatal error): it must be made anew.
  virtual bool fatal() const = 0;
  // OK, or why nothing gets through, with the remedy.
  virtual absl::Status health() const = 0;
};

using KafkaProducerFactory = std::function<absl::StatusOr<std::unique_ptr<KafkaProducer>>(const KafkaSettings&)>;

// librdkafka: acks=all, idempotent, at most 5 requests in flight, no time-out of messages.
// InvalidArgument: a property that it does not know, or one that would break the promise of delivery.
absl::StatusOr<std::unique_ptr<KafkaProducer>> MakeLibrdkafkaProducer(const KafkaSettings& settings);

// The same without a client: no thread, no connection.
absl::Status CheckKafkaProperties(const KafkaSettings& settings);

// Time since boot, for "no progress for 30 s".
absl::Duration KafkaSinceBoot();

}  // namespace nephoscope
