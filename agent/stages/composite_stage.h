// CompositeStage: rules that are made of alerts, judged behind all evaluate threads. Export thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "agent/stages/evaluation.h"
#include "rules/engine/composites.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"

namespace nephoscope {

// The poll thread numbers its rounds; every evaluate thread says when it is through with one. A round is judged when all are, so the number
// of threads decides nothing. Without composites nobody waits for anybody.
class CompositeStage {
 public:
  CompositeStage(std::string agent_group, std::size_t threads) : composites_(std::move(agent_group)), threads_(threads) {}

  // Before the first Take. `present`: the alerts that are not over.
  std::vector<Engine::Unrestored> Start(std::shared_ptr<const RuleSet> rules, absl::Span<const InstanceState> states, absl::Span<const Transition> present, Changes& out);

  // In the order in which the thread said them.
  void Take(std::size_t thread, const Evaluation& evaluation);
  // Nothing more comes from this thread.
  void Close(std::size_t thread);
  // What the rounds that are complete say of composites; null: nothing.
  std::unique_ptr<Evaluation> Next();
  // As Engine::TakePresent; when all that was said is committed.
  void TakePresent(std::size_t most, std::vector<AlertPresent>& out) { composites_.TakePresent(most, out); }

 private:
  struct Round {
    std::uint64_t number = 0;
    std::vector<Transition> said;
    std::shared_ptr<const RuleSet> rules;  // that hold from this round on
    absl::Time newest = absl::InfinitePast();
  };
  struct Thread {
    Round open;
    std::deque<Round> done;
    std::uint64_t last = 0;
  };
  void Judge(Round& round, Changes& out);

  Composites composites_;
  std::shared_ptr<const RuleSet> rules_;
  bool rounds_ = false;      // the rules need them
  Changes at_once_;          // what needed no round
  bool rules_wait_ = false;  // new rules are in a round that is not judged yet
  std::vector<Thread> threads_;
};

}  // namespace nephoscope
