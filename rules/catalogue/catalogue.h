// The catalogue: the metrics that rules may name besides scraped ones, with the provider's own name, unit, rhythm, labels and a sentence.
// Collectors ask the providers by it, the rule reader checks names and units by it, `nephoscope metrics` lists it: one table per provider.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace nephoscope {

// One series of the provider that makes up a metric of ours.
struct MetricSource {
  std::string name;                                         // CPUUtilization, cpu_percent, compute.googleapis.com/instance/cpu/utilization
  std::vector<std::pair<std::string, std::string>> labels;  // that its series get, such as code_class 5xx
};

struct CatalogueMetric {
  std::string name;                     // as rules say it: aws.rds.cpu_utilization
  std::string service;                  // in words: Amazon RDS
  std::string space;                    // CloudWatch's namespace, Azure's resource type, Google's monitored resource
  std::vector<MetricSource> sources;    // mostly one
  std::string stat;                     // the provider's word for what makes one point of many: Average, Total, ALIGN_MEAN
  std::string unit;                     // of our values: % B s B/s /s count USD money
  double factor = 1;                    // the provider's value times this is ours: 0.001 where it counts milliseconds
  absl::Duration cadence;               // between two points
  std::vector<std::string> dimensions;  // what tells its series apart, in the provider's words
  std::vector<std::string> labels;      // all labels of its series, in ours; tags come on top
  std::string sentence;                 // what it counts, in plain words
  bool silent_when_zero = false;        // the provider has no point where nothing happened
};

// In order of name. Made once; lives as long as the process; any thread.
absl::Span<const CatalogueMetric> AllMetrics();
// nullptr: no metric has this name.
const CatalogueMetric* FindMetric(absl::string_view name);
// The provider has no point of it where nothing happened, so silence of what is there and asked for is 0.
bool IsSilentWhenZero(absl::string_view metric);
// A name of a provider, which must be in the catalogue: it begins with aws., azure. or gcp.
bool IsProviderName(absl::string_view metric);

// The label of a provider's dimension: DBInstanceIdentifier -> db_instance, FunctionName -> function_name.
std::string DimensionLabel(absl::string_view dimension);

}  // namespace nephoscope
