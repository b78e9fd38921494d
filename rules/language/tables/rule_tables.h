// The keys of a rule: those that all kinds share (rules.md 2.2, 2.3) and those made from a kind's own tables.
#pragma once

#include <string>
#include <vector>

#include "rules/engine/kind.h"
#include "rules/model/option_table.h"

namespace nephoscope {

// alert, kind, id, watch, for, owner, summary, ...
const OptionTable& CommonRuleOptions();
const OptionTable& WatchOptions();
// apiVersion, rules, and the settings.
const OptionTable& FileOptions();

// What a kind's condition table becomes in a rule.
struct KindTables {
  std::vector<Option> level_options;  // the condition's, `for`, `recover`
  OptionTable level;
  std::vector<Option> levels_options;  // info, warning, critical
  OptionTable levels;
  std::vector<Option> rule_options;  // when, levels, recover
  OptionTable rule;
};
// `kind` is one of AllKinds(). Made once; lives as long as the process; any thread.
const KindTables& TablesOf(const RuleKind& kind);

}  // namespace nephoscope
