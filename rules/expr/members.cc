#include "rules/expr/members.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "rules/expr/evaluate.h"
#include "rules/expr/value_functions.h"

namespace nephoscope {
namespace {

// How the numbers of an expression move when series are added.
enum class Move { kNone, kUp, kDown, kAny };

Move Flipped(Move move) { return move == Move::kUp ? Move::kDown : move == Move::kDown ? Move::kUp : move; }

Move Joined(Move a, Move b) { return a == Move::kNone ? b : b == Move::kNone || a == b ? a : Move::kAny; }

bool IsUp(Move move) { return move == Move::kNone || move == Move::kUp; }
bool IsDown(Move move) { return move == Move::kNone || move == Move::kDown; }

bool OfWindow(const Expr& call) {
  return std::any_of(call.args.begin(), call.args.end(), [](const auto& arg) { return arg->type == ExprType::kRange; });
}

std::optional<double> ConstantOf(const Expr& expr) {
  if (expr.kind == Expr::Kind::kNumber) return expr.number;
  if (expr.type != ExprType::kNumber) return std::nullopt;
  if (expr.kind == Expr::Kind::kNegative) {
    const std::optional<double> value = ConstantOf(*expr.args[0]);
    return value ? std::optional(-*value) : std::nullopt;
  }
  if (expr.kind != Expr::Kind::kBinary) return std::nullopt;
  const std::optional<double> a = ConstantOf(*expr.args[0]), b = ConstantOf(*expr.args[1]);
  return a && b ? std::optional(Arithmetic(expr.op, *a, *b)) : std::nullopt;
}

// Of numbers that are not below zero themselves.
bool MayTurnNegative(absl::string_view function) {
  static constexpr absl::string_view kMay[] = {"delta", "idelta", "deriv", "predict_linear", "ln", "log2", "log10"};
  return std::find(std::begin(kMay), std::end(kMay), function) != std::end(kMay);
}

class Proof {
 public:
  explicit Proof(bool sums) : sums_(sums) {}

  // Elements that are there stay when series are added.
  bool Stays(const Expr& expr) const {
    switch (expr.kind) {
      case Expr::Kind::kNumber:
      case Expr::Kind::kText:
      case Expr::Kind::kSelector: return true;
      case Expr::Kind::kCall:
        if (expr.name == "absent" || expr.name == "absent_over_time") return false;
        break;
      case Expr::Kind::kAggregate:
        if (expr.name.ends_with("k")) return false;  // another may take its place
        break;
      case Expr::Kind::kBinary:
        if (expr.op == ExprOp::kUnless) return false;
        if (IsComparison(expr.op) && !expr.as_bool && !StaysTrue(expr)) return false;
        break;
      case Expr::Kind::kNegative: break;
    }
    return std::all_of(expr.args.begin(), expr.args.end(), [&](const auto& arg) { return Stays(*arg); });
  }

 private:
  bool StaysTrue(const Expr& comparison) const {
    const Move left = MoveOf(*comparison.args[0]), right = MoveOf(*comparison.args[1]);
    switch (comparison.op) {
      case ExprOp::kGreater:
      case ExprOp::kGreaterOrEqual: return IsUp(left) && IsDown(right);
      case ExprOp::kLess:
      case ExprOp::kLessOrEqual: return IsDown(left) && IsUp(right);
      default: return left == Move::kNone && right == Move::kNone;
    }
  }

  Move MoveOf(const Expr& expr) const {
    switch (expr.kind) {
      case Expr::Kind::kNumber:
      case Expr::Kind::kText:
      case Expr::Kind::kSelector: return Move::kNone;
      case Expr::Kind::kNegative: return Flipped(MoveOf(*expr.args[0]));
      case Expr::Kind::kCall: return OfCall(expr);
      case Expr::Kind::kAggregate: return OfAggregate(expr);
      case Expr::Kind::kBinary: return OfBinary(expr);
    }
    return Move::kAny;
  }

  Move OfCall(const Expr& call) const {
    if (call.args.empty() || OfWindow(call)) return Move::kNone;
    if (call.name == "absent" || call.name == "scalar" || call.name == "histogram_quantile" || IsCalendarFunction(call.name)) return Move::kAny;
    const Move arg = MoveOf(*call.args[0]);
    return call.name == "abs" && arg != Move::kNone ? Move::kAny : arg;  // the others never turn the order round
  }

