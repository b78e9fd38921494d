// RetryPolicy: whether and when a failed request is sent again. Pure: time comes from the answer, chance from Random.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "agent/net/http.h"
#include "agent/seams/random.h"

namespace nephoscope {

// Throttled: the provider asks for fewer calls. Transient: a later try may work. Final: it will not.
enum class FailureClass { kThrottled, kTransient, kFinal };

// Decided by the provider's error code where there is one, because providers throttle with status 400; else by status or transport.
FailureClass Classify(const HttpResponse& response, absl::string_view error_code);

class RetryPolicy {
 public:
  // How long the provider asked to be left alone (Retry-After), 1 s to 15 min; zero: it did not.
  static absl::Duration Asked(const HttpResponse& response);
  // `attempt`: tries again so far, from 0. Returns how long to wait before the next; nothing: do not send it again.
  // Full jitter: Uniform() * min(20 s, scale * 2^attempt), scale 1 s when throttled, else 50 ms; a Retry-After of the provider comes on top
  // (1 s to 15 min; x-amz-retry-after is in milliseconds and at most 5 s more than the backoff). Five tries at most.
  absl::optional<absl::Duration> Next(const HttpResponse& response, absl::string_view error_code, int attempt, Random& random) const;
};

}  // namespace nephoscope
