// Which alerts an expression makes: the labels of its elements, known before there are any, so that each alert can be evaluated alone, from the
// series that have its labels, or that it is known that it cannot.
#pragma once

#include <string>
#include <vector>

#include "rules/expr/parser.h"

namespace nephoscope {

struct ExprGroups {
  bool all = false;                 // every label but `labels` tells alerts apart; else exactly `labels` do
  std::vector<std::string> labels;  // sorted
  // What one alert says depends on the series of others, so all of them are evaluated together (joins by fewer labels than
  // the result has).
  bool together = false;
  // Labels that elements take from another metric (group_left), which tell no alerts apart. Sorted.
  std::vector<std::string> taken;
  ExprError error;                  // without a code: the rest holds
};

// R514: the alerts cannot be told apart (topk, absent, sides of `or` with different labels). R515: nothing in it can be false.
ExprGroups GroupsOf(const Expr& expr);

}  // namespace nephoscope
