#include "rules/engine/alert_life.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace nephoscope {
namespace {

constexpr int kFlapPoints = 21;       // points that are looked at
constexpr int kFlapStart = 10;        // changes among these: half
constexpr int kFlapStop = 5;          // fewer than a quarter: steady again
constexpr int kFlapBurst = 6, kFlapBurstChanges = 4;  // more than 4 changes in the last 6 steps are enough

int ChangesIn(std::uint32_t points, int steps) { return steps <= 0 ? 0 : std::popcount((points ^ points >> 1) & ((1u << steps) - 1)); }

}  // namespace

void AlertLife::Time(const Rule& rule, const Judgement& judgement, absl::Duration no_data_after) {
  const auto since = [&](absl::Time before) {
    const absl::Duration gap = before == absl::InfinitePast() ? absl::ZeroDuration() : judgement.time - before;
    const bool counts = gap > absl::ZeroDuration() && (no_data_after <= absl::ZeroDuration() || gap <= no_data_after);
    return counts ? gap : absl::ZeroDuration();
  };
  for (std::size_t i = 0; i < rule.levels.size(); ++i) {
    Timer& timer = timers_[i];
    const bool again = judgement.time == newest_;
    const bool unknown = judgement.partial && !judgement.holds[i];
    timer.points = (again ? timer.points & ~1u : timer.points << 1) | (judgement.holds[i] ? 1 : 0);
    timer.unknown = (again ? timer.unknown & ~1u : timer.unknown << 1) | (unknown ? 1 : 0);
    if (unknown) continue;
    if (!judgement.holds[i]) {
      timer.since = absl::InfinitePast();
      timer.held = absl::ZeroDuration();
    } else if (timer.since == absl::InfinitePast()) {
      timer.since = judgement.time;
    } else {
      timer.held += since(timer.known);
    }
    timer.known = std::max(timer.known, judgement.time);
  }
  conditions_.Note(judgement, since(newest_));
  NotePoint(rule, judgement.time);
  newest_ = std::max(newest_, judgement.time);
  if (judgement.partial) return;
  if (state_ == AlertState::kRecovering) clear_for_ += since(whole_);
  whole_ = std::max(whole_, judgement.time);
}

void AlertLife::NotePoint(const Rule& rule, absl::Time time) {
  const bool asked = std::any_of(rule.levels.begin(), rule.levels.end(), [](const Level& level) { return level.hold_points.second > 0; });
  if (!asked) return points_at_.clear();
  if (!points_at_.empty() && points_at_.back() == time) return;
  if (points_at_.size() >= kHistory) points_at_.erase(points_at_.begin());
  points_at_.push_back(time);
}

// Of the newest points that the level asks for and that are known. A bad one that is too old says nothing of now, but is no good one either; before the first
// point nothing was bad.
AlertLife::Points AlertLife::PointsOf(const Level& level, const Timer& timer) const {
  const int of = level.hold_points.second;
  Points out{.bad = 0, .good = of};
  int seen = 0;
  for (std::size_t back = 0; back < points_at_.size() && seen < of; ++back) {
    if ((timer.unknown >> back & 1) != 0) continue;
    ++seen;
    const bool fresh = newest_ - points_at_[points_at_.size() - 1 - back] <= 2 * of * spacing_;
    const bool bad = (timer.points >> back & 1) != 0;
    if (bad) --out.good;
    if (bad && fresh) ++out.bad;
  }
  return out;
}

bool AlertLife::Ripe(const Rule& rule, int level, bool holds) const {
  const Level& wanted = rule.levels[level];
  if (wanted.hold_points.second > 0) return PointsOf(wanted, timers_[level]).bad >= wanted.hold_points.first;
  return holds && timers_[level].held >= wanted.hold;
}

// Of `n of m points` without a recovery of its own: so many are good that fewer than n can be bad. Points that are missing are none.
bool AlertLife::Recovered(const Rule& rule, const Judgement& judgement, int level) const {
  const Level& wanted = rule.levels[level];
  const bool counts = wanted.hold_points.second > 0 && !wanted.recover && !judgement.latched;
  if (!counts || judgement.end_cause == Cause::kResourceGone) return judgement.recovered[level];
  const auto [n, m] = wanted.hold_points;
  return PointsOf(wanted, timers_[level]).good > m - n;
}

