// The rule language: YAML text in, a RuleSet or Diagnostics out. No files, no clock: the caller brings the texts.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/language/tests/rule_test.h"
#include "rules/model/diagnostic.h"
#include "rules/model/option_table.h"
#include "rules/model/rule.h"

namespace nephoscope {

struct SourceFile {
  std::string path;  // as messages name it
  std::string text;
};

struct LoadedRules {
  std::shared_ptr<const RuleSet> rules;  // what the files without an error say; never null
  std::vector<Diagnostic> diagnostics;   // of all files, in order of file and line
  std::vector<std::string> rejected;     // files with at least one error: nothing was taken from these
  std::vector<RuleTest> tests;           // beside rules and in test files, in order of file and line
};

// A file of tests by its name: *_test.yml, *_test.yaml.
bool IsTestFile(absl::string_view path);
// A table by its name: *.csv. Rules name tables that stand beside them; LoadRules takes them among its files.
bool IsTableFile(absl::string_view path);
// The tables that a rule file names, as paths like its own.
std::vector<std::string> TablesOf(const SourceFile& rule_file);
// The rule files that a test file names, as paths like its own; empty when it names none that can be read.
std::vector<std::string> RuleFilesOf(const SourceFile& test_file);

// Does both, at the same time or one after the other.
using DoBoth = void (*)(const std::function<void()>& one, const std::function<void()>& other);

// All files are one rule set (names are unique over all of them). `both`: large files are read in two halves; nullptr: from one end to the other. What is
// found is the same.
LoadedRules LoadRules(absl::Span<const SourceFile> files, DoBoth both = nullptr);
// `after`, with the rules of `before` themselves where nothing about them is different, so that who knows these has nothing to do.
std::shared_ptr<const RuleSet> KeepUnchanged(const RuleSet& before, std::shared_ptr<const RuleSet> after);

// Any other YAML file that an option table describes (the agent's configuration). `values` is complete only without errors.
// `expand` replaces ${NAME} in scalars: returns false when NAME is not known.
using Expand = bool (*)(absl::string_view name, std::string& value);
struct LoadedOptions {
  OptionValues values;
  std::vector<Diagnostic> diagnostics;
};
LoadedOptions LoadOptions(const SourceFile& file, const OptionTable& table, Expand expand);

// One of several parts by name, such as an entry of `collectors:`, a list of one-key maps `- focus: {...}`. Declared in an
// OptionTable as kMapList with one kMap option per part: the entry that is present says which.

// For people: excerpt, caret, help. `texts`: the files that were read, for the excerpts.
std::string RenderDiagnostics(absl::Span<const Diagnostic> diagnostics, absl::Span<const SourceFile> texts, bool colour);
// One line of a file as a terminal can show it: tabs, no-break spaces, control characters and broken UTF-8 become visible.
std::string Visible(absl::string_view line);
// {"files": n, "rules": n, "diagnostics": [...]}, one line.
std::string DiagnosticsToJson(absl::Span<const Diagnostic> diagnostics, int files, int rules);

// SARIF 2.1.0 for code review; `version`: of this program.
std::string DiagnosticsToSarif(absl::Span<const Diagnostic> diagnostics, absl::string_view version);

// The nearest of `candidates` within Damerau-Levenshtein distance 2 (1 for words under 4 letters) or by prefix; empty: none.
std::string Nearest(absl::string_view word, absl::Span<const std::string> candidates);

}  // namespace nephoscope
