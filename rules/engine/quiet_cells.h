// QuietCells: alerts that have nothing to say. Rules that ask the same of the same series share one cell for each series, which remembers the
// last points; while a value lies between their limits no rule is asked. An alert of its own (Instance) is made when a value leaves that range
// or data stay away, from what the cell remembers, as if it had been there from the first point on. An alert that goes on as it is, firing or
// over, comes back to rest in the cell (engine_rest.cc).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/engine/arrival_delays.h"
#include "rules/engine/instance.h"
#include "rules/engine/intake.h"
#include "rules/engine/lanes.h"
#include "rules/engine/kind.h"
#include "rules/model/look_back.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"
#include "rules/model/series_store.h"

namespace nephoscope {

// Rules are named by their position in the rule set.
using RulePosition = std::uint32_t;

// How an alert is in a cell: it was never made, it rests and nothing fires, or it fires at a level (from 0) and goes on.
inline constexpr std::int8_t kNeverMade = -2, kNothingFires = -1;

struct InCell {
  RulePosition rule;
  std::int8_t how = kNeverMade;
  friend auto operator<=>(const InCell&, const InCell&) = default;
};

class QuietCells {
 public:
  using CellId = std::uint32_t;
  using Rules = absl::InlinedVector<RulePosition, 4>;
  using Alerts = absl::InlinedVector<InCell, 4>;

  // A rule of the set; in order of position. Only rules whose kind answers QuietBetween can be quiet.
  void AddRule(const Rule& rule);
  // The cells of the rule have windows: they remember what the rule looks back at, which is lost when the cell is left.
  bool HasWindows(RulePosition rule) const { return families_[family_of_[rule]].program != nullptr; }
  bool any_apart() const { return windows_.size() > free_windows_.size(); }  // of them some are in no lane
  bool any_windows() const { return any_apart() || lanes_.any(); }

  static bool SameFamily(const Rule& a, const Rule& b);

  // Whether the rule can be quiet over this series at all.
  bool CanBeQuiet(RulePosition rule, const Series& series);
  // The family of a rule: rules of one family ask the same of the same series.
  int FamilyOf(RulePosition rule) const { return family_of_[rule]; }

  // `rules`: ascending, all of one family, none has an alert of its own. What was remembered of this series and family in `before` goes on (nullptr: in
  // the cell that it has here, if there is one).
  // `group`: of the `by` values. Returns its cell, and a cell of another series in the same group: then both have to be woken with all their
  // rules; kNone: there is none.
  static constexpr CellId kNone = ~CellId{0};
  struct Joined {
    CellId own, other;
  };
  Joined Join(const Series& series, const Rules& rules, std::uint64_t group, const QuietCells* before);
  // The cells of a series, the newest first; kNone: no more.
  CellId FirstOf(SeriesId series) const { return CellAt(FirstLink(series)); }
  CellId NextOf(CellId cell) const { return CellAt(NextLink(LinkOf(cell))); }
  // The same as links, by which samples go: to a cell, or to its lane, without a look at the cell.
  using Link = std::uint32_t;
  Link FirstLink(SeriesId series) const { return series < first_of_.size() ? first_of_[series] : kNone; }
  Link NextLink(Link link) const { return IsLane(link) ? lanes_.NextOf(link & ~kLaneBit) : cells_[link].next; }
  // What FirstLink and Take of a series will read; the second after the first has come.
  void FetchFirst(SeriesId series) const { __builtin_prefetch(first_of_.data() + series); }
  void FetchCell(SeriesId series) const {
    const Link link = FirstLink(series);
    if (link >= kLaneBit) return IsLane(link) ? lanes_.Fetch(link & ~kLaneBit) : void();
    __builtin_prefetch(&cells_[link], 1);
    __builtin_prefetch(reinterpret_cast<const char*>(&cells_[link]) + 64, 1);
  }
  // The third and the fourth, of cells with windows.
  void FetchWindow(SeriesId series) const {
    const Link link = FirstLink(series);
    if (link >= kLaneBit || !HasWindow(cells_[link])) return;
    const Window* window = &windows_[cells_[link].place];
    __builtin_prefetch(window, 1);
    __builtin_prefetch(reinterpret_cast<const char*>(window) + 64, 1);
  }
  void FetchPoints(SeriesId series) const {
    const Link link = FirstLink(series);
    if (link >= kLaneBit || !HasWindow(cells_[link])) return;
    const SeriesMemory& memory = windows_[cells_[link].place].memory;
    if (memory.windows.empty()) return;
    __builtin_prefetch(memory.points.data() + memory.points.size(), 1);
    for (const RunningStats& one : memory.windows) __builtin_prefetch(memory.points.data() + one.begin());
  }
  // These rules are gone. Cells that are left without any go on if others Join them before Settled is called.
  void Forget(const Rules& rules);
  const std::vector<CellId>& Forgotten() const { return forgotten_; }
  void Settled(const SeriesStore& series);
  // Some alert that was never made knew what the cell knows, since before Forget at the latest.
  bool KnowsForAll(CellId cell) const {
    return std::binary_search(forgotten_.begin(), forgotten_.end(), cell) || std::any_of(AlertsOf(cell).begin(), AlertsOf(cell).end(), [](InCell alert) { return alert.how == kNeverMade; });
  }
  // How late the points of a series usually are.
  void SetDelay(const Series& series, ArrivalDelay delay);
  // A series is defined anew: its cells are left, what they remember goes on where it joins again (with `before` this object) before another leaves.
  void Leave(SeriesId series);
  // The series is gone, with its cells. None of its alerts was made.
  void Forget(SeriesId series);

