// The phrases in which tests give input: 40% for 1h, 99% for 4m, missing 5m, rising from 10% to 90% over 2h, late 20m: 95% for 10m.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/language/tests/rule_test.h"
#include "rules/language/words/scalars.h"
#include "rules/language/sink.h"

namespace nephoscope {

// How the values of a series are written.
struct PhraseContext {
  ScalarContext scalars;
  std::string metric, unit;  // of numbers, as in the catalogue
  bool money = false;
  bool probe = false;   // ok, failing, timeout, ...
  absl::Duration step;  // between two points
  Currency* currency = nullptr;  // of money: that of the first value that names one
};

// One value, such as 40%, 100 USD or failing; `bare`: a number alone is one in the unit of the series. False: a problem was told.
bool ReadTestValue(absl::string_view text, Mark mark, const PhraseContext& context, bool bare, DiagnosticSink& sink, TestValue& out);

// Reads `text`, which stands at `mark`. False: a problem was told, and `out` is not complete.
bool ReadPhrases(absl::string_view text, Mark mark, const PhraseContext& context, DiagnosticSink& sink, std::vector<TestStretch>& out);

}  // namespace nephoscope
