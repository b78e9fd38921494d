#include "rules/engine/lanes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "rules/model/check.h"
#include "rules/model/fast_loops.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostOpen = 4;          // blocks of a key that a cell is tried in, and that may be far from full
constexpr SeriesColumns::Row kPatience = 16;  // rows; after so many, half of a block should have had a point in a row
constexpr SeriesColumns::Row kMostRows = 50'000;

constexpr std::uint64_t Bit(int lane) { return std::uint64_t{1} << lane; }

// The newest points of all lanes are of one row.
bool InStep(const SeriesColumns::Row* newest, int lanes) {
  SeriesColumns::Row others = 0;
  for (int lane = 0; lane < lanes; ++lane) others |= newest[lane] ^ newest[0];
  return others == 0;
}

}  // namespace

std::uint32_t Lanes::NewBlock(const Key& key, const Frame& frame, int width) {
  std::uint32_t id = static_cast<std::uint32_t>(blocks_.size());
  if (free_.empty()) {
    blocks_.emplace_back();
    waiting_.reserve(blocks_.capacity());
  } else {
    id = free_.back();
    free_.pop_back();
  }
  blocks_[id] = std::make_unique<Block>(key, frame, width, *frame.program->InColumns());
  return id;
}

// Makes rows for all the points, if that are few rows more than there are or would be without the block.
bool Lanes::MakeFit(Block& block, absl::Span<const TimedValue> points) {
  SeriesColumns& columns = block.columns;
  if (std::all_of(points.begin(), points.end(), [&](const TimedValue& point) { return columns.Find(point.time_ms) != SeriesColumns::kNoRow; })) return true;
  const std::size_t larger = std::max<std::size_t>(columns.rows(), points.size());
  std::vector<std::int64_t> times;
  for (Row row = columns.first(); row < columns.end(); ++row) times.push_back(columns.TimeOf(row));
  const std::size_t rows = times.size();
  for (const TimedValue& point : points) times.push_back(point.time_ms);
  std::inplace_merge(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(rows), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  if (times.size() > std::min<std::size_t>(larger + std::max<std::size_t>(kPatience, larger / 8), kMostRows)) return false;
  for (std::size_t i = 1; i < times.size(); ++i)
    if (columns.JudgedAt(times[i]) <= columns.JudgedAt(times[i - 1])) return false;
  std::vector<std::int64_t> newest(kWidth), before(kWidth, kNever);  // rows have other numbers then
  for (Mask left = block.used; left != 0; left &= left - 1) {
    const int lane = std::countr_zero(left);
    newest[lane] = columns.TimeOf(block.newest[lane]);
    if (const Row row = block.before[lane]; row != SeriesColumns::kNoRow && row >= columns.first()) before[lane] = columns.TimeOf(row);
  }
  columns.Spread(times);
  for (Mask left = block.used; left != 0; left &= left - 1) {
    const int lane = std::countr_zero(left);
    block.newest[lane] = columns.Find(newest[lane]);
    block.before[lane] = columns.Find(before[lane]);
  }
  return true;
}

std::optional<Lanes::LaneId> Lanes::Join(const Key& key, const Frame& frame, CellId cell, std::uint32_t next, absl::Span<const TimedValue> points, std::size_t judged, bool unsaved, Clock clock) {
  Group& group = groups_[key];
  std::uint32_t id = ~std::uint32_t{0};
  for (std::size_t i = 0; i < std::min(group.open.size(), kMostOpen) && id == ~std::uint32_t{0}; ++i) {
    const std::uint32_t open = group.open[group.open.size() - 1 - i];
    if (blocks_[open]->waiting() == 0 && MakeFit(*blocks_[open], points)) id = open;
  }
  if (id == ~std::uint32_t{0}) {
    if (group.open.size() >= kMostOpen) return std::nullopt;
    const std::uint32_t made = NewBlock(key, frame, static_cast<int>(std::clamp<std::size_t>(group.lanes, 1, kWidth)));
    if (!MakeFit(*blocks_[made], points)) {
      blocks_[made] = nullptr;
      free_.push_back(made);
      if (group.lanes == 0) groups_.erase(key);
      return std::nullopt;
    }
    group.open.push_back(id = made);
  }
  Block& block = *blocks_[id];
  const int lane = std::countr_one(block.used);
  block.used |= Bit(lane);
  if (unsaved) block.unsaved |= Bit(lane);
  if (std::popcount(block.used) == block.columns.width()) std::erase(group.open, id);
  for (const TimedValue& point : points) {
    const Row row = block.columns.Find(point.time_ms);
    block.columns.Values(row)[lane] = point.value;
    ++block.columns.filled(row);
  }
  block.newest[lane] = block.columns.Find(points.back().time_ms);
  block.before[lane] = judged == 0 ? SeriesColumns::kNoRow : block.columns.Find(points[judged - 1].time_ms);
  block.round[lane] = clock.round;
  block.cell[lane] = cell;
  block.SetNext(lane, next);
  block.columns.Begin(lane, block.newest[lane]);
  ++group.lanes;
  ++lanes_;
  return id * kWidth + static_cast<LaneId>(lane);
}

void Lanes::Leave(LaneId id) {
  Block& block = BlockOf(id);
  const int lane = static_cast<int>(id % kWidth);
  CHECK((block.waiting() & Bit(lane)) == 0);
  Group& group = groups_[block.key];
  const std::uint32_t number = id / kWidth;
  if (std::popcount(block.used) == block.columns.width()) group.open.push_back(number);
  block.used &= ~Bit(lane);
  block.unsaved &= ~Bit(lane);
  block.asked &= ~Bit(lane);
  block.open &= ~Bit(lane);
  --lanes_;
  --group.lanes;
  if (block.used != 0) {
    block.columns.Clear(lane);
    return;
  }
  std::erase(group.open, number);
  if (group.lanes == 0) groups_.erase(block.key);
  blocks_[number] = nullptr;
  free_.push_back(number);
}

Lanes::Took Lanes::Take(LaneId id, TimedValue point, const std::vector<std::uint32_t>& rounds) {
  Block& block = BlockOf(id);
  const int lane = static_cast<int>(id % kWidth);
  Row row = block.columns.end() - 1;
  if (point.time_ms != block.columns.newest_ms()) {
    if (point.time_ms > block.columns.newest_ms()) return block.waiting() != 0 ? Took::kJudgeFirst : Took::kRowFirst;
    row = block.columns.Find(point.time_ms);
    if (row == SeriesColumns::kNoRow) return Took::kNot;
  }
  const bool waits = (block.waiting() & Bit(lane)) != 0;
  double& there = block.columns.Values(row)[lane];
  if (waits ? row <= block.row : row <= block.newest[lane]) return there == point.value ? Took::kYes : Took::kNot;
  if (block.waiting() != 0) return Took::kJudgeFirst;  // another row waits
  waiting_.push_back(id);
  for (Mask left = block.used; left != 0; left &= left - 1)
    if (block.newest[std::countr_zero(left)] < row) block.asked |= left & -left;
  block.open = block.asked & ~Bit(lane);
  block.waiting_ms = point.time_ms;
  block.row = row;
  block.values = block.columns.Values(row);
  block.now = block.key.source < rounds.size() ? rounds[block.key.source] : 0;
  there = point.value;
  return Took::kYes;
}

std::size_t Lanes::Judge(LaneId id, std::vector<CellId>& out) {
  Block& block = BlockOf(id);
  const int width = block.columns.width();
  const Row* const newest = block.newest.data();
  const Mask waiting = block.waiting();
  if (std::popcount(waiting) == width && InStep(newest, width)) JudgeRun(block, 0, width, newest[0], out);
  else JudgeRuns(block, out);
  const auto judged = static_cast<std::size_t>(std::popcount(waiting));
  block.asked = block.open = 0;
  if (judged == 0) return 0;
  block.columns.filled(block.row) += static_cast<std::uint32_t>(judged);
  block.unsaved |= waiting;
  for (std::size_t i = waiting_.size(); i-- > 0;) {
    if (waiting_[i] / kWidth != id / kWidth) continue;
    waiting_[i] = waiting_.back();
    waiting_.pop_back();
    break;
  }
  return judged;
}

// Some of the lanes, or such that come from different rows.
void Lanes::JudgeRuns(Block& block, std::vector<CellId>& out) {
  const int width = block.columns.width();
  const Row* const newest = block.newest.data();
  const Mask waiting = block.waiting();
  for (int from = 0; from < width;) {
    if ((waiting & Bit(from)) == 0) {
      ++from;
      continue;
    }
    int to = from + 1;
    while (to < width && ((block.used & Bit(to)) == 0 || ((waiting & Bit(to)) != 0 && newest[to] == newest[from]))) ++to;
    JudgeRun(block, from, to, newest[from], out);
    from = to;
  }
}

// Those between that are not used have no points.
void Lanes::JudgeRun(Block& block, int from, int to, Row before, std::vector<CellId>& out) {
  NOT_CLEARED double answers[kWidth];
  NOT_CLEARED bool fits[kWidth];
  block.columns.Move(from, to, before, block.row);
  Row *const newest = block.newest.data(), *const earlier = block.before.data();
  std::uint32_t* const round = block.round.data();
  for (int lane = from; lane < to; ++lane) {
    earlier[lane] = round[lane] == block.now ? earlier[lane] : before;
    round[lane] = block.now;
    newest[lane] = block.row;
  }
  block.frame.program->AnswersAt(block.columns, block.row, from, to, answers);
  block.columns.Fits(from, to, fits);
  const double low = block.frame.low, high = block.frame.high;
  int quiet = 0;
  for (int i = 0; i < to - from; ++i) quiet += fits[i] & !(answers[i] < low) & !(answers[i] > high);
  if (quiet == to - from) [[likely]] return;
  for (int lane = from; lane < to; ++lane)
    if (const double answer = answers[lane - from]; (answer < low || answer > high || !fits[lane - from]) && (block.used & Bit(lane)) != 0) out.push_back(block.cell[lane]);
}

void Lanes::Misfits(LaneId id, std::vector<CellId>& out) const {
  const Block& block = BlockOf(id);
  const SeriesColumns& columns = block.columns;
  Mask leaving = 0;
  if (columns.rows() > kPatience) {
    const Row row = columns.end() - kPatience;
    const double* const values = columns.Values(row);
    if (2 * columns.filled(row) < static_cast<std::uint32_t>(std::popcount(block.used)))
      for (int lane = 0; lane < columns.width(); ++lane) leaving |= values[lane] == values[lane] ? Bit(lane) : 0;
  }
  if (columns.full()) {
    const std::int64_t late = columns.newest_ms() - std::max(block.frame.program->reach_ms() / 8, block.frame.slack_ms);
    for (Mask left = block.used; left != 0; left &= left - 1)
      if (columns.TimeOf(block.newest[std::countr_zero(left)]) < late) leaving |= Bit(std::countr_zero(left));
  }
  for (Mask left = leaving & block.used; left != 0; left &= left - 1) out.push_back(block.cell[std::countr_zero(left)]);
}

// The time from which on the lane needs its points.
std::int64_t Lanes::KeepFrom(const Block& block, int lane, Clock clock) {
  const SeriesColumns& columns = block.columns;
  const Row judged = JudgedRow(block, lane, clock);
  Row first = judged == SeriesColumns::kNoRow ? columns.first() : judged + 1;
  while (first < block.newest[lane] && std::isnan(columns.Values(first)[lane])) ++first;
  first = std::min(first, block.newest[lane]);
  const std::int64_t asked = columns.TimeOf(first) - block.frame.program->reach_ms() - block.frame.slack_ms;
  return judged == SeriesColumns::kNoRow ? asked : std::min(asked, columns.TimeOf(judged));
}

bool Lanes::OpenRow(LaneId id, std::int64_t time_ms, Clock clock) {
  Block& block = BlockOf(id);
  CHECK(block.waiting() == 0);
  if (block.columns.full()) {
    std::int64_t keep = INT64_MAX;
    for (Mask left = block.used; left != 0; left &= left - 1) keep = std::min(keep, KeepFrom(block, std::countr_zero(left), clock));
    const Row rows = block.columns.rows();
    block.columns.DropBefore(keep);
    if (rows - block.columns.rows() <= rows / 16) {
      if (rows >= kMostRows) return false;
      block.columns.Grow();
    }
  }
  return block.columns.Open(time_ms);
}

SeriesColumns::Row Lanes::JudgedRow(const Block& block, int lane, Clock clock) {
  const SeriesColumns& columns = block.columns;
  Row row = block.round[lane] == clock.round ? block.before[lane] : block.newest[lane];
  if (row == SeriesColumns::kNoRow) return row;
  for (;; --row) {
    if (columns.DueOf(row) <= clock.complete_ms && !std::isnan(columns.Values(row)[lane])) return row;
    if (row == columns.first()) return SeriesColumns::kNoRow;
  }
}

Lanes::Past Lanes::PastOf(LaneId id, Clock clock) const {
  const Block& block = BlockOf(id);
  const int lane = static_cast<int>(id % kWidth);
  const Row judged = JudgedRow(block, lane, clock);
  Past out{{}, 0, (block.unsaved & Bit(lane)) != 0};
  for (Row row = block.columns.first(); row <= block.newest[lane]; ++row) {
    const double value = block.columns.Values(row)[lane];
    if (std::isnan(value)) continue;
    out.points.push_back({block.columns.TimeOf(row), value});
    if (row == judged) out.judged = out.points.size();
  }
  return out;
}

std::int64_t Lanes::NewestOf(LaneId id) const {
  const Block& block = BlockOf(id);
  return block.columns.TimeOf(block.newest[id % kWidth]);
}

bool Lanes::TakeUnsaved(LaneId id) {
  Block& block = BlockOf(id);
  const Mask bit = Bit(static_cast<int>(id % kWidth));
  const bool out = (block.unsaved & bit) != 0;
  block.unsaved &= ~bit;
  return out;
}

}  // namespace nephoscope
