// CloudWatch's JSON 1.0 protocol: request bodies and pages. Internal to agent/collectors.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "agent/collectors/aws/metrics.h"

namespace nephoscope {

using AwsDimensions = std::vector<std::pair<std::string, std::string>>;  // in CloudWatch's order

// `next`: the token of the page before; empty: the first page.
std::string ListMetricsBody(const AwsMetric& metric, absl::string_view next);
struct ListMetricsPage {
  std::vector<AwsDimensions> series;
  std::string next;
};
// `body` gets padding behind its end. DataLoss: not the answer it should be.
absl::StatusOr<ListMetricsPage> ReadListMetrics(std::string& body);

struct TimeWindow {
  absl::Time start;  // inclusive
  absl::Time end;    // exclusive
};
// One query per entry of `series`, its id the place in the list. At most 500, and 100,800 points.
std::string GetMetricDataBody(const AwsMetric& metric, absl::Span<const AwsDimensions> series, TimeWindow window, absl::string_view next);
struct MetricPoint {
  std::size_t query = 0;  // place in the list
  std::int64_t time_ms = 0;
  double value = 0;
};
struct MetricDataPage {
  std::vector<MetricPoint> points;  // of one query in the order of time; a query that is PartialData goes on with the next page
  std::string problem;              // a query that was not answered: its code and text; empty: none
  std::string next;
};
absl::StatusOr<MetricDataPage> ReadMetricData(std::string& body);

}  // namespace nephoscope
