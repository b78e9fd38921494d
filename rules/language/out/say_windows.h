// What the times of the settings mean, for their author.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "rules/model/rule.h"

namespace nephoscope {

// A line for each rule whose alerts are sent as a list, with the next two times.
std::string SayDigests(const RuleSet& rules, absl::Time now);

// A line for each time interval and maintenance, with the next two times of each, so that its author sees what zone and summer time make
// of it; and for each calendar, with its present month and year.
std::string SayWindows(const Settings& settings, absl::Time now);

}  // namespace nephoscope
