// Which rules are live when: `mode: off` may have an end.
#pragma once

#include <memory>

#include "absl/time/time.h"
#include "rules/model/rule.h"

namespace nephoscope {

// The rules as they are at `now`: those whose `mode: off` is over are live. The same pointer where none is.
std::shared_ptr<const RuleSet> RulesAt(std::shared_ptr<const RuleSet> rules, absl::Time now);

// When the next `mode: off` of these ends, after `now`; InfiniteFuture: none does.
absl::Time NextModeEnd(const RuleSet& rules, absl::Time now);

}  // namespace nephoscope