  // Cells of other rules go on in this one: watermarks stay as they were.
  void GoOnFrom(const QuietCells& before) { watermarks_ = before.watermarks_, rounds_ = before.rounds_, delays_ = before.delays_; }
  // The newest watermark of a source: what has come by now is judged up to it, what comes later by the next.
  void Advance(SourceId source, absl::Time watermark);

  // kNone: no rule of the cell has anything to say. Else the cell: those of NotQuietAt have, for this sample; wake them and give it to their alerts.
  CellId Take(Link link, const Sample& sample, InstanceCounts& counts) {
    if (!std::isfinite(sample.value)) return kNone;  // not a number: as if nothing had come
    if (!IsLane(link)) return TakeInCell(link, sample, counts) ? kNone : link;
    return lanes_.TakeInStep(link & ~kLaneBit, sample.time_ms, sample.value) ? kNone : TakeInLane(link & ~kLaneBit, sample, counts);
  }
  // Takes samples, from the first on, whose series have nothing but neighbouring lanes that they come in step for; returns how many. `alone`: of a series.
  template <typename Alone>
  std::size_t TakeInStep(absl::Span<const Sample> samples, Alone alone) {
    const Link link = FirstLink(samples[0].series);
    if (!IsLane(link)) return 0;
    const Lanes::Step step = lanes_.StepFrom(link & ~kLaneBit);
    const int most = static_cast<int>(std::min<std::size_t>(samples.size(), static_cast<std::size_t>(step.lanes)));
    int taken = 0;
    for (const Sample* sample = samples.data(); taken < most; ++taken, ++sample) {
      if (sample->time_ms != step.time_ms || !std::isfinite(sample->value) || FirstLink(sample->series) != link + static_cast<Link>(taken) || !alone(sample->series)) break;
      step.values[taken] = sample->value;
    }
    if (taken > 0) lanes_.TakenInStep(link & ~kLaneBit, taken);
    return static_cast<std::size_t>(taken);
  }
  // What lanes have taken is judged now. The cells whose rules have something to say for it; wake them.
  const std::vector<CellId>& JudgeLanes(InstanceCounts& counts);
  void LanesJudged() { outside_.clear(); }
  // The rules of a cell that Take did not take a sample for.
  Rules NotQuietAt(CellId cell, const Sample& sample) const;
  Rules RulesOf(CellId cell) const;
  // The cell of a series in a family; kNone: there is none.
  CellId CellIn(SeriesId series, int family) const { return Remembered(FirstOf(series), families_[family].key); }
  const Alerts& AlertsOf(CellId cell) const { return sets_[cells_[cell].set].alerts; }
  SeriesId SeriesOf(CellId cell) const { return cells_[cell].series; }

  // What an alert of the cell has been through.
  QuietPast PastOf(CellId cell, InstanceCounts& counts);
  // These rules have alerts of their own from now on. `series`: that of the cell.
  void Wake(CellId cell, const Rules& rules, const Series& series);

  // These alerts of one family, ascending by rule, of which none is in the cell, rest in the cell of the series from now on. `past`: what they have been through,
  // without anything that waits. kNone: the cell knows better, or one of them would have something to say.
  CellId Rest(const Series& series, const Alerts& alerts, std::uint64_t group, const QuietPast& past, InstanceCounts& counts);

  // Cells that have had no data for so long that a rule of theirs minds.
  void FindSilent(absl::Time now, InstanceCounts& counts, std::vector<CellId>& out);
  // Cells with windows that have had data since this was last asked.
  std::vector<CellId> TakeUnsaved();
  // The cells of which one of these rules is quiet.
  std::vector<CellId> With(const Rules& rules) const;
  // All cells with rules that are still quiet.
  std::vector<CellId> Live() const;
  // Of these rules (by position, edited now) some would not have been quiet at what a cell remembers.
  bool Minds(CellId cell, const QuietRange& range) const;

  std::size_t alerts() const;
  std::size_t firing() const;

 private:
  static constexpr std::int64_t kNever = INT64_MIN;
  static constexpr std::uint32_t kLaneBit = 1u << 31;

