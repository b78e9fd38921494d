// Defaults: `defaults:` of a file, laid below what each of its rules says.
#pragma once

#include <deque>

#include "rules/language/yaml/yaml_tree.h"
#include "rules/model/option_table.h"

namespace nephoscope {

// The keys of a rule that may stand in `defaults`.
const OptionTable& DefaultsOptions();

class Defaults {
 public:
  // `map`: of `defaults:`, without errors; nullptr: there are none. Nodes outlive this.
  explicit Defaults(const YamlNode* map) : map_(map) {}

  // The rule with what it does not say itself. labels, annotations and no_data are merged by their keys. Left out is what would
  // contradict the rule: severity and for, where it has levels or times of its own; and what says something of data, where it is made of alerts.
  // Its nodes live as long as this.
  YamlNode Below(const YamlNode& rule);

 private:
  const YamlNode* map_;
  std::deque<YamlNode> made_;
};

}  // namespace nephoscope
