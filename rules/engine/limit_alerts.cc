#include "rules/engine/limit_alerts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/engine/instance.h"
#include "rules/engine/state_bytes.h"

namespace nephoscope {
namespace {

std::string IdOf(const std::string& agent_group, const Rule& rule) {
  return AlertId(agent_group, kLimitAlertId, Labels({{"rule", rule.alert_key()}}));
}

}  // namespace

void LimitAlerts::SetRules(const RuleSet& rules, absl::Time now, Changes& out) {
  std::map<std::string, One> before = std::exchange(all_, {});
  default_owner_ = rules.settings.default_owner;
  for (const auto& rule : rules.rules) {
    if (rule->mode == RuleMode::kOff) continue;
    One& one = all_[rule->id];
    for (const std::string& id : rule->renamed_from)
      if (const auto old = before.find(id); old != before.end()) one = std::exchange(old->second, {});
    if (const auto old = before.find(rule->id); old != before.end()) one = std::exchange(old->second, {});
    one.rule = rule;
    one.present = 0;
  }
  for (auto& [id, old] : before)
    if (old.rule != nullptr && old.firing) Say(old, EventType::kResolved, Cause::kRuleRemoved, std::max(now, old.time), out);
}

void LimitAlerts::Count(const std::string& rule_id, int by) {
  if (const auto found = all_.find(rule_id); found != all_.end()) found->second.present += by;
}

void LimitAlerts::Judge(const std::string& rule_id, absl::Time time, Changes& out, Cause why) {
  const auto found = all_.find(rule_id);
  if (found == all_.end()) return;
  One& one = found->second;
  const bool over = one.present > one.rule->limit;
  if (over == one.firing) return;
  one.firing = over;
  if (over) one.starts_at = time;
  Say(one, over ? EventType::kFiring : EventType::kResolved, why, std::max(time, one.time), out);
}

void LimitAlerts::JudgeAll(absl::Time time, Changes& out, Cause why) {
  for (const auto& [id, one] : all_)
    if (one.firing || one.present > one.rule->limit) Judge(id, time, out, why);
}

Transition LimitAlerts::Describe(const One& one, EventType type, Cause cause) const {
  const Rule& rule = *one.rule;
  Transition out;
  out.alert_id = IdOf(agent_group_, rule);
  out.type = type;
  out.cause = cause;
  out.time = out.as_of = out.watermark = one.time;
  out.rule = {kLimitAlert, kLimitAlertId, kLimitAlertId, rule.file, rule.revision, rule.line};
  const bool fires = type != EventType::kResolved;
  out.status = fires ? AlertState::kFiring : AlertState::kInactive;
  out.previous_status = type == EventType::kFiring ? AlertState::kInactive : AlertState::kFiring;
  if (type != EventType::kFiring) out.previous_severity = Severity::kWarning;
  out.starts_at = one.starts_at;
  if (!fires) out.ends_at = one.time;
  out.labels = Labels({{kLimitAlertOf, rule.name}});
  out.values = {{"alerts", absl::StrCat(one.present), "", "", ""}, {"limit", absl::StrCat(rule.limit), "", "", ""}};
  out.condition_text = absl::StrCat("more than ", rule.limit, rule.limit == 1 ? " alert" : " alerts", " at once");
  out.threshold = NamedValue{"limit", absl::StrCat(rule.limit), "", "", ""};
  const std::string most = rule.limit == 1 ? "the one" : absl::StrCat("the ", rule.limit);
  out.summary = fires ? absl::StrCat(rule.name, " has more alerts at once than its limit of ", rule.limit, ": people are notified of ", most,
                                     " with the most money at stake")
                      : absl::StrCat(rule.name, " is back within its limit of ", rule.limit, " at once");
  out.explanation = fires ? absl::StrCat(one.present, " alerts of ", rule.name, " fire, and its limit is ", rule.limit,
                                         ". Of alerts with the same money at stake the earlier ones are notified. Group the rule by fewer labels, or raise its `limit`.")
                          : absl::StrCat(one.present, one.present == 1 ? " alert of " : " alerts of ", rule.name, one.present == 1 ? " fires." : " fire.");
  out.owner = rule.owner.value_or(default_owner_);
  out.runbook = rule.runbook;
  out.notify = rule.notify;
  return out;
}

void LimitAlerts::Say(One& one, EventType type, Cause cause, absl::Time time, Changes& out) {
  one.time = time;
  ++one.sequence;
  Transition said = Describe(one, type, cause);
  said.sequence = one.sequence;
  said.event_id = EventId(said.alert_id, said.starts_at, said.sequence, said.type);
  if (type != EventType::kFiring) said.causation_id = one.last_event;
  one.last_event = said.event_id;
  StateWriter state;
  Instance::BeginState(kLimitAlertId, state);
  state.Int(one.firing);
  state.Int(static_cast<std::int64_t>(one.sequence));
  state.Time(one.starts_at);
  state.Time(one.time);
  state.Text(one.last_event);
  const std::string bytes = cause == Cause::kRuleRemoved ? "" : state.Take();
  out.instances.push_back({said.alert_id, one.rule->id, 0, bytes, true});
  out.transitions.push_back(std::move(said));
}

bool LimitAlerts::Owns(const InstanceState& state) { return Instance::KindIn(state.bytes) == kLimitAlertId; }

void LimitAlerts::Restore(const InstanceState& state) {
  for (auto& [id, one] : all_) {
    if (!one.rule->IsOrWas(state.rule_id)) continue;
    StateReader in(state.bytes);
    in.Int(), in.Text();  // version and kind, which Owns has looked at
    one.firing = in.Int() != 0;
    one.sequence = static_cast<std::uint64_t>(in.Int());
    one.starts_at = in.Time();
    one.time = in.Time();
    one.last_event = in.Text();
    return;
  }
}

void LimitAlerts::Look(std::vector<Transition>& out) const {
  for (const auto& [id, one] : all_) {
    if (!one.firing) continue;
    out.push_back(Describe(one, EventType::kUpdated, Cause::kCondition));
    out.back().sequence = one.sequence;
  }
}

}  // namespace nephoscope
