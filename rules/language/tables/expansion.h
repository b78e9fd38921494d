// ${NAME}, ${NAME:-default}, ${file:/path} and $$ in scalars of the agent's configuration.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "rules/language/language.h"
#include "rules/language/words/scalars.h"

namespace nephoscope {

// `text` with its references replaced; `expanded` says whether there were any. False: `problem` names the reference.
bool ExpandReferences(absl::string_view text, Expand expand, std::string& out, bool& expanded, Problem& problem);

}  // namespace nephoscope
