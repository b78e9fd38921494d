// Clock: the one place where time comes from. Nothing else in the program reads a clock (tests/layers_test.cc checks that).
#pragma once

#include "absl/time/time.h"

namespace nephoscope {

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall clock: for calendar windows, request signing and display.
  virtual absl::Time Now() = 0;
  // Time since boot (goes on in suspend, never jumps): for intervals and time-outs.
  virtual absl::Duration SinceBoot() = 0;
  // How far Now() is ahead of the machine's wall clock, which was set back.
  virtual absl::Duration Ahead() { return absl::ZeroDuration(); }
};

// CLOCK_REALTIME and CLOCK_BOOTTIME.
Clock& SystemClock();

}  // namespace nephoscope