int AlertLife::HighestRipe(const Rule& rule, const Judgement& judgement) const {
  for (int i = static_cast<int>(rule.levels.size()) - 1; i >= 0; --i)
    if (Ripe(rule, i, judgement.holds[i])) return i;
  return -1;
}

void AlertLife::Step(const Rule& rule, const Judgement& judgement, absl::Duration no_data_after, absl::Duration spacing, Cause why, std::vector<LifeStep>& out,
                     absl::Time heard) {
  spacing_ = spacing;
  previous_state_ = state_;
  previous_level_ = level_;
  const bool silent = all_silent_ && heard <= silent_since_;
  if (judgement.known && !judgement.period_end && judgement.time > newest_ && !silent) all_silent_ = false;
  if (!judgement.known || (judgement.partial && !Proves(judgement))) {
    if (judgement.error && data_ == DataState::kFresh) data_ = DataState::kError;
    // What cannot be looked at and will not be by itself (`awaits`) is told once, until data are back.
    if (!judgement.error || !judgement.awaits || std::exchange(silence_told_, true)) return;
    time_ = std::max(time_, judgement.time);
    out.push_back({EventType::kNoData, Cause::kNoData});
    return;
  }
  time_ = std::max(time_, judgement.time);
  // A period ends without data as well, and what is restated or asked anew is of before the silence.
  if (!judgement.period_end && !judgement.partial && !judgement.awaits && judgement.time > newest_ && !silent) {
    if (std::exchange(silence_told_, false)) out.push_back({EventType::kDataReturned, Cause::kCondition});
    data_ = DataState::kFresh;
  }
  Time(rule, judgement, no_data_after);
  if (judgement.restated && why == Cause::kCondition) why = Cause::kRestated;
  const std::size_t told = out.size();
  Turn(rule, judgement, why, out);
  AddConditions(rule, why, told, out);
  if (out.size() != told) told_stake_ = judgement.stake_micros;
  else Grow(judgement, out);
  Flap(judgement.time, out);
}

// A further condition of a level that is already reached is notified by itself.
void AlertLife::AddConditions(const Rule& rule, Cause why, std::size_t from, std::vector<LifeStep>& out) {
  if (!firing() || conditions_.empty()) return;
  const LevelBits added = conditions_.TakeNew(rule, level_);
  if (added == LevelBits{}) return;
  const bool begun = out.size() > from && (out.back().type == EventType::kFiring || out.back().type == EventType::kEscalated);
  const Cause cause = why == Cause::kRuleChanged ? why : Cause::kConditionAdded;
  if (begun) out.back().conditions = added;
  else out.push_back({EventType::kUpdated, cause, std::nullopt, added});
}

// Without all members: that a level holds, or that what fires has not recovered.
bool AlertLife::Proves(const Judgement& judgement) const {
  return judgement.holds.any() || (firing() && !judgement.recovered[static_cast<std::size_t>(level_)]);
}

void AlertLife::BeginQuiet(absl::Time judged) { time_ = newest_ = whole_ = flapped_ = judged; }

bool AlertLife::AtRest() const {
  const bool idle = std::all_of(timers_.begin(), timers_.end(), [](const Timer& timer) { return timer.points == 0 && timer.since == absl::InfinitePast(); });
  return idle && state_ == AlertState::kInactive && previous_state_ == AlertState::kInactive && previous_level_ < 0 && conditions_.empty() && data_ == DataState::kFresh && recent_ == 0 && !flapping_ &&
         newest_ == time_ && newest_ == flapped_ && newest_ != absl::InfinitePast();
}

