// ExpositionWriter: the Prometheus text format 0.0.4 and OpenMetrics 1.0, written straight into one string.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/model/labels.h"

namespace nephoscope {

enum class MetricKind : std::uint8_t { kGauge, kCounter, kInfo, kHistogram, kSummary, kUnknown };

// `a="b",c="d"`: values escaped, bytes that are not UTF-8 replaced. In the order given.
std::string RenderLabels(absl::Span<const Label> labels);

// A family is begun once and all of its samples follow; the caller keeps label sets within a family different.
//
//   ExpositionWriter writer(openmetrics, out);
//   writer.Begin("nephoscope_alerts", MetricKind::kGauge, "Alerts by state.");
//   writer.Sample("", RenderLabels(labels), 3);
//   writer.End();
class ExpositionWriter {
 public:
  ExpositionWriter(bool openmetrics, std::string& out) : openmetrics_(openmetrics), out_(out) {}

  // `name` as in text 0.0.4: with `_total` for a counter and `_info` for an info. OpenMetrics names the family without it.
  void Begin(absl::string_view name, MetricKind kind, absl::string_view help);
  // `suffix`: "_bucket", "_sum", "_count" of histograms and summaries, else "". `labels`: from RenderLabels.
  void Sample(absl::string_view suffix, absl::string_view labels, double value);
  // The same at a time; milliseconds since 1970.
  void SampleAt(absl::string_view suffix, absl::string_view labels, double value, std::int64_t time_ms);
  // After the last family: OpenMetrics wants a mark.
  void End();

  bool openmetrics() const { return openmetrics_; }

 private:
  const bool openmetrics_;
  std::string& out_;
  std::string sample_name_;
};

// 3, 0.25, +Inf, -Inf, NaN: the shortest text that reads back as the same number.
void AppendNumber(double value, std::string& out);
// As AppendNumber, but OpenMetrics writes `le` and `quantile` as floats: 1.0.
std::string BoundText(double value, bool openmetrics);

}  // namespace nephoscope
