// NotifyStage: which transitions people are told of. Every transition is recorded; this decides what is sent.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"

namespace nephoscope {

// Export thread only.
class NotifyStage {
 public:
  void SetRules(std::shared_ptr<const RuleSet> rules);

  // Empty: send it. Else the reason why not, as nephoscope_notifications_suppressed_total names it: shadow (the rule is on trial),
  // no_receiver (`notify: []`, it feeds other rules only), below_min_impact (too little money at stake), limit_reached (the rule has
  // `limit` costlier alerts already), replaced (an alert made of it and others fires, and tells of it; critical ones are told all the same),
  // depends_on (the alert that explains it fires),
  // flapping (it goes on and off; the step that says so, and the one that says it is steady again, are sent).
  // The end of an alert is always sent, except by rules that never send, and where its beginning was replaced or explained: an end without a beginning
  // does no harm, the reverse does.
  const char* WhyNot(const Transition& transition) const;

  // It is the beginning of an alert that another rule, made of it, may replace and has not yet: people are told of it after
  // HeldNotices::kLongest, or never. `held`: its beginning is held, so what follows waits behind it.
  bool Waits(const Transition& transition, bool held) const;
  // An alert that replaces those of this transition, or may.
  bool IsPart(const Transition& transition) const { return wholes_of_.count(transition.rule.id) != 0; }
  // `whole` is of a rule that replaces its parts and `part` one of them.
  bool Replaces(const Transition& whole, const Transition& part) const;
  bool IsWhole(const Transition& transition) const;
  // `other` is an alert that explains those of this one's rule with its labels; and: it may be explained at all, it may explain others.
  bool DependsOn(const Transition& transition, const Transition& other) const;
  bool IsDependent(const Transition& transition) const { return depends_.count(transition.rule.id) != 0; }
  bool Explains(const Transition& transition) const { return explains_.count(transition.rule.id) != 0; }
  // The beginning of this alert was never told: another alert told of it.
  void NoteReplaced(const Transition& part) { untold_[part.alert_id] = "replaced"; }
  bool WasUntold(const std::string& alert_id) const { return untold_.count(alert_id) != 0; }
  void NoteTold(const std::string& alert_id) { untold_.erase(alert_id); }

  // Every transition, in order and before it is asked about; again does no harm.
  void Note(const Transition& transition);

 private:
  // The present alerts of one rule, the costliest first.
  struct Present {
    std::set<std::pair<std::int64_t, std::string>> by_cost;  // minus the money at stake, alert id
    absl::flat_hash_map<std::string, std::int64_t> cost_of;
    bool over = false;  // said in the log
  };
  bool BeyondLimit(const Rule& rule, const Transition& transition) const;
  // Rules that replace the alerts they are made of.
  struct Whole {
    std::string rule_id;
    std::vector<std::string> by;
  };
  static std::string KeyOf(const Whole& whole, const Transition& transition);
  bool WholeFires(const Transition& part) const;

  absl::flat_hash_map<std::string, Present> present_;  // by rule id
  absl::flat_hash_map<std::string, std::vector<Whole>> wholes_of_;  // by the rule id of a part
  absl::flat_hash_map<std::string, Whole> wholes_;                  // by rule id
  absl::flat_hash_set<std::string> firing_wholes_;                  // rule id and labels
  absl::flat_hash_map<std::string, const char*> untold_;            // alert id: why its beginning was not told
  // Rules whose alerts another alert explains, by rule id; and those others with the labels that are compared, by their rule id.
  struct Dependency {
    std::string other;  // rule id
    std::vector<std::string> same;
  };
  static std::string KeyOf(const Dependency& dependency, const Transition& transition);
  bool OtherFires(const Transition& transition) const;
  absl::flat_hash_map<std::string, Dependency> depends_;
  absl::flat_hash_map<std::string, std::vector<Dependency>> explains_;
  absl::flat_hash_map<std::string, absl::flat_hash_set<std::string>> explaining_;  // by KeyOf: the alerts that fire
  std::shared_ptr<const RuleSet> rules_;
  absl::flat_hash_map<std::string, const Rule*> by_id_;
};

}  // namespace nephoscope
