#include "rules/engine/rule_changes.h"

namespace nephoscope {
namespace {

constexpr std::size_t kNear = 64;  // rules that may have been taken out between two that stayed, to go on in step

}  // namespace

RuleChanges ChangesBetween(const std::vector<std::shared_ptr<const Rule>>& before, const std::vector<std::shared_ptr<const Rule>>& after,
                           const absl::flat_hash_map<const Rule*, RulePosition>& position_of) {
  RuleChanges out;
  std::vector<bool> passed(before.size());  // what stands at the same place in both
  absl::flat_hash_map<const Rule*, bool> moved;
  std::size_t at = 0;
  for (const std::shared_ptr<const Rule>& rule : after) {
    if (at < before.size() && before[at] == rule) {
      passed[at++] = true;
      continue;
    }
    if (!position_of.contains(rule.get())) {
      out.added.push_back(rule);
      continue;
    }
    std::size_t ahead = at;
    while (ahead < before.size() && ahead - at < kNear && before[ahead] != rule) ++ahead;
    if (ahead < before.size() && before[ahead] == rule) passed[ahead] = true, at = ahead + 1;
    else moved[rule.get()] = true;
  }
  for (std::size_t i = 0; i < before.size(); ++i)
    if (!passed[i] && !moved.contains(before[i].get())) out.removed.push_back(position_of.at(before[i].get()));
  return out;
}

}  // namespace nephoscope