  struct Point {
    std::int64_t time_ms;
    double value;
  };
  struct Cell {
    std::uint32_t set = 0;
    std::uint32_t family = 0;
    SeriesId series = 0;
    CellId next = kNone;                     // of the same series
    std::uint32_t rhythm = 0;
    std::uint32_t round = 0;                 // of its source, when it was last settled
    SourceId source = 0;
    bool stale = false;                      // no rule was quiet for a while, so nothing was remembered
    std::uint64_t group = 0;                 // of the `by` values
    std::uint32_t place = kNone;             // of its window, or its lane with kLaneBit; what the lane knows is not known here
    std::int64_t judged_ms = kNever;         // the newest time that was judged
    std::int64_t newest_ms = kNever;         // the newest sample
    Point last = {kNever, 0};                // what was judged then
    absl::InlinedVector<Point, 1> waiting;   // by time: not yet judged
  };
  // When the data of a cell are to be judged, and missed.
  struct Rhythm {
    std::int64_t step_ms = 0;      // of the data; 0: none
    std::int64_t patience_ms = 0;  // how long data may stay away, with what they are usually late
    std::int64_t lag_ms = 0;       // how far they are behind the watermark
    friend auto operator<=>(const Rhythm&, const Rhythm&) = default;
  };
  // Alerts that are quiet together; few such sets, shared by many cells.
  struct Set {
    Alerts alerts;
    std::string unit;  // of the values
    double low, high;  // while low <= value <= high no rule has anything to say
    bool rests;        // one of them was made
    bool fires;        // one of them does
  };
  // What a cell remembers for a rule whose question looks back.
  struct alignas(64) Window {
    SeriesMemory memory;
    bool unsaved = false;
    std::uint32_t taken = 0, next_try = 2;   // points, and at how many it looks for a lane
  };
  struct Family {
    std::string key;
    std::shared_ptr<const LookBack> program;  // nullptr: the value itself is the answer
    bool in_columns = false;
    absl::Duration delay;
    std::vector<std::int64_t> complete_ms;                     // by source
    absl::flat_hash_map<std::uint64_t, CellId> cell_of_group;
  };
  struct OfRule {
    const Rule* rule;
    std::map<std::pair<std::string, std::int8_t>, std::optional<QuietRange>> ranges;  // by unit, and how the alert is
    std::vector<std::uint32_t> sets;                          // that it is in
  };

  std::int64_t DueOf(const Cell& cell, std::int64_t time_ms) const;
  std::int64_t CompleteOf(const Cell& cell) const;
  void Settle(Cell& cell, InstanceCounts& counts);
  bool ChangesJudged(const Cell& cell, const Point& point) const;
  void Renew(Cell& cell);
  void OpenWindow(Cell& cell);
  void CloseWindow(Cell& cell);
  static bool IsLane(std::uint32_t link) { return (link & kLaneBit) != 0 && link != kNone; }
  static bool HasWindow(const Cell& cell) { return cell.place < kLaneBit; }
  CellId CellAt(Link link) const { return IsLane(link) ? lanes_.CellOf(link & ~kLaneBit) : link; }
  Link LinkOf(CellId cell) const { return IsLane(cells_[cell].place) ? cells_[cell].place : cell; }
  void Relink(SeriesId series, Link before, Link now);
  Lanes::Clock ClockOf(const Cell& cell) const;
  std::int64_t SlackOf(const Cell& cell) const;
  std::pair<Cell, Window> Apart(CellId cell) const;
  void LeaveLane(CellId cell);
  void SeekLane(CellId cell);
  void JudgeBlock(Lanes::LaneId lane, InstanceCounts& counts);
  CellId TakeInLane(Lanes::LaneId lane, const Sample& sample, InstanceCounts& counts);
  bool TakeInCell(CellId cell, const Sample& sample, InstanceCounts& counts);
  double AnswerIn(const Cell& cell, std::int64_t due);
  bool TakeIntoWindow(CellId cell, const Point& point);
  const std::optional<QuietRange>& RangeOf(InCell alert, const std::string& unit);
  void SetRhythm(Cell& cell, const Series& series);
  void TakeOut(CellId cell, const Rules& rules);
  void GiveBack(CellId first);
  std::uint32_t SetOf(const Alerts& alerts, const std::string& unit);
  CellId Remembered(CellId first, const std::string& family) const;

  std::vector<OfRule> rules_;
  std::vector<int> family_of_;
  std::vector<Family> families_;
  std::map<std::string, int> family_by_key_;
  std::vector<Set> sets_;
  std::map<std::pair<std::string, std::vector<InCell>>, std::uint32_t> set_by_alerts_;
  std::vector<Cell> cells_;
  std::vector<Window> windows_;
  std::vector<std::uint32_t> free_windows_;
  Lanes lanes_;
  std::vector<CellId> outside_, falling_, leaving_;  // of lanes; the last two scratch
  std::int64_t uncounted_ = 0;           // evaluations: lanes count them when points come, cells when they are judged
  std::vector<Link> first_of_;           // by series
  std::vector<CellId> forgotten_;        // may go on
  std::vector<CellId> free_;             // cells that are not used
  CellId left_ = kNone;                  // the first of the series that left last
  std::vector<Rhythm> rhythms_;          // few, shared by many cells
  std::map<Rhythm, std::uint32_t> rhythm_ids_;
  absl::flat_hash_map<SeriesId, ArrivalDelay> delays_;  // of those that are late
  std::vector<absl::Time> watermarks_;   // by source
  std::vector<std::uint32_t> rounds_;    // by source: how often its watermark was told
  absl::Time no_silence_before_ = absl::InfinitePast();
};

}  // namespace nephoscope
