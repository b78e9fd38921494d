// What one rule set has that another has not, by the rules themselves: who reads rules hands out the same object for what did not change
// (rules/language KeepUnchanged), so nothing of these has to be looked at.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "rules/engine/quiet_cells.h"
#include "rules/model/rule.h"

namespace nephoscope {

struct RuleChanges {
  std::vector<RulePosition> removed;               // or edited
  std::vector<std::shared_ptr<const Rule>> added;  // or as they are now, in order
};

// `position_of`: of the rules of `before`.
RuleChanges ChangesBetween(const std::vector<std::shared_ptr<const Rule>>& before, const std::vector<std::shared_ptr<const Rule>>& after,
                           const absl::flat_hash_map<const Rule*, RulePosition>& position_of);

}  // namespace nephoscope
