// Times on a grid that begins at the epoch: every 5 minutes, every day (UTC).
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace nephoscope {

// The newest time of the grid that is not after `time`; `step` > 0.
inline absl::Time GridDown(absl::Time time, absl::Duration step) { return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), step); }

// The first time of the grid that is not before `time`.
inline absl::Time GridUp(absl::Time time, absl::Duration step) {
  const absl::Time down = GridDown(time, step);
  return down == time ? time : down + step;
}
inline std::int64_t GridUp(std::int64_t time, std::int64_t step) {
  const std::int64_t past = time % step;
  return past == 0 ? time : time - past + (time > 0 ? step : 0);
}

// Days since the epoch, UTC.
inline std::int64_t DayOf(absl::Time time) { return absl::ToInt64Hours(absl::Floor(time - absl::UnixEpoch(), absl::Hours(24))) / 24; }
inline absl::Time StartOfDay(std::int64_t day) { return absl::UnixEpoch() + absl::Hours(24) * day; }

}  // namespace nephoscope
