// Backtest: what rules would have said of recorded data, and how much of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/offline/recorded_data.h"
#include "rules/model/rule.h"
#include "rules/trial/trial.h"

namespace nephoscope {

struct Backtest {
  std::shared_ptr<const RuleSet> rules;
  absl::Time begin, end;  // of the data
  std::size_t series = 0, points = 0;
  std::vector<TrialStep> steps;
  std::map<std::string, std::string> blind;  // rules that looked at no series, and why
  std::vector<NoRate> no_rates;          // costs that were left out
  std::vector<std::string> why_not;  // of each step; empty: people would have been told
  std::vector<TrialStep> digests;    // lists that they would have been sent
  std::vector<TrialStep> reminders;  // what they would have been told again, and when
};

// `progress`: the share that is done, 0 to 1, at every tick; may be null.
Backtest RunBacktest(std::shared_ptr<const RuleSet> rules, const RecordedData& data, const std::function<void(double)>& progress);

// Every transition, one a line.
std::string BacktestTable(const Backtest& backtest);
// The same for programs: {"type": ..., "time": when it was known, "data": {...}}, as the events that the agent sends.
std::string BacktestJsonLines(const Backtest& backtest);
// Alerts and notices by rule and day, hours firing, money at stake, the costliest five, a verdict for each rule.
std::string BacktestSummary(const Backtest& backtest);
// Which alerts only one of two versions of the rules gives. Alerts are the same when rule, labels and the day they fire on are.
std::string BacktestDifference(const Backtest& before, const Backtest& after);

}  // namespace nephoscope
