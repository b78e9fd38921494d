// Functions of the points of one series in a window (begin, end].
#pragma once

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/expr/evaluate.h"

namespace nephoscope {

struct ExprWindow {
  std::int64_t begin_ms, end_ms;
  std::int64_t now_ms;                // when it is asked; without offset the same as end_ms
  absl::Span<const ExprPoint> points; // at least one
};

// kNone: there is none of that name.
WindowFunction WindowFunctionOf(absl::string_view name);

// What RunningStats has to know for a function; 0: it looks at all points itself.
unsigned NeedsOf(WindowFunction function);

// `running`: at this window, of what the function needs; nullptr: all points are looked at. `parameter`: of quantile_over_time and predict_linear. Nothing: too few points to say.
std::optional<double> OverWindow(WindowFunction function, const ExprWindow& window, double parameter, const RunningStats* running = nullptr);

// As PromQL interpolates; -Inf below 0, +Inf above 1, NaN of nothing. Sorts `values`.
double ExprQuantile(double share, std::vector<double>& values);

double ExprAverage(absl::Span<const double> values);
// Of the whole population.
double ExprDeviation(absl::Span<const double> values);

}  // namespace nephoscope
