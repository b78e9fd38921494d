#include "rules/expr/value_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace nephoscope {
namespace {

struct CalendarFunction {
  const char* name;
  std::int64_t (*of)(absl::CivilSecond);
};

std::int64_t DayOfWeek(absl::CivilSecond at) { return (static_cast<int>(absl::GetWeekday(at)) + 1) % 7; }  // Sunday: 0
std::int64_t DaysInMonth(absl::CivilSecond at) {
  const absl::CivilMonth month(at);
  return absl::CivilDay(month + 1) - absl::CivilDay(month);
}

const CalendarFunction kCalendar[] = {
    {"minute", [](absl::CivilSecond at) { return std::int64_t{at.minute()}; }},
    {"hour", [](absl::CivilSecond at) { return std::int64_t{at.hour()}; }},
    {"day_of_week", DayOfWeek},
    {"day_of_month", [](absl::CivilSecond at) { return std::int64_t{at.day()}; }},
    {"day_of_year", [](absl::CivilSecond at) { return std::int64_t{absl::GetYearDay(at)}; }},
    {"days_in_month", DaysInMonth},
    {"month", [](absl::CivilSecond at) { return std::int64_t{at.month()}; }},
    {"year", [](absl::CivilSecond at) { return static_cast<std::int64_t>(at.year()); }},
};

const CalendarFunction* FindCalendar(const std::string& name) {
  const auto is = [&](const CalendarFunction& one) { return name == one.name; };
  const auto found = std::find_if(std::begin(kCalendar), std::end(kCalendar), is);
  return found == std::end(kCalendar) ? nullptr : found;
}

double Clamped(const std::string& name, double value, double first, double second) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (std::isnan(value) || std::isnan(first) || std::isnan(second)) return kNone;
  if (name == "clamp_min") return std::max(value, first);
  if (name == "clamp_max") return std::min(value, first);
  return std::max(first, std::min(second, value));  // clamp
}

}  // namespace

bool IsCalendarFunction(const std::string& name) { return FindCalendar(name) != nullptr; }

double OfOneValue(const std::string& name, double value, double first, double second) {
  if (name == "abs") return std::abs(value);
  if (name == "ceil") return std::ceil(value);
  if (name == "floor") return std::floor(value);
  if (name == "round") return std::floor(value * (1 / first) + 0.5) / (1 / first);
  if (name == "exp") return std::exp(value);
  if (name == "ln") return std::log(value);
  if (name == "log2") return std::log2(value);
  if (name == "log10") return std::log10(value);
  if (name == "sqrt") return std::sqrt(value);
  if (name == "sgn") return value > 0 ? 1 : value < 0 ? -1 : value;
  if (const CalendarFunction* calendar = FindCalendar(name)) {
    if (!std::isfinite(value) || std::abs(value) > 1e12) return std::numeric_limits<double>::quiet_NaN();
    const absl::Time at = absl::FromUnixSeconds(static_cast<std::int64_t>(value));
    return static_cast<double>(calendar->of(absl::ToCivilSecond(at, absl::UTCTimeZone())));
  }
  return Clamped(name, value, first, second);
}

}  // namespace nephoscope
