// kafka: every event to one topic, and the newest of each alert to a compacted one. An outbox row is delivered when both copies
// are on all in-sync replicas.
#include "exporters/kafka_exporter.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "exporters/cloud_event.h"
#include "exporters/naming.h"

namespace nephoscope {
namespace {

using Json = nlohmann::json;

// A client that delivers nothing for so long is replaced: connections that hang are never noticed otherwise.
constexpr absl::Duration kNoProgress = absl::Seconds(30);

const Option kOptions[] = {
    {.name = "brokers",
     .type = OptionType::kTextList,
     .sentence = "Where to find the Kafka cluster: host:port of one or more brokers",
     .example = "[\"kafka:9092\"]",
     .required = true},
    {.name = "topic",
     .type = OptionType::kText,
     .sentence = "Topic that gets every event, in order per alert",
     .default_text = "nephoscope.alert-events"},
    {.name = "latest_topic",
     .type = OptionType::kText,
     .sentence = "Compacted topic that keeps the newest event of each alert",
     .default_text = "nephoscope.alerts"},
    {.name = "create_topics",
     .type = OptionType::kFlag,
     .sentence = "Make the topics when they are missing, with the broker's default partitions and replicas",
     .default_text = "true"},
    {.name = "properties",
     .type = OptionType::kTextMap,
     .sentence = "Further settings of the Kafka client (librdkafka's names), such as TLS and passwords",
     .example = "{security.protocol: sasl_ssl, sasl.username: agent}"},
    {.name = "name", .type = OptionType::kText, .sentence = kNameSentence, .example = "audit"},
};
const OptionTable kTable = {"kafka", "Sends every alert event to Kafka as CloudEvents: nothing lost, repeats carry the same id.", kOptions};

std::string TextOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}
const Json& ObjectOf(const Json& object, const char* name) {
  static const Json kEmpty = Json::object();
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? *found : kEmpty;
}

// For consumers that filter without parsing. InvalidArgument: the payload is not a JSON object.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> HeadersOf(const std::string& payload) {
  const Json event = Json::parse(payload, nullptr, false);
  if (!event.is_object()) return absl::InvalidArgumentError("the event is not a JSON object and was not sent to Kafka");
  const Json& data = ObjectOf(event, "data");
  return std::vector<std::pair<std::string, std::string>>{
      {"content-type", kCloudEventContentType},
      {"ce_id", TextOf(event, "id")},
      {"ce_type", TextOf(event, "type")},
      {"ce_source", TextOf(event, "source")},
      {"ce_subject", TextOf(event, "subject")},
      {"ce_time", TextOf(event, "time")},
      {"severity", TextOf(data, "severity")},
      {"status", TextOf(data, "status")},
      {"owner", TextOf(ObjectOf(data, "owner"), "name")},
      {"rule", TextOf(ObjectOf(data, "rule"), "id")},
  };
}

class KafkaExporter : public Exporter {
 public:
  KafkaExporter(std::string name, KafkaSettings settings, KafkaParts parts, std::unique_ptr<KafkaProducer> producer)
      : name_(std::move(name)), settings_(std::move(settings)), parts_(std::move(parts)), producer_(std::move(producer)) {}

  const std::string& name() const override { return name_; }
  bool wants_events() const override { return true; }

  bool Send(const Delivery& delivery) override {
    if (in_flight_.contains(delivery.id)) return true;  // handed in twice: one report answers both
    if (producer_ == nullptr || !producer_->ready() || static_cast<int>(in_flight_.size()) >= settings_.max_in_flight) return false;
    absl::StatusOr<std::vector<std::pair<std::string, std::string>>> headers = HeadersOf(delivery.payload);
    if (!headers.ok()) {
      results_.push_back({delivery.id, headers.status()});
      return true;
    }
    KafkaMessage message{static_cast<std::uint64_t>(delivery.id), settings_.topic, delivery.key, delivery.payload, *std::move(headers)};
    absl::Status status = producer_->Produce(message);
    if (absl::IsResourceExhausted(status) || absl::IsUnavailable(status)) return false;
    if (!status.ok()) {
      results_.push_back({delivery.id, status});
      return true;
    }
    if (in_flight_.empty()) progress_at_ = parts_.since_boot();
    InFlight& one = in_flight_[delivery.id];
    message.topic = settings_.latest_topic;
    status = producer_->Produce(message);
    one.open = status.ok() ? 2 : 1;
    if (absl::IsResourceExhausted(status)) status = absl::UnavailableError(status.message());
    one.status = status;
    return true;
  }

