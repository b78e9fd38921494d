// A wrong and a right example for every code. Both are tested: the wrong one gets the code, the right one no error.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace nephoscope {

struct CodeExample {
  enum class Of {
    kRule,    // lines of a rule; what a rule needs besides is understood
    kFile,    // a whole file of rules
    kConfig,  // lines of the agent's configuration below apiVersion
    kWords,   // told in words: it cannot be shown as a text
  };

  const char* code;
  Of of;
  const char* bad;
  const char* good;
};

absl::Span<const CodeExample> AllCodeExamples();
// nullptr: there is no such code.
const CodeExample* ExampleFor(absl::string_view code);

// The whole file that an example of kRule stands for.
std::string ExampleRuleFile(absl::string_view lines);

}  // namespace nephoscope
