#include "rules/kinds/group_history.h"

#include <algorithm>

namespace nephoscope {

void GroupHistory::Add(absl::Time time, double value) {
  if (!points_.empty() && points_.back().time == time) points_.back().value = value;
  if (!points_.empty() && time - points_.back().time < spacing_) return;
  points_.push_back({time, value});
  StartAt(time - length_ - spacing_);
}

std::optional<double> GroupHistory::Near(absl::Time time) const {
  const auto after = std::lower_bound(points_.begin(), points_.end(), time, [](const Point& p, absl::Time t) { return p.time < t; });
  std::optional<double> best;
  absl::Duration distance = spacing_;
  for (const auto at : {after, after == points_.begin() ? after : after - 1}) {
    if (at == points_.end() || absl::AbsDuration(at->time - time) >= distance) continue;
    distance = absl::AbsDuration(at->time - time);
    best = at->value;
  }
  return best;
}

void GroupHistory::StartAt(absl::Time time) {
  const auto first = std::lower_bound(points_.begin(), points_.end(), time, [](const Point& p, absl::Time t) { return p.time < t; });
  points_.erase(points_.begin(), first);
}

void GroupHistory::Save(StateWriter& out) const {
  out.Int(static_cast<std::int64_t>(points_.size()));
  for (const Point& point : points_) out.Time(point.time), out.Real(point.value);
}

void GroupHistory::Load(StateReader& in) {
  points_.resize(in.Count(16));
  for (Point& point : points_) point.time = in.Time(), point.value = in.Real();
}

}  // namespace nephoscope
