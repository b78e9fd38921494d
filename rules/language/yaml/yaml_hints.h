// What a YAML library's syntax error really means, for people who do not know YAML (rules.md 4.1).
#pragma once

#include <string>

#include "rules/language/source_text.h"
#include "rules/model/diagnostic.h"

namespace nephoscope {

// `message` and `offset`: what the library said, and the byte where it gave up.
Diagnostic ExplainSyntax(const SourceText& text, absl::string_view message, std::size_t offset);

// `expr: |` without lines that belong to it; `sign`: | or >.
std::string EmptyBlockSentence(char sign);
inline constexpr char kEmptyBlockAdvice[] =
    "put spaces in front of the lines of the text, more than this line has";

// `text` without `=`, `:=`, `=>` or `->` at its front, where a colon belongs, and without the spaces
// around them.
absl::string_view WithoutEquals(absl::string_view text);

// Bytes of the invisible space that `text` begins with, an ordinary one not counted; 0: none.
std::size_t InvisibleSpaceAt(absl::string_view text);

}  // namespace nephoscope
