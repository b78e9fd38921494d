#include "rules/language/sink.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace nephoscope {

void DiagnosticSink::Add(Diagnostic diagnostic) {
  if (diagnostic.severity == Diagnostic::Severity::kError) ++errors_;
  if (all_.size() > kMost) return;
  diagnostic.file = file_;
  diagnostic.mark.line = std::max(diagnostic.mark.line, 1);
  diagnostic.mark.column = std::max(diagnostic.mark.column, 1);
  diagnostic.mark.end_column = std::max(diagnostic.mark.end_column, diagnostic.mark.column + 1);
  if (all_.size() == kMost) {
    diagnostic.code = "R026";
    diagnostic.message = "there are more than 50 problems in this file; mend these first, then check again";
    diagnostic.suggestion.reset();
    diagnostic.caret_text.clear(), diagnostic.help.clear(), diagnostic.note.clear();
  }
  all_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> DiagnosticSink::Take() {
  const auto place = [](const Diagnostic& d) { return std::make_tuple(d.code == "R026", d.mark.line, d.mark.column); };
  std::stable_sort(all_.begin(), all_.end(), [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
  return std::move(all_);
}

}  // namespace nephoscope
