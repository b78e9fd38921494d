// The Kafka exporter over any producer: what the registry makes with librdkafka, tests make with a fake.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "exporters/exporter.h"
#include "exporters/kafka/kafka_producer.h"

namespace nephoscope {

struct KafkaParts {
  KafkaProducerFactory make_producer = MakeLibrdkafkaProducer;
  std::function<absl::Duration()> since_boot = KafkaSinceBoot;
};

// The status of the factory when the first producer cannot be made.
absl::StatusOr<std::unique_ptr<Exporter>> MakeKafkaExporter(std::string name, KafkaSettings settings, KafkaParts parts);

}  // namespace nephoscope
