// Text that came from cloud tags and rule files, made fit for other systems.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace nephoscope {

// The same text; bytes that are not UTF-8 are replaced by U+FFFD.
std::string ValidUtf8(absl::string_view text);

// At most `bytes` bytes of valid UTF-8, cut between characters; "…" marks a cut where there is room for it.
std::string CutUtf8(absl::string_view text, std::size_t bytes);

// For a terminal: control characters (an escape sequence in a tag, a line end in a name) become spaces.
std::string Printable(absl::string_view text);

// 2026-06-18T09:12:44.12Z (RFC 3339, UTC, fraction only where there is one). `t` must be finite.
std::string Rfc3339(absl::Time t);

}  // namespace nephoscope
