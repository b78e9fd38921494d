// How the tables of the catalogue are written. Internal to rules/catalogue.
#pragma once

#include "absl/types/span.h"

namespace nephoscope {

struct MetricRow {
  const char* name;    // behind the service's: cpu_utilization
  const char* source;  // the provider's own name
  const char* stat;    // the provider's word
  const char* unit;    // ours
  const char* sentence;
  double factor = 1;                 // the provider's value times this is ours
  const char* dimensions = nullptr;  // separated by commas; nullptr: the service's
  int cadence_s = 0;                 // 0: the service's
  const char* sets = nullptr;        // "code_class=5xx,answered_by=target": rows of one name are one metric of several sources
};

struct MetricService {
  const char* name;        // aws.rds
  const char* words;       // Amazon RDS
  const char* space;       // AWS/RDS
  const char* dimensions;  // separated by commas
  int cadence_s;           // where a service has a fine and a coarse rhythm, the coarse one: silence is judged by it
  absl::Span<const MetricRow> rows;
};

// Metrics that have no point where nothing happened.
struct SilentMetrics {
  const char* service;  // aws.alb
  const char* metrics;  // separated by commas
};

absl::Span<const SilentMetrics> MetricsSilentWhenZero();
absl::Span<const MetricService> AwsServices();
absl::Span<const MetricService> AzureServices();
absl::Span<const MetricService> GcpServices();
absl::Span<const MetricService> BillServices();

}  // namespace nephoscope
