// Trial: rules over given input, in event time, through the real engine. Tests, scenarios and backtests are trials.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/engine/arrival_delays.h"
#include "rules/engine/composites.h"
#include "rules/engine/engine.h"
#include "rules/engine/interest.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace nephoscope {

struct TrialOptions {
  std::string agent_group = "nephoscope";
  int engines = 1;           // as many as the agent has evaluate threads, 1 to 64; decides nothing about the answer
  std::size_t batch = 4096;  // samples that are observed at once; decides nothing about the answer
  bool restarts = false;     // states are kept, for Restart
  // A source answers when something of it arrives, as where no more is known of it (recorded data); else with each tick.
  bool arrivals_answer = false;
};

// One transition, and when it could be known: the time of the tick that said it.
struct TrialStep {
  absl::Time known;
  Transition transition;
};

// What an evaluate stage does with what it is handed, in the same order: rules, series, samples, watermarks, clock. The clock is the
// input's.
//
//   Trial trial(rules, start);
//   trial.Define(series);            // ids are the caller's, dense from 0
//   trial.Observe(samples);          // in order of arrival
//   trial.Tick(now);                 // never backwards
class Trial {
 public:
  Trial(std::shared_ptr<const RuleSet> rules, absl::Time start, TrialOptions options = {});

  void Define(const Series& series);
  void Observe(absl::Span<const Sample> samples);
  // What is observed next arrives at `now`, which the next Tick says as well.
  void BeginRound(absl::Time now) { delays_.BeginRound(now); }
  // All points up to `now` have arrived, of cost sources all cells up to the newest one seen: a bill says nothing of today. Then the clock
  // is told, which ends the round.
  void Tick(absl::Time now);

  // The engines are gone; new ones go on from the states that were written down. Between ticks; input so far is not asked for again.
  void Restart();

  // Every alert as it is after the newest tick, pending and quiet ones too, in order of id.
  std::vector<Transition> Look() const;

  // Costs that were left out so far, each once.
  const std::vector<NoRate>& no_rates() const { return no_rates_; }

  // By `known`, then by event time, alert and sequence.
  const std::vector<TrialStep>& steps() const { return steps_; }

 private:
  void Start();
  void KeepStates();
  absl::Time WatermarkOf(std::size_t source, absl::Time now) const { return sources_[source].cost ? std::min(sources_[source].newest, now) : now; }
  void TellDelays(absl::Time now);

  struct Source {
    bool known = false, cost = false;
    bool arrived = false;  // something since the newest tick
    absl::Time newest = absl::InfinitePast();  // end of the newest cell
  };
  struct Of {
    std::uint64_t interest = 0;
    SourceId source = 0;
    absl::Duration period;
  };

  std::shared_ptr<const RuleSet> rules_;
  Interest interest_;  // of rules_
  const absl::Time start_;
  TrialOptions options_;
  std::vector<std::unique_ptr<Engine>> engines_;
  std::vector<std::uint64_t> shards_;  // of each engine
  Composites composites_;              // of several engines; one judges them itself
  std::vector<Of> of_;                 // by series id
  std::vector<Source> sources_;        // by source id
  ArrivalDelays delays_;
  ArrivalDelays::Changed late_;        // scratch, and the next one
  std::vector<Sample> mine_;
  std::vector<Series> series_;         // these two only for Restart
  std::map<std::string, InstanceState> states_;
  Changes changes_;
  std::vector<NoRate> no_rates_;
  std::vector<TrialStep> steps_;
};

struct TrialPoint {
  absl::Time arrives;
  Sample sample;
};

struct TrialInput {
  std::vector<Series> series;      // ids are their places
  std::vector<TrialPoint> points;  // any order; of one series, time and arrival the last counts
  std::vector<absl::Time> ticks;   // besides the arrivals
  std::vector<absl::Time> restarts;  // after the first tick that is not before; wants TrialOptions::restarts
};

// The whole input, from its first arrival or tick on. `look` is called after every tick; `no_rates`: costs that were left out.
using TrialWatcher = std::function<void(absl::Time now, const Trial& trial)>;
std::vector<TrialStep> RunTrial(std::shared_ptr<const RuleSet> rules, TrialInput input, absl::Time start, const TrialOptions& options = {},
                                const TrialWatcher& look = nullptr, std::vector<NoRate>* no_rates = nullptr);

}  // namespace nephoscope
