// DayStats: what one series came to on each day: 56 bytes a day instead of its points, and a bit for each minute of the last hours.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rules/engine/state_bytes.h"

namespace nephoscope {

// Days count from the epoch, UTC. A point that is not newer than the last is a repetition and does not count, unless it came late: no point of its minute
// was there, in the kLate minutes before the newest.
class DayStats {
 public:
  struct Sum {
    std::int64_t count = 0;
    double sum = 0, least = 0, most = 0, last = 0;
    void Add(const Sum& other);
    // avg, max, min, sum, count, last; NaN where there is nothing (a count is 0 then).
    double Stat(const std::string& stat) const;
  };

  static constexpr int kLate = 384;  // minutes

  // False: a repetition, too late, or no number.
  bool Add(absl::Time time, double value);
  void DropBefore(std::int64_t day);

  // Of the days in [from, to).
  Sum Of(std::int64_t from, std::int64_t to) const;
  bool ever() const { return last_ != absl::InfinitePast(); }
  absl::Time first() const { return first_; }
  absl::Time last() const { return last_; }
  // How far apart the newest points usually are, in minutes; zero: they are few, or further apart than is remembered.
  absl::Duration Spacing() const;

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  struct Day {
    std::int64_t day;
    Sum sum;
  };
  // False: it is no news.
  bool Heard(absl::Time time);
  bool HeardOf(std::int64_t minute) const { return heard_[static_cast<std::size_t>(minute % kLate / 64)] >> minute % 64 & 1; }

  std::vector<Day> days_;  // ascending
  std::array<std::uint64_t, kLate / 64> heard_ = {};  // a bit for each minute up to that of last_, by its remainder
  absl::Time first_ = absl::InfiniteFuture(), last_ = absl::InfinitePast();
};

}  // namespace nephoscope