std::optional<int> AlertLife::Steady() const {
  constexpr std::uint32_t kAlwaysFiring = (1u << kFlapPoints) - 1;
  if (!points_at_.empty() || !conditions_.empty()) return std::nullopt;
  if (AtRest()) return -1;
  const bool goes_on = state_ == AlertState::kFiring && previous_state_ == AlertState::kFiring && previous_level_ == level_ && clear_since_ == absl::InfinitePast();
  if (!goes_on || data_ != DataState::kFresh || silence_told_ || told_stake_ != 0 || flapping_ || recent_ != kAlwaysFiring || newest_ != time_ || newest_ != flapped_) return std::nullopt;
  for (int i = 0; i < kMaxLevels; ++i)
    if ((timers_[i].since != absl::InfinitePast()) != (i <= level_)) return std::nullopt;
  return level_;
}

// How long its condition has held does not matter any more: what fires escalates by a level that does not hold now.
void AlertLife::GoOnUntil(absl::Time judged) {
  for (Timer& timer : timers_)
    if (timer.since != absl::InfinitePast()) timer.held += judged - newest_, timer.points = ~0u, timer.known = judged;
  previous_state_ = state_, previous_level_ = level_;
  BeginQuiet(judged);
}

// An alert whose stake has doubled since people were last told is told again.
void AlertLife::Grow(const Judgement& judgement, std::vector<LifeStep>& out) {
  if (state_ != AlertState::kFiring || told_stake_ <= 0 || judgement.stake_micros / 2 < told_stake_) return;
  told_stake_ = judgement.stake_micros;
  out.push_back({EventType::kUpdated, Cause::kCondition});
}

void AlertLife::Flap(absl::Time time, std::vector<LifeStep>& out) {
  if (time <= flapped_) return;  // the same point again
  flapped_ = time;
  recent_ = (recent_ << 1 | (state_ == AlertState::kFiring ? 1 : 0)) & ((1u << kFlapPoints) - 1);
  const int changes = ChangesIn(recent_, kFlapPoints - 1);
  if (!flapping_ && (changes >= kFlapStart || ChangesIn(recent_, kFlapBurst) > kFlapBurstChanges)) {
    flapping_ = true;
    out.push_back({EventType::kFlapping, Cause::kCondition});
  } else if (flapping_ && changes < kFlapStop) {
    flapping_ = false;
    out.push_back({EventType::kUpdated, Cause::kSteady});
  }
}

void AlertLife::Adopt(const Rule& before, const Rule& after) {
  const auto place = [&](Severity severity) {
    int found = -1;
    for (std::size_t i = 0; i < after.levels.size(); ++i)
      if (after.levels[i].severity <= severity) found = static_cast<int>(i);
    return std::max(found, 0);
  };
  const auto moved = [&](int level) { return level < 0 || level >= static_cast<int>(before.levels.size()) ? -1 : place(before.levels[level].severity); };
  std::array<Timer, kMaxLevels> timers;
  for (std::size_t i = 0; i < before.levels.size(); ++i)
    if (const int to = moved(static_cast<int>(i)); after.levels[to].severity == before.levels[i].severity) timers[to] = timers_[i];
  timers_ = timers;
  level_ = moved(level_);
  previous_level_ = moved(previous_level_);
  conditions_.Move(moved);
}

void AlertLife::Turn(const Rule& rule, const Judgement& judgement, Cause why, std::vector<LifeStep>& out) {
  if (firing()) return StepFiring(rule, judgement, why, out);
  if (judgement.period_end) {
    state_ = AlertState::kInactive;
    return;
  }
  if (const int ripe = HighestRipe(rule, judgement); ripe >= 0) {
    starts_at_ = timers_[ripe].since == absl::InfinitePast() ? judgement.time : timers_[ripe].since;
    for (std::size_t i = 0; i < rule.levels.size(); ++i)
      if (timers_[i].since != absl::InfinitePast()) starts_at_ = std::min(starts_at_, timers_[i].since);
    if (judgement.began != absl::InfinitePast()) starts_at_ = std::min(starts_at_, judgement.began);
    return Fire(ripe, out, why);
  }
  const bool any = judgement.holds.any();
  if (any && state_ == AlertState::kInactive) out.push_back({EventType::kPending, why});
  state_ = any ? AlertState::kPending : AlertState::kInactive;
}

