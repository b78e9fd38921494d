#include "rules/language/words/wrap_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/language/source_text.h"

namespace nephoscope {
namespace {

constexpr int kNarrowest = 40;
int terminal_columns = kTerminalColumns;

}  // namespace

int TerminalColumns() { return terminal_columns; }
void NarrowTerminal(int columns) {
  terminal_columns = std::clamp(columns, kNarrowest, kTerminalColumns);
}

std::string WrapText(absl::string_view text, absl::string_view first, absl::string_view rest, int columns) {
  std::string out, line(first);
  bool fresh = true;  // nothing but the indent stands in the line
  const auto end_line = [&] {
    while (!line.empty() && line.back() == ' ') line.pop_back();
    absl::StrAppend(&out, line, "\n");
    line = std::string(rest);
    fresh = true;
  };
  bool again = false;
  for (const absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    if (again) end_line();
    again = true;
    for (const absl::string_view word : absl::StrSplit(paragraph, ' ')) {
      if (!fresh && CodePoints(line) + 1 + CodePoints(word) > columns) end_line();
      absl::StrAppend(&line, fresh ? "" : " ", word);
      fresh = false;
    }
  }
  end_line();
  return out;
}

}  // namespace nephoscope
