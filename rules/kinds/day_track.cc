#include "rules/kinds/day_track.h"

#include <algorithm>
#include <cmath>

namespace nephoscope {
namespace {

constexpr double kVanished = 20;      // the score of a day without cost that should have some
constexpr double kWarmUpDoubt = 2.6;  // by which swings of a model of under four weeks are larger
constexpr int kSettled = 45;          // days after which there is no doubt
constexpr double kBack = 2;           // the score from which on a day is not back to usual
constexpr double kOldLevel = 2.5, kMovedLevel = 4;  // swings
constexpr double kUnusualNow = 4;     // the score of a day back at the old level, by the new one
constexpr double kOftenIdle = 0.1;    // share of days
constexpr double kOver = 1;           // the score of a day that is usual, whatever the days before were
constexpr int kStillMoving = 14;      // days after a level was accepted
constexpr double kLeap = 6;           // the score of a day that is more than a slow change
constexpr int kMayReturn = 3;         // days after its first

// A swing that was seen on few days may be larger.
void Doubt(int days, DayModel::Score& score) {
  const double left = static_cast<double>(kSettled - days) / (kSettled - DayModel::kWarmUp);
  if (left <= 0) return;
  const double doubt = 1 + (kWarmUpDoubt - 1) * std::min(left, 1.0);
  if (score.drift) score.up = std::min(score.up, score.alone), score.down = std::min(score.down, score.alone);
  for (double* one : {&score.up, &score.down, &score.alone}) *one /= doubt;
  score.swing *= doubt;
}

}  // namespace

DayModel::Score DayTrack::Step(const DayModel::Day& day, DayKnown known,
                               const DayTrackRules& rules, Past past, double more) {
  newest_ = day.day;
  if (day.cost < 0) return {};  // a credit is larger than the day's cost
  if (!begun()) {
    if (day.cost <= 0) return {};
    Begin(day, rules);
  }
  zeros_ = day.cost > 0 ? 0 : zeros_ + 1;
  if (known == DayKnown::kPart) {
    DayModel::Score score = model_.usable() ? model_.Compare(day, more) : DayModel::Score{};
    Doubt(model_.days(), score);
    const bool is_new = anomaly_.open && anomaly_.kind == DayAnomaly::Kind::kNew;
    if (score.up >= rules.limit || is_new) Live(day, score, known, rules, DayModel(model_));
    return score;
  }
  if (Vanishes(day, known, rules)) return {};
  Return(day);
  const DayModel before = model_;
  const DayModel::Score score = StepModel(day, rules, past);
  Live(day, score, known, rules, before);
  NoteRarity(day.day, score);
  return score;
}

void DayTrack::Begin(const DayModel::Day& day, const DayTrackRules& rules) {
  first_ = day.day;
  model_ = {};
  last_at_ = {};
  if (!rules.up || day.day - rules.rule_from < kNewSpend) return;
  Open(day, 1, 0, {});
  anomaly_.kind = DayAnomaly::Kind::kNew;
  anomaly_.days = 0, anomaly_.excess = 0;  // Live adds the day
}

DayModel::Score DayTrack::StepModel(const DayModel::Day& day, const DayTrackRules& rules,
                                    Past past) {
  if (model_.days() >= DayModel::kWarmUp && !model_.changed_rhythm()) {
    DayModel::Score out = model_.Step(day, rules.rates);
    Doubt(model_.days(), out);
    return out;
  }
  DayModel::Score out;
  if (model_.usable()) {
    out = model_.Compare(day);
    Doubt(model_.days(), out);
  }
  std::vector<DayModel::Day> days;
  past(day.day, days);
  std::erase_if(days, [&](const DayModel::Day& one) { return one.day < first_; });
  days.push_back(day);
  if (days.size() > DayModel::kWarmUp) days.erase(days.begin(), days.end() - DayModel::kWarmUp);
  model_.Fit(days, rules.rates);
  return out;
}

// True: there should have been cost, and there is none: nothing is learnt from that.
bool DayTrack::Vanishes(const DayModel::Day& day, DayKnown known, const DayTrackRules& rules) {
  const bool gone = anomaly_.open && anomaly_.kind == DayAnomaly::Kind::kVanished;
  if (day.cost > 0) {
    if (gone) End(false);
    return false;
  }
  if (zeros_ >= kForgotten && !model_.sparse()) {
    End(true);
    first_ = kNever;
    return true;
  }
  const bool is_new = anomaly_.open && anomaly_.kind == DayAnomaly::Kind::kNew;
  if (model_.sparse() || !model_.usable() || is_new) return false;
  const double expected = model_.Expected(day.day, day.of, zeros_);
  if (expected <= 0.1 * model_.level()) return false;  // its day off
  if (known == DayKnown::kFinal) model_.NoteIdle();
  const bool missed = expected > rules.least && (gone || model_.idle() < kOftenIdle || zeros_ > 7);
  if (!missed && !gone) return true;
  if (known != DayKnown::kFinal) return true;
  if (gone) {
    if (missed) Extend(day, kVanished);
    if (day.day - anomaly_.first + 1 >= kNewSpend) End(true), first_ = kNever;
    return true;
  }
  if (!rules.down) return true;
  if (anomaly_.open && anomaly_.direction > 0) End(false);
  Open(day, -1, kVanished, anomaly_.open ? DayModel(anomaly_.before) : model_);
  anomaly_.kind = DayAnomaly::Kind::kVanished;
  return true;
}

// The level that was usual before the anomaly is back.
void DayTrack::Return(const DayModel::Day& day) {
  if (anomaly_.kind != DayAnomaly::Kind::kUnusual || day.of != DayClass::kPlain) return;
  if (day.day - anomaly_.first < kMayReturn || day.day - anomaly_.last > kRemembered) return;
  if (!Moved()) return;
  const DayModel::Score now = model_.Compare(day);
  if ((anomaly_.direction > 0 ? now.down : now.up) < kUnusualNow) return;
  const double usual = anomaly_.Expected(day.day, day.of);
  if (std::fabs(day.cost / usual - 1) >= kOldLevel * anomaly_.before.swing()) return;
  model_ = anomaly_.before;
  model_.Level();
  model_.CalmFrom(0);
  anomaly_.accepted = false;
}

// What has been learnt since is far from what was usual before.
bool DayTrack::Moved() const {
  const double before = anomaly_.before.level();
  const double apart = before > 0 ? (model_.level() / before - 1) * anomaly_.direction : 0;
  return apart > kMovedLevel * anomaly_.before.swing();
}

void DayTrack::Live(const DayModel::Day& day, DayModel::Score score, DayKnown known,
                    const DayTrackRules& rules, const DayModel& before) {
  if (anomaly_.open && anomaly_.kind == DayAnomaly::Kind::kNew) {
    if (day.cost > 0) Extend(day, 0);
    else if (++anomaly_.quiet >= kQuiet) End(false);
    if (model_.usable()) End(true);
    return;
  }
  const double up = rules.up ? score.up : 0;
  const bool falls = anomaly_.open && anomaly_.direction < 0;  // a day that may grow goes on with a fall
  const double down = rules.down && (falls || known == DayKnown::kFinal) ? score.down : 0;
  const int direction = up >= down ? 1 : -1;
  const double highest = std::max(up, down);
  const bool over = anomaly_.open && !anomaly_.drift && score.drift && score.alone < kOver;
  if (highest < rules.limit || over) {
    if (!anomaly_.open) return;
    const bool leans = direction == anomaly_.direction && score.alone >= kBack && model_.run() > 0;
    if (!leans && ++anomaly_.quiet >= kQuiet) End(Moved());
    return;
  }
  if (anomaly_.open && direction == anomaly_.direction) return Extend(day, highest);
  if (GoesOnMoving(day.day, direction, score)) {
    anomaly_.ended = newest_;
    return model_.Accept();
  }
  const bool turned = anomaly_.open;
  if (turned) End(false);
  Open(day, direction, highest, before);
  anomaly_.turned = turned;
  anomaly_.drift = score.drift;
  anomaly_.leans_from = day.day - std::max(0, model_.leaning(direction > 0) - 1);
  model_.CalmFrom(before.level());
}

// A slow change that was reported and is not over yet: no news.
bool DayTrack::GoesOnMoving(std::int64_t day, int direction, const DayModel::Score& score) const {
  const bool lately = anomaly_.accepted && day - anomaly_.ended <= kStillMoving;
  return !anomaly_.open && lately && score.alone < kLeap && direction == anomaly_.direction;
}

void DayTrack::Open(const DayModel::Day& day, int direction, double score,
                    const DayModel& before) {
  const std::int64_t previous = anomaly_.first;
  anomaly_ = {};
  anomaly_.previous = previous;
  anomaly_.kind = DayAnomaly::Kind::kUnusual;
  anomaly_.open = true;
  anomaly_.direction = direction;
  anomaly_.first = anomaly_.leans_from = day.day;
  anomaly_.before = before;
  anomaly_.record_from = first_;
  const auto& last = last_at_[direction > 0 ? 0 : 1];
  for (std::size_t i = 0; i < kRare.size(); ++i)
    if (score >= kRare[i]) anomaly_.seen_before = last[i];
  Extend(day, score);
}

void DayTrack::Extend(const DayModel::Day& day, double score) {
  const bool known = anomaly_.kind != DayAnomaly::Kind::kNew;
  const double usual = known && anomaly_.before.started() ? anomaly_.Expected(day.day, day.of) : 0;
  const double more = day.cost - usual;
  anomaly_.last = day.day;
  anomaly_.quiet = 0;
  ++anomaly_.days;
  if (more * anomaly_.direction > 0) anomaly_.excess += more;
  anomaly_.usual += usual;
  anomaly_.peak = std::max(anomaly_.peak, score);
}

void DayTrack::End(bool accepted) {
  if (!anomaly_.open) return;
  anomaly_.open = false;
  anomaly_.accepted = accepted;
  anomaly_.ended = newest_;
  if (accepted) model_.Accept();
  else model_.Level();
  model_.CalmFrom(0);
}

void DayTrack::NoteRarity(std::int64_t day, const DayModel::Score& score) {
  for (std::size_t i = 0; i < kRare.size(); ++i) {
    if (score.up >= kRare[i]) last_at_[0][i] = static_cast<std::int32_t>(day);
    if (score.down >= kRare[i]) last_at_[1][i] = static_cast<std::int32_t>(day);
  }
}

void DayTrack::Save(StateWriter& out) const {
  model_.Save(out);
  const DayAnomaly& one = anomaly_;
  for (const std::int64_t value : {static_cast<std::int64_t>(one.kind), std::int64_t{one.open},
                                   std::int64_t{one.accepted}, std::int64_t{one.turned},
                                   std::int64_t{one.drift}, std::int64_t{one.direction}, one.first,
                                   one.last, one.leans_from, one.seen_before, one.record_from, one.ended, one.previous,
                                   std::int64_t{one.days}, std::int64_t{one.quiet}})
    out.Int(value);
  for (const double value : {one.excess, one.usual, one.peak}) out.Real(value);
  one.before.Save(out);
  for (const std::int64_t value : {first_, newest_, std::int64_t{zeros_}}) out.Int(value);
  for (const auto& side : last_at_)
    for (const std::int32_t day : side) out.Int(day);
}

void DayTrack::Load(StateReader& in) {
  model_.Load(in);
  DayAnomaly& one = anomaly_;
  one.kind = static_cast<DayAnomaly::Kind>(std::clamp<std::int64_t>(in.Int(), 0, 3));
  for (bool* value : {&one.open, &one.accepted, &one.turned, &one.drift}) *value = in.Int() != 0;
  one.direction = static_cast<int>(in.Int());
  for (std::int64_t* value : {&one.first, &one.last, &one.leans_from, &one.seen_before, &one.record_from, &one.ended, &one.previous})
    *value = in.Int();
  one.days = static_cast<int>(in.Int());
  one.quiet = static_cast<int>(in.Int());
  for (double* value : {&one.excess, &one.usual, &one.peak}) *value = in.Real();
  one.before.Load(in);
  first_ = in.Int();
  newest_ = in.Int();
  zeros_ = static_cast<int>(in.Int());
  for (auto& side : last_at_)
    for (std::int32_t& day : side) day = static_cast<std::int32_t>(in.Int());
}

}  // namespace nephoscope
