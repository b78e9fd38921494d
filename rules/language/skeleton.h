// A rule to begin with: the example of a kind, and every other option as a comment.
#pragma once

#include <string>

#include "rules/kinds/kind.h"

namespace nephoscope {

// A whole file that loads as it is. Each key has its sentence above it; lines that begin with `# key:` hold once the # is taken away.
std::string Skeleton(const RuleKind& kind);

// The value that an option's line shows: its example, its default, or a word for what belongs there.
std::string SampleValue(const Option& option);

}  // namespace nephoscope
