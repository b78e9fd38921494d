// Deadline: one thread says until when, another asks whether it has passed. Never by default.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace nephoscope {

// Times are durations since boot (Clock::SinceBoot).
class Deadline {
 public:
  void Set(absl::Duration since_boot) { at_ns_.store(absl::ToInt64Nanoseconds(since_boot), std::memory_order_relaxed); }
  bool Passed(absl::Duration since_boot) const { return absl::ToInt64Nanoseconds(since_boot) >= at_ns_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> at_ns_{std::numeric_limits<std::int64_t>::max()};
};

}  // namespace nephoscope
