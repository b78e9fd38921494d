// RuleTrial: one test beside a rule, run and compared with what it expects.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rules/language/tests/rule_test.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"
#include "rules/trial/trial.h"

namespace nephoscope {

// Which transitions people are told of: the agent's matter, asked in the order in which it would decide.
class Herald {
 public:
  virtual ~Herald() = default;
  virtual void Note(const Transition& transition) = 0;
  // Empty: they are told. Else why not.
  virtual std::string WhyNot(const Transition& transition) const = 0;
  // The same of a step that is told or not for the first time; remembers it, so that an end nobody expects is not told.
  virtual std::string Decide(const Transition& transition) { return WhyNot(transition); }
  // How often they are reminded of it while it fires; infinite: never. The time that WhyNot is asked about between two steps.
  virtual absl::Duration RepeatOf(const Transition& transition) const = 0;
  virtual void SetNow(absl::Time now) = 0;
  // How its rule sends lists; nullptr: it does not. An alert that waits for its list is not told because of `in_digest`.
  virtual const Digest* DigestOf(const Transition& transition) const = 0;
};
using MakeHerald = std::function<std::unique_ptr<Herald>(std::shared_ptr<const RuleSet> rules)>;

struct Told {
  std::vector<std::string> why_not;   // of each step, why nobody is told of it; empty: people are told
  std::vector<TrialStep> digests;     // until the end, one for each list: one of the alerts that are in it
  std::vector<TrialStep> reminders;   // until the end, by time: the step that people are told of again
};
// All that one tick says is noted before the first of it is asked about.
Told WhoIsTold(const std::vector<TrialStep>& steps, absl::Time end, Herald& herald);

// The input of a test in full, and when it ends.
struct TestInput {
  TrialInput trial;
  absl::Time end;
};
TestInput InputOf(const RuleTest& test);

// What is not as expected, in words.
struct Difference {
  int line = 0;  // of the expectation; of the test where it is none's
  std::string expected, found;
  absl::Time when;
};

struct TestResult {
  std::string name, alert, file;
  int line = 0;
  std::vector<Difference> differences;  // none: the test holds
  std::vector<std::string> happened;    // every transition, in order
  std::vector<std::string> timeline;    // one line for each point of time around the first difference
  std::vector<std::string> notes;       // what is odd about the input

  bool holds() const { return differences.empty(); }
};

// `all`: the rules that were read together with the test.
TestResult RunRuleTest(const RuleTest& test, const RuleSet& all, const MakeHerald& herald);

// The labels of an alert; what its series lack is "(none)", which is not everything.
std::string LabelText(const Transition& transition);
// "1h30m", from the third day on "day 3 01:30".
std::string MomentText(absl::Time time, absl::Time start);

}  // namespace nephoscope
