#include "rules/model/maintenance.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

absl::Time At(const char* text) {
  absl::Time out;
  std::string error;
  BOOST_REQUIRE(absl::ParseTime(absl::RFC3339_full, text, &out, &error));
  return out;
}

BOOST_AUTO_TEST_SUITE(maintenance_test)

BOOST_AUTO_TEST_CASE(work_that_comes_again_goes_on_past_midnight_and_through_clock_changes) {
  absl::TimeZone berlin;
  BOOST_REQUIRE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  Maintenance weekly;
  weekly.every = TimeInterval{"", berlin, 1 << 1, {{23 * 60, 23 * 60 + 1}}};
  weekly.length = absl::Hours(30);
  const std::vector<TimeRange> next = WindowsFrom(weekly, At("2026-10-22T00:00:00Z"), 2);  // Wednesday 02:00: since yesterday
  BOOST_REQUIRE(next.size() == 2u);
  BOOST_TEST((next[0].from == At("2026-10-20T21:00:00Z")));
  BOOST_TEST((next[0].to == At("2026-10-22T03:00:00Z")));
  BOOST_TEST((next[1].from == At("2026-10-27T22:00:00Z")), "winter time");
  BOOST_TEST((WindowsFrom(weekly, At("2026-10-22T03:00:00Z"), 1)[0].from == At("2026-10-27T22:00:00Z")));
}

BOOST_AUTO_TEST_CASE(work_at_one_time_is_over_after_it) {
  Maintenance once;
  once.from = At("2026-12-24T17:00:00Z");
  once.to = At("2027-01-02T07:00:00Z");
  BOOST_TEST(WindowsFrom(once, At("2026-12-01T00:00:00Z"), 2).size() == 1u);
  BOOST_TEST(WindowsFrom(once, At("2027-01-02T06:59:59Z"), 2).size() == 1u);
  BOOST_TEST(WindowsFrom(once, At("2027-01-02T07:00:00Z"), 2).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
