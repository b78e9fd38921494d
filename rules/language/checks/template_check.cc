#include "rules/language/checks/template_check.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/engine/template.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

Diagnostic At(Mark mark, const char* code, std::string message) {
  Diagnostic out;
  out.code = code;
  out.mark = mark;
  out.message = std::move(message);
  return out;
}

// The place with one of its words exchanged.
std::string Exchanged(absl::string_view written, const std::string& word, const std::string& other) {
  std::string out(written);
  if (const std::size_t at = out.find(word); at != std::string::npos) out.replace(at, word.size(), other);
  return out;
}

void UnknownName(const TemplatePlace& place, absl::string_view written, Mark mark, const TemplateNames& names, DiagnosticSink& sink) {
  std::vector<std::string> known = names.labels;
  known.insert(known.end(), names.others.begin(), names.others.end());
  Diagnostic out = At(mark, "R310", absl::StrCat("${", place.name, "} is not known in this rule"));
  const std::string nearest = Nearest(place.name, known);
  out.caret_text = absl::StrCat(nearest.empty() ? "" : absl::StrCat("did you mean ${", nearest, "}? "), "known: ", absl::StrJoin(known, ", "));
  if (!nearest.empty()) out.suggestion = Exchanged(written, place.name, nearest);
  if (names.by_line > 0) out.note = absl::StrCat("labels come from  by: [", absl::StrJoin(names.labels, ", "), "]  on line ", names.by_line);
  sink.Add(std::move(out));
}

void CheckFilter(const TemplatePlace& place, absl::string_view written, Mark mark, DiagnosticSink& sink) {
  const std::vector<std::string> filters(TemplateFilters().begin(), TemplateFilters().end());
  if (place.filter.empty() || std::find(filters.begin(), filters.end(), place.filter) != filters.end()) return;
  Diagnostic out = At(mark, "R311", absl::StrCat("there is no filter \"", place.filter, "\""));
  const std::string nearest = Nearest(place.filter, filters);
  out.caret_text = absl::StrCat(nearest.empty() ? "" : absl::StrCat("did you mean \"", nearest, "\"? "), "filters: ", absl::StrJoin(filters, ", "));
  if (!nearest.empty()) out.suggestion = Exchanged(written, place.filter, nearest);
  sink.Add(std::move(out));
}

// `$team` and `{team}` are text as they stand.
void WarnOfOtherPlaces(const std::string& text, Mark mark, const TemplateNames& names, DiagnosticSink& sink) {
  const SourceText& source = sink.text();
  std::vector<std::string> known = names.labels;
  known.insert(known.end(), names.others.begin(), names.others.end());
  for (const std::string& name : known) {
    for (const std::string& written : {absl::StrCat("$", name), absl::StrCat("{", name, "}")}) {
      const std::size_t at = text.find(written);
      if (at == std::string::npos) continue;
      const char before = at > 0 ? text[at - 1] : ' ', behind = at + written.size() < text.size() ? text[at + written.size()] : ' ';
      if (before == '$' || before == '{' || absl::ascii_isalnum(behind) || behind == '_' || behind == '}') continue;
      const std::size_t here = source.text().find(written, source.OffsetOf(mark.line, mark.column));
      Diagnostic out = At(here == absl::string_view::npos ? mark : source.MarkOf(here, here + written.size()), "R017", absl::StrCat("\"", written, "\" stays as it stands: places in a text are written ${", name, "}"));
      out.severity = Diagnostic::Severity::kWarning;
      out.suggestion = absl::StrCat("${", name, "}");
      out.caret_text = absl::StrCat("write ", *out.suggestion);
      sink.Add(std::move(out));
    }
  }
}

}  // namespace

void CheckTemplate(const std::string& text, Mark mark, const TemplateNames& names, DiagnosticSink& sink) {
  const SourceText& source = sink.text();
  std::size_t from = source.OffsetOf(mark.line, mark.column);
  if (const std::size_t braces = text.find("{{"); braces != std::string::npos) {
    const std::size_t at = source.text().find("{{", from);
    Diagnostic out = At(at == absl::string_view::npos ? mark : source.MarkOf(at, at + 2), "R017", "places in a text are written ${team}, not {{ team }}");
    out.caret_text = "write ${name}";
    sink.Add(std::move(out));
  }
  if (text.find("{{") == std::string::npos) WarnOfOtherPlaces(text, mark, names, sink);
  for (const TemplatePlace& place : TemplatePlaces(text)) {
    const absl::string_view written = absl::string_view(text).substr(place.begin, place.end - place.begin);
    const std::size_t at = source.text().find(written, from);
    const bool found = at != absl::string_view::npos;
    const Mark here = found ? source.MarkOf(at, at + written.size()) : mark;
    if (found) from = at + written.size();
    if (!place.closed) {
      Diagnostic out = At(here, "R312", "${ is never closed");
      out.caret_text = "a } is missing; a dollar sign alone is $$";
      sink.Add(std::move(out));
      continue;
    }
    const auto has = [&](const std::vector<std::string>& all) { return std::find(all.begin(), all.end(), place.name) != all.end(); };
    if (!names.any && !has(names.labels) && !has(names.others)) UnknownName(place, written, here, names, sink);
    CheckFilter(place, written, here, sink);
  }
}

}  // namespace nephoscope
