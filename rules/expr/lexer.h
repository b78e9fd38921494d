// The words of an expression.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/expr/parser.h"

namespace nephoscope {

struct ExprToken {
  // kLength: 5m, 1h30m. kMark: an operator or a bracket, in `text`.
  enum class Kind { kEnd, kNumber, kLength, kName, kText, kMark };
  Kind kind = Kind::kEnd;
  std::string text;   // as written; kText: without quotes and escapes
  double number = 0;  // kNumber; kLength: seconds
  int begin = 0, end = 0;
};

// The last token is kEnd. False: `error` says what cannot be read.
bool ReadExprTokens(absl::string_view text, std::vector<ExprToken>& out, ExprError& error);

}  // namespace nephoscope
