#include "rules/language/checks/expr_check.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/expr/groups.h"
#include "rules/expr/parser.h"
#include "rules/language/checks/metric_check.h"

namespace nephoscope {
namespace {

// Where a byte of the text of a scalar stands in the file. What is no blank stands in both in the same order; the file has quotes, escapes and
// indentation besides.
std::size_t InFile(absl::string_view file, const YamlNode& value, std::size_t offset) {
  std::size_t at = value.begin;
  if (at < file.size() && (file[at] == '|' || file[at] == '>')) at = std::min(file.size(), file.find('\n', at));
  std::size_t found = at;
  for (std::size_t i = 0; i < value.text.size(); ++i) {
    if (absl::ascii_isspace(value.text[i])) continue;
    found = file.find(value.text[i], at);
    if (found == absl::string_view::npos) return value.begin;
    if (i >= offset) return found;
    at = found + 1;
  }
  return at;  // behind the last one
}

Mark MarkIn(const YamlNode& value, const SourceText& source, int begin, int end) {
  const std::size_t from = InFile(source.text(), value, static_cast<std::size_t>(begin));
  if (begin >= static_cast<int>(value.text.size())) return source.MarkOf(from, from + 1);
  return source.MarkOf(from, std::max(from, InFile(source.text(), value, static_cast<std::size_t>(end - 1))) + 1);
}

void Tell(const YamlNode& value, const ExprError& error, DiagnosticSink& sink) {
  const absl::string_view before = value.text.substr(0, static_cast<std::size_t>(error.begin));
  const std::size_t line_start = before.rfind('\n') == absl::string_view::npos ? 0 : before.rfind('\n') + 1;
  Diagnostic out;
  out.code = error.code;
  out.mark = MarkIn(value, sink.text(), error.begin, error.end);
  out.message = absl::StrCat("in expr, line ", 1 + std::count(before.begin(), before.end(), '\n'), ", column ", 1 + CodePoints(before.substr(line_start)), ": ", error.message);
  out.caret_text = error.hint;
  sink.Add(std::move(out));
}

}  // namespace

void CheckExpression(const YamlNode& value, DiagnosticSink& sink) {
  if (value.kind != YamlNode::kText) return;  // told already
  const ParsedExpr parsed = ParseExpr(value.text);
  if (parsed.expr == nullptr) return Tell(value, parsed.error, sink);
  std::vector<const Expr*> selectors;
  CollectSelectors(*parsed.expr, selectors);
  std::set<std::string> told;
  for (const Expr* selector : selectors)
    if (told.insert(selector->name).second) CheckMetricName(selector->name, MarkIn(value, sink.text(), selector->begin, selector->begin + static_cast<int>(selector->name.size())), sink);
  if (const ExprGroups groups = GroupsOf(*parsed.expr); !groups.error.code.empty()) Tell(value, groups.error, sink);
}

}  // namespace nephoscope
