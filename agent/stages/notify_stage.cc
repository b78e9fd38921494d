#include "agent/stages/notify_stage.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "absl/strings/str_cat.h"
#include "rules/engine/limit_alerts.h"
#include "rules/engine/kind.h"
#include "rules/model/maintenance.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kWarnBefore = absl::Minutes(30);

}  // namespace

void NotifyStage::SetRules(std::shared_ptr<const RuleSet> rules) {
  rules_ = std::move(rules);
  SetSettings();
  by_id_.clear();
  by_name_.clear();
  absl::flat_hash_map<std::string, std::string> id_of;
  for (const auto& rule : rules_->rules) by_id_[rule->id] = by_name_[rule->name] = rule.get(), id_of[rule->name] = rule->id;
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

const Rule* NotifyStage::RuleOf(const Transition& transition) const {
  const bool limit = transition.rule.id == kLimitAlertId;
  const auto& rules = limit ? by_name_ : by_id_;
  const auto found = rules.find(limit ? std::string(transition.labels.Get(kLimitAlertOf)) : transition.rule.id);
  return found == rules.end() ? nullptr : found->second;
}

NotifyStage::Reason NotifyStage::Why(const Transition& transition) const {
  const Rule* found = RuleOf(transition);
  if (found == nullptr) return Reason::kNone;  // the rule was removed: its alert is ending
  const Rule& rule = *found;
  if (rule.mode == RuleMode::kShadow && now_ < rule.until) return Reason::kShadow;
  if (rule.notify.empty()) return Reason::kNoReceiver;
  if (transition.flapping && transition.type != EventType::kFlapping) return Reason::kFlapping;
  const bool ends = transition.type == EventType::kResolved || transition.type == EventType::kCorrected;
  if (const auto untold = untold_.find(transition.alert_id); ends && untold != untold_.end()) return untold->second;
  if (!ends && transition.severity != Severity::kCritical && WholeFires(transition)) return Reason::kReplaced;
  if (!ends && OtherFires(transition)) return Reason::kDependsOn;
  if (!ends && IsInhibited(transition)) return Reason::kInhibited;
  if (const Reason by_time = ends ? Reason::kNone : ByTime(rule, transition, now_); by_time != Reason::kNone) return by_time;
  if (!ends && BeyondLimit(rule, transition)) return Reason::kLimitReached;
  if (!ends && rule.min_impact.micros > 0 && transition.impact.amount.micros < rule.min_impact.micros) return Reason::kBelowMinImpact;
  // What people know as critical they are told the rest of at once.
  const bool critical = transition.severity == Severity::kCritical || transition.previous_severity == Severity::kCritical;
  if (rule.digest && !critical) return Reason::kInDigest;
  return Reason::kNone;
}

const Digest* NotifyStage::DigestOf(const Transition& transition) const {
  const Rule* rule = RuleOf(transition);
  return rule == nullptr || !rule->digest ? nullptr : &*rule->digest;
}

int NotifyStage::LimitOf(const Transition& transition) const {
  const Rule* rule = RuleOf(transition);
  return rule == nullptr ? 0 : rule->limit;
}

absl::Duration NotifyStage::RepeatOf(const Transition& transition) const {
  const Rule* rule = RuleOf(transition);
  if (rule == nullptr) return absl::InfiniteDuration();
  if (rule->repeat) return *rule->repeat;
  const auto routed = rules_->settings.route.repeat_interval.find(transition.severity);
  return routed == rules_->settings.route.repeat_interval.end() ? absl::InfiniteDuration() : routed->second;
}

const std::vector<std::string>* NotifyStage::NotifyOf(const Transition& transition) const {
  const Rule* rule = RuleOf(transition);
  return rule == nullptr ? nullptr : &rule->notify;
}

// Maintenance that goes on is still as much in use as it was.
void NotifyStage::SetSettings() {
  std::map<std::string, absl::Time> used;
  for (const Work& work : works_) used[work.maintenance->name] = work.used;
  std::map<std::string, absl::flat_hash_map<std::string, absl::flat_hash_set<std::string>>> firing;
  for (Inhibition& one : inhibitions_) firing[one.rule->name] = std::move(one.firing);
  const auto compiled = [](const std::vector<Matcher>& matchers) {
    std::vector<LabelMatcher> out;
    for (const Matcher& one : matchers) out.emplace_back(one);
    return out;
  };
  works_.clear();
  inhibitions_.clear();
  intervals_.assign(rules_->settings.time_intervals.size(), {});
  const auto finite = [](absl::Duration repeat) { return repeat != absl::InfiniteDuration(); };
  const auto& routed = rules_->settings.route.repeat_interval;
  any_repeats_ = std::any_of(routed.begin(), routed.end(), [&](const auto& one) { return finite(one.second); }) ||
                 std::any_of(rules_->rules.begin(), rules_->rules.end(), [&](const auto& rule) { return rule->repeat && finite(*rule->repeat); });
  for (const Maintenance& one : rules_->settings.maintenance) {
    const auto before = used.find(one.name);
    works_.push_back({&one, compiled(one.where), before == used.end() ? absl::InfinitePast() : before->second});
  }
  for (const InhibitRule& one : rules_->settings.inhibit_rules) inhibitions_.push_back({&one, compiled(one.source), compiled(one.target), std::move(firing[one.name])});
}

bool NotifyStage::Holds(const std::vector<LabelMatcher>& matchers, const Transition& transition) {
  return std::all_of(matchers.begin(), matchers.end(), [&](const LabelMatcher& one) {
    const std::string& label = one.label();
    if (label == "alert" || label == "alertname") return one.Holds(transition.rule.name);
    if (label == "kind") return one.Holds(transition.rule.kind);
    if (label == "severity") return one.Holds(ToText(transition.severity));
    if (label == "owner" && transition.labels.Get(label).empty()) return one.Holds(transition.owner.name);
    return one.Holds(transition.labels.Get(label));
  });
}

const TimeRange& NotifyStage::RangeOf(const Work& work, absl::Time at) {
  return work.next.At(at, [&](absl::Time from) { return WindowsFrom(*work.maintenance, from, 1); });
}

std::vector<NotifyStage::Ending> NotifyStage::EndingSoon() {
  std::vector<Ending> out;
  for (Work& work : works_) {
    const TimeRange& next = RangeOf(work, now_);
    if (next.from > now_ || next.to - now_ > kWarnBefore || work.warned_of == next.to) continue;
    Ending ending{work.maintenance->name, next.to, 0};
    for (const auto& [id, held] : held_back_) ending.held += held.work == work.maintenance->name;
    if (ending.held == 0) continue;
    work.warned_of = next.to;
    out.push_back(std::move(ending));
  }
  return out;
}

const NotifyStage::Work* NotifyStage::WorkOn(const Transition& transition, absl::Time at) const {
  for (const Work& work : works_) {
    if (!Holds(work.where, transition)) continue;
    const TimeRange& next = RangeOf(work, at);
    if (next.from > at) continue;
    const absl::Duration unused_for = work.maintenance->unused_for;
    if (unused_for == absl::ZeroDuration() || at < std::max(next.from, work.used) + unused_for) return &work;
  }
  return nullptr;
}

std::string NotifyStage::KeyOf(const Inhibition& inhibition, const Transition& transition) { return transition.labels.Project(inhibition.rule->equal).Canonical(); }

// An alert does not inhibit itself.
bool NotifyStage::IsInhibited(const Transition& transition) const {
  return std::any_of(inhibitions_.begin(), inhibitions_.end(), [&](const Inhibition& one) {
    const auto firing = one.firing.find(KeyOf(one, transition));
    return firing != one.firing.end() && firing->second.size() > firing->second.count(transition.alert_id) && Holds(one.target, transition);
  });
}

void NotifyStage::NoteInhibitions(const Transition& transition) {
  const bool fires = transition.status == AlertState::kFiring || transition.status == AlertState::kRecovering;
  for (Inhibition& one : inhibitions_) {
    absl::flat_hash_set<std::string>& firing = one.firing[KeyOf(one, transition)];
    if (fires && Holds(one.source, transition)) {
      firing.insert(transition.alert_id);
    } else {
      firing.erase(transition.alert_id);
    }
    if (firing.empty()) one.firing.erase(KeyOf(one, transition));
  }
}

bool NotifyStage::IsCovered(const std::vector<std::string>& names, absl::Time at) const {
  const std::vector<TimeInterval>& all = rules_->settings.time_intervals;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (std::find(names.begin(), names.end(), all[i].name) == names.end()) continue;
    if (intervals_[i].At(at, [&](absl::Time from) { return RangesFrom(all[i], from, 1); }).from <= at) return true;
  }
  return false;
}

