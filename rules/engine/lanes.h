// Lanes: cells whose series come together (QuietCells) remember in columns and are judged side by side. Those of one key ask the same at the same times; up to
// 64 of them share a block. A cell that falls out of step leaves, with all its points, and may come back.
#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "rules/model/series_columns.h"
#include "rules/model/look_back.h"
#include "rules/model/series.h"

namespace nephoscope {

class Lanes {
 public:
  using LaneId = std::uint32_t;
  using CellId = std::uint32_t;
  static constexpr std::int64_t kNever = INT64_MIN;

  struct Key {
    std::uint32_t family, rhythm, set;
    SourceId source;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  // Of all lanes of a key: what is asked, when points are judged (0: each at its time), how long points are kept beyond what is asked, and what
  // answers are quiet.
  struct Frame {
    std::shared_ptr<const LookBack> program;
    std::int64_t step_ms, slack_ms;
    double low, high;
  };
  // Up to where a source is complete, and how often it has said so.
  struct Clock {
    std::int64_t complete_ms;
    std::uint32_t round;
  };
  // What a lane knows. Of the points the first `judged` were judged.
  struct Past {
    std::vector<TimedValue> points;
    std::size_t judged;
    bool unsaved;
  };
  enum class Took {
    kYes,
    kNot,         // the point is out of step: the lane has to leave
    kJudgeFirst,  // what waits in its block
    kRowFirst,    // Misfits have to leave, then OpenRow
  };

  bool any() const { return lanes_ > 0; }

  // `points`: by time, not empty; the first `judged` of them were judged in this round of the clock or before, the others come in it. `next`: for whoever asks NextOf.
  // nullopt: they are out of step with all others of the key.
  std::optional<LaneId> Join(const Key& key, const Frame& frame, CellId cell, std::uint32_t next, absl::Span<const TimedValue> points, std::size_t judged, bool unsaved, Clock clock);
  void Leave(LaneId lane);
  CellId CellOf(LaneId lane) const { return BlockOf(lane).cell[lane % kWidth]; }
  static constexpr std::uint32_t kNoNext = ~std::uint32_t{0};
  std::uint32_t NextOf(LaneId lane) const {
    const Block& block = BlockOf(lane);
    return (block.followed >> lane % kWidth & 1) == 0 ? kNoNext : block.next.data()[lane % kWidth];
  }
  void SetNext(LaneId lane, std::uint32_t next) { BlockOf(lane).SetNext(static_cast<int>(lane % kWidth), next); }

  // What TakeInStep will read; of lanes beside each other the first is enough.
  void Fetch(LaneId lane) const {
    if (lane % kWidth != 0) return;
    const Block& block = BlockOf(lane);
    __builtin_prefetch(&block.columns, 1);
    __builtin_prefetch(&block.used, 1);
    __builtin_prefetch(&block.values, 1);
    __builtin_prefetch(block.newest.data(), 1);
  }
  // A finite value; true: it comes in step with others of its block that wait.
  bool TakeInStep(LaneId lane, std::int64_t time_ms, double value) {
    Block& block = BlockOf(lane);
    const Mask bit = Mask{1} << lane % kWidth;
    if ((block.open & bit) == 0 || time_ms != block.waiting_ms) return false;
    block.values[lane % kWidth] = value;
    block.open &= ~bit;
    return true;
  }
  // The same of several lanes beside each other, from this one on, that nothing follows: the values of so many may be written, then TakenInStep is told of
  // how many were.
  struct Step {
    double* values;
    std::int64_t time_ms;
    int lanes;
  };
  Step StepFrom(LaneId lane) {
    const Block& block = BlockOf(lane);
    const int lanes = std::countr_one((block.open & ~block.followed) >> lane % kWidth);
    return {lanes == 0 ? nullptr : block.values + lane % kWidth, block.waiting_ms, lanes};
  }
  void TakenInStep(LaneId lane, int lanes) { BlockOf(lane).open &= ~((lanes >= static_cast<int>(kWidth) ? ~Mask{0} : (Mask{1} << lanes) - 1) << lane % kWidth); }
  // The same in any case.
  Took Take(LaneId lane, TimedValue point, const std::vector<std::uint32_t>& rounds);
  // Judges what waits in the block of the lane. Whoever does not lie in what is quiet, as far as columns know, is added to `out`. Returns how many were judged.
  std::size_t Judge(LaneId lane, std::vector<CellId>& out);
  // Blocks in which something waits, by one lane each.
  const std::vector<LaneId>& waiting() const { return waiting_; }
  // Lanes of this block that do not keep step, so that their cells have to leave before there is a new row.
  void Misfits(LaneId lane, std::vector<CellId>& out) const;
  // False: a point of this time is out of step.
  bool OpenRow(LaneId lane, std::int64_t time_ms, Clock clock);

  Past PastOf(LaneId lane, Clock clock) const;
  std::int64_t NewestOf(LaneId lane) const;
  // Has had points since this was last asked.
  bool TakeUnsaved(LaneId lane);

 private:
  static constexpr LaneId kWidth = SeriesColumns::kMost;
  using Row = SeriesColumns::Row;
  using Mask = std::uint64_t;  // of lanes

  struct Block {
    Block(const Key& of, const Frame& asks, int width, absl::Span<const SeriesColumns::Range> ranges) : key(of), frame(asks), columns(width, asks.step_ms, ranges) {
      newest.resize(columns.width()), before.resize(columns.width()), round.resize(columns.width()), next.resize(columns.width()), cell.resize(columns.width());
    }

    Key key;
    Frame frame;
    SeriesColumns columns;
    Mask waiting() const { return asked & ~open; }
    void SetNext(int lane, std::uint32_t to) {
      next[lane] = to;
      followed = (followed & ~(Mask{1} << lane)) | Mask{to != kNoNext} << lane;
    }

    Mask used = 0, unsaved = 0, followed = 0;
    Mask asked = 0, open = 0;  // whose points may come in the row that waits; whose have not yet come
    // Of those that wait, if any does:
    std::int64_t waiting_ms = kNever;
    Row row = SeriesColumns::kNoRow;
    double* values = nullptr;
    std::uint32_t now = 0;               // round
    // By lane:
    std::vector<Row> newest;             // of the newest point, but those that wait
    std::vector<Row> before;             // of the newest point before this round; kNoRow: none
    std::vector<std::uint32_t> round, next;
    std::vector<CellId> cell;
  };
  struct Group {
    std::vector<std::uint32_t> open;     // blocks with room, the newest last
    std::size_t lanes = 0;
  };

  // By pointers, as [] is checked (_GLIBCXX_ASSERTIONS) and these are asked for every point.
  Block& BlockOf(LaneId lane) { return *blocks_.data()[lane / kWidth].get(); }
  const Block& BlockOf(LaneId lane) const { return *blocks_.data()[lane / kWidth].get(); }
  std::uint32_t NewBlock(const Key& key, const Frame& frame, int width);
  static bool MakeFit(Block& block, absl::Span<const TimedValue> points);
  static Row JudgedRow(const Block& block, int lane, Clock clock);
  static std::int64_t KeepFrom(const Block& block, int lane, Clock clock);
  void JudgeRuns(Block& block, std::vector<CellId>& out);
  void JudgeRun(Block& block, int from, int to, Row before, std::vector<CellId>& out);

  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<std::uint32_t> free_;      // of blocks_
  std::map<Key, Group> groups_;
  std::vector<LaneId> waiting_;
  std::size_t lanes_ = 0;
};

}  // namespace nephoscope
