#include "rules/model/calendar.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

absl::TimeZone Zone(const char* name) {
  absl::TimeZone out;
  BOOST_REQUIRE(absl::LoadTimeZone(name, &out));
  return out;
}

absl::CivilDay Day(const char* text) {
  absl::CivilDay out;
  BOOST_REQUIRE(absl::ParseCivilTime(text, &out));
  return out;
}

absl::Time At(const char* text) {
  absl::Time out;
  std::string error;
  BOOST_REQUIRE(absl::ParseTime(absl::RFC3339_full, text, &out, &error));
  return out;
}

std::string Said(DayRange range) { return absl::FormatCivilTime(range.from) + " " + absl::FormatCivilTime(range.to); }
std::string Said(absl::Time time) { return absl::FormatTime("%Y-%m-%dT%H:%M", time, absl::UTCTimeZone()); }

BOOST_AUTO_TEST_SUITE(calendar_test)

BOOST_AUTO_TEST_CASE(fiscal_periods_are_counted_from_the_first_day_of_their_year) {
  const Calendar plain;
  const Calendar october{.month = 10}, mid{.month = 4, .day = 6};
  const Calendar weeks{.month = 10, .weeks = {4, 4, 5}};
  const struct { const char* what; const Calendar& calendar; const char *length, *day, *want; } rows[] = {
      {"a month", plain, "month", "2026-02-28", "2026-02-01 2026-03-01"},
      {"a quarter", plain, "quarter", "2026-12-31", "2026-10-01 2027-01-01"},
      {"a year", plain, "year", "2026-01-01", "2026-01-01 2027-01-01"},
      {"a fiscal month is a calendar month", october, "month", "2026-02-28", "2026-02-01 2026-03-01"},
      {"the first quarter begins in October", october, "quarter", "2026-11-05", "2026-10-01 2027-01-01"},
      {"the last day of the fiscal year", october, "year", "2026-09-30", "2025-10-01 2026-10-01"},
      {"its first day", october, "year", "2026-10-01", "2026-10-01 2027-10-01"},
      {"a year from 6 April", mid, "year", "2026-04-05", "2025-04-06 2026-04-06"},
      {"its months begin on the 6th", mid, "month", "2027-01-05", "2026-12-06 2027-01-06"},
      {"its quarters too", mid, "quarter", "2026-07-06", "2026-07-06 2026-10-06"},
      // 1 October 2026 is a Thursday: the nearest Sunday is 4 October.
      {"the year begins on the nearest Sunday", weeks, "year", "2026-10-04", "2026-10-04 2027-10-03"},
      {"the day before is of the year before", weeks, "year", "2026-10-03", "2025-09-28 2026-10-04"},
      {"four weeks", weeks, "month", "2026-10-31", "2026-10-04 2026-11-01"},
      {"four more", weeks, "month", "2026-11-01", "2026-11-01 2026-11-29"},
      {"then five", weeks, "month", "2027-01-02", "2026-11-29 2027-01-03"},
      {"thirteen weeks", weeks, "quarter", "2027-01-03", "2027-01-03 2027-04-04"},
      {"the 53rd week belongs to the last month", weeks, "month", "2026-10-03", "2026-08-23 2026-10-04"},
      {"and to the last quarter", weeks, "quarter", "2026-10-03", "2026-06-28 2026-10-04"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(Said(FiscalPeriodOf(row.calendar, row.length, Day(row.day))) == row.want); }
}

BOOST_AUTO_TEST_CASE(periods_follow_one_another_without_gap_or_overlap) {
  for (const std::array<int, 3> weeks : {std::array<int, 3>{0, 0, 0}, {4, 4, 5}, {5, 4, 4}})
    for (int month = 1; month <= 12; ++month)
      for (const char* length : {"month", "quarter", "year"}) {
        const Calendar calendar{.month = month, .day = 5, .weeks = weeks};
        absl::CivilDay day = FiscalPeriodOf(calendar, length, absl::CivilDay(2019, 1, 1)).from;
        while (day < absl::CivilDay(2031, 1, 1)) {
          const DayRange period = FiscalPeriodOf(calendar, length, day);
          BOOST_REQUIRE(period.from == day);
          BOOST_REQUIRE(period.to > day);
          BOOST_REQUIRE(Said(FiscalPeriodOf(calendar, length, period.to - 1)) == Said(period));
          day = period.to;
        }
      }
}

BOOST_AUTO_TEST_CASE(a_billing_day_is_over_in_utc_and_at_home) {
  const Calendar west{.zone = Zone("America/New_York")}, east{.zone = Zone("Europe/Berlin")};
  BOOST_TEST((BillingDayBefore(west, At("2026-10-01T03:59:00Z")) == Day("2026-09-30")));
  BOOST_TEST((BillingDayBefore(west, At("2026-10-01T04:01:00Z")) == Day("2026-10-01")));
  BOOST_TEST((BillingDayBefore(east, At("2026-10-01T00:00:00Z")) == Day("2026-09-30")));
  BOOST_TEST((BillingDayBefore(east, At("2026-10-01T00:01:00Z")) == Day("2026-10-01")));
}

BOOST_AUTO_TEST_CASE(local_times_are_right_when_clocks_change) {
  const absl::TimeZone berlin = Zone("Europe/Berlin"), chicago = Zone("America/Chicago");
  const std::uint8_t every_day = 0x7f;
  const struct { const char* what; TimeInterval interval; const char *at, *from, *to; } rows[] = {
      {"in winter", {"", berlin, every_day, {{120, 240}}}, "2026-01-10T12:00:00Z", "2026-01-11T01:00", "2026-01-11T03:00"},
      {"in summer", {"", berlin, every_day, {{120, 240}}}, "2026-07-10T12:00:00Z", "2026-07-11T00:00", "2026-07-11T02:00"},
      // 29 March 2026: 02:00 becomes 03:00; 02:30 does not exist and moves forward to 03:00.
      {"a time that does not exist moves forward", {"", berlin, every_day, {{150, 240}}}, "2026-03-28T12:00:00Z", "2026-03-29T01:00", "2026-03-29T02:00"},
      // 25 October 2026: 03:00 becomes 02:00; 02:30 is there twice.
      {"of two the first", {"", berlin, every_day, {{150, 240}}}, "2026-10-24T12:00:00Z", "2026-10-25T00:30", "2026-10-25T03:00"},
      {"across midnight", {"", chicago, every_day, {{22 * 60, 6 * 60}}}, "2026-06-10T20:00:00Z", "2026-06-11T03:00", "2026-06-11T11:00"},
      {"one that began yesterday", {"", chicago, every_day, {{22 * 60, 6 * 60}}}, "2026-06-11T10:00:00Z", "2026-06-11T03:00", "2026-06-11T11:00"},
      {"a night of 23 hours' day", {"", chicago, every_day, {{22 * 60, 6 * 60}}}, "2026-03-08T05:00:00Z", "2026-03-08T04:00", "2026-03-08T11:00"},
      {"a Friday night ends on Saturday", {"", chicago, 1 << 4, {{22 * 60, 6 * 60}}}, "2026-06-13T10:00:00Z", "2026-06-13T03:00", "2026-06-13T11:00"},
      {"the whole day", {"", berlin, 1 << 6, {}}, "2026-06-10T00:00:00Z", "2026-06-13T22:00", "2026-06-14T22:00"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const std::vector<TimeRange> next = RangesFrom(row.interval, At(row.at), 1);
    BOOST_REQUIRE(next.size() == 1u);
    BOOST_TEST(Said(next[0].from) == row.from);
    BOOST_TEST(Said(next[0].to) == row.to);
    BOOST_TEST(Covers(row.interval, next[0].from));
    BOOST_TEST(!Covers(row.interval, next[0].to));
    BOOST_TEST(!Covers(row.interval, next[0].from - absl::Seconds(1)));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
