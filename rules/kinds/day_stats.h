// DayStats: what one series came to on each day: 56 bytes a day instead of its points.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rules/engine/state_bytes.h"

namespace nephoscope {

// Days count from the epoch, UTC. Points come in order of time; one that is not newer than the last is a repetition and does not count.
class DayStats {
 public:
  struct Sum {
    std::int64_t count = 0;
    double sum = 0, least = 0, most = 0, last = 0;
    void Add(const Sum& other);
    // avg, max, min, sum, count, last; NaN where there is nothing (a count is 0 then).
    double Stat(const std::string& stat) const;
  };

  // False: a repetition, or no number.
  bool Add(absl::Time time, double value);
  void DropBefore(std::int64_t day);

  // Of the days in [from, to).
  Sum Of(std::int64_t from, std::int64_t to) const;
  bool ever() const { return last_ != absl::InfinitePast(); }
  absl::Time first() const { return first_; }
  absl::Time last() const { return last_; }

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  struct Day {
    std::int64_t day;
    Sum sum;
  };
  std::vector<Day> days_;  // ascending
  absl::Time first_ = absl::InfiniteFuture(), last_ = absl::InfinitePast();
};

}  // namespace nephoscope
