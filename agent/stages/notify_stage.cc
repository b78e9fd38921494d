#include "agent/stages/notify_stage.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/engine/limit_alerts.h"
#include "rules/engine/kind.h"
#include "rules/model/maintenance.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kWarnBefore = absl::Minutes(30);

}  // namespace

void NotifyStage::SetRules(std::shared_ptr<const RuleSet> rules) {
  const std::shared_ptr<const RuleSet> before = std::exchange(rules_, std::move(rules));  // settings point into it
  SetSettings();
  by_id_.clear();
  by_name_.clear();
  for (const auto& rule : rules_->rules) by_id_[rule->id] = by_name_[rule->name] = rule.get();
  dependencies_.SetRules(*rules_);
}

bool NotifyStage::Waits(const Transition& transition, bool held) const {
  if (!IsPart(transition) || transition.severity == Severity::kCritical || dependencies_.WholeFires(transition)) return false;
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
  if (!ends && transition.severity != Severity::kCritical && dependencies_.WholeFires(transition)) return Reason::kReplaced;
  if (!ends && dependencies_.IsExplained(transition)) return Reason::kDependsOn;
  if (!ends && inhibitions_.IsInhibited(transition)) return Reason::kInhibited;
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
  const auto compiled = [](const std::vector<Matcher>& matchers) {
    std::vector<LabelMatcher> out;
    for (const Matcher& one : matchers) out.emplace_back(one);
    return out;
  };
  works_.clear();
  inhibitions_.SetRules(*rules_);
  intervals_.assign(rules_->settings.time_intervals.size(), {});
  const auto finite = [](absl::Duration repeat) { return repeat != absl::InfiniteDuration(); };
  const auto& routed = rules_->settings.route.repeat_interval;
  any_repeats_ = std::any_of(routed.begin(), routed.end(), [&](const auto& one) { return finite(one.second); }) ||
                 std::any_of(rules_->rules.begin(), rules_->rules.end(), [&](const auto& rule) { return rule->repeat && finite(*rule->repeat); });
  for (const Maintenance& one : rules_->settings.maintenance) {
    const auto before = used.find(one.name);
    works_.push_back({&one, compiled(one.where), before == used.end() ? absl::InfinitePast() : before->second});
  }
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
    if (!FitsAlert(work.where, transition)) continue;
    const TimeRange& next = RangeOf(work, at);
    if (next.from > at) continue;
    const absl::Duration unused_for = work.maintenance->unused_for;
    if (unused_for == absl::ZeroDuration() || at < std::max(next.from, work.used) + unused_for) return &work;
  }
  return nullptr;
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

std::vector<std::string> NotifyStage::HeldBackIds() const {
  std::vector<std::string> out;
  for (const auto& [id, held] : held_back_) out.push_back(id);
  std::sort(out.begin(), out.end());
  return out;
}

bool NotifyStage::ToldLater(const std::string& alert_id) const {
  const auto found = held_back_.find(alert_id);
  return found != held_back_.end() && found->second.told_later;
}

bool NotifyStage::MayHaveBeenHeldBack(const Transition& transition, absl::Time recorded) const {
  const Rule* rule = RuleOf(transition);
  if (rule == nullptr) return false;
  const bool target = inhibitions_.IsTarget(transition);
  const bool trial = rule->mode == RuleMode::kShadow && recorded < rule->until;
  return target || trial || ByTime(*rule, transition, recorded) != Reason::kNone;
}

void NotifyStage::Note(const Transition& transition) {
  dependencies_.Note(transition);
  if (dependencies_.IsWhole(transition)) {
    if (transition.status == AlertState::kInactive) dependencies_.NoteWhole(transition, false);
    else if (Why(transition) == Reason::kNone) dependencies_.NoteWhole(transition, true);
  }
  inhibitions_.Note(transition);
  NotePresent(transition);
  if (transition.type == EventType::kFiring) untold_.erase(transition.alert_id);
  NoteHeldBack(transition, Why(transition));
  NoteUntold(transition, Why(transition));
}

void NotifyStage::NoteUntold(const Transition& transition, Reason why_not) {
  if (transition.type != EventType::kFiring) return;
  Present& present = present_[transition.rule.id];
  const auto rank = present.rank_of.find(transition.alert_id);
  if (why_not == Reason::kLimitReached && rank != present.rank_of.end()) present.beyond.insert(rank->second);
  if (why_not == Reason::kReplaced || why_not == Reason::kDependsOn || why_not == Reason::kLimitReached || Passes(why_not)) untold_[transition.alert_id] = why_not;
}

NotifyStage::Rank NotifyStage::RankOf(const Transition& transition) {
  return {-transition.impact.amount.micros, transition.starts_at, transition.alert_id};
}

void NotifyStage::NotePresent(const Transition& transition) {
  Present& present = present_[transition.rule.id];
  bool beyond = false;
  if (const auto before = present.rank_of.find(transition.alert_id); before != present.rank_of.end()) {
    present.ranked.erase(before->second);
    beyond = present.beyond.erase(before->second) != 0;
    present.rank_of.erase(before);
  }
  if (transition.status == AlertState::kInactive) return;
  const Rank rank = RankOf(transition);
  present.ranked.insert(rank);
  if (beyond) present.beyond.insert(rank);
  present.rank_of.emplace(transition.alert_id, rank);
}

std::vector<std::string> NotifyStage::FreedBy(const Transition& transition) {
  std::vector<std::string> out;
  const auto found = present_.find(transition.rule.id);
  const Rule* rule = RuleOf(transition);
  if (found == present_.end() || rule == nullptr || found->second.beyond.empty()) return out;
  const std::set<Rank>& ranked = found->second.ranked;
  std::set<Rank>& beyond = found->second.beyond;
  const auto limit = static_cast<std::size_t>(rule->limit);
  const auto end = ranked.size() <= limit ? beyond.end() : beyond.upper_bound(*std::next(ranked.begin(), rule->limit - 1));
  for (auto freed = beyond.begin(); freed != end; freed = beyond.erase(freed))
    if (const std::string& id = std::get<std::string>(*freed); WhyUntold(id) == Reason::kLimitReached) out.push_back(id);
  return out;
}

bool NotifyStage::BeyondLimit(const Rule& rule, const Transition& transition) const {
  const auto found = present_.find(transition.rule.id);
  if (found == present_.end() || found->second.ranked.size() <= static_cast<std::size_t>(rule.limit)) return false;
  return RankOf(transition) > *std::next(found->second.ranked.begin(), rule.limit - 1);
}

}  // namespace nephoscope
