// The CloudWatch metrics that the catalogue names. Internal to agent/collectors.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace nephoscope {

struct AwsMetric {
  std::string name;                     // as rules say it: aws.ec2.cpu_utilization
  std::string space;                    // CloudWatch's Namespace
  std::string metric;                   // MetricName
  std::string stat;                     // Average, Sum, Maximum, p99, ...
  std::string unit;                     // as in Series::unit
  absl::Duration period;                // of one point
  std::vector<std::string> dimensions;  // only series with exactly these; empty: with any (CloudWatch keeps totals beside the parts)
  double factor = 1;                    // CloudWatch's value times this is ours
  std::vector<std::pair<std::string, std::string>> labels;  // that its series get besides those of the dimensions
};

// The metrics of CloudWatch that make up one of ours: mostly one. NotFound: there is no such name, or CloudWatch has it not; the message
// says what to do.
absl::StatusOr<std::vector<AwsMetric>> FindAwsMetrics(absl::string_view name);

}  // namespace nephoscope
