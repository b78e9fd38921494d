// Series and samples: what collectors produce and rules see.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "rules/model/labels.h"
#include "rules/model/money.h"

namespace nephoscope {

// Dense, given by the series table when a series is first seen; valid within one process.
using SeriesId = std::uint32_t;
// The collector (and account, target, file) a series comes from; its watermark is kept per source.
using SourceId = std::uint16_t;

enum class ValueType : std::uint8_t {
  kNumber,  // Sample::value, in the unit of the metric
  kMoney,   // Sample::micros, in Series::currency; one sample is one billing cell of one period, a later sample of the
            // same time is a new version of it (bills are restated)
};

// A metric with its labels. Metric names: the provider's dotted form (aws.rds.cpu_utilization), a scraped Prometheus
// name as it is, `cost.billed|effective|list|contracted`, `probe.*`.
struct Series {
  SeriesId id = 0;
  SourceId source = 0;
  ValueType type = ValueType::kNumber;
  Currency currency;                               // money only
  absl::Duration cadence = absl::ZeroDuration();   // how often the source has a point; zero: not known
  absl::Duration period = absl::ZeroDuration();    // the time one sample stands for from its time on (a day for a cost cell)
  std::string metric;
  std::string unit;                                // "%", "B", "s", "ratio", "count"; empty: none known
  Labels labels;
};

// One point. 24 bytes, copied by value through the pipeline.
struct Sample {
  enum Flags : std::uint8_t { kFinal = 0, kProvisional = 1 };

  SeriesId series = 0;
  std::uint8_t flags = kFinal;
  std::int64_t time_ms = 0;  // event time, Unix milliseconds; for a cell the start of its period
  union {
    double value = 0;
    std::int64_t micros;
  };

  absl::Time time() const { return absl::FromUnixMillis(time_ms); }
  bool provisional() const { return (flags & kProvisional) != 0; }
};
static_assert(sizeof(Sample) == 24);

}  // namespace nephoscope
