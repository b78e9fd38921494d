// The table that an absence takes those from who are expected to report (`accounts_file`).
#pragma once

#include <vector>

#include "rules/language/language.h"
#include "rules/language/sink.h"
#include "rules/model/rule.h"

namespace nephoscope {

// Reads the table that `rule` names, if it names one, into rule.expected. Problems are told as by TakeGroupTable.
void TakeExpected(Rule& rule, absl::Span<const SourceFile> files, DiagnosticSink& sink, std::vector<Diagnostic>& of_table);

}  // namespace nephoscope
