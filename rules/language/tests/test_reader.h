// TestReader: `tests:` of a rule, or of a test file, as RuleTests.
#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "rules/language/language.h"
#include "rules/language/tables/option_reader.h"
#include "rules/language/tables/test_tables.h"
#include "rules/language/tests/rule_test.h"
#include "rules/language/tests/test_points.h"
#include "rules/model/rule.h"

namespace nephoscope {

class TestReader {
 public:
  // `files`: all that were read, among them the tables that `from` names.
  TestReader(DiagnosticSink& sink, ScalarContext context, absl::Span<const SourceFile> files) : sink_(sink), context_(context), files_(files) {}

  // What is wrong with tables, in their own files' names; told once each.
  std::vector<Diagnostic> TakeTableProblems() { return std::move(table_problems_); }

  // `tests` of a rule, which stands in `item`; adds those without an error. nullptr: the rule has an error; only the keys are checked.
  void Read(const YamlNode& item, const Rule* rule, std::vector<RuleTest>& out);
  // What stands in a test file about `rules`, which were read from `files`.
  void ReadFile(const OptionValues& file, absl::Span<const Rule* const> rules, std::vector<std::string> files, std::vector<RuleTest>& out);

 private:
  void One(const OptionValues& values, const Rule* rule, RuleTest test, std::vector<RuleTest>& out);
  static std::vector<PointRow> RowsOf(const OptionValues& values);
  void TakeStart(const OptionValues& values, RuleTest& test);
  bool TakeTable(const OptionValues& values, const PhraseContext& context, absl::Time start, TestSeries& out);
  bool TakePhrases(const OptionValues& values, const PhraseContext& context, TestSeries& out);
  bool SaysOnce(const OptionValues& values);
  const SourceFile* TableOf(const OptionValues& values) const;
  bool TakeSeries(const OptionValues& values, const Rule* rule, absl::Time start, TestSeries& out);
  bool TakeWhat(const OptionValues& values, const Rule* rule, Series& out);
  void TakeExpectation(const OptionValues& values, RuleTest& out);
  bool TakeAt(const OptionValues& values, absl::Time start, TestExpectation& out);
  void CheckSize(const OptionValues& values, const RuleTest& test);
  void Add(Mark mark, const char* code, std::string message, std::string caret = "", std::optional<std::string> suggestion = std::nullopt,
           std::string help = "");

  DiagnosticSink& sink_;
  ScalarContext context_;
  absl::Span<const SourceFile> files_;
  std::vector<Diagnostic> table_problems_;
  bool table_missing_ = false;  // of this test
};

}  // namespace nephoscope
