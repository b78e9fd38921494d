// Which rules look at the same series, as text: equal keys, equal series in equal groups.
#pragma once

#include <string>

#include "rules/model/rule.h"

namespace nephoscope {

// Metric, selectors and groups of a rule.
std::string SeriesKey(const Rule& rule);

}  // namespace nephoscope
