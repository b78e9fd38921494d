#include "rules/model/modes.h"

#include <algorithm>

namespace nephoscope {
namespace {

bool IsOver(const Rule& rule, absl::Time now) { return rule.mode == RuleMode::kOff && rule.until <= now; }

}  // namespace

std::shared_ptr<const RuleSet> RulesAt(std::shared_ptr<const RuleSet> rules, absl::Time now) {
  if (std::none_of(rules->rules.begin(), rules->rules.end(), [&](const auto& rule) { return IsOver(*rule, now); })) return rules;
  auto out = std::make_shared<RuleSet>(*rules);
  for (std::shared_ptr<const Rule>& rule : out->rules) {
    if (!IsOver(*rule, now)) continue;
    auto live = std::make_shared<Rule>(*rule);
    live->mode = RuleMode::kLive;
    rule = std::move(live);
  }
  return out;
}

absl::Time NextModeEnd(const RuleSet& rules, absl::Time now) {
  absl::Time out = absl::InfiniteFuture();
  for (const auto& rule : rules.rules)
    if (rule->mode == RuleMode::kOff && rule->until > now) out = std::min(out, rule->until);
  return out;
}

}  // namespace nephoscope
