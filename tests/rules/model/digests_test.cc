#include "rules/model/digests.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

absl::Time At(const char* text) {
  absl::Time out;
  std::string error;
  BOOST_REQUIRE_MESSAGE(absl::ParseTime("%Y-%m-%d %H:%M", text, &out, &error), error);
  return out;
}

BOOST_AUTO_TEST_SUITE(digests_test)

BOOST_AUTO_TEST_CASE(the_next_time_is_local_and_after_the_one_asked_about) {
  absl::TimeZone zone;
  BOOST_REQUIRE(absl::LoadTimeZone("America/New_York", &zone));
  const auto next = [&](std::uint8_t days, int minute, const char* after) {
    return absl::FormatTime("%Y-%m-%d %H:%M", NextDigest({.when = {.name = "", .zone = zone, .weekdays = days, .times = {{minute, minute + 1}}}, .by = {}}, At(after)), absl::UTCTimeZone());
  };
  const std::uint8_t monday = 1, every = 0x7f;
  BOOST_TEST(next(monday, 480, "2026-11-26 10:00") == "2026-11-30 13:00");
  BOOST_TEST(next(monday, 480, "2026-11-30 12:59") == "2026-11-30 13:00");
  BOOST_TEST(next(monday, 480, "2026-11-30 13:00") == "2026-12-07 13:00");  // not twice
  BOOST_TEST(next(monday, 480, "2026-07-01 00:00") == "2026-07-06 12:00");  // summer time
  BOOST_TEST(next(every, 150, "2026-03-08 00:00") == "2026-03-08 07:00");   // 02:30 does not exist: 03:00
  BOOST_TEST(next(every, 90, "2026-11-01 00:00") == "2026-11-01 05:30");    // 01:30 exists twice: the first
  BOOST_TEST(next(every, 90, "2026-11-01 05:30") == "2026-11-02 06:30");
  BOOST_TEST(next(every, 1439, "2026-12-31 23:00") == "2027-01-01 04:59");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
