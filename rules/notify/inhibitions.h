// Inhibitions: alerts that explain others by `inhibit_rules` of the settings.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "rules/engine/matcher.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"

namespace nephoscope {

// True if the labels of the alert fit, also alertname, kind, severity and owner.
bool FitsAlert(const std::vector<LabelMatcher>& matchers, const Transition& transition);

class Inhibitions {
 public:
  // `rules` outlives the use. What fires stays known by the name of an inhibit rule; of new ones it has to be noted.
  void SetRules(const RuleSet& rules);
  // Every transition, in order, before it is asked about; again does no harm.
  void Note(const Transition& transition);
  // Another alert than itself inhibits it.
  bool IsInhibited(const Transition& transition) const;
  // One that fits could.
  bool IsTarget(const Transition& transition) const;

 private:
  struct One {
    const InhibitRule* rule;
    std::vector<LabelMatcher> source, target;
    absl::flat_hash_map<std::string, absl::flat_hash_set<std::string>> firing;  // by the values of `equal`: ids of sources
  };
  static std::string KeyOf(const One& one, const Transition& transition);

  std::vector<One> all_;
};

}  // namespace nephoscope
