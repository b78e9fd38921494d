// What an expression gives at a point of time, over points in memory. As in PromQL, with three differences on purpose: the newest value counts
// for as long as its series says (`lookback`), not for five minutes; who asks can tell "false" from "missing" (ExprFilter::kOff); time is that of
// the points.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/expr/ast.h"
#include "rules/expr/memory.h"
#include "rules/model/labels.h"
#include "rules/model/running_stats.h"

namespace nephoscope {

using ExprPoint = TimedValue;

struct ExprSeries {
  std::string metric;
  Labels labels;
  absl::Duration lookback = absl::Minutes(5);  // how old the newest value may be
  std::vector<ExprPoint> points;               // by time
};

struct ExprElement {
  absl::string_view metric;  // of the series; empty where an operation took the name away
  Labels labels;
  double value = 0;
  bool holds = true;         // false: with ExprFilter::kOn the last operation would have left it out
};

struct ExprValue {
  bool is_number = false;
  double number = 0;
  std::vector<ExprElement> elements;  // topk and bottomk: in order of value; else as the series stand
};

// kOff: comparisons, `and` and `unless` let all elements of their left side through, so an element that is not there has no data.
enum class ExprFilter { kOn, kOff };

// InvalidArgument: labels match more than one element on one side, which one to one matching cannot join; or how many topk is to
// give is no number.
// `memory`: of the evaluations before, of this expression over these series; then all their values are finite.
absl::StatusOr<ExprValue> EvaluateExpr(const Expr& expr, absl::Span<const ExprSeries> series, absl::Time time, ExprFilter filter = ExprFilter::kOn, ExprMemory* memory = nullptr);
// The same, of series that lie apart.
absl::StatusOr<ExprValue> EvaluateExpr(const Expr& expr, absl::Span<const ExprSeries* const> series, absl::Time time, ExprFilter filter = ExprFilter::kOn, ExprMemory* memory = nullptr);

// By its metric and labels.
bool SelectsSeries(const Expr& selector, const ExprSeries& series);

// What an operation makes of two numbers; comparisons give 0 or 1.
inline double Arithmetic(ExprOp op, double a, double b) {
  switch (op) {
    case ExprOp::kAdd: return a + b;
    case ExprOp::kSubtract: return a - b;
    case ExprOp::kMultiply: return a * b;
    case ExprOp::kDivide: return a / b;
    case ExprOp::kModulo: return std::fmod(a, b);
    case ExprOp::kPower: return std::pow(a, b);
    case ExprOp::kEqual: return a == b;
    case ExprOp::kNotEqual: return a != b;
    case ExprOp::kLess: return a < b;
    case ExprOp::kLessOrEqual: return a <= b;
    case ExprOp::kGreater: return a > b;
    case ExprOp::kGreaterOrEqual: return a >= b;
    default: return 0;
  }
}

// Nothing below the last operation leaves elements out: one evaluation with kOff says all.
bool FiltersLast(const Expr& expr);

// How far back the expression looks for points of this selector, besides `lookback`.
inline absl::Duration ReachOf(const Expr& selector) { return selector.range + selector.offset; }

}  // namespace nephoscope
