// What must be true of a file's bytes before a YAML library may see them (delivery.md section 4: what hostile files do to one).
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "rules/language/source_text.h"
#include "rules/model/diagnostic.h"

namespace nephoscope {

inline constexpr std::size_t kMostBytes = std::size_t{4} << 20;
inline constexpr int kMostDepth = 32;
// A YAML library keeps a whole line, and all that stands between an outer pair of brackets, as tokens: 50 to 200 bytes for each one.
inline constexpr std::size_t kMostInLine = std::size_t{256} << 10;
inline constexpr int kMostInBrackets = 20'000;

// Size, UTF-8, control characters, depth of brackets. The first problem; none: the text may be parsed.
std::optional<Diagnostic> ScanText(const SourceText& text);

// Byte of the first bracket or quote that is never closed; npos: none.
std::size_t FindUnclosed(absl::string_view text);

}  // namespace nephoscope
