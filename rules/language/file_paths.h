// Which files a rule file or a test file means by the names in it.
#pragma once

#include <string>

#include "absl/types/span.h"
#include "rules/language/language.h"

namespace nephoscope {

// By their text alone: a/../b.yaml is b.yaml.
bool SamePath(const std::string& a, const std::string& b);

// The text of a table that stands beside `file`; nullptr: it is not among `files`.
const std::string* TableBeside(absl::Span<const SourceFile> files, const std::string& file, const std::string& name);

}  // namespace nephoscope
