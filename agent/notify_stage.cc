#include "agent/notify_stage.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "agent/log.h"
#include "rules/kinds/kind.h"

namespace nephoscope {

void NotifyStage::SetRules(std::shared_ptr<const RuleSet> rules) {
  rules_ = std::move(rules);
  by_id_.clear();
  absl::flat_hash_map<std::string, std::string> id_of;
  for (const auto& rule : rules_->rules) by_id_[rule->id] = rule.get(), id_of[rule->name] = rule->id;
  wholes_.clear();
  wholes_of_.clear();
  depends_.clear();
  explains_.clear();
  for (const auto& rule : rules_->rules) {
    const auto other = rule->depends_on ? id_of.find(rule->depends_on->alert) : id_of.end();
    if (other == id_of.end()) continue;
    const Dependency dependency{other->second, rule->depends_on->same};
    depends_[rule->id] = dependency;
    explains_[other->second].push_back(dependency);
  }
  for (const auto& rule : rules_->rules) {
    // A rule that tells nobody replaces nothing.
    if (!rule->watch.alerts || rule->mode != RuleMode::kLive || rule->notify.empty() || !FindKind(rule->kind)->ReplacesParts(*rule)) continue;
    const Whole whole{rule->id, rule->watch.by};
    wholes_[rule->id] = whole;
    for (const std::string& part : FindKind(rule->kind)->Parts(*rule))
      if (const auto id = id_of.find(part); id != id_of.end()) wholes_of_[id->second].push_back(whole);
  }
}

std::string NotifyStage::KeyOf(const Whole& whole, const Transition& transition) { return absl::StrCat(whole.rule_id, " ", transition.labels.Project(whole.by).Canonical()); }

bool NotifyStage::IsWhole(const Transition& transition) const { return wholes_.count(transition.rule.id) != 0; }

bool NotifyStage::Replaces(const Transition& whole, const Transition& part) const {
  const auto found = wholes_of_.find(part.rule.id);
  if (found == wholes_of_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const Whole& one) { return one.rule_id == whole.rule.id && KeyOf(one, whole) == KeyOf(one, part); });
}

bool NotifyStage::WholeFires(const Transition& part) const {
  const auto found = wholes_of_.find(part.rule.id);
  return found != wholes_of_.end() && std::any_of(found->second.begin(), found->second.end(), [&](const Whole& whole) { return firing_wholes_.count(KeyOf(whole, part)) != 0; });
}

std::string NotifyStage::KeyOf(const Dependency& dependency, const Transition& transition) {
  std::vector<std::string> same = dependency.same;
  std::sort(same.begin(), same.end());
  return absl::StrCat(dependency.other, " ", transition.labels.Project(same).Canonical());
}

bool NotifyStage::OtherFires(const Transition& transition) const {
  const auto dependency = depends_.find(transition.rule.id);
  if (dependency == depends_.end()) return false;
  const auto fires = explaining_.find(KeyOf(dependency->second, transition));
  return fires != explaining_.end() && !fires->second.empty();
}

bool NotifyStage::DependsOn(const Transition& transition, const Transition& other) const {
  const auto dependency = depends_.find(transition.rule.id);
  return dependency != depends_.end() && dependency->second.other == other.rule.id && KeyOf(dependency->second, transition) == KeyOf(dependency->second, other);
}

bool NotifyStage::Waits(const Transition& transition, bool held) const {
  if (!IsPart(transition) || transition.severity == Severity::kCritical || WholeFires(transition)) return false;
  return held || transition.type == EventType::kFiring;
}

const char* NotifyStage::WhyNot(const Transition& transition) const {
  auto found = by_id_.find(transition.rule.id);
  if (found == by_id_.end()) return "";  // the rule was removed: its alert is ending
  const Rule& rule = *found->second;
  if (rule.mode == RuleMode::kShadow) return "shadow";
  if (rule.notify.empty()) return "no_receiver";
  if (transition.flapping && transition.type != EventType::kFlapping) return "flapping";
  const bool ends = transition.type == EventType::kResolved || transition.type == EventType::kCorrected;
  if (const auto untold = untold_.find(transition.alert_id); ends && untold != untold_.end()) return untold->second;
  if (!ends && transition.severity != Severity::kCritical && WholeFires(transition)) return "replaced";
  if (!ends && OtherFires(transition)) return "depends_on";
  if (!ends && BeyondLimit(rule, transition)) return "limit_reached";
  if (!ends && rule.min_impact.micros > 0 && transition.impact.amount.micros < rule.min_impact.micros) return "below_min_impact";
  return "";
}

void NotifyStage::Note(const Transition& transition) {
  if (const auto whole = wholes_.find(transition.rule.id); whole != wholes_.end()) {
    const std::string key = KeyOf(whole->second, transition);
    if (transition.status == AlertState::kInactive) {
      firing_wholes_.erase(key);
    } else if (*WhyNot(transition) == 0) {
      firing_wholes_.insert(key);
    }
  }
  if (const auto found = explains_.find(transition.rule.id); found != explains_.end()) {
    for (const Dependency& dependency : found->second) {
      absl::flat_hash_set<std::string>& fires = explaining_[KeyOf(dependency, transition)];
      if (transition.status == AlertState::kFiring || transition.status == AlertState::kRecovering) {
        fires.insert(transition.alert_id);
      } else {
        fires.erase(transition.alert_id);
      }
    }
  }
  if (transition.type == EventType::kFiring) {
    const std::string why_not = WhyNot(transition);
    untold_.erase(transition.alert_id);
    if (why_not == "replaced") untold_[transition.alert_id] = "replaced";
    if (why_not == "depends_on") untold_[transition.alert_id] = "depends_on";
  }
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
