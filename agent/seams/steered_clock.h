// SteeredClock: a wall clock that never goes back. Samples are stamped and rules judge by it, so that no moment comes twice:
// two episodes at one moment would have one id, and the second would be taken for a repetition.
#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "agent/seams/clock.h"

namespace nephoscope {

// The machine's wall clock; where that was set back, time goes on from where it was, a hundredth slower, until the machine has
// caught up. Any thread.
class SteeredClock : public Clock {
 public:
  static constexpr double kSlower = 0.01;

  explicit SteeredClock(Clock& machine) : machine_(machine) {}

  absl::Time Now() override ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Duration SinceBoot() override { return machine_.SinceBoot(); }
  absl::Duration Ahead() override ABSL_LOCKS_EXCLUDED(mutex_);

  // An earlier run was at `time`: this one goes on from there at the earliest.
  void GoOnFrom(absl::Time time) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Clock& machine_;
  absl::Mutex mutex_;
  absl::Time last_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Duration boot_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();  // when that was
  absl::Duration ahead_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
};

}  // namespace nephoscope
