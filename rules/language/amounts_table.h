// The table that a budget takes its amounts from (`amounts_from`).
#pragma once

#include <vector>

#include "rules/language/language.h"
#include "rules/language/words/scalars.h"
#include "rules/language/settings_reader.h"
#include "rules/model/rule.h"

namespace nephoscope {

// Reads the table that `rule` names, if it names one, into rule.amounts. A rule whose table is not there or not right is told of in `sink`, which is that
// of its file; what is wrong in the table is told in the table's own name, in `of_table`.
void TakeAmounts(Rule& rule, const ScalarContext& context, absl::Span<const SourceFile> files, DiagnosticSink& sink, std::vector<Diagnostic>& of_table);

}  // namespace nephoscope
