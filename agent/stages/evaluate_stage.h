// EvaluateStage: one evaluate thread. Drains its ring, lets the engine observe and advance, hands on what changed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "agent/stages/evaluation.h"
#include "agent/pipeline/channel.h"
#include "agent/seams/clock.h"
#include "rules/engine/engine.h"
#include "rules/model/rule.h"

namespace nephoscope {

class SelfMetrics;

class EvaluateStage {
 public:
  // `thread` of `threads`; the channels, clock and metrics outlive the stage. `wake_export`: something was handed on.
  EvaluateStage(int thread, int threads, const std::string& agent_group, BatchChannel& in, Channel<Evaluation>& out, Clock& clock, SelfMetrics& metrics,
                std::function<void()> wake_export);

  // Before the first batch: what an earlier run wrote down. Returns what could not be taken over.
  std::vector<Engine::Unrestored> Start(std::shared_ptr<const RuleSet> rules, absl::Span<const InstanceState> states);

  // One batch, or nothing within `wait`. False: the inbound channel is closed and drained.
  bool Step(absl::Duration wait);
  // Until the inbound channel is closed; then hands on everything that is not written down yet, and closes the outbound channel.
  void Run();

 private:
  void Apply(const Batch& batch);
  void HandOn(std::int64_t sent_ns, std::uint64_t round);
  void SnapshotWhenDue();
  void Snapshot();
  void PresentWhenDue();

  const int thread_;
  BatchChannel& in_;
  Channel<Evaluation>& out_;
  Clock& clock_;
  SelfMetrics& metrics_;
  std::function<void()> wake_export_;
  Engine engine_;
  Changes changes_;
  struct Source {
    std::string name;
    absl::Time read_to = absl::InfinitePast();
    bool told = true;
  };
  std::vector<Source> sources_;  // by id
  std::vector<std::pair<std::string, absl::Time>> progress_;  // of the snapshot that is handed on next
  std::shared_ptr<const RuleSet> new_rules_;  // not handed on yet
  bool composites_ = false;                   // some rule is made of alerts: the end of every round is told
  absl::Duration next_snapshot_, next_present_ = -absl::InfiniteDuration();
  bool judged_ = false;  // something may be, since the board was last given the present
  std::vector<AlertPresent> present_;
  absl::Time past_before_ = absl::InfinitePast();  // of the batches since the last evaluation
  bool caught_up_ = false;
  absl::Time newest_ = absl::InfinitePast();  // event time
};

}  // namespace nephoscope
