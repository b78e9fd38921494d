#include "rules/language/words/time_words.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(time_words_test)

BOOST_AUTO_TEST_CASE(zones_are_named_by_their_city) {
  const struct { const char *text, *caret; } rows[] = {
      {"UTC", ""}, {"Europe/Berlin", ""}, {"America/Argentina/Buenos_Aires", ""}, {"US/Eastern", ""},
      {"EST", "write America/New_York, America/Toronto or America/Panama"},
      {"cst", "write America/Chicago, America/Mexico_City or Asia/Shanghai"},
      {"Europe/Berln", "did you mean Europe/Berlin?"}, {"new york", "did you mean America/New_York?"}, {"berlin", "did you mean Europe/Berlin?"},
      {"../../etc/passwd", "write a name of the IANA list, such as Europe/Berlin"}, {"/etc/localtime", "write a name of the IANA list, such as Europe/Berlin"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    Problem problem;
    BOOST_TEST(ReadZone(row.text, problem).has_value() == (*row.caret == 0));
    BOOST_TEST(problem.caret == row.caret);
  }
}

BOOST_AUTO_TEST_CASE(each_zone_that_is_proposed_is_one) {
  for (const std::string& zone : ZoneNames()) {
    Problem problem;
    BOOST_TEST(ReadZone(zone, problem).has_value(), zone);
  }
}

BOOST_AUTO_TEST_CASE(times_and_ranges_of_the_day) {
  const struct { const char* text; int from, to; } rows[] = {
      {"08:00-18:00", 480, 1080}, {"22:00-06:00", 1320, 360}, {"0:00-24:00", 0, 1440}, {" 08:00 - 09:30", 480, 570},
      {"8-18", -1, -1}, {"08:00", -1, -1}, {"08:00-25:00", -1, -1}, {"08:60-09:00", -1, -1}, {"08:00-08:00", -1, -1}, {"24:30-25:00", -1, -1}, {"a:00-b:00", -1, -1},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    Problem problem;
    const auto got = ReadClockRange(row.text, problem);
    BOOST_TEST(got.has_value() == (row.from >= 0));
    if (got) BOOST_TEST((*got == std::make_pair(row.from, row.to)));
    if (!got) BOOST_TEST(problem.code == "R605");
  }
}

BOOST_AUTO_TEST_CASE(days_of_the_week_and_their_ranges) {
  const struct { const char* text; int want; } rows[] = {
      {"monday", 1}, {"Sunday", 64}, {"tue", 2}, {"monday-friday", 31}, {"saturday-monday", 97}, {"weekday", 31}, {"weekend", 96}, {"day", 127},
      {"mondy", -1}, {"monday-funday", -1}, {"", -1}, {"monday-tuesday-friday", -1},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    Problem problem;
    const auto got = ReadWeekdays(row.text, problem);
    BOOST_TEST(got.has_value() == (row.want >= 0));
    if (got) BOOST_TEST(int{*got} == row.want);
  }
}

BOOST_AUTO_TEST_CASE(days_of_the_year_and_reminders) {
  Problem problem;
  BOOST_TEST((ReadDayOfYear("October 1", problem) == std::make_pair(10, 1)));
  BOOST_TEST((ReadDayOfYear("6 April", problem) == std::make_pair(4, 6)));
  BOOST_TEST((ReadDayOfYear("July", problem) == std::make_pair(7, 1)));
  for (const char* wrong : {"January 31", "Oktober", "10-01", "October one", ""}) BOOST_TEST(!ReadDayOfYear(wrong, problem).has_value(), wrong);
  BOOST_TEST((ReadRepeat("never", problem) == absl::InfiniteDuration()));
  BOOST_TEST((ReadRepeat("4h", problem) == absl::Hours(4)));
  for (const char* wrong : {"1s", "sometimes", "4"}) BOOST_TEST(!ReadRepeat(wrong, problem).has_value(), wrong);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
