#include "rules/model/calendar.h"

#include <algorithm>
#include <cstdlib>

namespace nephoscope {
namespace {

constexpr int kDaysAhead = 400;

bool HasWeeks(const Calendar& calendar) { return calendar.weeks[0] > 0; }

// The day that the fiscal year begins with which begins in or about this civil year.
absl::CivilDay YearStart(const Calendar& calendar, absl::civil_year_t year) {
  const absl::CivilDay named(year, calendar.month, calendar.day);
  if (!HasWeeks(calendar)) return named;
  const absl::CivilDay before = absl::PrevWeekday(named + 1, absl::Weekday::sunday), after = before + 7;
  return named - before <= after - named ? before : after;
}

DayRange InWeeks(const Calendar& calendar, absl::string_view length, absl::CivilDay day, DayRange year) {
  if (length == "year") return year;
  const int quarter_weeks = calendar.weeks[0] + calendar.weeks[1] + calendar.weeks[2];
  const int week = static_cast<int>((day - year.from) / 7), quarter = std::min(week / quarter_weeks, 3);
  DayRange out{year.from + quarter * quarter_weeks * 7, quarter == 3 ? year.to : year.from + (quarter + 1) * quarter_weeks * 7};
  for (int month = 0; length == "month" && month < 2; ++month) {
    const absl::CivilDay next = out.from + calendar.weeks[month] * 7;
    if (day < next) return {out.from, next};
    out.from = next;
  }
  return out;
}

DayRange InMonths(const Calendar& calendar, int months, absl::CivilDay day, absl::CivilDay year) {
  absl::CivilMonth month(year);
  while (absl::CivilDay(month + months) + (calendar.day - 1) <= day) month += months;
  return {absl::CivilDay(month) + (calendar.day - 1), absl::CivilDay(month + months) + (calendar.day - 1)};
}

absl::Time At(const TimeInterval& interval, absl::CivilDay day, int minutes) {
  return absl::FromCivil(absl::CivilSecond(day) + std::int64_t{minutes} * 60, interval.zone);
}

}  // namespace

const Calendar& PlainCalendar() {
  static const Calendar& plain = *new Calendar();
  return plain;
}

absl::CivilDay FiscalYearOf(const Calendar& calendar, absl::CivilDay day) {
  absl::CivilDay out = YearStart(calendar, day.year() + 1);
  for (absl::civil_year_t year = day.year(); day < out; --year) out = YearStart(calendar, year);
  return out;
}

DayRange FiscalPeriodOf(const Calendar& calendar, absl::string_view length, absl::CivilDay day) {
  const absl::CivilDay year = FiscalYearOf(calendar, day);
  if (!HasWeeks(calendar)) return InMonths(calendar, length == "year" ? 12 : length == "quarter" ? 3 : 1, day, year);
  return InWeeks(calendar, length, day, {year, FiscalYearOf(calendar, year + 380)});
}

absl::CivilDay BillingDayBefore(const Calendar& calendar, absl::Time now) {
  const absl::Time last = now - absl::Nanoseconds(1);
  return std::min(absl::ToCivilDay(last, absl::UTCTimeZone()), absl::ToCivilDay(last, calendar.zone));
}

int WeekdayOf(absl::CivilDay day) { return static_cast<int>(absl::GetWeekday(day)); }

std::vector<TimeRange> RangesFrom(const TimeInterval& interval, absl::Time at, int most) {
  const absl::CivilDay today = absl::ToCivilDay(at, interval.zone);
  std::vector<std::pair<int, int>> times = interval.times;
  if (times.empty()) times.emplace_back(0, 24 * 60);
  std::sort(times.begin(), times.end());
  std::vector<TimeRange> out;
  // What began yesterday may go on past midnight.
  for (absl::CivilDay day = today - 1; day <= today + kDaysAhead && static_cast<int>(out.size()) < most; ++day) {
    if ((interval.weekdays >> WeekdayOf(day) & 1) == 0) continue;
    for (const auto& [from, to] : times) {
      const TimeRange range{At(interval, day, from), At(interval, to <= from ? day + 1 : day, to)};
      if (range.to > at && range.to > range.from && static_cast<int>(out.size()) < most) out.push_back(range);
    }
  }
  return out;
}

bool Covers(const TimeInterval& interval, absl::Time at) {
  // Of yesterday's and today's ranges any may cover; more than twice the ranges of a day need not be looked at.
  const std::vector<TimeRange> next = RangesFrom(interval, at, 2 * static_cast<int>(interval.times.size()) + 2);
  return std::any_of(next.begin(), next.end(), [&](const TimeRange& range) { return range.from <= at; });
}

}  // namespace nephoscope
