// Comments that turn lints off until a day:  # check: off L401 until 2026-12-31 the limit is agreed with finance
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "rules/language/sink.h"

namespace nephoscope {

// Of one file. A comment counts for the rule that it stands in or right above; above the first rule, with a line between, for all of the file.
class LintSnoozes {
 public:
  // `rule_lines`: where rules begin, ascending. Comments that cannot be read are told (L411).
  LintSnoozes(absl::Span<const int> rule_lines, DiagnosticSink& sink);

  // `found` is not to be told. Where a comment's day is over, `found` says so.
  bool Silence(Diagnostic& found, absl::CivilDay today) const;

 private:
  struct Snooze {
    std::vector<std::string> codes;
    absl::CivilDay until;  // the last day
    int line = 0;
    int from = 0, to = 0;  // lines that it counts for, [from, to)
  };

  void Read(int line, std::size_t hash, DiagnosticSink& sink);
  static void TellBad(int line, std::size_t hash, absl::string_view what, DiagnosticSink& sink);

  absl::Span<const int> rule_lines_;
  std::vector<Snooze> all_;
};

}  // namespace nephoscope
