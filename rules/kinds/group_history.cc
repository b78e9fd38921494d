#include "rules/kinds/group_history.h"

#include <algorithm>

namespace nephoscope {
namespace {

bool Before(const GroupHistory::Point& point, absl::Time time) { return point.time < time; }

}  // namespace

void GroupHistory::Add(absl::Time time, double value) {
  if (!points_.empty() && points_.back().time == time) points_.back().value = value;
  if (!points_.empty() && time - points_.back().time < spacing_) return;
  points_.push_back({time, value});
  points_.erase(points_.begin(), std::lower_bound(points_.begin(), points_.end(), std::min(time, keep_from_) - length_ - spacing_, Before));
}

std::optional<double> GroupHistory::Near(absl::Time time, absl::Duration tolerance, absl::Time end) const {
  const auto after = std::lower_bound(points_.begin(), points_.end(), time, Before);
  const Point* best = nullptr;
  if (after != points_.begin() && time - (after - 1)->time <= tolerance) best = &*(after - 1);
  if (after != points_.end() && after->time < end && after->time - time <= tolerance)
    if (best == nullptr || after->time - time < time - best->time) best = &*after;
  return best == nullptr ? std::nullopt : std::optional<double>(best->value);
}

absl::Span<const GroupHistory::Point> GroupHistory::Until(absl::Time time) const {
  const auto end = std::upper_bound(points_.begin(), points_.end(), time, [](absl::Time t, const Point& p) { return t < p.time; });
  if (end == points_.begin()) return {};
  const auto begin = std::lower_bound(points_.begin(), end, (end - 1)->time - length_ - spacing_, Before);
  return absl::MakeConstSpan(points_).subspan(static_cast<std::size_t>(begin - points_.begin()), static_cast<std::size_t>(end - begin));
}

void GroupHistory::GoBack(absl::Time from) { points_.erase(std::lower_bound(points_.begin(), points_.end(), from, Before), points_.end()); }

void GroupHistory::Save(StateWriter& out) const {
  out.Int(static_cast<std::int64_t>(points_.size()));
  for (const Point& point : points_) out.Time(point.time), out.Real(point.value);
}

void GroupHistory::Load(StateReader& in) {
  points_.resize(in.Count(16));
  for (Point& point : points_) point.time = in.Time(), point.value = in.Real();
}

}  // namespace nephoscope
