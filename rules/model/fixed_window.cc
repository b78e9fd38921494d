#include "rules/model/fixed_window.h"

#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

DayRange DaysOf(const FixedWindow& window, const Calendar& calendar, absl::CivilDay day) {
  if (window.unit == "day") return {day, day + 1};
  if (window.unit != "week") return FiscalPeriodOf(calendar, window.unit, day);
  const absl::CivilDay monday = day - WeekdayOf(day);
  return {monday, monday + 7};
}

TimeRange PartOfDay(const FixedWindow& window, absl::TimeZone zone, absl::Time last) {
  const absl::CivilSecond midnight(absl::ToCivilDay(last, zone));
  const std::int64_t step = absl::ToInt64Seconds(window.length), parts = (absl::ToCivilSecond(last, zone) - midnight) / step;
  TimeRange out{absl::FromCivil(midnight + parts * step, zone), absl::FromCivil(midnight + (parts + 1) * step, zone)};
  // The second time of an hour that there is twice belongs to the last part of the first.
  for (std::int64_t part = parts + 2; out.to <= last; ++part) out = {out.to, absl::FromCivil(midnight + part * step, zone)};
  return out;
}

}  // namespace

TimeRange CellOf(const FixedWindow& window, const Calendar& calendar, bool billing_days, absl::Time time) {
  const absl::TimeZone zone = billing_days ? absl::UTCTimeZone() : calendar.zone;
  const absl::Time last = time - absl::Nanoseconds(1);
  if (window.unit.empty()) return PartOfDay(window, zone, last);
  const DayRange days = DaysOf(window, calendar, absl::ToCivilDay(last, zone));
  return {absl::FromCivil(days.from, zone), absl::FromCivil(days.to, zone)};
}

absl::Duration LongestCell(const FixedWindow& window) {
  const std::string& unit = window.unit;
  if (unit.empty()) return window.length;
  return kDay * (unit == "day" ? 1 : unit == "week" ? 7 : unit == "month" ? 42 : unit == "quarter" ? 98 : 371) + absl::Hours(1);
}

std::string CellText(const FixedWindow& window) {
  if (!window.unit.empty()) return window.unit;
  const std::int64_t minutes = absl::ToInt64Minutes(window.length);
  return minutes % 60 == 0 ? absl::StrCat(minutes / 60, "h") : absl::StrCat(minutes, "m");
}

}  // namespace nephoscope
