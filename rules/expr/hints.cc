#include "rules/expr/hints.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

using Token = ExprToken::Kind;

struct Row {
  const char *written, *hint;
};
constexpr Row kWords[] = {{"is", "write > or <"}, {"above", "write >"}, {"over", "write >"}, {"below", "write <"}, {"under", "write <"}, {"not", "write unless"}, {"equals", "write =="}};
constexpr Row kFunctions[] = {{"average", "avg"}, {"mean", "avg"}, {"maximum", "max"}, {"minimum", "min"}, {"total", "sum"}, {"avg_over", "avg_over_time"}, {"max_over", "max_over_time"},
                              {"min_over", "min_over_time"}, {"sum_over", "sum_over_time"}, {"derivative", "deriv"}};

std::string Find(absl::Span<const Row> rows, absl::string_view written) {
  for (const Row& row : rows)
    if (written == row.written) return row.hint;
  return "";
}

bool IsCurrency(absl::string_view word) {
  return word.size() == 3 && absl::ascii_isupper(word[0]) && absl::ascii_isupper(word[1]) && absl::ascii_isupper(word[2]);
}
bool IsGrouping(absl::string_view word) { return word == "by" || word == "without"; }

// After a number: what may have been meant as its unit.
std::string AfterNumber(const ExprToken& number, const ExprToken& found) {
  const std::string small = absl::AsciiStrToLower(found.text);
  if (found.text == ",") return "write a number without commas, such as 5000";
  if (found.kind != Token::kName) return "";
  if (small == "percent") return "take it out: a percentage is a plain number, 80 for 80 %";
  if (IsCurrency(found.text)) return absl::StrCat("take it out: amounts are plain numbers, in the currency of the bill: ", number.text);
  return found.text.size() <= 3 ? absl::StrCat("write them together: ", number.text, found.text) : "";
}

}  // namespace

std::string HintAt(absl::Span<const ExprToken> tokens, std::size_t at) {
  const ExprToken none, &found = tokens[at], &before = at > 0 ? tokens[at - 1] : none, &after = at + 1 < tokens.size() ? tokens[at + 1] : none;
  const std::string small = absl::AsciiStrToLower(found.text), small_before = absl::AsciiStrToLower(before.text);
  const auto is_mark = [](const ExprToken& token, absl::string_view mark) { return token.kind == Token::kMark && token.text == mark; };
  if (is_mark(found, "=")) return is_mark(after, ">") || is_mark(after, "<") ? absl::StrCat("write ", after.text, "=") : "write == to compare";
  if (is_mark(before, "%")) return "% is the rest of a division; a percentage is a plain number, 80 for 80 %";
  if (is_mark(before, "=") && found.kind == Token::kName) return absl::StrCat("write \"", found.text, "\"");
  if (before.kind == Token::kNumber)
    if (std::string hint = AfterNumber(before, found); !hint.empty()) return hint;
  if (before.kind == Token::kName && IsGrouping(small_before) && found.kind == Token::kName) return absl::StrCat("write ", small_before, " (", found.text, ")");
  if (found.kind == Token::kName && IsGrouping(small)) return absl::StrCat("write ", small, " (...) behind the function: sum by (label) (metric)");
  return found.kind == Token::kName ? Find(kWords, small) : "";
}

std::string FunctionMeant(absl::string_view name) { return Find(kFunctions, absl::AsciiStrToLower(name)); }

}  // namespace nephoscope
