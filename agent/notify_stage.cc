#include "agent/notify_stage.h"

namespace nephoscope {

void NotifyStage::SetRules(std::shared_ptr<const RuleSet> rules) {
  rules_ = std::move(rules);
  by_id_.clear();
  for (const auto& rule : rules_->rules) by_id_[rule->id] = rule.get();
}

const char* NotifyStage::WhyNot(const Transition& transition) const {
  auto found = by_id_.find(transition.rule.id);
  if (found == by_id_.end()) return "";  // the rule was removed: its alert is ending
  const Rule& rule = *found->second;
  if (rule.mode == RuleMode::kShadow) return "shadow";
  if (rule.notify.empty()) return "no_receiver";
  const bool ends = transition.type == EventType::kResolved || transition.type == EventType::kCorrected;
  if (!ends && rule.min_impact.micros > 0 && transition.impact.amount.micros < rule.min_impact.micros) return "below_min_impact";
  return "";
}

}  // namespace nephoscope
