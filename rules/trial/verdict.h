// What came of a test against what it expects.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rules/language/tests/rule_test.h"
#include "rules/trial/rule_trial.h"
#include "rules/trial/trial.h"

namespace nephoscope {

// All that came of a test.
struct Course {
  std::vector<TrialStep> steps;
  std::vector<std::string> why_not;                     // of each step; empty: people were told
  std::vector<TrialStep> digests;                       // lists that they were sent, and when
  std::vector<TrialStep> reminders;                     // what they were told again, and when
  std::map<absl::Time, std::vector<Transition>> looks;  // at every `at`; at every tick where a test asks for `never: pending`
};

std::vector<Difference> Compare(const RuleTest& test, const Course& course);

}  // namespace nephoscope
