// Which part of the bill an AWS budget watches, as `where`.
#pragma once

#include <string>
#include <vector>

#include "rules/importing/rule_lines.h"

namespace nephoscope {

struct AwsFilter {
  WhereLines where;
  std::vector<std::string> notes;
  std::string refusal;  // the bill does not say what the filter asks for; empty: all is said by `where`
};

// The filters of one budget: CostFilters, or FilterExpression.
AwsFilter ReadAwsFilter(const YamlNode& budget);

}  // namespace nephoscope
