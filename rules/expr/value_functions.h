// Functions of one number: of the value of each element, by itself.
#pragma once

#include <string>

namespace nephoscope {

// `first`, `second`: the numbers behind the value (round, clamp). Of those of the calendar (hour, day_of_week, ...), `value`
// is a time in seconds, and the calendar that of UTC.
double OfOneValue(const std::string& name, double value, double first, double second);

// hour, minute, day_of_week, ...: without an argument they are about the time of the evaluation.
bool IsCalendarFunction(const std::string& name);

}  // namespace nephoscope
