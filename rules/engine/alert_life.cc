#include "rules/engine/alert_life.h"

#include <algorithm>
#include <bit>

namespace nephoscope {

void AlertLife::Time(const Rule& rule, const Judgement& judgement, absl::Duration no_data_after) {
  const absl::Duration gap = newest_ == absl::InfinitePast() ? absl::ZeroDuration() : judgement.time - newest_;
  const absl::Duration counts = gap > absl::ZeroDuration() && (no_data_after <= absl::ZeroDuration() || gap <= no_data_after) ? gap : absl::ZeroDuration();
  for (std::size_t i = 0; i < rule.levels.size(); ++i) {
    Timer& timer = timers_[i];
    timer.points = timer.points << 1 | (judgement.holds[i] ? 1 : 0);
    timer.seen = std::min(timer.seen + 1, kHistory);
    if (!judgement.holds[i]) {
      timer.since = absl::InfinitePast();
      timer.held = absl::ZeroDuration();
    } else if (timer.since == absl::InfinitePast()) {
      timer.since = judgement.time;
    } else {
      timer.held += counts;
    }
  }
  if (state_ == AlertState::kRecovering) clear_for_ += counts;
  newest_ = std::max(newest_, judgement.time);
}

bool AlertLife::Ripe(const Rule& rule, int level, bool holds) const {
  const Level& wanted = rule.levels[level];
  const Timer& timer = timers_[level];
  if (wanted.hold_points.second > 0) {
    const std::uint32_t mask = wanted.hold_points.second >= kHistory ? ~0u : (1u << wanted.hold_points.second) - 1;
    return std::popcount(timer.points & mask) >= wanted.hold_points.first;
  }
  return holds && timer.held >= wanted.hold;
}

int AlertLife::HighestRipe(const Rule& rule, const Judgement& judgement) const {
  for (int i = static_cast<int>(rule.levels.size()) - 1; i >= 0; --i)
    if (Ripe(rule, i, judgement.holds[i])) return i;
  return -1;
}

void AlertLife::Step(const Rule& rule, const Judgement& judgement, absl::Duration no_data_after, bool restated, std::vector<LifeStep>& out) {
  previous_state_ = state_;
  previous_level_ = level_;
  if (!judgement.known) {
    if (judgement.error && data_ == DataState::kFresh) data_ = DataState::kError;
    return;
  }
  time_ = std::max(time_, judgement.time);
  if (data_ == DataState::kMissing) out.push_back({EventType::kDataReturned, Cause::kCondition});
  data_ = DataState::kFresh;
  Time(rule, judgement, no_data_after);
  if (state_ == AlertState::kFiring || state_ == AlertState::kRecovering) return StepFiring(rule, judgement, restated, out);
  if (judgement.period_end) {
    state_ = AlertState::kInactive;
    return;
  }
  if (const int ripe = HighestRipe(rule, judgement); ripe >= 0) {
    starts_at_ = timers_[ripe].since == absl::InfinitePast() ? judgement.time : timers_[ripe].since;
    for (std::size_t i = 0; i < rule.levels.size(); ++i)
      if (timers_[i].since != absl::InfinitePast()) starts_at_ = std::min(starts_at_, timers_[i].since);
    if (judgement.began != absl::InfinitePast()) starts_at_ = std::min(starts_at_, judgement.began);
    return Fire(ripe, out, Cause::kCondition);
  }
  const bool any = judgement.holds.any();
  if (any && state_ == AlertState::kInactive) out.push_back({EventType::kPending, Cause::kCondition});
  state_ = any ? AlertState::kPending : AlertState::kInactive;
}

void AlertLife::Fire(int level, std::vector<LifeStep>& out, Cause cause) {
  state_ = AlertState::kFiring;
  level_ = level;
  clear_since_ = absl::InfinitePast();
  clear_for_ = absl::ZeroDuration();
  out.push_back({EventType::kFiring, cause});
}

void AlertLife::Resolve(const Judgement& judgement, EventType type, Cause cause, std::vector<LifeStep>& out) {
  if (clear_since_ == absl::InfinitePast()) clear_since_ = judgement.time;
  state_ = AlertState::kInactive;
  out.push_back({type, cause});
  level_ = -1;
  timers_ = {};
}

void AlertLife::StepFiring(const Rule& rule, const Judgement& judgement, bool restated, std::vector<LifeStep>& out) {
  if (judgement.period_end) return Resolve(judgement, EventType::kResolved, Cause::kPeriodEnd, out);
  const int ripe = HighestRipe(rule, judgement);
  if (ripe > level_) {
    level_ = ripe;
    state_ = AlertState::kFiring;
    out.push_back({EventType::kEscalated, restated ? Cause::kRestated : Cause::kCondition});
    return;
  }
  if (!judgement.recovered[level_]) {
    state_ = AlertState::kFiring;  // recovering ends when it is bad again
    clear_since_ = absl::InfinitePast();
    clear_for_ = absl::ZeroDuration();
    return;
  }
  int lower = level_ - 1;
  while (lower >= 0 && judgement.recovered[lower]) --lower;
  if (lower >= 0) {
    level_ = lower;
    out.push_back({EventType::kDeescalated, restated ? Cause::kRestated : Cause::kCondition});
    return;
  }
  if (restated) return Resolve(judgement, EventType::kCorrected, Cause::kRestated, out);
  if (clear_since_ == absl::InfinitePast()) clear_since_ = judgement.time;
  if (clear_for_ >= rule.keep_firing_for) return Resolve(judgement, EventType::kResolved, Cause::kCondition, out);
  state_ = AlertState::kRecovering;
}

void AlertLife::NoData(const Rule& rule, absl::Time now, std::vector<LifeStep>& out) {
  if (data_ == DataState::kMissing) return;
  previous_state_ = state_;
  previous_level_ = level_;
  data_ = DataState::kMissing;
  time_ = std::max(time_, now);
  const bool firing = state_ == AlertState::kFiring || state_ == AlertState::kRecovering;
  Judgement at;
  at.time = now;
  if (rule.no_data == NoDataPolicy::kOk && firing) return Resolve(at, EventType::kResolved, Cause::kNoData, out);
  if (rule.no_data == NoDataPolicy::kFiring && !firing) {
    starts_at_ = newest_;
    return Fire(static_cast<int>(rule.levels.size()) - 1, out, Cause::kNoData);
  }
  if (firing || rule.no_data == NoDataPolicy::kNoData) out.push_back({EventType::kNoData, Cause::kNoData});
}

void AlertLife::End(absl::Time now, Cause cause, std::vector<LifeStep>& out) {
  previous_state_ = state_;
  previous_level_ = level_;
  const bool firing = state_ == AlertState::kFiring || state_ == AlertState::kRecovering;
  time_ = std::max(time_, now);
  Judgement at;
  at.time = time_;
  if (firing) Resolve(at, EventType::kResolved, cause, out);
  state_ = AlertState::kInactive;
}

void AlertLife::Save(StateWriter& out) const {
  out.Int(static_cast<int>(state_));
  out.Int(static_cast<int>(data_));
  out.Int(level_);
  out.Time(starts_at_);
  out.Time(clear_since_);
  out.Length(clear_for_);
  out.Time(newest_);
  out.Time(time_);
  for (const Timer& timer : timers_) {
    out.Time(timer.since);
    out.Length(timer.held);
    out.Int(timer.points);
    out.Int(timer.seen);
  }
}

void AlertLife::Load(StateReader& in) {
  state_ = static_cast<AlertState>(std::clamp<std::int64_t>(in.Int(), 0, 3));
  data_ = static_cast<DataState>(std::clamp<std::int64_t>(in.Int(), 0, 3));
  level_ = static_cast<int>(std::clamp<std::int64_t>(in.Int(), -1, kMaxLevels - 1));
  starts_at_ = in.Time();
  clear_since_ = in.Time();
  clear_for_ = in.Length();
  newest_ = in.Time();
  time_ = in.Time();
  for (Timer& timer : timers_) {
    timer.since = in.Time();
    timer.held = in.Length();
    timer.points = static_cast<std::uint32_t>(in.Int());
    timer.seen = static_cast<int>(in.Int());
  }
}

}  // namespace nephoscope
