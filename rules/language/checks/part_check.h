// What composites and depends_on say of other rules: names, cycles, labels.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "rules/language/language.h"
#include "rules/model/rule.h"

namespace nephoscope {

// `rules`: those without an error of their own; `names`: the alerts of all files, also of rules with errors. Diagnostics carry their file.
std::vector<Diagnostic> CheckParts(absl::Span<const std::shared_ptr<const Rule>> rules, absl::Span<const std::string> names, absl::Span<const SourceFile> files);

}  // namespace nephoscope
