#include "rules/language/checks/lint_snooze.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/language/tables/codes.h"

namespace nephoscope {
namespace {

constexpr const char* kForm = "write # check: off L401 until 2026-12-31 and why";

// Where the comment of a line that speaks to `check` begins; npos: there is none.
std::size_t CommentIn(absl::string_view line) {
  for (std::size_t hash = line.find('#'); hash != absl::string_view::npos; hash = line.find('#', hash + 1)) {
    if (hash > 0 && !absl::ascii_isspace(static_cast<unsigned char>(line[hash - 1]))) continue;
    const absl::string_view said = absl::StripLeadingAsciiWhitespace(line.substr(hash + 1));
    if (absl::StartsWith(said, "check: off")) return hash;
  }
  return absl::string_view::npos;
}

bool IsComment(absl::string_view line) { return absl::StartsWith(absl::StripLeadingAsciiWhitespace(line), "#"); }

}  // namespace

LintSnoozes::LintSnoozes(absl::Span<const int> rule_lines, DiagnosticSink& sink) : rule_lines_(rule_lines) {
  if (!absl::StrContains(sink.text().text(), "check: off")) return;
  for (int line = 1; line <= sink.text().lines(); ++line)
    if (const std::size_t hash = CommentIn(sink.text().Line(line)); hash != absl::string_view::npos) Read(line, hash, sink);
}

void LintSnoozes::TellBad(int line, std::size_t hash, absl::string_view what, DiagnosticSink& sink) {
  Diagnostic out;
  out.severity = Diagnostic::Severity::kWarning;
  out.code = "L411";
  const std::size_t start = sink.text().StartOf(line);
  out.mark = sink.text().MarkOf(start + hash, start + sink.text().Line(line).size());
  out.message = absl::StrCat("this comment turns nothing off: ", what);
  out.caret_text = kForm;
  sink.Add(std::move(out));
}

void LintSnoozes::Read(int line, std::size_t hash, DiagnosticSink& sink) {
  absl::string_view said = absl::StripLeadingAsciiWhitespace(sink.text().Line(line).substr(hash + 1));
  absl::ConsumePrefix(&said, "check: off");
  const std::vector<std::string> words = absl::StrSplit(said, absl::ByAnyChar(" ,\t\r"), absl::SkipEmpty());
  Snooze out;
  std::size_t at = 0;
  for (; at < words.size() && words[at] != "until"; ++at) {
    if (!absl::StartsWith(words[at], "L") || HelpFor(words[at]) == nullptr) return TellBad(line, hash, absl::StrCat("\"", words[at], "\" is no code of a lint"), sink);
    out.codes.push_back(words[at]);
  }
  if (out.codes.empty()) return TellBad(line, hash, "it names no code", sink);
  if (at + 1 >= words.size() || !absl::ParseCivilTime(words[at + 1], &out.until)) return TellBad(line, hash, "it has no day after until", sink);
  if (at + 2 >= words.size()) return TellBad(line, hash, "it says no reason", sink);
  // Comments right above a rule belong to that rule.
  int place = line;
  while (place < sink.text().lines() && IsComment(sink.text().Line(place))) ++place;
  const auto next = std::upper_bound(rule_lines_.begin(), rule_lines_.end(), place);
  const bool head = next == rule_lines_.begin();
  out.line = line;
  out.from = head ? 1 : *std::prev(next);
  out.to = head || next == rule_lines_.end() ? sink.text().lines() + 1 : *next;
  all_.push_back(std::move(out));
}

bool LintSnoozes::Silence(Diagnostic& found, absl::CivilDay today) const {
  for (const Snooze& one : all_) {
    const bool meant = std::find(one.codes.begin(), one.codes.end(), found.code) != one.codes.end() && found.mark.line >= one.from && found.mark.line < one.to;
    if (!meant) continue;
    if (today <= one.until) return true;
    found.note = absl::StrCat(found.note, found.note.empty() ? "" : "; ", "line ", one.line, " turned this off until ", absl::FormatCivilTime(one.until), ", which is over");
  }
  return false;
}

}  // namespace nephoscope
