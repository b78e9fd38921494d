#include "exporters/prometheus/prometheus_families.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <prometheus/metric_family.h>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"

namespace nephoscope {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

MetricKind KindOf(const prometheus::MetricFamily& family) {
  switch (family.type) {
    case MetricType::Counter: return MetricKind::kCounter;
    case MetricType::Summary: return MetricKind::kSummary;
    case MetricType::Histogram: return MetricKind::kHistogram;
    case MetricType::Untyped: return MetricKind::kUnknown;
    case MetricType::Gauge: break;
  }
  // prometheus-cpp 1.0 has no Info: by convention a gauge that is always 1 and is called so.
  const bool ones = std::all_of(family.metric.begin(), family.metric.end(), [](const ClientMetric& m) { return m.gauge.value == 1; });
  return ones && absl::EndsWith(family.name, "_info") ? MetricKind::kInfo : MetricKind::kGauge;
}

class FamilyWriter {
 public:
  FamilyWriter(const prometheus::MetricFamily& family, ExpositionWriter& writer) : family_(family), writer_(writer) {}

  void Write() {
    std::string help = family_.help.empty() ? absl::StrReplaceAll(family_.name, {{"_", " "}}) : family_.help;
    writer_.Begin(family_.name, KindOf(family_), help);
    for (const ClientMetric& metric : family_.metric) WriteMetric(metric);
  }

 private:
  void WriteMetric(const ClientMetric& metric) {
    switch (family_.type) {
      case MetricType::Counter: return Line(metric, "", nullptr, 0, metric.counter.value);
      case MetricType::Gauge: return Line(metric, "", nullptr, 0, metric.gauge.value);
      case MetricType::Untyped: return Line(metric, "", nullptr, 0, metric.untyped.value);
      case MetricType::Summary: return WriteSummary(metric);
      case MetricType::Histogram: return WriteHistogram(metric);
    }
  }

  void WriteSummary(const ClientMetric& metric) {
    for (const ClientMetric::Quantile& q : metric.summary.quantile) Line(metric, "", "quantile", q.quantile, q.value);
    Line(metric, "_sum", nullptr, 0, metric.summary.sample_sum);
    Line(metric, "_count", nullptr, 0, static_cast<double>(metric.summary.sample_count));
  }

  void WriteHistogram(const ClientMetric& metric) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    double last = -kInfinity;
    for (const ClientMetric::Bucket& b : metric.histogram.bucket) {
      Line(metric, "_bucket", "le", b.upper_bound, static_cast<double>(b.cumulative_count));
      last = b.upper_bound;
    }
    if (last != kInfinity) Line(metric, "_bucket", "le", kInfinity, static_cast<double>(metric.histogram.sample_count));
    Line(metric, "_sum", nullptr, 0, metric.histogram.sample_sum);
    Line(metric, "_count", nullptr, 0, static_cast<double>(metric.histogram.sample_count));
  }

  void Line(const ClientMetric& metric, const char* suffix, const char* bound_name, double bound, double value) {
    std::vector<Label> labels;
    for (const ClientMetric::Label& label : metric.label) labels.push_back({label.name, label.value});
    if (bound_name != nullptr) labels.push_back({bound_name, BoundText(bound, writer_.openmetrics())});
    const std::string rendered = RenderLabels(labels);
    if (metric.timestamp_ms != 0) return writer_.SampleAt(suffix, rendered, value, metric.timestamp_ms);
    writer_.Sample(suffix, rendered, value);
  }

  const prometheus::MetricFamily& family_;
  ExpositionWriter& writer_;
};

}  // namespace

void WriteFamilies(const std::vector<prometheus::MetricFamily>& families, ExpositionWriter& writer) {
  for (const prometheus::MetricFamily& family : families)
    if (!family.metric.empty()) FamilyWriter(family, writer).Write();
}

}  // namespace nephoscope
