// Alert rules for Prometheus over what the agent shows at /metrics, for teams whose alerts must all come from Prometheus.
#pragma once

#include <string>
#include <vector>

#include "rules/model/rule.h"

namespace nephoscope {

struct ExportedRules {
  std::string text;                 // a rule file of Prometheus
  std::vector<std::string> report;  // a line for each rule that was left out, with the reason
};

// One alert for each rule that tells people, judged by the agent: severity, owner and the `by` labels come with its series. And three
// alerts that say when this way of telling does not work.
ExportedRules ExportPrometheus(const RuleSet& rules);

}  // namespace nephoscope
