// DayCells: the versioned daily amounts of one billing series, small: 16 bytes a day.
#pragma once

#include <cstdint>
#include <vector>

#include "rules/engine/state_bytes.h"

namespace nephoscope {

// Days count from the epoch, UTC.
class DayCells {
 public:
  // A new version of a day replaces the old one. False: it is as it was.
  bool Set(std::int64_t day, std::int64_t micros, bool provisional);
  // Forgets what is before `day`; what was first stays known.
  void DropBefore(std::int64_t day);

  // Micros of the days in [from, to), saturating.
  std::int64_t Sum(std::int64_t from, std::int64_t to) const;
  bool Any(std::int64_t from, std::int64_t to) const;
  bool Provisional(std::int64_t from, std::int64_t to) const;
  bool empty() const { return first_ > last_; }
  std::int64_t first() const { return first_; }  // that was ever set
  std::int64_t last() const { return last_; }
  // The newest of the days in [from, to); below `from`: none.
  std::int64_t LastIn(std::int64_t from, std::int64_t to) const;

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  struct Cell {
    std::int64_t micros;
    std::int32_t day;
    bool provisional;
  };
  std::vector<Cell>::const_iterator From(std::int64_t day) const;

  std::vector<Cell> cells_;  // by day
  std::int64_t first_ = INT32_MAX, last_ = INT32_MIN;
};

}  // namespace nephoscope
