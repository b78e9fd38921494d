#include "rules/notify/inhibitions.h"

#include <algorithm>
#include <map>
#include <utility>

namespace nephoscope {

bool FitsAlert(const std::vector<LabelMatcher>& matchers, const Transition& transition) {
  return std::all_of(matchers.begin(), matchers.end(), [&](const LabelMatcher& one) {
    const std::string& label = one.label();
    if (label == "alert" || label == "alertname") return one.Holds(transition.rule.name);
    if (label == "kind") return one.Holds(transition.rule.kind);
    if (label == "severity") return one.Holds(ToText(transition.severity));
    if (label == "owner" && transition.labels.Get(label).empty()) return one.Holds(transition.owner.name);
    return one.Holds(transition.labels.Get(label));
  });
}

void Inhibitions::SetRules(const RuleSet& rules) {
  std::map<std::string, decltype(One::firing)> firing;
  for (One& one : all_) firing[one.rule->name] = std::move(one.firing);
  all_.clear();
  const auto compiled = [](const std::vector<Matcher>& matchers) {
    std::vector<LabelMatcher> out;
    for (const Matcher& one : matchers) out.emplace_back(one);
    return out;
  };
  for (const InhibitRule& rule : rules.settings.inhibit_rules)
    all_.push_back({&rule, compiled(rule.source), compiled(rule.target), std::move(firing[rule.name])});
}

std::string Inhibitions::KeyOf(const One& one, const Transition& transition) {
  return transition.labels.Project(one.rule->equal).Canonical();
}

void Inhibitions::Note(const Transition& transition) {
  const bool fires = transition.status == AlertState::kFiring || transition.status == AlertState::kRecovering;
  for (One& one : all_) {
    const std::string key = KeyOf(one, transition);
    if (fires && FitsAlert(one.source, transition)) {
      one.firing[key].insert(transition.alert_id);
      continue;
    }
    const auto found = one.firing.find(key);
    if (found == one.firing.end()) continue;
    found->second.erase(transition.alert_id);
    if (found->second.empty()) one.firing.erase(found);
  }
}

bool Inhibitions::IsInhibited(const Transition& transition) const {
  return std::any_of(all_.begin(), all_.end(), [&](const One& one) {
    const auto firing = one.firing.find(KeyOf(one, transition));
    if (firing == one.firing.end()) return false;
    return firing->second.size() > firing->second.count(transition.alert_id) && FitsAlert(one.target, transition);
  });
}

bool Inhibitions::IsTarget(const Transition& transition) const {
  return std::any_of(all_.begin(), all_.end(), [&](const One& one) { return FitsAlert(one.target, transition); });
}

}  // namespace nephoscope
