// What a rule says of a metric, against the catalogue: does it exist, does the unit fit, are its labels spelt right.
#pragma once

#include <string>

#include "rules/catalogue/catalogue.h"
#include "rules/language/sink.h"
#include "rules/language/yaml/yaml_tree.h"
#include "rules/model/option_table.h"

namespace nephoscope {

// R301 where `name` belongs to a provider, or is nearly one that does, and is not in the catalogue. True: nothing is wrong.
bool CheckMetricName(const std::string& name, Mark mark, DiagnosticSink& sink);

// R204 and R215: `quantity` is compared with values of `metric`; `unit` as in CatalogueMetric::unit. A zero fits every unit.
void CheckMetricUnit(const std::string& metric, const std::string& unit, const Quantity& quantity, Mark mark, DiagnosticSink& sink);

// The unit of a metric; of one that is not in the catalogue: % where its name says so, else empty.
std::string UnitOfMetric(const std::string& metric);

// R304, a warning: labels of `by`, `where` and `leave_out` that are nearly one of the metric's own. Others may be tags.
void CheckMetricLabels(const CatalogueMetric& metric, const YamlNode& watch, DiagnosticSink& sink);

}  // namespace nephoscope
