// AlertLife: inactive -> pending -> firing -> recovering -> inactive, in event time (rules.md 2.6).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/level_conditions.h"
#include "rules/engine/state_bytes.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"

namespace nephoscope {

// One step that the outside world is told of.
struct LifeStep {
  EventType type;
  Cause cause;
  std::optional<Severity> severity = std::nullopt;  // absent: that of the level
  LevelBits conditions{};                           // that it is about; none: all of its level
};

// Timers count event time between points; a gap longer than `no_data_after` counts for nothing, so missing data neither resolves an alert
// nor lets it fire.
class AlertLife {
 public:
  // Judged at `judgement.time`, never earlier than the time before. `why` is kCondition for a new point; for the newest one again kRestated
  // (a firing alert whose condition never held any more is corrected) or kRuleChanged.
  // `spacing`: how far apart points are; of `n of m points` those count that are no older than twice as long as m points take.
  // `heard`: the newest data, if they are not overdue themselves; what is missing is back with data that are newer than the silence.
  void Step(const Rule& rule, const Judgement& judgement, absl::Duration no_data_after, absl::Duration spacing, Cause why, std::vector<LifeStep>& out,
            absl::Time heard = absl::InfiniteFuture());
  // As after steps of which none held, the newest at `judged`. Of a new life only.
  void BeginQuiet(absl::Time judged);
  // It can be left alone, and BeginQuiet makes of it later what steps of which none held would have.
  bool AtRest() const;
  // The level at which it fires and will go on firing while its condition stays as it is, so that it can be left alone (-1: it is at rest); absent: it cannot.
  // GoOnUntil makes of it later what such steps would have.
  std::optional<int> Steady() const;
  void GoOnUntil(absl::Time judged);
  // Nothing has come since `newest`. `due`: when that was too long, in event time, whenever it is noticed.
  void NoData(const Rule& rule, absl::Time newest, absl::Time due, std::vector<LifeStep>& out);
  // The same of a member, while others still come: what the rule does without data is for silence of the whole group.
  void MemberSilent(const Rule& rule, absl::Time due, std::vector<LifeStep>& out);
  // Something that was over is not what was told of it: an alert that fires for what is now is updated, one that does not is corrected, with
  // this severity.
  void TellPast(Severity severity, std::vector<LifeStep>& out);
  // What became of it with points that came late, from an earlier step on: its timers, its state, and a step where people were told otherwise. What it went
  // through in their eyes (when it began, flapping, silence) stays.
  void Relive(const AlertLife& again, std::vector<LifeStep>& out);
  // The rule was edited: levels are matched by their severity.
  // A level that is gone goes on as the next lower one, or the lowest.
  void Adopt(const Rule& before, const Rule& after);
  // The rule is gone.
  void End(const Rule& rule, absl::Time now, Cause cause, std::vector<LifeStep>& out);

  AlertState state() const { return state_; }
  DataState data() const { return data_; }
  int level() const { return level_; }  // index into rule.levels; -1: none
  int previous_level() const { return previous_level_; }
  AlertState previous_state() const { return previous_state_; }
  absl::Time starts_at() const { return starts_at_; }
  absl::Time ends_at() const { return clear_since_; }
  absl::Time newest() const { return newest_; }
  absl::Time time() const { return time_; }
  // Goes on and off so often that each step is no news (Nagios: the share of changes among the last points).
  bool flapping() const { return flapping_; }
  bool firing() const { return state_ == AlertState::kFiring || state_ == AlertState::kRecovering; }
  // A level that it does not fire at holds.
  bool worsens() const;
  bool quiet() const { return state_ == AlertState::kInactive && data_ == DataState::kFresh; }

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  static constexpr int kHistory = 32;  // points that `n of m points` can look back

  struct Timer {
    absl::Time since = absl::InfinitePast();     // first true point of this run
    absl::Duration held = absl::ZeroDuration();
    std::uint32_t points = 0;                    // newest is bit 0
    std::uint32_t unknown = 0;                   // points that said nothing of this level: a member was missing
    absl::Time known = absl::InfinitePast();     // newest point that did
  };

  void Turn(const Rule& rule, const Judgement& judgement, Cause why, std::vector<LifeStep>& out);
  void Flap(absl::Time time, std::vector<LifeStep>& out);
  void Grow(const Judgement& judgement, std::vector<LifeStep>& out);
  void Time(const Rule& rule, const Judgement& judgement, absl::Duration no_data_after);
  void NotePoint(const Rule& rule, absl::Time time);
  bool Proves(const Judgement& judgement) const;
  std::int64_t LagOf(absl::Time time) const;
  absl::Time Behind(std::int64_t lag) const;
  bool TellsSilence(const Rule& rule) const;
  struct Points {
    int bad = 0, good = 0;
  };
  Points PointsOf(const Level& level, const Timer& timer) const;
  bool Ripe(const Rule& rule, int level, bool holds) const;
  bool Recovered(const Rule& rule, const Judgement& judgement, int level) const;
  int HighestRipe(const Rule& rule, const Judgement& judgement) const;
  void StepFiring(const Rule& rule, const Judgement& judgement, Cause why, std::vector<LifeStep>& out);
  void AddConditions(const Rule& rule, Cause why, std::size_t from, std::vector<LifeStep>& out);
  void ResetTimers(const Rule& rule, bool latched);
  void GoOn();
  void Fire(int level, std::vector<LifeStep>& out, Cause cause);
  void Resolve(const Rule& rule, const Judgement& judgement, EventType type, Cause cause, std::vector<LifeStep>& out);

  AlertState state_ = AlertState::kInactive, previous_state_ = AlertState::kInactive;
  DataState data_ = DataState::kFresh;
  int level_ = -1, previous_level_ = -1;
  std::array<Timer, kMaxLevels> timers_;
  LevelConditions conditions_;
  std::vector<absl::Time> points_at_;              // of the points in Timer::points, the newest last; only where a level asks for `n of m points`
  absl::Duration spacing_ = absl::ZeroDuration();  // of the points, at the newest step
  absl::Time starts_at_ = absl::InfinitePast();
  absl::Time clear_since_ = absl::InfinitePast();  // first clear point while recovering
  absl::Duration clear_for_ = absl::ZeroDuration();
  absl::Time newest_ = absl::InfinitePast();       // newest point that was known
  absl::Time whole_ = absl::InfinitePast();        // newest of these that missed no member
  absl::Time time_ = absl::InfinitePast();         // of the newest step
  absl::Time flapped_ = absl::InfinitePast();      // newest point that counts in `recent_`
  std::uint32_t recent_ = 0;                       // was it firing at the last points? newest is bit 0; before the first it was not
  bool flapping_ = false;
  bool all_silent_ = false;                        // since then nothing came, not even of one member
  bool silence_told_ = false;                      // that data are missing; what nobody was told does not return
  absl::Time silent_since_ = absl::InfinitePast(); // the newest data, when they were found missing
  std::int64_t told_stake_ = 0;                    // micros, when people were last told
};

}  // namespace nephoscope
