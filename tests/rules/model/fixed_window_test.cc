#include "rules/model/fixed_window.h"

#include <boost/test/unit_test.hpp>
#include <random>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

absl::TimeZone Zone(const char* name) {
  absl::TimeZone out;
  BOOST_REQUIRE(absl::LoadTimeZone(name, &out));
  return out;
}
Calendar In(const char* zone) { return {.name = "c", .zone = Zone(zone)}; }
absl::Time Utc(const char* text) {
  absl::Time out;
  BOOST_REQUIRE(absl::ParseTime("%Y-%m-%d %H:%M", text, &out, nullptr));
  return out;
}
std::string Text(TimeRange range) {
  const auto one = [](absl::Time time) { return absl::FormatTime("%m-%d %H:%M", time, absl::UTCTimeZone()); };
  return absl::StrCat(one(range.from), " ", one(range.to));
}

// By all borders around: the last before `time`, and the first that is not.
TimeRange Naive(const FixedWindow& window, const Calendar& calendar, absl::Time time) {
  std::set<absl::Time> borders;
  const absl::CivilDay today = absl::ToCivilDay(time, calendar.zone);
  for (absl::CivilDay day = today - 380; day <= today + 380; ++day) {
    if (window.unit.empty()) {
      if (day < today - 3 || day > today + 3) continue;
      for (absl::Duration at; at < absl::Hours(24); at += window.length) borders.insert(absl::FromCivil(absl::CivilSecond(day) + absl::ToInt64Seconds(at), calendar.zone));
    } else if (window.unit == "day" || (window.unit == "week" && absl::GetWeekday(day) == absl::Weekday::monday) ||
               (window.unit != "week" && FiscalPeriodOf(calendar, window.unit, day).from == day)) {
      borders.insert(absl::FromCivil(day, calendar.zone));
    }
  }
  const auto end = borders.lower_bound(time);
  return {*std::prev(end), *end};
}

BOOST_AUTO_TEST_SUITE(fixed_window_test)

BOOST_AUTO_TEST_CASE(cells_are_those_of_the_calendar) {
  const FixedWindow day{.unit = "day"}, week{.unit = "week"}, month{.unit = "month"}, six{.unit = "", .length = absl::Hours(6)}, hour{.unit = "", .length = absl::Hours(1)};
  const struct { const char *what; const FixedWindow& window; const char *zone, *time, *want; } rows[] = {
      {"a day", day, "UTC", "2026-03-08 12:00", "03-08 00:00 03-09 00:00"},
      {"its end belongs to it", day, "UTC", "2026-03-09 00:00", "03-08 00:00 03-09 00:00"},
      {"its beginning does not", day, "UTC", "2026-03-09 00:01", "03-09 00:00 03-10 00:00"},
      {"23 hours", day, "America/New_York", "2026-03-08 12:00", "03-08 05:00 03-09 04:00"},
      {"25 hours", day, "America/New_York", "2026-11-01 12:00", "11-01 04:00 11-02 05:00"},
      {"a week from Monday", week, "Europe/Berlin", "2026-03-29 12:00", "03-22 23:00 03-29 22:00"},
      {"a month", month, "Europe/Berlin", "2026-03-29 12:00", "02-28 23:00 03-31 22:00"},
      {"the first quarter of a short day", six, "America/New_York", "2026-03-08 08:00", "03-08 05:00 03-08 10:00"},
      {"an hour that there is twice is one of two hours", hour, "America/New_York", "2026-11-01 06:30", "11-01 05:00 11-01 07:00"},
      {"no cell for an hour that there is not", hour, "America/New_York", "2026-03-08 07:30", "03-08 07:00 03-08 08:00"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(Text(CellOf(row.window, In(row.zone), false, Utc(row.time))) == row.want); }
  BOOST_TEST(Text(CellOf(day, In("America/New_York"), true, Utc("2026-03-08 12:00"))) == "03-08 00:00 03-09 00:00");  // of a bill
}

BOOST_AUTO_TEST_CASE(random_cells_are_those_that_a_list_of_all_borders_gives) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  BOOST_TEST_CONTEXT("seed " << seed) {
    const char* const zones[] = {"UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo"};
    const char* const units[] = {"day", "week", "month", "quarter", "year"};
    const int minutes[] = {1, 15, 20, 30, 45, 60, 90, 360, 720};
    for (int i = 0; i < 3000; ++i) {
      Calendar calendar = In(zones[random() % 6]);
      calendar.month = static_cast<int>(1 + random() % 12);
      calendar.day = static_cast<int>(1 + random() % 28);
      if (random() % 3 == 0) calendar.weeks = {4, 4, 5};
      FixedWindow window;
      // Most often about the days on which clocks are changed.
      const absl::Time changes[] = {Utc("2026-03-08 07:00"), Utc("2026-11-01 06:00"), Utc("2026-03-29 01:00"), Utc("2026-10-25 01:00"), Utc("2026-04-04 15:00"), Utc("2018-11-04 03:00")};
      const absl::Time time = changes[random() % 6] + absl::Minutes(static_cast<int>(random() % 2880) - 1440) + absl::Seconds(random() % 2 == 0 ? 0 : random() % 60);
      if (random() % 4 == 0) window.unit = units[random() % 5];
      else window.length = absl::Minutes(minutes[random() % 9]);
      const TimeRange got = CellOf(window, calendar, false, time);
      BOOST_TEST_CONTEXT(calendar.zone.name() << " " << CellText(window) << " " << absl::FormatTime(time)) BOOST_TEST(Text(got) == Text(Naive(window, calendar, time)));
      BOOST_TEST((got.to - got.from <= LongestCell(window) + absl::Hours(1)));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