NotifyStage::Reason NotifyStage::ByTime(const Rule& rule, const Transition& transition, absl::Time at) const {
  if (WorkOn(transition, at) != nullptr) return Reason::kInMaintenance;
  const auto routed = rules_->settings.route.mute_time_intervals.find(transition.severity);
  const bool own = !rule.mute_time_intervals.empty();
  if (own ? IsCovered(rule.mute_time_intervals, at) : routed != rules_->settings.route.mute_time_intervals.end() && IsCovered(routed->second, at)) return Reason::kMuted;
  return rule.active_time_intervals.empty() || IsCovered(rule.active_time_intervals, at) ? Reason::kNone : Reason::kOutsideActiveInterval;
}

bool NotifyStage::Passes(Reason why_not) {
  return why_not == Reason::kInMaintenance || why_not == Reason::kInhibited || why_not == Reason::kMuted || why_not == Reason::kOutsideActiveInterval;
}

void NotifyStage::NoteHeldBack(const Transition& transition, Reason why_not) {
  const Rule* rule = RuleOf(transition);
  const bool trial = why_not == Reason::kShadow && rule->until != absl::InfiniteFuture();
  if (transition.status == AlertState::kInactive || why_not == Reason::kNone) {
    held_back_.erase(transition.alert_id);
    // What is told now stands for the beginning that was not.
    const auto untold = untold_.find(transition.alert_id);
    if (transition.status != AlertState::kInactive && untold != untold_.end() && (Passes(untold->second) || untold->second == Reason::kShadow || untold->second == Reason::kLimitReached)) untold_.erase(untold);
  } else if (Passes(why_not) || trial) {
    const Work* work = why_not == Reason::kInMaintenance ? WorkOn(transition, now_) : nullptr;
    held_back_[transition.alert_id] = {work == nullptr || work->maintenance->tells_at_end, work == nullptr ? "" : work->maintenance->name};
  }
  if (trial && transition.type == EventType::kFiring) untold_[transition.alert_id] = Reason::kShadow;
  if (why_not == Reason::kInMaintenance) NoteUse(transition);
}

