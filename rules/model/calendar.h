// Fiscal calendars and local times: pure functions of the time that is asked about.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace nephoscope {

struct Calendar {
  std::string name;
  absl::TimeZone zone = absl::UTCTimeZone();
  int month = 1, day = 1;                // when the fiscal year begins; day 1..28
  std::array<int, 3> weeks = {0, 0, 0};  // of the months of a quarter, such as 4-4-5; zeros: calendar months
};

// Calendar months in UTC.
const Calendar& PlainCalendar();

// Civil days [from, to).
struct DayRange {
  absl::CivilDay from, to;
};

// The first day of the fiscal year that has `day` in it. With weeks, a year begins on the Sunday nearest to the calendar's day, and has
// 52 or 53 weeks.
absl::CivilDay FiscalYearOf(const Calendar& calendar, absl::CivilDay day);

// The month, quarter or year (`length`) that has `day` in it. The 53rd week belongs to the last month.
DayRange FiscalPeriodOf(const Calendar& calendar, absl::string_view length, absl::CivilDay day);

// The day that the last moment before `now` belongs to. Bills have whole days in UTC: a day is over when it is over there and in the
// calendar's own zone.
absl::CivilDay BillingDayBefore(const Calendar& calendar, absl::Time now);

// Times of the week. A local time that does not exist moves forward to the first one that does, one that exists twice means the first.
struct TimeInterval {
  std::string name;
  absl::TimeZone zone = absl::UTCTimeZone();
  std::uint8_t weekdays = 0x7f;            // bit 0: Monday
  std::vector<std::pair<int, int>> times;  // minutes of the day [from, to), to <= from: on the next day; none: the whole day
};

// Which weekday a day is, as TimeInterval counts: Monday is 0.
int WeekdayOf(absl::CivilDay day);

struct TimeRange {
  absl::Time from, to;
};
// The ranges of the interval that are not over at `at`, in order, `most` at most, of those that begin within 400 days.
std::vector<TimeRange> RangesFrom(const TimeInterval& interval, absl::Time at, int most);
bool Covers(const TimeInterval& interval, absl::Time at);

}  // namespace nephoscope