  Move OfAggregate(const Expr& aggregate) const {
    const Expr& arg = *aggregate.args.back();
    if (!Stays(arg)) return Move::kAny;
    const Move move = MoveOf(arg);
    if (aggregate.name == "count") return Move::kUp;
    if (aggregate.name == "max") return IsUp(move) ? Move::kUp : Move::kAny;
    if (aggregate.name == "min") return IsDown(move) ? Move::kDown : Move::kAny;
    return aggregate.name == "sum" && IsUp(move) && NeverBelowZero(arg) ? Move::kUp : Move::kAny;
  }

  Move OfBinary(const Expr& binary) const {
    const Expr &left = *binary.args[0], &right = *binary.args[1];
    const Move a = MoveOf(left), b = MoveOf(right);
    if (a == Move::kNone && b == Move::kNone) return Move::kNone;
    if (binary.op == ExprOp::kAdd) return Joined(a, b);
    if (binary.op == ExprOp::kSubtract) return Joined(a, Flipped(b));
    if (binary.op == ExprOp::kAnd || binary.op == ExprOp::kUnless) return a;
    if (IsComparison(binary.op) && !binary.as_bool) return a;
    if (binary.op != ExprOp::kMultiply && binary.op != ExprOp::kDivide) return Move::kAny;
    const bool turned = binary.op == ExprOp::kMultiply && left.type == ExprType::kNumber;
    const std::optional<double> factor = ConstantOf(turned ? left : right);
    if (!factor || *factor == 0) return Move::kAny;
    return *factor > 0 ? (turned ? b : a) : Flipped(turned ? b : a);
  }

  bool NeverBelowZero(const Expr& expr) const {
    const auto all = [&](std::size_t count) {
      return std::all_of(expr.args.begin(), expr.args.begin() + static_cast<std::ptrdiff_t>(count), [&](const auto& arg) { return NeverBelowZero(*arg); });
    };
    switch (expr.kind) {
      case Expr::Kind::kNumber: return expr.number >= 0;
      case Expr::Kind::kSelector: return sums_;
      case Expr::Kind::kText:
      case Expr::Kind::kNegative: return false;
      case Expr::Kind::kCall:
        if (expr.name == "abs" || expr.name == "count_over_time" || expr.name == "changes") return true;
        return !MayTurnNegative(expr.name) && all(expr.args.size());
      case Expr::Kind::kAggregate: return expr.name == "count" || expr.name == "stddev" || NeverBelowZero(*expr.args.back());
      case Expr::Kind::kBinary: break;
    }
    if (expr.op == ExprOp::kSubtract || expr.op == ExprOp::kModulo) return false;
    if (IsComparison(expr.op)) return expr.as_bool || all(1);
    return all(expr.op == ExprOp::kAnd || expr.op == ExprOp::kUnless ? 1 : 2);
  }

  bool sums_;
};

bool NeedsTwoPoints(absl::string_view function) {
  static constexpr absl::string_view kNeed[] = {"rate", "increase", "delta", "deriv", "predict_linear", "irate", "idelta"};
  return std::find(std::begin(kNeed), std::end(kNeed), function) != std::end(kNeed);
}

void Collect(const Expr& expr, bool two, std::vector<AwaitedSelector>& out) {
  const bool asks_for_points = expr.kind == Expr::Kind::kCall && (expr.name == "absent" || expr.name == "absent_over_time" || expr.name == "count_over_time" || expr.name == "present_over_time");
  if (asks_for_points) return;
  if (expr.kind == Expr::Kind::kSelector) out.push_back({&expr, two});
  const bool needs_two = expr.kind == Expr::Kind::kCall && NeedsTwoPoints(expr.name);
  for (const auto& arg : expr.args) Collect(*arg, needs_two, out);
}

}  // namespace

bool ProvenByPart(const Expr& expr, bool sums) { return Proof(sums).Stays(expr); }

std::vector<AwaitedSelector> AwaitedSelectors(const Expr& expr) {
  std::vector<AwaitedSelector> out;
  Collect(expr, false, out);
  return out;
}

}  // namespace nephoscope
