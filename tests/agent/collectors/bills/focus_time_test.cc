#include "agent/collectors/bills/focus_time.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"

namespace nephoscope {
namespace {

absl::Time At(int hour = 0, int minute = 0, int second = 0) {
  return absl::FromCivil(absl::CivilSecond(2026, 1, 31, hour, minute, second), absl::UTCTimeZone());
}

BOOST_AUTO_TEST_SUITE(focus_time_test)

BOOST_AUTO_TEST_CASE(the_forms_that_providers_write_are_read) {
  const struct { const char* text; absl::Time want; } rows[] = {
      {"2026-01-31", At()},
      {"2026/01/31", At()},
      {"20260131", At()},
      {"2026-01-31T00:00:00Z", At()},
      {"2026-01-31T00:00Z", At()},
      {"2026-01-31 05:06", At(5, 6)},
      {"2026-01-31 05:06:07", At(5, 6, 7)},
      {"2026-01-31t05:06:07z", At(5, 6, 7)},
      {"2026-01-31 05:06:07 UTC", At(5, 6, 7)},
      {"2026-01-31 05:06:07.000000 UTC", At(5, 6, 7)},
      {"2026-01-31T05:06:07.5Z", At(5, 6, 7) + absl::Milliseconds(500)},
      {"2026-01-31T05:06:07.123456789Z", At(5, 6, 7) + absl::Nanoseconds(123456789)},
      {"2026-01-31T05:06:07+00:00", At(5, 6, 7)},
      {"2026-01-31T05:06:07+02:00", At(3, 6, 7)},
      {"2026-01-31 05:06:07 -0330", At(8, 36, 7)},
      {"2026-01-31 05:06:07.000 +00", At(5, 6, 7)},
      {"20260131T050607Z", At(5, 6, 7)},
      {"2026-01-31T24:00:00Z", At() + absl::Hours(24)},
      {"2026-01-31 UTC", At()},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    const absl::StatusOr<absl::Time> time = FocusTime(row.text);
    BOOST_REQUIRE_MESSAGE(time.ok(), std::string(time.status().message()));
    BOOST_TEST((*time == row.want), *time);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_time_or_two_is_refused_with_what_was_found) {
  const struct { const char *text, *says; } rows[] = {
      {"", "\"\" is not a time"},
      {"yesterday", "\"yesterday\" is not a time; expected one such as 2026-01-31 00:00:00"},
      {"2026-02-30", "is not a time"},
      {"2026-13-01", "is not a time"},
      {"2026-01-31T25:00:00Z", "is not a time"},
      {"2026-01-31T05:06:07 EST", "is not a time"},
      {"2026-01-31T05:", "is not a time"},
      {"2026-01-31T05:06:07.Z", "is not a time"},
      {"2026-01", "is not a time"},
      {"46053", "is not a time"},
      {"01/02/2026", "does not say which number is the month"},
      {"1/31/2026 0:00", "does not say which number is the month"},
      {"31.01.2026", "does not say which number is the month"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    const absl::StatusOr<absl::Time> time = FocusTime(row.text);
    BOOST_REQUIRE(!time.ok());
    BOOST_TEST(absl::StrContains(time.status().message(), row.says), time.status());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
