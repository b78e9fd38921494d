// Simulation: one seeded schedule of polls, commits, sends, faults and crashes, and what must hold of it.
#pragma once

#include <cstdint>
#include <string>

#include "tests/simulation/simulated_agent.h"

namespace nephoscope {

struct Outcome {
  std::string failure;  // the first promise that was broken; empty: none
  int crashes = 0;
  int refused_commits = 0;  // disk full or failing
  int events = 0;           // that must exist
  int duplicates = 0;       // copies in the topic that the consumer dropped
};

// The promises (delivery.md 1.1): at the consumer, after it dropped copies by id,
//   nothing lost      every event of the reference run is there, and every one whose commit was acknowledged
//   no phantom        nothing else is
//   in order          per alert the sequence goes 1, 2, 3, ... without a gap, in order of arrival
// and the history's chain is whole, the file was never put aside, the outbox is empty soon after the faults end.
Outcome Simulate(std::uint64_t seed, Variant variant);

}  // namespace nephoscope
