// Rules that look at no series: they can never fire, and silence looks like health. In words, for log, API and backtest.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rules/engine/reach.h"
#include "rules/model/rule.h"

namespace nephoscope {

// "looked at 0 series: department is never \"Marketing\"; there are data, search, web".
std::string BlindText(const BlindRule& blind);

// The series and the delay of one rule.
struct RuleReach {
  std::size_t series = 0;
  ArrivalDelay delay; // how late these usually are
  std::string blind;  // why it can never fire; empty: it can, or nobody can say yet
};

// By rule id. The poll thread writes, the admin thread reads.
class ReachBoard {
 public:
  // Takes what changed since the last call. `told`: the sources were all read once, so a rule without series is blind.
  void Take(const RuleSet& rules, const Reach& reach, bool told) ABSL_LOCKS_EXCLUDED(mutex_);
  std::map<std::string, RuleReach> All() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, RuleReach> of_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nephoscope
