// Every code that a diagnostic may carry, explained.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace nephoscope {

struct CodeHelp {
  const char* code;  // R102
  const char* help;  // one paragraph
};

// In order of code.
absl::Span<const CodeHelp> AllCodes();
// nullptr: there is no such code.
const char* HelpFor(absl::string_view code);

}  // namespace nephoscope
