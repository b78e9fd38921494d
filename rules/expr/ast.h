// Expr: an expression as parsed: a tree with the place of every part in its text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rules/engine/matcher.h"
#include "rules/model/option_table.h"

namespace re2 {
class RE2;
}

namespace nephoscope {

// What an expression gives: one number, a text, one number for each series, or for each series its points in a window.
enum class ExprType { kNumber, kText, kVector, kRange };

enum class ExprOp { kAdd, kSubtract, kMultiply, kDivide, kModulo, kPower, kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kAnd, kOr, kUnless };

// Of the points of one series in a window.
enum class WindowFunction : std::uint8_t { kNone, kRate, kIncrease, kDelta, kDeriv, kPredictLinear, kChanges, kCount, kLast, kPresent, kMin, kMax, kAverage, kDeviation, kQuantile, kSum, kNewestRate, kNewestDelta, kResets };

inline bool IsComparison(ExprOp op) { return op >= ExprOp::kEqual && op <= ExprOp::kGreaterOrEqual; }
inline bool IsSetOp(ExprOp op) { return op >= ExprOp::kAnd; }

struct Expr {
  enum class Kind { kNumber, kText, kSelector, kNegative, kBinary, kAggregate, kCall };

  Kind kind = Kind::kNumber;
  ExprType type = ExprType::kNumber;
  int begin = 0, end = 0;  // bytes of the text
  int depth = 1;           // of the tree below, this node counted
  std::vector<std::unique_ptr<Expr>> args;  // operands; an aggregate's parameter stands first

  double number = 0;                 // kNumber
  std::string name;                  // kText: the text; kSelector: the metric; kAggregate, kCall: the function
  std::vector<Matcher> matchers;     // kSelector: equal, not equal, regex, not regex
  std::vector<LabelMatcher> compiled;  // of `matchers`
  absl::Duration range, offset;      // kSelector; range zero: the newest value
  WindowFunction window = WindowFunction::kNone;  // kCall: of a window
  std::shared_ptr<const re2::RE2> regex;          // kCall: of label_replace
  ExprOp op = ExprOp::kAdd;          // kBinary
  bool as_bool = false;              // kBinary: 0 or 1 instead of a filter
  // kBinary: `on` (keeps) or `ignoring`; kAggregate: `by` (keeps) or `without`. Sorted, each once.
  bool keeps = false;
  std::vector<std::string> labels;
  // kBinary: the side on which several elements may join one of the other (group_left, group_right), and the labels
  // that they take from it. Sorted, each once.
  enum class Many : std::uint8_t { kNone, kLeft, kRight };
  Many many = Many::kNone;
  std::vector<std::string> takes;
};

// Every selector of the tree, from left to right.
inline void CollectSelectors(const Expr& expr, std::vector<const Expr*>& out) {
  if (expr.kind == Expr::Kind::kSelector) out.push_back(&expr);
  for (const auto& arg : expr.args) CollectSelectors(*arg, out);
}

}  // namespace nephoscope
