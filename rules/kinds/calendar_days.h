// Days of the calendar on which bills differ: fees of the first, runs of the month's end, holidays.
#pragma once

#include <cstdint>
#include <vector>

namespace nephoscope {

// Days count from the epoch, UTC.
enum class DayClass : std::uint8_t { kPlain, kFirstOfMonth, kEndOfMonth, kHoliday };
inline constexpr int kDayClasses = 3;  // without kPlain

// Monday is 0.
int WeekdayOf(std::int64_t day);
// "Sunday".
const char* WeekdayName(std::int64_t day);
// 1..31.
int DayOfMonth(std::int64_t day);
// The first day of the month after that of `day`.
std::int64_t NextMonth(std::int64_t day);

// `holidays`: ascending. The first of a month stays one on a holiday: fees outweigh a quiet day.
DayClass ClassOf(std::int64_t day, const std::vector<std::int64_t>& holidays);

}  // namespace nephoscope
