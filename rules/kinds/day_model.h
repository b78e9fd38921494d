// DayModel: one series of daily costs, day by day; how unusual a new day is, and what comes next.
//
//   expected = (level + trend) * weekday factor * factor of the calendar day
//   r = cost / expected - 1          z = r / swing (falls: ln(1 + r), which knows no floor)
//   score = max(|z|, 0.4 * CUSUM of z, |z + z of the day before| / 1.7)
//
// Learns from every day with z clipped, so that no single day moves it (method:
// design/detection.md 1.2; oracle: tools/detection/cost_reference.py, day by day equal).
//
//   - a plain value without pointers: copying it is a snapshot
//   - the level of a series that costs nothing on most days is the mean of all of its days, and
//     amounts are compared with earlier amounts (`sparse`)
#pragma once

#include <array>
#include <cstdint>

#include "absl/types/span.h"
#include "rules/engine/state_bytes.h"
#include "rules/kinds/calendar_days.h"

namespace nephoscope {

class DayModel {
 public:
  static constexpr int kUsable = 14, kWarmUp = 28;  // days
  static constexpr int kRecent = 7;

  struct Day {
    std::int64_t day;
    DayClass of;
    double cost;
  };
  // How fast the past is forgotten; `weekly`: weekdays are told apart.
  struct Rates {
    double weekday = 0.06, swing = 0.03;
    bool weekly = true;
    bool trusting = true;  // weekdays that differ each week alike are believed from the first days on
  };
  struct Score {
    double up = 0, down = 0;     // >= 0, by direction
    double expected = 0;         // of this day
    double swing = 0;            // relative, as applied to this day
    double alone = 0;            // of this day and the one before, without what came earlier
    bool drift = false;          // neither this day nor two in a row are unusual, many together are
  };

  // Begins anew from at most kWarmUp first days, in order. Rough with under kUsable.
  void Fit(absl::Span<const Day> first, const Rates& rates);
  // Scores a day and learns from it.
  Score Step(const Day& day, const Rates& rates);
  // Scores only. `more`: further relative uncertainty of the cost.
  Score Compare(const Day& day, double more = 0) const;

  // What a day `ahead` (1: the next) days after the last one is expected to cost.
  double Expected(std::int64_t day, DayClass of, int ahead = 1) const;
  // The same for projections, which follow a lasting change in days: `ahead` as above; 0.97 a day
  // of the trend is kept.
  double Ahead(std::int64_t day, DayClass of, int ahead) const;
  double ProjectedLevel() const;
  void CalmFrom(double earlier) { earlier_ = earlier; }

  int days() const { return days_; }
  bool started() const { return days_ > 0; }
  bool usable() const { return days_ >= kUsable; }
  bool sparse() const { return sparse_; }
  // Most days cost nothing (or no longer do): another Fit is due.
  bool changed_rhythm() const { return sparse_ ? idle_ < 0.3 : idle_ > 0.6; }
  // A day without cost that is not learnt from.
  void NoteIdle() { idle_ += (1 - idle_) / 30; }
  double idle() const { return idle_; }  // share of days without cost, of late
  double level() const { return level_; }
  double trend() const { return trend_; }
  double swing() const { return swing_; }
  double factor(int weekday) const { return weekday_[static_cast<std::size_t>(weekday)]; }
  int run() const { return run_; }            // days in a row that lean to one side
  int leaning(bool up) const { return up ? up_days_ : down_days_; }
  int seen(DayClass of) const { return of == DayClass::kPlain ? 0 : ClassAt(of).seen; }
  // Forgets a lean to one side: it has been explained.
  void Level();
  // What the last days cost is the level from now on.
  void Accept();

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  struct Class {
    double factor = 1, error = 0;
    int seen = 0;
  };
  const Class& ClassAt(DayClass of) const { return classes_[static_cast<std::size_t>(of) - 1]; }
  int WeekdayFor(std::int64_t day, DayClass of) const;
  double Local() const;
  double SwingOn(DayClass of) const;
  void LearnClass(DayClass of, double ratio);
  void LearnPlain(double cost, int weekday, double r, double rc, double calm, const Rates& rates);
  void LearnLevel(double z, double rc, double slow);
  void FitRough(absl::Span<const Day> first);
  void FitSparse(absl::Span<const Day> first);
  void StepSparse(const Day& day);
  Score CompareSparse(const Day& day) const;
  void NoteRecent(double value);
  void Normalise();

  int days_ = 0, run_ = 0, recent_count_ = 0, up_days_ = 0, down_days_ = 0;
  bool sparse_ = false;
  double level_ = 0, trend_ = 0, swing_ = 0.5, up_ = 0, down_ = 0, z_before_ = 0, idle_ = 0;
  double earlier_ = 0;                            // level before a fall that may come back
  std::array<double, 7> weekday_{1, 1, 1, 1, 1, 1, 1};
  std::array<int, 7> seen_{};
  std::array<double, kRecent> recent_{};          // cost / weekday factor of plain days, newest last
  std::array<Class, kDayClasses> classes_{};
};

}  // namespace nephoscope
