// What `check` finds in a configuration beyond its table: what `run` would refuse, secrets in plain text, sources that
// are read twice, and rules whose data nobody collects. Starts and connects nothing.
#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "agent/config.h"
#include "rules/language/language.h"
#include "rules/model/rule.h"

namespace nephoscope {

// Of a configuration without errors; `file` is its text. `rules`: those that are checked with it, perhaps none.
std::vector<Diagnostic> CheckConfig(const AgentConfig& config, const SourceFile& file, const RuleSet& rules, absl::Span<const SourceFile> rule_files);

// The same text with stars for secrets that are written out: for the lines that messages show.
std::string WithoutSecrets(std::string text);

// The same for texts that are to be shown with `diagnostics`, and for these: addresses lose what may be secret, and of a line that
// holds a secret no value is quoted.
void HideSecrets(std::vector<SourceFile>& texts, std::vector<Diagnostic>& diagnostics);

}  // namespace nephoscope
