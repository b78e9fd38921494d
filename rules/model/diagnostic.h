// Diagnostic: what we tell the person who wrote a file.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nephoscope {

// A place in a file; lines and columns count from 1, columns in characters (code points). end_column is one past the last.
struct Mark {
  int line = 0;
  int column = 0;
  int end_column = 0;
};

struct Diagnostic {
  enum class Severity { kError, kWarning };

  Severity severity = Severity::kError;
  std::string code;     // stable: R0xx YAML, R1xx structure, R2xx values, R3xx names, R4xx logic, R6xx settings, A0xx agent; L4xx lint
  std::string file;
  Mark mark;
  std::string message;                    // one sentence, no type names
  std::optional<std::string> suggestion;  // what to write instead, alone: `amount`
  std::string caret_text;                 // what stands beside the caret: did you mean "amount"?
  std::string help;                       // a further line: keys allowed here: ...
  std::string note;                       // another place: labels come from  by: [team]  on line 8
};

inline bool HasErrors(const std::vector<Diagnostic>& all) {
  for (const Diagnostic& d : all)
    if (d.severity == Diagnostic::Severity::kError) return true;
  return false;
}

}  // namespace nephoscope
