// ValueRange: which numbers a condition such as {above: 5, at_most: 10} holds for.
#pragma once

#include <limits>
#include <optional>

#include "rules/model/option_table.h"

namespace nephoscope {

struct ValueRange {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool with_low = true, with_high = true;  // the bounds themselves

  bool empty() const { return low > high || (low == high && !(with_low && with_high)); }
  bool Contains(const ValueRange& other) const;
  ValueRange Both(const ValueRange& other) const;
};

// Of above, below, at_least, at_most and equals, in the base unit of what was written; nullopt: the condition has none of these, or compares
// something else as well.
std::optional<ValueRange> RangeOf(const OptionValues& condition);

}  // namespace nephoscope