void NotifyStage::NoteUse(const Transition& transition) {
  if (const Work* on = WorkOn(transition, now_); on != nullptr) works_[static_cast<std::size_t>(on - works_.data())].used = now_;
}

bool NotifyStage::ToldLater(const std::string& alert_id) const {
  const auto found = held_back_.find(alert_id);
  return found != held_back_.end() && found->second.told_later;
}

bool NotifyStage::MayHaveBeenHeldBack(const Transition& transition, absl::Time recorded) const {
  const Rule* rule = RuleOf(transition);
  if (rule == nullptr) return false;
  const bool target = std::any_of(inhibitions_.begin(), inhibitions_.end(), [&](const Inhibition& one) { return Holds(one.target, transition); });
  const bool trial = rule->mode == RuleMode::kShadow && recorded < rule->until;
  return target || trial || ByTime(*rule, transition, recorded) != Reason::kNone;
}

void NotifyStage::Note(const Transition& transition) {
  if (const auto whole = wholes_.find(transition.rule.id); whole != wholes_.end()) {
    const std::string key = KeyOf(whole->second, transition);
    if (transition.status == AlertState::kInactive) {
      firing_wholes_.erase(key);
    } else if (Why(transition) == Reason::kNone) {
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
  NoteInhibitions(transition);
  NotePresent(transition);
  if (transition.type == EventType::kFiring) untold_.erase(transition.alert_id);
  NoteHeldBack(transition, Why(transition));
  NoteUntold(transition, Why(transition));
}

void NotifyStage::NoteUntold(const Transition& transition, Reason why_not) {
  if (transition.type != EventType::kFiring) return;
  if (why_not == Reason::kReplaced || why_not == Reason::kDependsOn || why_not == Reason::kLimitReached || Passes(why_not)) untold_[transition.alert_id] = why_not;
}

NotifyStage::Rank NotifyStage::RankOf(const Transition& transition) {
  return {-transition.impact.amount.micros, transition.starts_at, transition.alert_id};
}

void NotifyStage::NotePresent(const Transition& transition) {
  Present& present = present_[transition.rule.id];
  if (const auto before = present.rank_of.find(transition.alert_id); before != present.rank_of.end()) {
    present.ranked.erase(before->second);
    present.rank_of.erase(before);
  }
  if (transition.status == AlertState::kInactive) return;
  present.ranked.insert(RankOf(transition));
  present.rank_of.emplace(transition.alert_id, RankOf(transition));
}

bool NotifyStage::BeyondLimit(const Rule& rule, const Transition& transition) const {
  const auto found = present_.find(transition.rule.id);
  if (found == present_.end() || found->second.ranked.size() <= static_cast<std::size_t>(rule.limit)) return false;
  return RankOf(transition) > *std::next(found->second.ranked.begin(), rule.limit - 1);
}

}  // namespace nephoscope
