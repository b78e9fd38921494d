// GroupHistory: what the number of a group was at earlier times, on a grid, for kinds that compare with the past.
#pragma once

#include <optional>
#include <vector>

#include "absl/time/time.h"
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

  // Times never go back; a time that is there already gets the new value. Closer to the point before than `spacing`: not kept.
  void Add(absl::Time time, double value);
  // The value of the point nearest to `time`, less than `spacing` away.
  std::optional<double> Near(absl::Time time) const;
  // By time.
  const std::vector<Point>& points() const { return points_; }
  // Forgets what is older than `time`.
  void StartAt(absl::Time time);

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  absl::Duration spacing_, length_;
  std::vector<Point> points_;
};

}  // namespace nephoscope
