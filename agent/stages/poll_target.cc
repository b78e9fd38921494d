#include "agent/stages/poll_target.h"

#include <algorithm>

namespace nephoscope {

bool PollTarget::Ready(absl::Duration now) const {
  if (in_flight >= kInFlight) return false;
  return std::any_of(waiting.begin(), waiting.end(), [&](const auto& one) { return one->not_before <= now; });
}

std::int64_t PollTarget::Schedule(absl::Duration now, absl::Duration every) {
  const bool began = next_due_ != -absl::InfiniteDuration();
  next_due_ = (began ? next_due_ : now) + every;
  if (next_due_ > now) return 0;
  absl::Duration rest;
  const std::int64_t missed = absl::IDivDuration(now - next_due_, every, &rest) + 1;
  next_due_ += missed * every;
  return missed;
}

void PollTarget::Hold(absl::Duration until, const HttpResponse& answer) {
  held_until_ = until;
  held_.status = answer.status;
  held_.transport = answer.transport;
}

}  // namespace nephoscope
