// What an expression gives at a point of time, over points in memory. As in PromQL, with three differences on purpose: the newest value counts
// for as long as its series says (`lookback`), not for five minutes; who asks can tell "false" from "missing" (ExprFilter::kOff); time is that of
// the points.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/expr/ast.h"
#include "rules/model/labels.h"

namespace nephoscope {

struct ExprPoint {
  std::int64_t time_ms;
  double value;
};

struct ExprSeries {
  std::string metric;
  Labels labels;
  absl::Duration lookback = absl::Minutes(5);  // how old the newest value may be
  std::vector<ExprPoint> points;               // by time
};

struct ExprElement {
  std::string metric;  // empty where an operation took the name away
  Labels labels;
  double value = 0;
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
absl::StatusOr<ExprValue> EvaluateExpr(const Expr& expr, absl::Span<const ExprSeries> series, absl::Time time, ExprFilter filter = ExprFilter::kOn);

// How far back the expression looks for points of this selector, besides `lookback`.
inline absl::Duration ReachOf(const Expr& selector) { return selector.range + selector.offset; }

}  // namespace nephoscope
