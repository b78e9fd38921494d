// QuietCells whose series come together: in lanes.
#include <algorithm>
#include <utility>

#include "rules/engine/quiet_cells.h"

namespace nephoscope {

static_assert(QuietCells::kNone == Lanes::kNoNext);

Lanes::Clock QuietCells::ClockOf(const Cell& cell) const { return {CompleteOf(cell), cell.source < rounds_.size() ? rounds_[cell.source] : 0}; }

void QuietCells::Relink(SeriesId series, Link before, Link now) {
  if (first_of_[series] == before) {
    first_of_[series] = now;
    return;
  }
  for (Link at = first_of_[series]; at != kNone; at = NextLink(at)) {
    if (NextLink(at) != before) continue;
    IsLane(at) ? lanes_.SetNext(at & ~kLaneBit, now) : (void)(cells_[at].next = now);
    return;
  }
}

// What a cell is, or would be without its lane.
std::pair<QuietCells::Cell, QuietCells::Window> QuietCells::Apart(CellId id) const {
  Cell cell = cells_[id];
  const std::uint32_t place = std::exchange(cell.place, kNone);
  Window window;
  if (!IsLane(place)) {
    if (place != kNone) window.memory.points = windows_[place].memory.points, window.unsaved = windows_[place].unsaved;
    return std::pair(std::move(cell), std::move(window));
  }
  const Lanes::LaneId lane = place & ~kLaneBit;
  const Lanes::Clock clock = ClockOf(cell);
  Lanes::Past past = lanes_.PastOf(lane, clock);
  cell.next = lanes_.NextOf(lane);
  cell.round = clock.round;
  cell.newest_ms = past.points.back().time_ms;
  cell.judged_ms = kNever;
  cell.last = {kNever, 0};
  if (past.judged > 0) {
    const TimedValue& last = past.points[past.judged - 1];
    cell.judged_ms = DueOf(cell, last.time_ms);
    cell.last = {last.time_ms, last.value};
  }
  cell.waiting.clear();
  for (std::size_t i = past.judged; i < past.points.size(); ++i) cell.waiting.push_back({past.points[i].time_ms, past.points[i].value});
  window.memory.points = std::move(past.points);
  window.unsaved = past.unsaved;
  return std::pair(std::move(cell), std::move(window));
}

void QuietCells::LeaveLane(CellId id) {
  const std::uint32_t place = cells_[id].place;
  if (!IsLane(place)) return;
  auto [cell, window] = Apart(id);
  Relink(cell.series, place, id);
  lanes_.Leave(place & ~kLaneBit);
  uncounted_ -= static_cast<std::int64_t>(cell.waiting.size());
  cells_[id] = std::move(cell);
  OpenWindow(cells_[id]);
  windows_[cells_[id].place] = std::move(window);
}

// Its newest point was taken just now.
void QuietCells::SeekLane(CellId id) {
  Cell& cell = cells_[id];
  Window& window = windows_[cell.place];
  window.next_try = std::min(2 * window.taken, window.taken + 4096);
  if (!families_[cell.family].in_columns || cells_.size() >= kLaneBit) return;
  absl::Span<const TimedValue> points = window.memory.points;
  if (points.size() < cell.waiting.size()) return;
  std::size_t judged = points.size() - cell.waiting.size();
  for (std::size_t i = judged; i < points.size(); ++i)
    if (points[i].time_ms != cell.waiting[i - judged].time_ms) return;
  const bool known = judged == 0 ? cell.judged_ms == kNever : cell.last.time_ms == points[judged - 1].time_ms && cell.judged_ms == DueOf(cell, cell.last.time_ms);
  if (!known) return;
  const Set& set = sets_[cell.set];
  const Lanes::Frame frame{families_[cell.family].program, rhythms_[cell.rhythm].step_ms, SlackOf(cell), set.low, set.high};
  const std::int64_t keep = cell.waiting.front().time_ms - frame.program->reach_ms() - frame.slack_ms;
  while (judged > 1 && points.front().time_ms < keep) points.remove_prefix(1), --judged;
  const std::optional<Lanes::LaneId> lane = lanes_.Join({cell.family, cell.rhythm, cell.set, cell.source}, frame, id, cell.next, points, judged, window.unsaved, ClockOf(cell));
  if (!lane) return;
  CloseWindow(cell);
  uncounted_ += static_cast<std::int64_t>(cell.waiting.size());
  cell.waiting.clear();
  Relink(cell.series, id, *lane | kLaneBit);
  cell.place = *lane | kLaneBit;
}

void QuietCells::JudgeBlock(Lanes::LaneId lane, InstanceCounts& counts) {
  falling_.clear();
  counts.evaluations += lanes_.Judge(lane, falling_);
  for (const CellId id : falling_) {
    LeaveLane(id);
    const Cell& cell = cells_[id];
    const double answer = AnswerIn(cell, DueOf(cell, cell.newest_ms));
    if (const Set& set = sets_[cell.set]; answer < set.low || answer > set.high) outside_.push_back(id);
  }
}

const std::vector<QuietCells::CellId>& QuietCells::JudgeLanes(InstanceCounts& counts) {
  while (!lanes_.waiting().empty()) JudgeBlock(lanes_.waiting().back(), counts);
  counts.evaluations += static_cast<std::uint64_t>(std::exchange(uncounted_, 0));
  return outside_;
}

QuietCells::CellId QuietCells::TakeInLane(Lanes::LaneId lane, const Sample& sample, InstanceCounts& counts) {
  const TimedValue point{sample.time_ms, sample.value};
  if (lanes_.Take(lane, point, rounds_) == Lanes::Took::kYes) [[likely]] return kNone;
  const CellId id = lanes_.CellOf(lane);
  JudgeBlock(lane, counts);
  const auto still = [&] { return cells_[id].place == (lane | kLaneBit); };
  if (still() && lanes_.Take(lane, point, rounds_) == Lanes::Took::kRowFirst) {
    leaving_.clear();
    lanes_.Misfits(lane, leaving_);
    for (const CellId other : leaving_) LeaveLane(other);
    if (still() && !lanes_.OpenRow(lane, point.time_ms, ClockOf(cells_[id]))) LeaveLane(id);
  }
  if (still() && lanes_.Take(lane, point, rounds_) == Lanes::Took::kYes) return kNone;
  LeaveLane(id);
  return TakeInCell(id, sample, counts) ? kNone : id;
}

}  // namespace nephoscope
