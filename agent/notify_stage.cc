#include "agent/notify_stage.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "agent/log.h"

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
  if (transition.flapping && transition.type != EventType::kFlapping) return "flapping";
  const bool ends = transition.type == EventType::kResolved || transition.type == EventType::kCorrected;
  if (!ends && BeyondLimit(rule, transition)) return "limit_reached";
  if (!ends && rule.min_impact.micros > 0 && transition.impact.amount.micros < rule.min_impact.micros) return "below_min_impact";
  return "";
}

void NotifyStage::Note(const Transition& transition) {
  Present& present = present_[transition.rule.id];
  if (const auto before = present.cost_of.find(transition.alert_id); before != present.cost_of.end()) {
    present.by_cost.erase({before->second, transition.alert_id});
    present.cost_of.erase(before);
  }
  if (transition.status != AlertState::kInactive) {
    const std::int64_t cost = -transition.impact.amount.micros;
    present.by_cost.emplace(cost, transition.alert_id);
    present.cost_of.emplace(transition.alert_id, cost);
  }
  const auto rule = by_id_.find(transition.rule.id);
  const bool over = rule != by_id_.end() && present.by_cost.size() > static_cast<std::size_t>(rule->second->limit);
  if (over && !present.over)
    LogWarning("AlertLimitReached: only the alerts with the most money at stake are sent; group the rule by fewer labels or raise its `limit`",
               {{"alert", transition.rule.name}, {"limit", absl::StrCat(rule->second->limit)}});
  present.over = over;
}

bool NotifyStage::BeyondLimit(const Rule& rule, const Transition& transition) const {
  const auto found = present_.find(rule.id);
  if (found == present_.end() || found->second.by_cost.size() <= static_cast<std::size_t>(rule.limit)) return false;
  const auto last_sent = std::next(found->second.by_cost.begin(), rule.limit - 1);
  return std::make_pair(-transition.impact.amount.micros, transition.alert_id) > *last_sent;
}

}  // namespace nephoscope
