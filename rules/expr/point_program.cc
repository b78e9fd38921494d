#include "rules/expr/point_program.h"

#include <algorithm>
#include <cmath>

#include "rules/expr/evaluate.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostRanges = 8;

bool SameSelector(const Expr& a, const Expr& b) {
  return a.name == b.name && std::equal(a.matchers.begin(), a.matchers.end(), b.matchers.begin(), b.matchers.end(), [](const Matcher& x, const Matcher& y) { return x.op == y.op && x.label == y.label && x.values == y.values; });
}

bool IsConstant(const Expr& node) { return node.kind == Expr::Kind::kNumber || (node.kind == Expr::Kind::kNegative && IsConstant(*node.args[0])); }
double Constant(const Expr& node) { return node.kind == Expr::Kind::kNumber ? node.number : -Constant(*node.args[0]); }

ExprOp TheOtherWayRound(ExprOp op) {
  switch (op) {
    case ExprOp::kLess: return ExprOp::kGreater;
    case ExprOp::kLessOrEqual: return ExprOp::kGreaterOrEqual;
    case ExprOp::kGreater: return ExprOp::kLess;
    default: return ExprOp::kLessOrEqual;
  }
}

}  // namespace

std::unique_ptr<const PointProgram> PointProgram::Of(const Expr& expr) {
  const bool compares = expr.kind == Expr::Kind::kBinary && !expr.as_bool && expr.op >= ExprOp::kLess && expr.op <= ExprOp::kGreaterOrEqual;
  if (!compares || expr.depth > kMostDepth) return nullptr;
  const bool turned = IsConstant(*expr.args[0]);
  const Expr &asked = *expr.args[turned ? 1 : 0], &limit = *expr.args[turned ? 0 : 1];
  auto out = std::make_unique<PointProgram>();
  if (!IsConstant(limit) || !std::isfinite(Constant(limit)) || !AsksOneThing(asked) || !out->Compile(asked)) return nullptr;
  out->op_ = turned ? TheOtherWayRound(expr.op) : expr.op;
  out->limit_ = Constant(limit);
  return out;
}

bool PointProgram::AsksOneThing(const Expr& expr) {
  std::vector<const Expr*> selectors;
  CollectSelectors(expr, selectors);
  return !selectors.empty() && std::all_of(selectors.begin(), selectors.end(), [&](const Expr* one) { return one->offset == absl::ZeroDuration() && SameSelector(*one, *selectors[0]); });
}

// What it puts on the stack is of the one series, or a number.
bool PointProgram::Compile(const Expr& node) {
  switch (node.kind) {
    case Expr::Kind::kNumber: return steps_.push_back({.code = Code::kNumber, .number = node.number}), true;
    case Expr::Kind::kSelector: return steps_.push_back({.code = Code::kNewest}), node.range == absl::ZeroDuration();
    case Expr::Kind::kNegative: return Compile(*node.args[0]) && (steps_.push_back({.code = Code::kNegative}), true);
    case Expr::Kind::kBinary:
      if (IsComparison(node.op) || IsSetOp(node.op) || node.keeps || !node.labels.empty()) return false;
      return Compile(*node.args[0]) && Compile(*node.args[1]) && (steps_.push_back({.code = Code::kArithmetic, .op = node.op}), true);
    case Expr::Kind::kCall: return node.window != WindowFunction::kNone ? CompileWindow(node) : CompileCall(node);
    default: return false;
  }
}

bool PointProgram::CompileCall(const Expr& call) {
  if (call.args.size() != 1 || (call.name != "abs" && call.name != "ceil" && call.name != "floor")) return false;
  return Compile(*call.args[0]) && (steps_.push_back({.code = call.name == "abs" ? Code::kAbs : call.name == "ceil" ? Code::kCeil : Code::kFloor}), true);
}

bool PointProgram::CompileWindow(const Expr& call) {
  using enum WindowFunction;
  const bool known = call.window == kSum || call.window == kAverage || call.window == kDeviation || call.window == kMin || call.window == kMax || call.window == kCount || call.window == kLast;
  if (!known || call.args.size() != 1 || call.args[0]->kind != Expr::Kind::kSelector) return false;
  const std::int64_t ms = absl::ToInt64Milliseconds(call.args[0]->range);
  auto at = std::find_if(ranges_.begin(), ranges_.end(), [&](const Range& one) { return one.ms == ms; });
  if (at == ranges_.end()) at = ranges_.insert(at, {ms, 0});
  at->needs |= NeedsOf(call.window);
  reach_ms_ = std::max(reach_ms_, ms);
  shortest_ms_ = std::min(shortest_ms_, ms);
  steps_.push_back({.code = Code::kWindow, .function = call.window, .window = static_cast<std::uint8_t>(at - ranges_.begin())});
  return ranges_.size() <= kMostRanges;
}

double PointProgram::AnswerAt(std::int64_t time_ms, SeriesMemory& memory) const {
  const std::vector<TimedValue>& points = memory.points;
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    if (memory.windows.size() <= i) memory.windows.emplace_back(ranges_[i].needs);
    RunningStats& window = memory.windows[i];
    const std::int64_t begin_ms = time_ms - ranges_[i].ms;
    std::size_t from = window.known() ? window.begin() : 0;
    while (from < points.size() && points[from].time_ms <= begin_ms) ++from;
    window.MoveTo(points, from, points.size());
  }
  double stack[kMostDepth + 1];
  double* top = stack - 1;
  for (const Step& step : steps_) {
    switch (step.code) {
      case Code::kNumber: *++top = step.number; break;
      case Code::kNewest: *++top = points.back().value; break;
      case Code::kWindow: *++top = OfWindow(step.function, memory.windows[step.window], points); break;
      case Code::kNegative: *top = -*top; break;
      case Code::kArithmetic: --top, *top = Arithmetic(step.op, top[0], top[1]); break;
      case Code::kAbs: *top = std::abs(*top); break;
      case Code::kCeil: *top = std::ceil(*top); break;
      case Code::kFloor: *top = std::floor(*top); break;
    }
  }
  return *top;
}

double PointProgram::OfWindow(WindowFunction function, const RunningStats& window, absl::Span<const TimedValue> points) {
  if (window.finite()) [[likely]] {
    switch (function) {
      case WindowFunction::kSum: return window.sum();
      case WindowFunction::kAverage: return window.average();
      case WindowFunction::kDeviation: return window.deviation();
      case WindowFunction::kMin: return window.least();
      case WindowFunction::kMax: return window.most();
      default: break;
    }
  }
  const absl::Span<const TimedValue> inside = points.subspan(window.begin(), window.end() - window.begin());
  return *OverWindow(function, {0, 0, 0, inside}, 0, nullptr);
}

}  // namespace nephoscope
