// MetricModel: how unusual each sample of one series is for that series alone. No sample counts before it has come,
// none is kept, one set of numbers serves all series (detection.md 1.1).
//
//   season   |x - mean of this time of the day or week|
//   level    |mean of the last 64 of x - m|, m a streaming median: a drift that no single sample shows
//   range    the largest minus the smallest of the last 32
//   calm     ln of the usual step to the present one: the number has stopped moving
//   near     |x - mean of the last 64|                   robust ones: these two only
//   hour     |x - mean of this hour of the day or week|  where the dial is above zero
//
// Each of the first four has a tail that says how rare it is (SurpriseTail), the robust ones a streaming median:
//
//   score = (sum of z^3 of the four)^(1/3) + dial max(0, (z_near^3 + z_hour^3)^(1/3) - 1)
//
// A score of 3 is about one sample in a thousand. What is reported is decided by a margin over the highest score of
// late, and a fatigue that grows with each report. State: 3 KB in place, of which nothing is allocated after the start.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "rules/engine/state_bytes.h"
#include "rules/kinds/surprise_tail.h"

namespace nephoscope {

// Numbers of the model. Only the first five are chosen by a rule (`sensitivity`); all of them so that a bench can shake them.
struct MetricTuning {
  double dial = 0.5, threshold = 3.2, hold = 0.10, margin = 1.6, fatigue = 0.3;
  double tired_for = 6;  // half-life of the fatigue, in warm-ups; `hold` is that of the margin
  double season_rate = 0.08, step_rate = 0.05, spread_rate = 0.02, level_rate = 1 / 64.0, near_rate = 1 / 64.0;
  double season_reach = 1;  // how far one sample moves the mean of its cell, in edges of the tail
  double fast_rate = 1 / 32.0, slow_rate = 1 / 512.0, calm_floor = 0.02, robust_weight = 1.5;
  TailTuning tail;
};

// Samples of one series as the model sees time.
struct MetricRhythm {
  std::int64_t period_ms = 86'400'000;  // after which a time of the day or the week comes back
  int cells = 96;                       // that it is cut into; 1: every time is like any other
  int cells_an_hour = 4;                // of those, for the hour
};

class MetricModel {
 public:
  enum Statistic { kSeason, kLevel, kRange, kCalm, kNear, kHour, kStatistics };
  static constexpr int kTails = 4, kLeastWarmUp = 20, kMostWarmUp = 750;

  // One sample as the model sees it before it has learnt from it.
  struct Look {
    double value = 0;
    int cell = 0;
    std::array<double, kStatistics> size{}, surprise{};  // of each statistic
    double score = 0;
    double fresh_score = 0;  // after Echo: without the echoes
    std::array<bool, kTails> echoes{};  // these only remember the samples before
    bool is_most = false, is_least = false;  // of the last 32
    bool reports = false;  // by margin and fatigue
    bool first_change = false;  // after nothing but one and the same value
    double drift = 0;      // x - m over the last 64, with its sign
  };
  struct Usual {
    double centre = 0, low = 0, high = 0;
  };

  MetricModel(MetricRhythm rhythm, int warm_up);

  // Does not change the model. Finite values only.
  Look Consider(std::int64_t time_ms, double value, const MetricTuning& tuning) const;
  // Of a sample during something unusual that went `direction` (1: up, -1: down): a value that is back where it was is not
  // unusual by a range or a mean that still has the others in it.
  void Echo(Look& look, int direction) const;
  // `counts`: it is of a kind that the rule asks for; else it is learnt from but leads to no report.
  void Learn(const Look& look, const MetricTuning& tuning, bool counts = true);
  // Samples were missing for long: the way from the last one to the next is no step.
  void NoteGap() { gap_before_ = samples_; }

  std::int64_t samples() const { return samples_; }
  bool warming_up() const { return samples_ < warm_up_; }
  int warm_up() const { return warm_up_; }
  // Samples below the threshold after which what was reported is over.
  int quiet_after() const { return std::max(4, warm_up_ / 20); }
  // The largest that each statistic has been outside of what was reported. Asked before Learn.
  double record(int statistic) const { return record_[statistic]; }
  // While something is reported its own sizes are no record; then they become one. Asked before Learn.
  void Open();
  // `told`: people heard of it; else what comes next needs no margin over it.
  void Close(bool told);

  // Before Learn, all of these. The size from which on the statistic would carry the score over the threshold, the others
  // being what they are. Of a score above it the size reaches the limit of what it is described by; of one below, none does.
  double LimitOf(const Look& look, int statistic, const MetricTuning& tuning) const;
  // The usual values: around the mean that the statistic compares with (kSeason, kNear, kHour), else that of the season.
  Usual BandOf(const Look& look, int statistic, const MetricTuning& tuning) const;
  // False: the mean of the season, or of the hour, that it compares with has no sample yet.
  bool Knows(int statistic, int cell) const;
  // The statistic that the look is best described by: the season where that is surprising by itself, else the most
  // surprising of those that carry the score.
  int LargestOf(const Look& look, const MetricTuning& tuning) const;
  double level() const { return median_; }
  // No value below zero is usual where none has ever come.
  double Reached(double low, double value) const { return negative_ ? low : std::max(low, std::min(value, 0.0)); }
  // From one sample to the next: usually, and over the last 32.
  struct Moves {
    double usual = 0, now = 0;
  };
  Moves MovesOf(const Look& look, const MetricTuning& tuning) const;

  void Save(StateWriter& out) const;
  // False: it was saved by another version or for another rhythm. The model is then as new.
  bool Load(StateReader& in);

 private:
  static constexpr int kRange32 = 32, kBehind = 32;

  bool constant() const { return tails_[kRange].empty(); }
  double HourMean(int cell, bool& known) const;
  void Measure(Look& look, const MetricTuning& tuning) const;
  void Rate(Look& look, const MetricTuning& tuning) const;
  double CalmOf(const Moves& moves, const MetricTuning& tuning) const;
  double UsualMove() const;
  void LearnLevel(double value, const MetricTuning& tuning);
  void LearnMoves(double value, const MetricTuning& tuning);
  void LearnSeason(const Look& look, const MetricTuning& tuning);
  void LearnRobust(const Look& look);

  MetricRhythm rhythm_;
  int warm_up_;
  bool open_ = false, negative_ = false;  // the latter: a value has been below zero
  std::int64_t samples_ = 0, gap_before_ = -1;  // the latter: the sample that a gap was before
  std::vector<float> season_;          // means less anchor_, by cell
  std::vector<std::uint8_t> seen_;     // samples of each cell, up to 255
  double anchor_ = 0;                  // the first value, so that floats keep the digits that differ
  double median_ = 0, spread_ = 0, drift_ = 0, near_ = 0, last_ = 0;  // near_ less anchor_
  double fast_ = 0, fast_weight_ = 0, slow_ = 0, slow_weight_ = 0;    // means of squared steps, and their weights
  double peak_ = 0, tired_ = 0;        // the highest score of late; reports of late
  double untold_peak_ = 0, untold_tired_ = 0;  // the same without what is reported now
  std::array<float, 2> log_size_{};    // streaming medians of ln of the robust ones
  std::array<std::uint32_t, 2> logs_{};
  std::array<float, kStatistics> record_{}, open_record_{};
  std::array<float, kRange32> newest_{};   // values less anchor_, by samples_ % 32
  std::array<float, kBehind> slow_past_{}; // usual steps of the last 32 samples
  std::array<SurpriseTail, kTails> tails_;
};

}  // namespace nephoscope
