// PointProgram: an expression that asks one series and compares the answer with a number, for points that come in order: the windows move on, and a
// step costs what is new. What EvaluateExpr gives for the same points, it gives as well.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "rules/expr/ast.h"
#include "rules/expr/window_functions.h"
#include "rules/model/look_back.h"
#include "rules/model/running_stats.h"
#include "rules/model/series_columns.h"

namespace nephoscope {

class PointProgram : public LookBack {
 public:
  // nullptr: the expression is not of that kind (aggregates, offsets, several selectors, a condition that is no comparison of size).
  static std::unique_ptr<const PointProgram> Of(const Expr& expr);

  // The comparison: answer op limit.
  ExprOp op() const { return op_; }
  double limit() const { return limit_; }
  std::int64_t reach_ms() const override { return reach_ms_; }
  std::int64_t shortest_ms() const override { return shortest_ms_; }
  double AnswerAt(std::int64_t time_ms, SeriesMemory& memory) const override;
  std::optional<std::vector<SeriesColumns::Range>> InColumns() const override;
  void AnswersAt(const SeriesColumns& columns, SeriesColumns::Row now, int from, int to, double* out) const override;

 private:
  enum class Code : std::uint8_t { kNumber, kNewest, kWindow, kNegative, kArithmetic, kAbs, kCeil, kFloor };
  static constexpr int kMostDepth = 8;  // of the stack: a tree of that depth needs no more
  struct Step {
    Code code;
    ExprOp op = ExprOp::kAdd;                      // kArithmetic
    WindowFunction function = WindowFunction::kSum;  // kWindow
    std::uint8_t window = 0;                       // kWindow: position of its range
    double number = 0;                             // kNumber
  };
  struct Range {
    std::int64_t ms;
    unsigned needs;
  };

  bool Compile(const Expr& node);
  bool CompileCall(const Expr& call);
  bool CompileWindow(const Expr& call);
  static bool AsksOneThing(const Expr& expr);
  static double OfWindow(WindowFunction function, const RunningStats& window, absl::Span<const TimedValue> points);

  std::vector<Step> steps_;  // in the order of a stack machine
  std::vector<Range> ranges_;
  ExprOp op_ = ExprOp::kGreater;
  double limit_ = 0;
  std::int64_t reach_ms_ = 0, shortest_ms_ = INT64_MAX;
};

}  // namespace nephoscope