// Bad, or bad again: what was clear of it so far does not count.
void AlertLife::GoOn() {
  state_ = AlertState::kFiring;
  clear_since_ = absl::InfinitePast();
  clear_for_ = absl::ZeroDuration();
}

void AlertLife::Fire(int level, std::vector<LifeStep>& out, Cause cause) {
  level_ = level;
  GoOn();
  out.push_back({EventType::kFiring, cause});
}

// `n of m points` that end by their own count go on counting; else what comes next begins with new points.
void AlertLife::ResetTimers(const Rule& rule, bool latched) {
  bool counts = false;
  for (std::size_t i = 0; i < rule.levels.size(); ++i) {
    const bool keep = rule.levels[i].hold_points.second > 0 && !rule.levels[i].recover && !latched;
    const std::uint32_t points = timers_[i].points, unknown = timers_[i].unknown;
    timers_[i] = {};
    if (keep) timers_[i].points = points, timers_[i].unknown = unknown;
    counts = counts || keep;
  }
  if (!counts) points_at_.clear();
}

void AlertLife::Resolve(const Rule& rule, const Judgement& judgement, EventType type, Cause cause, std::vector<LifeStep>& out) {
  if (clear_since_ == absl::InfinitePast()) clear_since_ = judgement.time;
  state_ = AlertState::kInactive;
  out.push_back({type, cause});
  level_ = -1;
  conditions_.EndEpisode();
  ResetTimers(rule, judgement.latched);
}

void AlertLife::StepFiring(const Rule& rule, const Judgement& judgement, Cause why, std::vector<LifeStep>& out) {
  if (judgement.period_end) return Resolve(rule, judgement, EventType::kResolved, Cause::kPeriodEnd, out);
  const int ripe = HighestRipe(rule, judgement);
  if (ripe > level_) {
    level_ = ripe;
    GoOn();
    out.push_back({EventType::kEscalated, why});
    return;
  }
  if (!Recovered(rule, judgement, level_)) return GoOn();
  if (judgement.partial) return;  // perhaps it has: that takes every member
  int lower = level_ - 1;
  while (lower >= 0 && Recovered(rule, judgement, lower)) --lower;
  if (lower >= 0) {
    level_ = lower;
    conditions_.LeaveAbove(lower);
    GoOn();
    out.push_back({EventType::kDeescalated, why});
    return;
  }
  if (why == Cause::kRestated) return Resolve(rule, judgement, EventType::kCorrected, Cause::kRestated, out);
  if (clear_since_ == absl::InfinitePast()) clear_since_ = judgement.time;
  if (clear_for_ >= rule.keep_firing_for) return Resolve(rule, judgement, EventType::kResolved, why == Cause::kCondition ? judgement.end_cause : why, out);
  state_ = AlertState::kRecovering;
}

void AlertLife::NoData(const Rule& rule, absl::Time newest, absl::Time due, std::vector<LifeStep>& out) {
  if (std::exchange(all_silent_, true)) return;
  previous_state_ = state_;
  previous_level_ = level_;
  data_ = DataState::kMissing;
  silent_since_ = newest;
  time_ = std::max(time_, due);
  const bool fired = firing(), told = silence_told_;
  silence_told_ = told || TellsSilence(rule);
  Judgement at;
  at.time = time_;
  if (rule.no_data == NoDataPolicy::kOk && fired) return Resolve(rule, at, EventType::kResolved, Cause::kNoData, out);
  if (rule.no_data == NoDataPolicy::kFiring && !fired) {
    starts_at_ = time_;
    return Fire(static_cast<int>(rule.levels.size()) - 1, out, Cause::kNoData);
  }
  if (silence_told_ && !told) out.push_back({EventType::kNoData, Cause::kNoData});
}

bool AlertLife::TellsSilence(const Rule& rule) const {
  return firing() || rule.no_data == NoDataPolicy::kFiring || rule.no_data == NoDataPolicy::kNoData;
}

