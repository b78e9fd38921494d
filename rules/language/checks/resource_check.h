// What a rule says of resources and commitments: are there such types?
#pragma once

#include <string>
#include <vector>

#include "rules/language/sink.h"
#include "rules/model/rule.h"

namespace nephoscope {

// R301 where a name of a provider is not in the table of types, or a pattern fits none.
void CheckResourceTypes(const std::vector<std::string>& types, Mark mark, DiagnosticSink& sink);
void CheckCommitmentTypes(const std::vector<std::string>& types, Mark mark, DiagnosticSink& sink);

// Notes what the rule's metrics are about, where all are about the same kind of resource.
void NoteResource(Watch& watch);

}  // namespace nephoscope
