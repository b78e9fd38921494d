// Text that fits a terminal of 80 columns.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace nephoscope {

inline constexpr int kTerminalColumns = 80;

// `text` in lines of at most `columns` code points, broken at spaces; words that are longer stay whole. The first line begins with
// `first`, the others with `rest`; each ends with a line feed. Line feeds of the text begin a new line.
std::string WrapText(absl::string_view text, absl::string_view first, absl::string_view rest, int columns = kTerminalColumns);

}  // namespace nephoscope
