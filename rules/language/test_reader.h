// TestReader: `tests:` of a rule, or of a test file, as RuleTests.
#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "rules/language/option_reader.h"
#include "rules/language/rule_test.h"
#include "rules/model/rule.h"

namespace nephoscope {

// One test beside a rule.
extern const OptionTable kTestOptions;
// A file of tests: apiVersion, rules, tests; each test may name the alert that it is about.
const OptionTable& TestFileOptions();

class TestReader {
 public:
  TestReader(DiagnosticSink& sink, ScalarContext context) : sink_(sink), context_(context) {}

  // `tests` of a rule, which stands in `item`; adds those without an error. nullptr: the rule has an error; only the keys are checked.
  void Read(const YamlNode& item, const Rule* rule, std::vector<RuleTest>& out);
  // What stands in a test file about `rules`, which were read from `files`.
  void ReadFile(const OptionValues& file, absl::Span<const Rule* const> rules, std::vector<std::string> files, std::vector<RuleTest>& out);

 private:
  void One(const OptionValues& values, const Rule* rule, RuleTest test, std::vector<RuleTest>& out);
  bool TakeSeries(const OptionValues& values, const Rule* rule, TestSeries& out);
  bool TakeWhat(const OptionValues& values, const Rule* rule, Series& out);
  void TakeExpectation(const OptionValues& values, RuleTest& out);
  bool TakeAt(const OptionValues& values, absl::Time start, TestExpectation& out);
  void CheckSize(const OptionValues& values, const RuleTest& test);
  void Add(Mark mark, const char* code, std::string message, std::string caret = "", std::optional<std::string> suggestion = std::nullopt,
           std::string help = "");

  DiagnosticSink& sink_;
  ScalarContext context_;
};

}  // namespace nephoscope
