// Dependencies: alerts that another alert explains (`depends_on`), and alerts that a composite stands for. Both are found
// by what they have in common with that other one, never by looking at all alerts.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"

namespace nephoscope {

// Time is that of the transitions; no thread, no clock. Cost of a transition: the links of its rule, whatever else fires.
class Dependencies {
 public:
  // What fires has to be noted anew afterwards.
  void SetRules(const RuleSet& rules);

  // Every transition, in order, before it is asked about; again does no harm.
  void Note(const Transition& transition);

  // The rule of this alert names one that explains it; an alert of that one with the same labels fires.
  bool IsDependent(const Transition& transition) const { return depends_.contains(transition.rule.id); }
  bool IsExplained(const Transition& transition) const;
  // Alerts of this rule explain others.
  bool Explains(const Transition& transition) const { return explains_.contains(transition.rule.id); }
  // The alerts that fire and that this one explains, by id in order.
  std::vector<std::string> ExplainedBy(const Transition& other) const;

  // A rule that notifies people instead of the rules that it is made of; a rule that is part of one.
  bool IsWhole(const Transition& transition) const { return wholes_.contains(transition.rule.id); }
  bool IsPart(const Transition& transition) const { return wholes_of_.contains(transition.rule.id); }
  // People are notified of this alert, or are not any more, instead of its parts.
  void NoteWhole(const Transition& whole, bool fires);
  bool WholeFires(const Transition& part) const;
  // The parts that fire or are about to, of which people would be notified through this one, by id in order.
  std::vector<std::string> PartsOf(const Transition& whole) const;

 private:
  // The alerts of one rule go with those of another that have the same values of some labels.
  struct Link {
    std::string other;              // rule id
    std::vector<std::string> same;  // sorted
  };
  using Ids = absl::flat_hash_set<std::string>;
  using ByKey = absl::flat_hash_map<std::string, Ids>;
  static std::string KeyOf(const Link& link, const Transition& transition);
  static void Put(const std::string& key, const std::string& alert_id, bool there, ByKey& out);
  static void Find(const std::string& key, const ByKey& in, std::vector<std::string>& out);

  absl::flat_hash_map<std::string, Link> depends_;                 // by the rule that is explained
  absl::flat_hash_map<std::string, std::vector<Link>> explains_;   // by the rule that explains
  ByKey explaining_, explained_;                                   // alerts that fire
  absl::flat_hash_map<std::string, Link> wholes_;                  // by rule id
  absl::flat_hash_map<std::string, std::vector<Link>> wholes_of_;  // by the rule id of a part
  Ids firing_wholes_;                                              // keys
  ByKey parts_;                                                    // alerts that are not over
};

}  // namespace nephoscope
