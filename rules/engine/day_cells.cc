#include "rules/engine/day_cells.h"

#include <algorithm>

#include "rules/model/money.h"

namespace nephoscope {

std::vector<DayCells::Cell>::const_iterator DayCells::From(std::int64_t day) const {
  return std::lower_bound(cells_.begin(), cells_.end(), day, [](const Cell& cell, std::int64_t d) { return cell.day < d; });
}

bool DayCells::Set(std::int64_t day, std::int64_t micros, bool provisional) {
  if (day < -100'000 || day > 100'000'000) return false;  // not a time of any bill
  first_ = std::min(first_, day);
  last_ = std::max(last_, day);
  const auto at = cells_.begin() + (From(day) - cells_.begin());
  if (at != cells_.end() && at->day == day) {
    const bool changed = at->micros != micros;
    at->micros = micros;
    at->provisional = provisional;
    return changed;
  }
  cells_.insert(at, {micros, static_cast<std::int32_t>(day), provisional});
  return true;
}

void DayCells::DropBefore(std::int64_t day) { cells_.erase(cells_.begin(), From(day)); }

std::int64_t DayCells::Sum(std::int64_t from, std::int64_t to) const {
  Money sum;
  for (auto at = From(from); at != cells_.end() && at->day < to; ++at) sum = sum + Money{at->micros, {}};
  return sum.micros;
}

bool DayCells::Any(std::int64_t from, std::int64_t to) const {
  const auto at = From(from);
  return at != cells_.end() && at->day < to;
}

std::int64_t DayCells::LastIn(std::int64_t from, std::int64_t to) const {
  const auto at = From(to);
  const std::int64_t last = at == cells_.begin() ? from - 1 : (at - 1)->day;
  return std::max(last, from - 1);
}

bool DayCells::Provisional(std::int64_t from, std::int64_t to) const {
  for (auto at = From(from); at != cells_.end() && at->day < to; ++at)
    if (at->provisional) return true;
  return false;
}

void DayCells::Save(StateWriter& out) const {
  out.Int(first_);
  out.Int(last_);
  out.Int(static_cast<std::int64_t>(cells_.size()));
  for (const Cell& cell : cells_) out.Int(cell.micros), out.Int(cell.day * 2 + (cell.provisional ? 1 : 0));
}

void DayCells::Load(StateReader& in) {
  first_ = in.Int();
  last_ = in.Int();
  cells_.resize(in.Count(16));
  for (Cell& cell : cells_) {
    cell.micros = in.Int();
    const std::int64_t packed = in.Int();
    cell.day = static_cast<std::int32_t>(packed >> 1);
    cell.provisional = (packed & 1) != 0;
  }
}

}  // namespace nephoscope
