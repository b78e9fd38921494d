#include "agent/stages/clock_watch.h"

#include "agent/log.h"
#include "agent/status/self_metrics.h"

namespace nephoscope {

ClockWatch::Event ClockWatch::Look(absl::Duration tick) {
  const absl::Time before = now_, machine = clock_.Now() - clock_.Ahead(), machine_before = machine_;
  const absl::Duration boot = clock_.SinceBoot(), elapsed = boot - boot_;
  now_ = clock_.Now();
  machine_ = machine;
  boot_ = boot;
  if (before == absl::InfinitePast()) return Event::kNone;
  const absl::Duration step = (machine - machine_before) - elapsed;
  const bool paused = elapsed >= kPause;
  if (paused) {
    metrics_.TicksMissed(static_cast<double>(elapsed / tick) - 1);
    LogWarning("the program stood still, paused or starved; nothing is judged missing before it was asked again",
               {{"for", absl::FormatDuration(absl::Trunc(elapsed, absl::Milliseconds(100)))}});
  }
  if (step >= kStep || step <= -kStep) {
    metrics_.ClockStep(absl::ToDoubleSeconds(step));
    LogWarning(step > absl::ZeroDuration()
                   ? "the machine's clock was set forward; nothing is judged missing before it was asked again"
                   : "the machine's clock was set back; times go on from where they were until it has caught up",
               {{"by", absl::FormatDuration(absl::Trunc(absl::AbsDuration(step), absl::Milliseconds(100)))}});
  }
  if (!paused && step < kStep) return Event::kNone;
  if (!holds()) held_ = before;
  held_since_ = boot;
  return step >= kStep ? Event::kSet : Event::kPaused;
}

void ClockWatch::Settle(bool owed) {
  if (holds() && (!owed || boot_ - held_since_ > kLongestHold)) held_ = absl::InfinitePast();
}

}  // namespace nephoscope
