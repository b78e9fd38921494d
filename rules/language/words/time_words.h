// Zones, times of the day and days of the week, as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/language/words/scalars.h"

namespace nephoscope {

// Each returns nullopt and sets `problem` when `text` is not one.
std::optional<absl::TimeZone> ReadZone(absl::string_view text, Problem& problem);               // Europe/Berlin, UTC
std::optional<int> ReadClock(absl::string_view text, Problem& problem);                         // 08:00 -> 480 minutes
std::optional<std::pair<int, int>> ReadClockRange(absl::string_view text, Problem& problem);    // 22:00-06:00
std::optional<std::uint8_t> ReadWeekdays(absl::string_view text, Problem& problem);             // monday, monday-friday, weekday, weekend, day; bit 0: Monday
std::optional<std::pair<int, int>> ReadDayOfYear(absl::string_view text, Problem& problem);     // October 1 -> 10, 1
// A duration, or never: infinite.
std::optional<absl::Duration> ReadRepeat(absl::string_view text, Problem& problem);

// IANA's names, sorted.
absl::Span<const std::string> ZoneNames();

}  // namespace nephoscope
