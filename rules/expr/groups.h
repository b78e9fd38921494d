// Which alerts an expression makes: the labels of its elements, known before there are any, so that each alert can be evaluated alone, from the
// series that have its labels.
#pragma once

#include <string>
#include <vector>

#include "rules/expr/parser.h"

namespace nephoscope {

struct ExprGroups {
  bool all = false;                 // every label but `labels` tells alerts apart; else exactly `labels` do
  std::vector<std::string> labels;  // sorted
  ExprError error;                  // without a code: the rest holds
};

// R514: the alerts cannot be told apart, or one depends on the series of another (and on(...) with fewer labels than the result has, topk,
// absent). R515: nothing in it can be false.
ExprGroups GroupsOf(const Expr& expr);

}  // namespace nephoscope
