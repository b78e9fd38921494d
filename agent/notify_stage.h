// NotifyStage: which transitions people are told of. Every transition is recorded; this decides what is sent.
#pragma once

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"

namespace nephoscope {

// Export thread only.
class NotifyStage {
 public:
  void SetRules(std::shared_ptr<const RuleSet> rules);

  // Empty: send it. Else the reason why not, as nephoscope_notifications_suppressed_total names it: shadow (the rule is on trial),
  // no_receiver (`notify: []`, it feeds other rules only), below_min_impact (too little money at stake).
  // The end of an alert is always sent, except by rules that never send: an end without a beginning does no harm, the reverse does.
  const char* WhyNot(const Transition& transition) const;

 private:
  std::shared_ptr<const RuleSet> rules_;
  absl::flat_hash_map<std::string, const Rule*> by_id_;
};

}  // namespace nephoscope
