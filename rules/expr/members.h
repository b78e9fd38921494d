// What some series of an expression say of all of them. A group is judged on every series that it had; while one is
// missing, an alert may begin by those that are there, where no value of the missing one could make it untrue:
//
//   max by (team) (cpu) > 80        proven by one machine
//   sum by (team) (errors) > 100    proven where errors are never below zero
//   avg by (team) (cpu) > 80        not proven: the missing one may be idle
#pragma once

#include <vector>

#include "rules/expr/ast.h"

namespace nephoscope {

// What gives something with some of the series gives something with all of them. `sums`: no series that may be missing
// has values below zero.
bool ProvenByPart(const Expr& expr, bool sums);

struct AwaitedSelector {
  const Expr* selector;
  bool needs_two;  // one point in its window gives nothing: rate
};

// The selectors whose series are waited for: not those that are only asked whether there are points (absent,
// count_over_time, present_over_time).
std::vector<AwaitedSelector> AwaitedSelectors(const Expr& expr);

}  // namespace nephoscope