  void Poll(std::vector<DeliveryResult>& results) override {
    if (producer_ == nullptr) MakeAgain();
    TakeReports();
    if (producer_ != nullptr && (producer_->fatal() || Stuck())) Replace();
    results.insert(results.end(), results_.begin(), results_.end());
    results_.clear();
  }

  absl::Status health() const override {
    if (producer_ == nullptr) return make_status_;
    const absl::Status status = producer_->health();
    return status.ok() ? stalled_ : status;
  }

  void Flush(absl::Duration timeout) override {
    if (producer_ != nullptr) producer_->Flush(timeout);
  }

 private:
  struct InFlight {
    int open = 0;         // copies that have no report yet
    absl::Status status;  // the worst so far
  };

  void TakeReports() {
    if (producer_ == nullptr) return;
    reports_.clear();
    producer_->Poll(reports_);
    for (const KafkaReport& report : reports_) {
      if (report.status.ok()) {
        progress_at_ = parts_.since_boot();
        stalled_ = absl::OkStatus();
      }
      const auto it = in_flight_.find(static_cast<std::int64_t>(report.token));
      if (it == in_flight_.end()) continue;
      InFlight& one = it->second;
      // "Never" is worse than "not now".
      if (one.status.ok() || absl::IsInvalidArgument(report.status)) one.status = report.status;
      if (--one.open > 0) continue;
      results_.push_back({it->first, one.status});
      in_flight_.erase(it);
    }
  }

  bool Stuck() const { return !in_flight_.empty() && parts_.since_boot() - progress_at_ >= kNoProgress; }

  void Replace() {
    const absl::Status why = producer_->health();
    if (!in_flight_.empty())
      stalled_ = absl::UnavailableError(absl::StrCat("exporter kafka: ", in_flight_.size(), " events were not acknowledged by ",
                                                     settings_.BrokerList(), "; check that the agent may write to \"", settings_.topic,
                                                     "\" and \"", settings_.latest_topic,
                                                     "\" and that enough replicas are in sync; they are sent again"));
    for (const auto& [id, one] : in_flight_)
      results_.push_back({id, absl::UnavailableError(absl::StrCat("not acknowledged by Kafka; the client is made anew",
                                                                  why.ok() ? "" : ": ", why.message()))});
    in_flight_.clear();
    producer_.reset();
    MakeAgain();
  }

  void MakeAgain() {
    absl::StatusOr<std::unique_ptr<KafkaProducer>> made = parts_.make_producer(settings_);
    make_status_ = made.status();
    if (made.ok()) producer_ = *std::move(made);
  }

  const std::string name_;
  const KafkaSettings settings_;
  const KafkaParts parts_;
  std::unique_ptr<KafkaProducer> producer_;
  absl::Status make_status_;
  absl::Status stalled_;                        // a client had to be replaced and nothing was acknowledged since
  std::map<std::int64_t, InFlight> in_flight_;  // by outbox row, so that what is handed back is in order
  absl::Duration progress_at_ = absl::ZeroDuration();
  std::vector<DeliveryResult> results_;
  std::vector<KafkaReport> reports_;
};

absl::StatusOr<std::unique_ptr<Exporter>> Make(const OptionValues& values, const ExporterContext&) {
  KafkaSettings settings;
  settings.brokers = values.TextList("brokers");
  settings.topic = values.Text("topic");
  settings.latest_topic = values.Text("latest_topic");
  settings.create_topics = values.Flag("create_topics");
  if (values.Has("properties")) settings.properties = values.TextMap("properties");
  return MakeKafkaExporter(ExporterName("kafka", values.Text("name")), std::move(settings), {});
}

}  // namespace

std::string KafkaSettings::BrokerList() const { return absl::StrJoin(brokers, ","); }

absl::StatusOr<std::unique_ptr<Exporter>> MakeKafkaExporter(std::string name, KafkaSettings settings, KafkaParts parts) {
  if (settings.BrokerList().empty())
    return absl::InvalidArgumentError("exporter kafka: `brokers` is empty; expected at least one such as kafka:9092");
  if (settings.topic.empty() || settings.topic == settings.latest_topic)
    return absl::InvalidArgumentError(
        absl::StrCat("exporter kafka: `topic` is \"", settings.topic, "\"; expected a name that differs from `latest_topic`"));
  absl::StatusOr<std::unique_ptr<KafkaProducer>> producer = parts.make_producer(settings);
  if (!producer.ok()) return producer.status();
  return std::make_unique<KafkaExporter>(std::move(name), std::move(settings), std::move(parts), *std::move(producer));
}

extern const ExporterType kafka_exporter;
const ExporterType kafka_exporter = {"kafka", &kTable, &Make};

}  // namespace nephoscope
