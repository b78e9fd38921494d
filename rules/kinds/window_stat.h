// WindowStat: for each series of a group a number over its window, then one number for the group. Time first, then series.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "rules/engine/state_bytes.h"
#include "rules/kinds/limits.h"
#include "rules/model/rule.h"
#include "rules/model/running_stats.h"
#include "rules/model/series.h"

namespace nephoscope {

struct GroupValue {
  bool known = false;              // at least one series has enough points
  double value = 0;                // of those that are known; money in units of its currency
  PossibleValues possible{0, 0};   // what it can be with those that are missing
  std::vector<int> missing;        // series that should be known and are not, by slot

  bool whole() const { return missing.empty(); }
  std::vector<double> per_member;  // by slot; NaN: unknown
  std::size_t points = 0;          // of the member that has most
};

// Points are judged on a grid of the rule's `every` or the data's own cadence; without either, at the time of each point. A point of a
// cost cell counts at the end of its period. Windows are (t - window, t], or fixed; whole ones are judged at their end only. A window with under half
// of the expected points is unknown.
//
// A number is judged on all series of its group. One is missing while its window is unknown (also while it is too young
// to fill half of it), or it has been silent for longer than no_data.after. Costs are sparse: a day without a line
// is no silence. With `members_may_leave` nobody is missing.
class WindowStat {
 public:
  explicit WindowStat(const Rule& rule);

  void Define(int slot, const Series& series);
  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due);
  void Leave(int slot);
  // Valid until the next call. Allocates nothing once it was called with as many series and points.
  const GroupValue& At(absl::Time time);
  // The newest time up to `time` whose window has only complete cells, and all before it as well; InfinitePast: there is
  // none. What is provisional (a bill's newest days) is judged upward only.
  absl::Time Settled(absl::Time time) const;
  // At may be called for times from this one on again.
  void KeepFrom(absl::Time from) { keep_from_ = from; }

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  struct Member {
    absl::InlinedVector<TimedValue, 2> points;  // by time; those that no window can reach any more are dropped
    absl::InlinedVector<std::int64_t, 4> provisional;  // times of such points; a restart hears of them anew
    std::int64_t cadence_ms = 0, period_ms = 0;
    std::int64_t forgotten_ms = INT64_MIN;      // the newest of those
    std::int64_t first_ms = INT64_MAX;          // its first point since it came
    std::int64_t newest_ms = INT64_MIN;         // its newest, and how long after the one before
    std::int64_t gap_ms = 0;
    std::unique_ptr<RunningStats> running;      // of a long window
    bool money = false;
    bool negative = false;                      // has been below zero
  };
  struct Bounds {
    std::size_t begin, end;
  };

  using Points = absl::Span<const TimedValue>;
  enum class Stat : std::uint8_t { kLast, kCount, kAvg, kSum, kMin, kMax, kRate, kPercentile, kUnknown };
  enum class How : std::uint8_t { kByData, kSum, kMin, kAvg, kCount, kMax };  // kByData: sum for money, max otherwise

  bool tumbling() const { return rule_->watch.fixed && !rule_->watch.fixed->growing; }
  // True: it was provisional and is complete now.
  static bool NoteFinality(Member& member, std::int64_t time_ms, bool provisional);
  // Of (from, to].
  Bounds Window(const Member& member, std::int64_t from, std::int64_t to) const;
  bool has_window() const { return rule_->watch.fixed || window_ms_ > 0; }
  // How long its newest value counts at `time`, without a window.
  std::int64_t StepOf(const Member& member, std::int64_t time) const;
  std::int64_t PatienceOf(const Member& member, std::int64_t time) const;
  static std::int64_t GapAt(const Member& member, std::int64_t time);
  bool CountsOn(const Member& member) const { return !has_window() && members_.size() > 1 && !member.money && member.cadence_ms == 0; }
  Bounds OfStep(const Member& member, Bounds bounds, std::int64_t time) const;
  std::int64_t FromOf(const Member& member, std::int64_t time) const;
  double StatOf(Member& member, std::int64_t time);
  bool IsMissing(const Member& member, std::int64_t time, bool known) const;
  PossibleValues Possible() const;
  double Fold(Points points);
  double FoldRunning(Member& member, Bounds bounds);
  static double Increase(Points points);
  double Combine(const std::vector<double>& values) const;
  void Drop(Member& member, absl::Time time) const;

  const Rule* rule_;
  TimeRange cell_{absl::InfinitePast(), absl::InfinitePast()};    // the fixed window that was looked at last
  TimeRange filled_{absl::InfinitePast(), absl::InfinitePast()};  // and that of the newest point
  absl::Time keep_from_ = absl::InfiniteFuture();
  Stat stat_;
  double share_ = 0;  // kPercentile: 0..1
  How how_;
  std::int64_t every_ms_, window_ms_, patience_ms_ = 0;  // the last: no_data.after
  unsigned needs_;  // of RunningStats
  std::vector<Member> members_;
  GroupValue at_;             // what At answers with
  std::vector<double> sort_;  // scratch of percentiles
};

}  // namespace nephoscope
