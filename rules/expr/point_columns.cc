// PointProgram over columns: each step of the stack machine is taken for all lanes before the next.
#include <algorithm>
#include <cmath>

#include "rules/expr/evaluate.h"
#include "rules/expr/point_program.h"
#include "rules/model/fast_loops.h"

namespace nephoscope {
namespace {

template <typename Of>
void Each(double* __restrict top, int lanes, Of of) {
  for (int i = 0; i < lanes; ++i) top[i] = of(top[i]);
}

template <typename Of>
void Both(double* __restrict top, const double* __restrict right, int lanes, Of of) {
  for (int i = 0; i < lanes; ++i) top[i] = of(top[i], right[i]);
}

void Calculate(ExprOp op, double* top, const double* right, int lanes) {
  switch (op) {
    case ExprOp::kAdd: return Both(top, right, lanes, [](double a, double b) { return a + b; });
    case ExprOp::kSubtract: return Both(top, right, lanes, [](double a, double b) { return a - b; });
    case ExprOp::kMultiply: return Both(top, right, lanes, [](double a, double b) { return a * b; });
    case ExprOp::kDivide: return Both(top, right, lanes, [](double a, double b) { return a / b; });
    default: return Both(top, right, lanes, [op](double a, double b) { return Arithmetic(op, a, b); });
  }
}

// As RunningStats::deviation.
FOR_ALL_PROCESSORS void Deviation(const SeriesColumns::Sums& sums, int lanes, double* __restrict out) {
  const double *const __restrict count = sums.count, *const __restrict high = sums.high, *const __restrict low = sums.low;
  const double *const __restrict squares_high = sums.squares_high, *const __restrict squares_low = sums.squares_low;
  for (int i = 0; i < lanes; ++i) {
    const double n = count[i];
    const double squares = squares_high[i] * n, squares_rest = LostOf(squares_high[i], n, squares) + squares_low[i] * n;
    const double square = high[i] * high[i], square_rest = LostOf(high[i], high[i], square) + 2 * high[i] * low[i];
    const double rest = squares - square + (squares_rest - square_rest);
    out[i] = std::sqrt(rest > 0 ? rest : 0) / n;
  }
}

void OfWindows(WindowFunction function, const SeriesColumns::Sums& sums, const double* newest, int lanes, double* __restrict out) {
  const double *const __restrict count = sums.count, *const __restrict high = sums.high, *const __restrict low = sums.low;
  switch (function) {
    case WindowFunction::kDeviation: return Deviation(sums, lanes, out);
    case WindowFunction::kCount: std::copy_n(count, lanes, out); return;
    case WindowFunction::kLast: std::copy_n(newest, lanes, out); return;
    case WindowFunction::kSum:
      for (int i = 0; i < lanes; ++i) out[i] = high[i] + low[i];
      return;
    default:  // kAverage
      for (int i = 0; i < lanes; ++i) out[i] = (high[i] + low[i]) / count[i];
  }
}

}  // namespace

std::optional<std::vector<SeriesColumns::Range>> PointProgram::InColumns() const {
  std::vector<SeriesColumns::Range> out;
  for (const Range& range : ranges_) {
    if ((range.needs & (RunningStats::kExtremes | RunningStats::kIncrease)) != 0) return std::nullopt;
    out.push_back({range.ms, range.needs != 0, (range.needs & RunningStats::kSquares) != 0});
  }
  return out;
}

void PointProgram::AnswersAt(const SeriesColumns& columns, SeriesColumns::Row now, int from, int to, double* out) const {
  NOT_CLEARED double stack[kMostDepth + 1][SeriesColumns::kMost];
  int top = -1;
  const int lanes = to - from;
  const double* const newest = columns.Values(now) + from;
  for (const Step& step : steps_) {
    switch (step.code) {
      case Code::kNumber: std::fill_n(stack[++top], lanes, step.number); break;
      case Code::kNewest: std::copy_n(newest, lanes, stack[++top]); break;
      case Code::kWindow: OfWindows(step.function, columns.SumsOf(step.window, from), newest, lanes, stack[++top]); break;
      case Code::kNegative: Each(stack[top], lanes, [](double a) { return -a; }); break;
      case Code::kArithmetic: --top, Calculate(step.op, stack[top], stack[top + 1], lanes); break;
      case Code::kAbs: Each(stack[top], lanes, [](double a) { return std::abs(a); }); break;
      case Code::kCeil: Each(stack[top], lanes, [](double a) { return std::ceil(a); }); break;
      case Code::kFloor: Each(stack[top], lanes, [](double a) { return std::floor(a); }); break;
    }
  }
  std::copy_n(stack[0], lanes, out);
}

}  // namespace nephoscope
