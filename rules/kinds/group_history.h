// GroupHistory: what the number of a group was at earlier times, on a grid, for kinds that compare with the past.
#pragma once

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/engine/state_bytes.h"

namespace nephoscope {

class GroupHistory {
 public:
  struct Point {
    absl::Time time;
    double value;
  };

  // One point per `spacing`, kept for `length`.
  GroupHistory(absl::Duration spacing, absl::Duration length) : spacing_(spacing), length_(length) {}

  // Times do not go back without GoBack; a time that is there already gets the new value. Closer to the point before than `spacing`: not kept.
  void Add(absl::Time time, double value);
  // The value of the point nearest to `time` (of two the earlier one), at most `tolerance` away and before `end`.
  std::optional<double> Near(absl::Time time, absl::Duration tolerance, absl::Time end) const;
  // By time.
  const std::vector<Point>& points() const { return points_; }
  // Those that were there at `time`.
  absl::Span<const Point> Until(absl::Time time) const;
  // Times from this one on may be added again, after GoBack; InfiniteFuture: none.
  void KeepFrom(absl::Time from) { keep_from_ = from; }
  absl::Time keep_from() const { return keep_from_; }
  // Forgets what was added from this time on.
  void GoBack(absl::Time from);

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  absl::Duration spacing_, length_;
  std::vector<Point> points_;
  absl::Time keep_from_ = absl::InfiniteFuture();
};

}  // namespace nephoscope
