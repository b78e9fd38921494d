#include "agent/net/retry.h"

#include <algorithm>

#include "absl/strings/numbers.h"

namespace nephoscope {
namespace {

constexpr int kMostAttempts = 5;
constexpr absl::Duration kMostBackoff = absl::Seconds(20);
constexpr absl::Duration kLeastAsked = absl::Seconds(1);
constexpr absl::Duration kMostAsked = absl::Minutes(15);

// boto/botocore: botocore/retries/standard.py.
constexpr absl::string_view kThrottleCodes[] = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
};
constexpr absl::string_view kTransientCodes[] = {
    "RequestTimeout",       "RequestTimeoutException", "InternalError",      "InternalFailure",
    "InternalServiceFault", "InternalServerError",     "ServiceUnavailable", "ServiceUnavailableException",
};

template <std::size_t N>
bool OneOf(absl::string_view code, const absl::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), code) != std::end(list);
}

FailureClass ClassifyTransport(const absl::Status& transport) {
  const bool again = absl::IsUnavailable(transport) || absl::IsDeadlineExceeded(transport);
  return again ? FailureClass::kTransient : FailureClass::kFinal;
}

FailureClass ClassifyStatus(int status) {
  if (status == 429) return FailureClass::kThrottled;
  if (status == 408 || status == 500 || status == 502 || status == 503 || status == 504) return FailureClass::kTransient;
  return FailureClass::kFinal;
}

absl::Duration Backoff(FailureClass failure, int attempt) {
  const absl::Duration scale = failure == FailureClass::kThrottled ? absl::Seconds(1) : absl::Milliseconds(50);
  return std::min(kMostBackoff, scale * (1 << std::clamp(attempt, 0, 20)));
}

// Seconds or an HTTP date; zero: not asked, or not readable.
absl::Duration AskedWait(const HttpResponse& response) {
  const absl::string_view text = HeaderValue(response.headers, "Retry-After");
  if (text.empty()) return absl::ZeroDuration();
  std::int64_t seconds = 0;
  absl::Time date;
  std::string error;
  absl::Duration asked;
  if (absl::SimpleAtoi(text, &seconds)) {
    asked = absl::Seconds(seconds);
  } else if (absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", text, &date, &error)) {
    asked = date - response.received;
  } else {
    return absl::ZeroDuration();
  }
  return std::clamp(asked, kLeastAsked, kMostAsked);
}

absl::Duration AskedByAws(const HttpResponse& response, absl::Duration backoff) {
  std::int64_t millis = 0;
  if (!absl::SimpleAtoi(HeaderValue(response.headers, "x-amz-retry-after"), &millis) || millis < 0) return absl::ZeroDuration();
  return std::min(absl::Milliseconds(millis), backoff + absl::Seconds(5));
}

}  // namespace

FailureClass Classify(const HttpResponse& response, absl::string_view error_code) {
  if (!response.transport.ok()) return ClassifyTransport(response.transport);
  if (OneOf(error_code, kThrottleCodes)) return FailureClass::kThrottled;
  if (OneOf(error_code, kTransientCodes)) return FailureClass::kTransient;
  return ClassifyStatus(response.status);
}

absl::Duration RetryPolicy::Asked(const HttpResponse& response) {
  return response.transport.ok() ? AskedWait(response) : absl::ZeroDuration();
}

absl::optional<absl::Duration> RetryPolicy::Next(const HttpResponse& response, absl::string_view error_code, int attempt,
                                                 Random& random) const {
  const FailureClass failure = Classify(response, error_code);
  if (failure == FailureClass::kFinal || attempt >= kMostAttempts) return absl::nullopt;
  const absl::Duration backoff = random.Uniform() * Backoff(failure, attempt);
  if (const absl::Duration aws = AskedByAws(response, backoff); aws > absl::ZeroDuration()) return std::max(aws, backoff);
  return AskedWait(response) + backoff;
}

}  // namespace nephoscope
