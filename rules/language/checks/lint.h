// Lints: what a rule may say, and yet nobody means. Warnings of their own codes, L4xx; `check` tells them, the agent does not.
#pragma once

#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "rules/language/language.h"

namespace nephoscope {

// Of rules that have no error, in order of file and line; at most 50 a file. `files`: the texts that the rules were read from. Comments such as
// `# check: off L401 until 2026-12-31 reason` turn lints off up to that day; `today` says whether it is over.
std::vector<Diagnostic> LintRules(const RuleSet& rules, absl::Span<const SourceFile> files, absl::CivilDay today);

}  // namespace nephoscope
