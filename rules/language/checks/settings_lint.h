// Names in maintenance and inhibit_rules that no rule knows: what they cover is empty, and nothing else would say so.
#pragma once

#include <vector>

#include "absl/types/span.h"
#include "rules/language/language.h"

namespace nephoscope {

// Warnings (L420) with their files; none where no rules were read with the settings.
std::vector<Diagnostic> LintSettings(const RuleSet& rules, absl::Span<const SourceFile> files);

}  // namespace nephoscope
