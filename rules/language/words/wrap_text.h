// Text that fits a terminal: 80 columns, or fewer where the program says so.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace nephoscope {

inline constexpr int kTerminalColumns = 80;

// The columns of the terminal at hand: kTerminalColumns, until a command says fewer. Set before
// anything is wrapped, by one thread; at least 40 are kept.
int TerminalColumns();
void NarrowTerminal(int columns);

// `text` in lines of at most `columns` code points, broken at spaces; words that are longer stay whole. The first line begins with
// `first`, the others with `rest`; each ends with a line feed. Line feeds of the text begin a new line.
std::string WrapText(absl::string_view text, absl::string_view first, absl::string_view rest, int columns = TerminalColumns());

}  // namespace nephoscope
