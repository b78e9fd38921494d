// Names of labels as other tools write them, and labels that differ from others in large and small
// letters alone: warnings, as a tag may have any name.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "rules/language/language.h"
#include "rules/language/sink.h"
#include "rules/language/yaml/yaml_tree.h"
#include "rules/model/rule.h"

namespace nephoscope {

// R305: `by`, `where` and `leave_out` of a watch: tag:team, Tags.team, ServiceName,
// DBInstanceIdentifier.
void CheckLabelForms(const YamlNode& watch, DiagnosticSink& sink);
// The label that a word of a provider stands for, in a watch of money or of a metric; empty: it is
// no such word.
std::string LabelOfProvidersWord(absl::string_view word, bool cost);

// R304: one rule says Owner and others owner, or Account where the data say account. Diagnostics
// carry their file.
std::vector<Diagnostic> CheckLabelCases(absl::Span<const std::shared_ptr<const Rule>> rules,
                                        const Settings& settings,
                                        absl::Span<const SourceFile> files);

// R306: keys of `labels` and `annotations` that are nearly words with a meaning of their own.
void CheckNearlyKeys(const YamlNode& rule, DiagnosticSink& sink);

// R306: a text of `where` that is another tool's sign for a condition ("!dev", "prod|stage"), which
// is compared as it stands.
void CheckMatcherText(const YamlNode& value, DiagnosticSink& sink);

}  // namespace nephoscope
