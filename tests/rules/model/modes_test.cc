#include "rules/model/modes.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(modes_test)

BOOST_AUTO_TEST_CASE(a_rule_is_off_until_its_day_and_then_live) {
  const absl::Time day = absl::FromUnixSeconds(1'800'000'000);
  auto rules = std::make_shared<RuleSet>();
  const auto add = [&](RuleMode mode, absl::Time until) {
    auto rule = std::make_shared<Rule>();
    rule->mode = mode;
    rule->until = until;
    rules->rules.push_back(rule);
  };
  add(RuleMode::kOff, day);
  add(RuleMode::kOff, absl::InfiniteFuture());
  add(RuleMode::kShadow, day);  // the matter of who is told
  add(RuleMode::kOff, day + absl::Hours(24));
  BOOST_TEST(RulesAt(rules, day - absl::Seconds(1)) == rules);
  BOOST_TEST(NextModeEnd(*rules, day - absl::Seconds(1)) == day);
  const auto then = RulesAt(rules, day);
  const RuleMode want[] = {RuleMode::kLive, RuleMode::kOff, RuleMode::kShadow, RuleMode::kOff};
  for (int i = 0; i < 4; ++i) BOOST_TEST((then->rules[i]->mode == want[i]));
  BOOST_TEST((rules->rules[0]->mode == RuleMode::kOff));  // what was read is left as it is
  BOOST_TEST(NextModeEnd(*rules, day) == day + absl::Hours(24));
  BOOST_TEST(NextModeEnd(*rules, day + absl::Hours(24)) == absl::InfiniteFuture());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
