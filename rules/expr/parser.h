// The parser of expressions: a subset of PromQL, with metric names that may have dots.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "rules/expr/ast.h"

namespace nephoscope {

// R510: it cannot be read. R511: PromQL has it, we do not. R512: too long, too deep. R513: one kind of value where another is needed.
struct ExprError {
  std::string code;
  int begin = 0, end = 0;  // bytes of the text
  std::string message, hint;
};

struct ParsedExpr {
  std::shared_ptr<const Expr> expr;  // nullptr: `error` says why
  ExprError error;
};

inline constexpr int kMostExprBytes = 16 * 1024;
inline constexpr int kMostExprDepth = 64;
inline constexpr int kMostExprNodes = 1000;
inline constexpr absl::Duration kLongestExprRange = absl::Hours(24 * 92);

// Line breaks and # comments are blanks. Never throws, never recurses deeper than kMostExprDepth brackets.
ParsedExpr ParseExpr(absl::string_view text);

}  // namespace nephoscope
