// Formatting of YAML files: two spaces a level, entries of lists below their key, one space in brackets' commas, comments kept.
#pragma once

#include <string>
#include <vector>

#include "rules/language/language.h"
#include "rules/model/diagnostic.h"

namespace nephoscope {

struct Formatted {
  std::string text;                     // as it was, where the file cannot be read
  std::vector<Diagnostic> diagnostics;  // why it cannot be read; empty otherwise
};
// The same values in the same order, the same comments in the same places; formatting twice changes nothing more. Words inside quotes and
// text blocks are left alone, and so is the space an author aligns values with.
Formatted FormatYaml(const SourceFile& file);

}  // namespace nephoscope
