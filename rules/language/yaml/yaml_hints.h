// What a YAML library's syntax error really means, for people who do not know YAML (rules.md 4.1).
#pragma once

#include <string>

#include "rules/language/source_text.h"
#include "rules/model/diagnostic.h"

namespace nephoscope {

// `message` and `offset`: what the library said, and the byte where it gave up.
Diagnostic ExplainSyntax(const SourceText& text, absl::string_view message, std::size_t offset);

}  // namespace nephoscope
