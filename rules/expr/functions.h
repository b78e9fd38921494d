// The functions and aggregates that expressions may use, and what stands in for those they may not.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/expr/ast.h"

namespace nephoscope {

struct ExprFunction {
  const char* name;
  absl::Span<const ExprType> args;
  int least;  // arguments that must be there
  ExprType result;
};

// nullptr: there is none.
const ExprFunction* FindExprFunction(absl::string_view name);
// Of small letters: sum, avg, ...
bool IsExprAggregate(absl::string_view name);
// topk, bottomk and quantile have a number first.
bool TakesParameter(absl::string_view aggregate);
// PromQL has it and we do not: what to write instead. nullptr: no such name.
const char* InsteadOf(absl::string_view name);

}  // namespace nephoscope
