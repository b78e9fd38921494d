#include "agent/net/retry.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

class FixedRandom : public Random {
 public:
  explicit FixedRandom(double value) : value_(value) {}
  double Uniform() override { return value_; }

 private:
  double value_;
};

HttpResponse Answer(int status, Headers headers = {}) {
  HttpResponse out;
  out.status = status;
  out.headers = std::move(headers);
  out.received = absl::FromCivil(absl::CivilSecond(2026, 11, 24, 12, 0, 0), absl::UTCTimeZone());
  return out;
}

HttpResponse Broken(absl::Status status) {
  HttpResponse out;
  out.transport = std::move(status);
  return out;
}

absl::Duration WaitOf(const HttpResponse& response, absl::string_view code, int attempt, double chance) {
  FixedRandom random(chance);
  return RetryPolicy().Next(response, code, attempt, random).value_or(-absl::Seconds(1));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(retry_test)

BOOST_AUTO_TEST_CASE(what_may_work_later_is_told_from_what_never_will) {
  const struct {
    const char* what;
    HttpResponse response;
    const char* code;
    FailureClass want;
  } rows[] = {
      {"CloudWatch throttles with 400", Answer(400), "Throttling", FailureClass::kThrottled},
      {"so does Cost Explorer", Answer(400), "LimitExceededException", FailureClass::kThrottled},
      {"429 without a code", Answer(429), "", FailureClass::kThrottled},
      {"a throttle code beats status 500", Answer(500), "SlowDown", FailureClass::kThrottled},
      {"503", Answer(503), "", FailureClass::kTransient},
      {"an internal error with 400", Answer(400), "InternalFailure", FailureClass::kTransient},
      {"reset", Broken(absl::UnavailableError("reset")), "", FailureClass::kTransient},
      {"time-out", Broken(absl::DeadlineExceededError("slow")), "", FailureClass::kTransient},
      {"a wrong key", Answer(403), "InvalidClientTokenId", FailureClass::kFinal},
      {"a wrong parameter", Answer(400), "ValidationError", FailureClass::kFinal},
      {"not there", Answer(404), "", FailureClass::kFinal},
      {"501 is no weather", Answer(501), "", FailureClass::kFinal},
      {"a code in the wrong case is another code", Answer(400), "throttling", FailureClass::kFinal},
      {"no such name", Broken(absl::NotFoundError("name")), "", FailureClass::kFinal},
      {"forbidden by the guard", Broken(absl::PermissionDeniedError("guard")), "", FailureClass::kFinal},
      {"too long", Broken(absl::ResourceExhaustedError("long")), "", FailureClass::kFinal},
      {"a wrong certificate", Broken(absl::UnauthenticatedError("tls")), "", FailureClass::kFinal},
      {"a good answer that could not be decoded", Answer(200), "", FailureClass::kFinal},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      BOOST_TEST((Classify(row.response, row.code) == row.want));
    }
}

BOOST_AUTO_TEST_CASE(waits_twice_as_long_each_time_with_full_jitter_up_to_a_bound) {
  const struct {
    const char* what;
    const char* code;
    int attempt;
    double chance;
    absl::Duration want;
  } rows[] = {
      {"throttled, first", "Throttling", 0, 0.5, absl::Milliseconds(500)},
      {"throttled, third", "Throttling", 2, 0.5, absl::Seconds(2)},
      {"throttled, fifth", "Throttling", 4, 0.5, absl::Seconds(8)},
      {"no luck is no wait", "Throttling", 4, 0, absl::ZeroDuration()},
      {"transient is quick", "InternalFailure", 0, 0.5, absl::Milliseconds(25)},
      {"no more after five", "Throttling", 5, 0.5, -absl::Seconds(1)},
      {"final", "AccessDenied", 0, 0.5, -absl::Seconds(1)},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      BOOST_TEST((WaitOf(Answer(400), row.code, row.attempt, row.chance) == row.want));
    }
}

BOOST_AUTO_TEST_CASE(the_provider_s_own_wish_is_kept) {
  const struct {
    const char* what;
    const char* header;
    const char* value;
    absl::Duration want;  // with chance 0.5, throttled, first attempt: half a second of jitter
  } rows[] = {
      {"seconds", "Retry-After", "7", absl::Milliseconds(7500)},
      {"any case", "retry-after", "7", absl::Milliseconds(7500)},
      {"a date", "Retry-After", "Tue, 24 Nov 2026 12:00:30 GMT", absl::Milliseconds(30500)},
      {"a date that is past", "Retry-After", "Tue, 24 Nov 2026 11:00:00 GMT", absl::Milliseconds(1500)},
      {"zero is at least a second", "Retry-After", "0", absl::Milliseconds(1500)},
      {"a day is fifteen minutes", "Retry-After", "86400", absl::Minutes(15) + absl::Milliseconds(500)},
      {"not readable", "Retry-After", "soon", absl::Milliseconds(500)},
      {"AWS says milliseconds", "x-amz-retry-after", "1500", absl::Milliseconds(1500)},
      {"AWS at most five seconds more", "x-amz-retry-after", "60000", absl::Milliseconds(5500)},
      {"AWS, less than our own", "x-amz-retry-after", "10", absl::Milliseconds(500)},
      {"AWS, nonsense", "x-amz-retry-after", "-3", absl::Milliseconds(500)},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      BOOST_TEST((WaitOf(Answer(429, {{row.header, row.value}}), "", 0, 0.5) == row.want));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
