#include "agent/seams/clock.h"

#include <ctime>

#include "rules/model/check.h"

namespace nephoscope {
namespace {

timespec Read(clockid_t id) {
  timespec out;
  CHECK(clock_gettime(id, &out) == 0);
  return out;
}

class KernelClock : public Clock {
 public:
  absl::Time Now() override { return absl::TimeFromTimespec(Read(CLOCK_REALTIME)); }
  absl::Duration SinceBoot() override { return absl::DurationFromTimespec(Read(CLOCK_BOOTTIME)); }
};

}  // namespace

Clock& SystemClock() {
  static KernelClock& clock = *new KernelClock;
  return clock;
}

}  // namespace nephoscope
