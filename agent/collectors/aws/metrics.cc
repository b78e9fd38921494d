#include "agent/collectors/aws/metrics.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/catalogue/catalogue.h"

namespace nephoscope {
namespace {

std::size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1])});
      corner = above;
    }
  }
  return row.back();
}

bool IsCloudWatch(const CatalogueMetric& metric) { return absl::StartsWith(metric.name, "aws.") && metric.space != "EC2 API"; }

std::string NearestTo(absl::string_view name) {
  std::string out;
  for (const CatalogueMetric& metric : AllMetrics())
    if (IsCloudWatch(metric) && (out.empty() || Distance(name, metric.name) < Distance(name, out))) out = metric.name;
  return out;
}

AwsMetric Made(const CatalogueMetric& metric, const MetricSource& source) {
  return {.name = metric.name,
          .space = metric.space,
          .metric = source.name,
          .stat = metric.stat,
          .unit = metric.unit,
          .period = metric.cadence,
          .dimensions = metric.dimensions,
          .factor = metric.factor,
          .labels = source.labels};
}

}  // namespace

absl::StatusOr<std::vector<AwsMetric>> FindAwsMetrics(absl::string_view name) {
  const absl::string_view shown = name.substr(0, 100);
  const CatalogueMetric* metric = FindMetric(name);
  if (metric == nullptr)
    return absl::NotFoundError(absl::StrCat("\"", shown, "\" is not a metric we know by name; the nearest is ", NearestTo(shown),
                                            "; any other goes under `custom`, with its namespace and metric"));
  if (!IsCloudWatch(*metric)) return absl::NotFoundError(absl::StrCat("\"", shown, "\" is not a metric of CloudWatch; it comes from: ", metric->space));
  std::vector<AwsMetric> out;
  for (const MetricSource& source : metric->sources) out.push_back(Made(*metric, source));
  return out;
}

}  // namespace nephoscope
