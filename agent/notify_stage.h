// NotifyStage: which transitions people are told of. Every transition is recorded; this decides what is sent.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"

namespace nephoscope {

// Export thread only.
class NotifyStage {
 public:
  void SetRules(std::shared_ptr<const RuleSet> rules);

  // Empty: send it. Else the reason why not, as nephoscope_notifications_suppressed_total names it: shadow (the rule is on trial),
  // no_receiver (`notify: []`, it feeds other rules only), below_min_impact (too little money at stake), limit_reached (the rule has
  // `limit` costlier alerts already), flapping (it goes on and off; the step that says so, and the one that says it is steady again, are sent).
  // The end of an alert is always sent, except by rules that never send: an end without a beginning does no harm, the reverse does.
  const char* WhyNot(const Transition& transition) const;

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

  absl::flat_hash_map<std::string, Present> present_;  // by rule id
  std::shared_ptr<const RuleSet> rules_;
  absl::flat_hash_map<std::string, const Rule*> by_id_;
};

}  // namespace nephoscope
