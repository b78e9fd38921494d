// Evaluation: what crosses from an evaluate thread to the export thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"

namespace nephoscope {

struct Evaluation {
  Changes changes;
  std::int64_t sent_ns = 0;  // when the batch that caused it was handed over; 0: no batch (a snapshot)
  // With a snapshot: how far each source was read when it was taken. The thread that says so is that of the channel.
  std::vector<std::pair<std::string, absl::Time>> progress;
  // For rules that are made of alerts (agent/stages/composite_stage.h):
  std::uint64_t round = 0;               // the thread is through with this round; 0: in the middle of one
  std::shared_ptr<const RuleSet> rules;  // new since the last evaluation of this thread; else null
  absl::Time newest = absl::InfinitePast();  // event time that the thread has heard of
  std::vector<AlertPresent> present;         // for the board; nothing of it is stored
  // A collector reads the past of before this moment, so that the transitions may be history; InfinitePast: none does.
  absl::Time past_before = absl::InfinitePast();
  bool caught_up = false;                    // behind this evaluation that is over, as far as this thread goes
};

}  // namespace nephoscope
