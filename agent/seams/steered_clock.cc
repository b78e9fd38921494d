#include "agent/seams/steered_clock.h"

#include <algorithm>

namespace nephoscope {

absl::Time SteeredClock::Now() {
  absl::MutexLock lock(&mutex_);
  const absl::Time machine = machine_.Now();
  const absl::Duration boot = machine_.SinceBoot();
  const absl::Time least = last_ + (boot - boot_) * (1 - kSlower);
  last_ = std::max(machine, least);
  boot_ = boot;
  ahead_ = last_ - machine;
  return last_;
}

absl::Duration SteeredClock::Ahead() {
  Now();
  absl::MutexLock lock(&mutex_);
  return ahead_;
}

void SteeredClock::GoOnFrom(absl::Time time) {
  Now();
  absl::MutexLock lock(&mutex_);
  last_ = std::max(last_, time);
}

}  // namespace nephoscope
