// What exporters for Prometheus call the metrics and labels of providers, in our names: the CloudWatch exporter and YACE, the Stackdriver exporter.
// Made from the catalogue, as their names follow from the providers'.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/catalogue/catalogue.h"

namespace nephoscope {

struct ExporterMetric {
  const CatalogueMetric* metric = nullptr;  // nullptr: not one of these
  std::string stat;                         // asked for, where it is not that of the catalogue: average, sum, p99
};

// aws_rds_cpuutilization_average -> aws.rds.cpu_utilization.
ExporterMetric MetricOfExporter(absl::string_view name);
// An exporter of a provider's metrics made this name, whether or not we have the metric.
bool IsExporterName(absl::string_view name);
// Our names that are most like it, at most three.
std::vector<std::string> SimilarMetrics(absl::string_view exporter_name);
// dimension_DBInstanceIdentifier, dbinstance_identifier -> db_instance; empty: a label that we do not know.
std::string LabelOfExporter(absl::string_view label);

}  // namespace nephoscope