void AlertLife::MemberSilent(const Rule& rule, absl::Time due, std::vector<LifeStep>& out) {
  if (data_ == DataState::kMissing) return;
  previous_state_ = state_;
  previous_level_ = level_;
  data_ = DataState::kMissing;
  time_ = std::max(time_, due);
  silence_told_ = TellsSilence(rule);
  if (silence_told_) out.push_back({EventType::kNoData, Cause::kNoData});
}

void AlertLife::TellPast(Severity severity, std::vector<LifeStep>& out) {
  previous_state_ = state_;
  previous_level_ = level_;
  if (firing()) out.push_back({EventType::kUpdated, Cause::kRestated});
  else out.push_back({EventType::kCorrected, Cause::kRestated, severity});
}

void AlertLife::Relive(const AlertLife& again, std::vector<LifeStep>& out) {
  timers_ = again.timers_;
  points_at_ = again.points_at_;
  newest_ = again.newest_;
  whole_ = again.whole_;
  time_ = std::max(time_, again.time_);
  if (!firing() && !again.firing()) {
    state_ = again.state_;
    return;
  }
  previous_state_ = state_;
  previous_level_ = level_;
  if (!again.firing()) {
    if (clear_since_ == absl::InfinitePast()) clear_since_ = time_;
    state_ = AlertState::kInactive;
    out.push_back({EventType::kCorrected, Cause::kRestated});
  } else {
    if (again.level_ != level_) conditions_ = again.conditions_;
    if (!firing()) starts_at_ = again.starts_at_;
    if (again.level_ != level_) out.push_back({!firing() ? EventType::kFiring : again.level_ > level_ ? EventType::kEscalated : EventType::kDeescalated, Cause::kRestated});
    state_ = again.state_;
    clear_since_ = again.clear_since_;
    clear_for_ = again.clear_for_;
  }
  level_ = again.level_;
}

bool AlertLife::worsens() const {
  for (int i = level_ + 1; i < kMaxLevels; ++i)
    if (timers_[i].since != absl::InfinitePast()) return true;
  return false;
}

void AlertLife::End(const Rule& rule, absl::Time now, Cause cause, std::vector<LifeStep>& out) {
  previous_state_ = state_;
  previous_level_ = level_;
  const bool fired = firing();
  time_ = std::max(time_, now);
  Judgement at;
  at.time = time_;
  if (fired) Resolve(rule, at, EventType::kResolved, cause, out);
  state_ = AlertState::kInactive;
}

// A time up to the newest point, as microseconds before it: mostly none. -1: never.
std::int64_t AlertLife::LagOf(absl::Time time) const {
  return time == absl::InfinitePast() ? -1 : absl::ToInt64Microseconds(newest_ - time);
}

absl::Time AlertLife::Behind(std::int64_t lag) const {
  return lag < 0 ? absl::InfinitePast() : newest_ - absl::Microseconds(lag);
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
    out.Int(timer.unknown);
    out.Int(LagOf(timer.known));
  }
  out.Int(LagOf(whole_));
  out.Int(all_silent_);
  out.Time(flapped_);
  out.Int(recent_);
  out.Int(flapping_);
  out.Int(told_stake_);
  out.Int(silence_told_);
  out.Time(silent_since_);
  out.Length(spacing_);
  out.Int(static_cast<std::int64_t>(points_at_.size()));
  for (const absl::Time time : points_at_) out.Time(time);
  conditions_.Save(out);
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
    timer.unknown = static_cast<std::uint32_t>(in.Int());
    timer.known = Behind(in.Int());
  }
  whole_ = Behind(in.Int());
  all_silent_ = in.Int() != 0;
  flapped_ = in.Time();
  recent_ = static_cast<std::uint32_t>(in.Int()) & ((1u << kFlapPoints) - 1);
  flapping_ = in.Int() != 0;
  told_stake_ = in.Int();
  silence_told_ = in.Int() != 0;
  silent_since_ = in.Time();
  spacing_ = in.Length();
  points_at_.resize(std::min<std::size_t>(in.Count(8), kHistory));
  for (absl::Time& time : points_at_) time = in.Time();
  conditions_.Load(in);
}

}  // namespace nephoscope
