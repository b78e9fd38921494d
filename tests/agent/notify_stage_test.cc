#include "agent/notify_stage.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

std::shared_ptr<const RuleSet> RulesWith(Rule rule) {
  auto rules = std::make_shared<RuleSet>();
  rule.id = "r";
  rules->rules.push_back(std::make_shared<Rule>(std::move(rule)));
  return rules;
}

Transition Step(EventType type, std::int64_t dollars) {
  Transition out;
  out.rule.id = "r";
  out.type = type;
  out.impact.amount = {dollars * 1'000'000, Currency::Usd()};
  return out;
}

BOOST_AUTO_TEST_SUITE(notify_stage_test)

BOOST_AUTO_TEST_CASE(every_reason_not_to_send_has_a_name) {
  Rule live;
  live.notify = {"owner"};
  Rule shadow = live;
  shadow.mode = RuleMode::kShadow;
  Rule silent = live;
  silent.notify.clear();
  Rule large = live;
  large.min_impact = {100'000'000, Currency::Usd()};
  const struct { const char* what; Rule rule; EventType type; std::int64_t dollars; const char* want; } rows[] = {
      {"a live rule sends", live, EventType::kFiring, 0, ""},
      {"a rule on trial does not", shadow, EventType::kFiring, 500, "shadow"},
      {"nor does its end", shadow, EventType::kResolved, 500, "shadow"},
      {"a rule without receivers does not", silent, EventType::kFiring, 500, "no_receiver"},
      {"too little money", large, EventType::kFiring, 99, "below_min_impact"},
      {"enough money", large, EventType::kFiring, 100, ""},
      {"an end is always told", large, EventType::kResolved, 0, ""},
      {"a correction is always told", large, EventType::kCorrected, 0, ""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    NotifyStage notify;
    notify.SetRules(RulesWith(row.rule));
    BOOST_TEST(std::string(notify.WhyNot(Step(row.type, row.dollars))) == row.want);
  }
}

BOOST_AUTO_TEST_CASE(what_another_alert_explains_is_not_told_and_neither_is_its_end) {
  auto rules = std::make_shared<RuleSet>();
  for (const char* name : {"RegionDown", "ServiceDown"}) {
    auto rule = std::make_shared<Rule>();
    rule->name = rule->id = name;
    rule->notify = {"owner"};
    if (rule->name == "ServiceDown") rule->depends_on = DependsOn{"RegionDown", {"region"}};
    rules->rules.push_back(rule);
  }
  NotifyStage notify;
  notify.SetRules(rules);
  const auto step = [&](const char* rule, const char* region, EventType type) {
    Transition out = Step(type, 0);
    out.rule.id = out.rule.name = rule;
    out.alert_id = std::string(rule) + region;
    out.labels = Labels(std::vector<Label>{{"region", region}});
    out.status = type == EventType::kResolved ? AlertState::kInactive : AlertState::kFiring;
    notify.Note(out);
    return std::string(notify.WhyNot(out));
  };
  BOOST_TEST(step("ServiceDown", "a", EventType::kFiring) == "");
  BOOST_TEST(step("RegionDown", "a", EventType::kFiring) == "");
  BOOST_TEST(step("ServiceDown", "a", EventType::kUpdated) == "depends_on");
  BOOST_TEST(step("ServiceDown", "a", EventType::kResolved) == "");  // its beginning was told
  BOOST_TEST(step("ServiceDown", "a", EventType::kFiring) == "depends_on");
  BOOST_TEST(step("ServiceDown", "b", EventType::kFiring) == "");    // another region
  BOOST_TEST(step("ServiceDown", "a", EventType::kResolved) == "depends_on");
  BOOST_TEST(step("RegionDown", "a", EventType::kResolved) == "");
  BOOST_TEST(step("ServiceDown", "a", EventType::kFiring) == "");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_removed_rule_is_told) {
  NotifyStage notify;
  notify.SetRules(std::make_shared<RuleSet>());
  BOOST_TEST(std::string(notify.WhyNot(Step(EventType::kResolved, 0))).empty());
}

BOOST_AUTO_TEST_CASE(beyond_its_limit_a_rule_sends_its_costliest_alerts) {
  Rule rule;
  rule.notify = {"owner"};
  rule.limit = 2;
  NotifyStage notify;
  notify.SetRules(RulesWith(rule));
  const auto step = [&](const char* id, std::int64_t dollars, EventType type = EventType::kFiring) {
    Transition out = Step(type, dollars);
    out.alert_id = id;
    out.status = type == EventType::kResolved ? AlertState::kInactive : AlertState::kFiring;
    notify.Note(out);
    return std::string(notify.WhyNot(out));
  };
  BOOST_TEST(step("a", 10) == "");
  BOOST_TEST(step("b", 20) == "");
  BOOST_TEST(step("c", 5) == "limit_reached");
  BOOST_TEST(step("d", 30) == "");
  BOOST_TEST(step("a", 10) == "limit_reached");  // b and d cost more
  BOOST_TEST(step("a", 10, EventType::kResolved) == "");
  BOOST_TEST(step("d", 30, EventType::kResolved) == "");
  BOOST_TEST(step("c", 5) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
