#include "rules/language/out/say_windows.h"

#include <boost/test/unit_test.hpp>

#include "rules/language/language.h"

namespace nephoscope {
namespace {

std::string Said(const std::string& settings, absl::CivilSecond now) {
  const SourceFile file{"s.yaml", "apiVersion: rules/v1\n" + settings};
  const LoadedRules loaded = LoadRules({&file, 1});
  BOOST_REQUIRE(loaded.diagnostics.empty());
  return SayWindows(loaded.rules->settings, absl::FromCivil(now, absl::UTCTimeZone()));
}

BOOST_AUTO_TEST_SUITE(say_windows_test)

BOOST_AUTO_TEST_CASE(each_window_is_said_with_its_next_two_times_in_utc) {
  const struct { const char *what, *settings; absl::CivilSecond now; const char* want; } rows[] = {
      {"across the end of summer time", "time_intervals:\n  - {name: mornings, timezone: Europe/Berlin, times: [\"06:00-10:00\"]}\n", absl::CivilSecond(2026, 10, 24, 12, 0, 0),
       "time interval mornings: 2026-10-25 05:00 to 2026-10-25 09:00, then 2026-10-26 05:00 to 2026-10-26 09:00 (UTC)\n"},
      {"one that goes on is the next", "time_intervals:\n  - {name: nights, times: [\"22:00-06:00\"]}\n", absl::CivilSecond(2026, 11, 3, 1, 0, 0),
       "time interval nights: 2026-11-02 22:00 to 2026-11-03 06:00, then 2026-11-03 22:00 to 2026-11-04 06:00 (UTC)\n"},
      {"work that comes again, with its reason and ticket",
       "maintenance:\n  - {name: patching, where: {a: b}, reason: new disks, ticket: CHG1, every: {weekday: tuesday, at: \"02:00\", for: 2h}}\n", absl::CivilSecond(2026, 11, 3, 0, 0, 0),
       "maintenance patching (new disks, CHG1): 2026-11-03 02:00 to 2026-11-03 04:00, then 2026-11-10 02:00 to 2026-11-10 04:00 (UTC)\n"},
      {"a ticket alone", "maintenance:\n  - {name: x, where: {a: b}, ticket: CHG1, from: 2026-11-03, to: 2026-11-04}\n", absl::CivilSecond(2026, 11, 3, 1, 0, 0),
       "maintenance x (CHG1): 2026-11-03 00:00 to 2026-11-04 00:00 (UTC)\n"},
      {"work that is over", "maintenance:\n  - {name: x, where: {a: b}, from: 2026-11-03, to: 2026-11-04}\n", absl::CivilSecond(2026, 11, 5, 0, 0, 0), "maintenance x: not any more\n"},
      {"work without an end", "maintenance:\n  - {name: x, where: {a: b}, from: 2026-11-03, no_end: true}\n", absl::CivilSecond(2026, 11, 5, 0, 0, 0),
       "maintenance x: 2026-11-03 00:00 to no end (UTC)\n"},
      {"a calendar, on the first day of its year", "calendars:\n  finance: {fiscal_year_starts: October 1}\n", absl::CivilSecond(2026, 10, 1, 1, 0, 0),
       "calendar finance: month 2026-10-01 to 2026-11-01, year 2026-10-01 to 2027-10-01, the last day not included; bills have whole days in UTC\n"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(Said(row.settings, row.now) == row.want); }
}

BOOST_AUTO_TEST_CASE(the_next_two_lists_are_said_in_utc) {
  absl::TimeZone zone;
  BOOST_REQUIRE(absl::LoadTimeZone("America/New_York", &zone));
  RuleSet rules;
  auto rule = std::make_shared<Rule>();
  rule->name = "IdleMachines";
  rule->digest = Digest{{.name = "", .zone = zone, .weekdays = 1, .times = {{480, 481}}}, {"owner"}};
  rules.rules = {std::make_shared<Rule>(), rule};
  // The second is in winter time.
  BOOST_TEST(SayDigests(rules, absl::FromCivil(absl::CivilDay(2026, 10, 20), absl::UTCTimeZone())) == "digest of IdleMachines: 2026-10-26 12:00, then 2026-11-02 13:00 (UTC)\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
