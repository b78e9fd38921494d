// What a rule says of resources and commitments: are there such types?
#pragma once

#include <string>
#include <vector>

#include "rules/language/sink.h"

namespace nephoscope {

// R301 where a name of a provider is not in the table of types, or a pattern fits none.
void CheckResourceTypes(const std::vector<std::string>& types, Mark mark, DiagnosticSink& sink);
void CheckCommitmentTypes(const std::vector<std::string>& types, Mark mark, DiagnosticSink& sink);

}  // namespace nephoscope
