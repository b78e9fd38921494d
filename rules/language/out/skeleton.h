// A rule to begin with: the example of a kind, and every other option as a comment.
#pragma once

#include <string>

#include "rules/engine/kind.h"

namespace nephoscope {

// A whole file that loads as it is. Each key has its sentence above it; lines that begin with `# key:` hold once the # is taken away.
std::string Skeleton(const RuleKind& kind);

// The same of the settings: all of them as comments.
std::string SettingsSkeleton();
// Of any table: each option that is not given as a comment, with its sentence.
std::string OfferedTable(const OptionTable& table, absl::Span<const absl::string_view> given);

// The value that an option's line shows: its example, its default, or a word for what belongs there.
std::string SampleValue(const Option& option);

}  // namespace nephoscope
