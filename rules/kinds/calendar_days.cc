#include "rules/kinds/calendar_days.h"

#include <algorithm>

#include "absl/time/civil_time.h"

namespace nephoscope {
namespace {

constexpr int kLastDays = 3;

absl::CivilDay CivilOf(std::int64_t day) { return absl::CivilDay(1970, 1, 1) + day; }

}  // namespace

// 1970-01-01 was a Thursday.
int WeekdayOf(std::int64_t day) { return static_cast<int>(((day + 3) % 7 + 7) % 7); }

const char* WeekdayName(std::int64_t day) {
  static constexpr const char* kNames[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                           "Friday", "Saturday", "Sunday"};
  return kNames[WeekdayOf(day)];
}

int DayOfMonth(std::int64_t day) { return CivilOf(day).day(); }

std::int64_t NextMonth(std::int64_t day) {
  return absl::CivilDay(absl::CivilMonth(CivilOf(day)) + 1) - absl::CivilDay(1970, 1, 1);
}

DayClass ClassOf(std::int64_t day, const std::vector<std::int64_t>& holidays) {
  if (DayOfMonth(day) == 1) return DayClass::kFirstOfMonth;
  const bool holiday = std::binary_search(holidays.begin(), holidays.end(), day);
  if (holiday) return DayClass::kHoliday;
  return NextMonth(day) - day <= kLastDays ? DayClass::kEndOfMonth : DayClass::kPlain;
}

}  // namespace nephoscope
