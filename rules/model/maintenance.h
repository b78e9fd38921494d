// When a planned work is: pure functions of the time that is asked about.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "rules/model/settings.h"

namespace nephoscope {

// The times of the work that are not over at `at`, in order, `most` at most.
std::vector<TimeRange> WindowsFrom(const Maintenance& maintenance, absl::Time at, int most);

}  // namespace nephoscope
