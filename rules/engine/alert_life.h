// AlertLife: inactive -> pending -> firing -> recovering -> inactive, in event time (rules.md 2.6).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/state_bytes.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"

namespace nephoscope {

// One step that the outside world is told of.
struct LifeStep {
  EventType type;
  Cause cause;
};

// Timers count event time between points; a gap longer than `no_data_after` counts for nothing, so missing data neither resolves an alert
// nor lets it fire.
class AlertLife {
 public:
  // Judged at `judgement.time`, never earlier than the time before unless `restated`: then a firing alert whose condition never held any
  // more is corrected.
  void Step(const Rule& rule, const Judgement& judgement, absl::Duration no_data_after, bool restated, std::vector<LifeStep>& out);
  // Nothing came for longer than no_data_after.
  void NoData(const Rule& rule, absl::Time now, std::vector<LifeStep>& out);
  // The rule is gone.
  void End(absl::Time now, Cause cause, std::vector<LifeStep>& out);

  AlertState state() const { return state_; }
  DataState data() const { return data_; }
  int level() const { return level_; }  // index into rule.levels; -1: none
  int previous_level() const { return previous_level_; }
  AlertState previous_state() const { return previous_state_; }
  absl::Time starts_at() const { return starts_at_; }
  absl::Time ends_at() const { return clear_since_; }
  absl::Time newest() const { return newest_; }
  absl::Time time() const { return time_; }
  bool quiet() const { return state_ == AlertState::kInactive && data_ == DataState::kFresh; }

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  static constexpr int kHistory = 32;  // points that `n of m points` can look back

  struct Timer {
    absl::Time since = absl::InfinitePast();     // first true point of this run
    absl::Duration held = absl::ZeroDuration();
    std::uint32_t points = 0;                    // newest is bit 0
    int seen = 0;
  };

  void Time(const Rule& rule, const Judgement& judgement, absl::Duration no_data_after);
  bool Ripe(const Rule& rule, int level, bool holds) const;
  int HighestRipe(const Rule& rule, const Judgement& judgement) const;
  void StepFiring(const Rule& rule, const Judgement& judgement, bool restated, std::vector<LifeStep>& out);
  void Fire(int level, std::vector<LifeStep>& out, Cause cause);
  void Resolve(const Judgement& judgement, EventType type, Cause cause, std::vector<LifeStep>& out);

  AlertState state_ = AlertState::kInactive, previous_state_ = AlertState::kInactive;
  DataState data_ = DataState::kFresh;
  int level_ = -1, previous_level_ = -1;
  std::array<Timer, kMaxLevels> timers_;
  absl::Time starts_at_ = absl::InfinitePast();
  absl::Time clear_since_ = absl::InfinitePast();  // first clear point while recovering
  absl::Duration clear_for_ = absl::ZeroDuration();
  absl::Time newest_ = absl::InfinitePast();       // newest point that was known
  absl::Time time_ = absl::InfinitePast();         // of the newest step
};

}  // namespace nephoscope
