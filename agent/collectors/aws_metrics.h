// The CloudWatch metrics that we know by a name of our own. Internal to agent/collectors.
#pragma once

#include <string>
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
};

// NotFound: we have no such name; the message holds the nearest one.
absl::StatusOr<AwsMetric> FindAwsMetric(absl::string_view name);
std::vector<std::string> AwsMetricNames();

// The label of a dimension: DBInstanceIdentifier -> db_instance, FunctionName -> function_name.
std::string AwsLabelName(absl::string_view dimension);

}  // namespace nephoscope
