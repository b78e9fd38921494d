#include "agent/stages/notify_stage.h"

#include <boost/test/unit_test.hpp>

#include "rules/model/maintenance.h"

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

// 2027-01-15 08:00 UTC, a Friday.
const absl::Time kFriday = absl::FromUnixSeconds(1'800'000'000);

BOOST_AUTO_TEST_CASE(half_an_hour_before_it_ends_a_maintenance_that_holds_alerts_is_warned_of_once) {
  auto rules = std::make_shared<RuleSet>();
  auto rule = std::make_shared<Rule>();
  rule->id = rule->name = "r";
  rule->notify = {"owner"};
  rules->rules.push_back(rule);
  for (const char* name : {"one", "two", "idle"}) {
    Maintenance& work = rules->settings.maintenance.emplace_back();
    work.name = name;
    work.where = {{.label = "work", .values = {name}}};
    work.from = kFriday;
    work.to = kFriday + absl::Hours(2);
  }
  NotifyStage notify;
  notify.SetRules(rules);
  notify.SetNow(kFriday);
  for (const char* work : {"one", "one", "two"}) {
    Transition held = Step(EventType::kFiring, 0);
    held.alert_id = std::string(work) + std::to_string(notify.AnyHeldBack());
    held.status = AlertState::kFiring;
    held.labels = Labels(std::vector<Label>{{"work", work}});
    notify.Note(held);
    BOOST_TEST(std::string(notify.WhyNot(held)) == "in_maintenance");
  }
  BOOST_TEST(notify.EndingSoon().empty());
  notify.SetNow(kFriday + absl::Minutes(89));
  BOOST_TEST(notify.EndingSoon().empty());
  notify.SetNow(kFriday + absl::Minutes(90));
  const auto soon = notify.EndingSoon();
  BOOST_REQUIRE(soon.size() == 2u);
  BOOST_TEST((soon[0].maintenance == "one" && soon[0].held == 2u && soon[0].end == kFriday + absl::Hours(2)));
  BOOST_TEST((soon[1].maintenance == "two" && soon[1].held == 1u));
  notify.SetNow(kFriday + absl::Minutes(100));
  BOOST_TEST(notify.EndingSoon().empty());
}

BOOST_AUTO_TEST_CASE(what_is_remembered_of_times_is_what_they_are) {
  auto rules = std::make_shared<RuleSet>();
  TimeInterval nights{.name = "nights", .zone = absl::FixedTimeZone(3600), .weekdays = 0x7f, .times = {{22 * 60, 6 * 60}, {5 * 60, 7 * 60}, {12 * 60, 12 * 60 + 30}}};
  rules->settings.time_intervals = {nights};
  Maintenance work;
  work.name = "work";
  work.where = {{.label = "work", .values = {"yes"}}};
  work.every = TimeInterval{.name = "", .zone = absl::UTCTimeZone(), .weekdays = 0x11, .times = {{90, 91}}};
  work.length = absl::Hours(30);
  rules->settings.maintenance = {work};
  auto rule = std::make_shared<Rule>();
  rule->id = rule->name = "r";
  rule->notify = {"owner"};
  rule->mute_time_intervals = {"nights"};
  rules->rules.push_back(rule);
  NotifyStage notify;
  notify.SetRules(rules);
  Transition planned = Step(EventType::kFiring, 0), other = planned;
  planned.labels = Labels(std::vector<Label>{{"work", "yes"}});
  // Every quarter of an hour of ten days, then again from the beginning.
  for (int i = 0; i < 2 * 960; ++i) {
    const absl::Time at = kFriday + i % 960 * absl::Minutes(15);
    notify.SetNow(at);
    const auto window = WindowsFrom(work, at, 1);
    const std::string muted = Covers(nights, at) ? "muted" : "";
    BOOST_TEST_CONTEXT(at) {
      BOOST_TEST(std::string(notify.WhyNot(other)) == muted);
      BOOST_TEST(std::string(notify.WhyNot(planned)) == (!window.empty() && window[0].from <= at ? "in_maintenance" : muted));
    }
  }
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
  BOOST_TEST(step("a", 10, EventType::kUpdated) == "limit_reached");  // b and d cost more
  BOOST_TEST(step("a", 10, EventType::kResolved) == "");
  BOOST_TEST(step("d", 30, EventType::kResolved) == "");
  BOOST_TEST(step("c", 5) == "");
}

// With the same at stake the earlier ones stay, whatever their ids; what was never notified ends unheard.
BOOST_AUTO_TEST_CASE(of_alerts_that_cost_the_same_the_earlier_ones_stay) {
  Rule rule;
  rule.notify = {"owner"};
  rule.limit = 3;
  for (const std::int64_t dollars : {0, 40}) {
    NotifyStage notify;
    notify.SetRules(RulesWith(rule));
    const auto step = [&](char id, int minute, EventType type = EventType::kFiring) {
      Transition out = Step(type, dollars);
      out.alert_id = std::string(1, id);
      out.starts_at = out.time = kFriday + absl::Minutes(minute);
      out.status = type == EventType::kResolved ? AlertState::kInactive : AlertState::kFiring;
      notify.Note(out);
      return std::string(notify.WhyNot(out));
    };
    int notified = 0;
    for (int i = 0; i < 6; ++i) notified += step(static_cast<char>('f' - i), i).empty();  // each with a smaller id
    BOOST_TEST(notified == 3);
    BOOST_TEST(step('a', 5, EventType::kResolved) == "limit_reached");
    BOOST_TEST(step('f', 0, EventType::kResolved) == "");
    BOOST_TEST(step('g', 9) == "limit_reached");  // e, d and c are older
  }
}

BOOST_AUTO_TEST_CASE(who_hears_of_a_limit_is_who_hears_of_its_rule) {
  const struct { const char* what; std::vector<std::string> notify; RuleMode mode; const char* want; } rows[] = {
      {"its receivers", {"owner"}, RuleMode::kLive, ""}, {"nobody", {}, RuleMode::kLive, "no_receiver"}, {"a trial", {"owner"}, RuleMode::kShadow, "shadow"}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    Rule rule;
    rule.name = "Queues";
    rule.notify = row.notify;
    rule.mode = row.mode;
    rule.limit = 1;
    NotifyStage notify;
    notify.SetRules(RulesWith(rule));
    Transition limit = Step(EventType::kFiring, 0);
    limit.rule.name = "AlertLimitReached";
    limit.rule.id = limit.rule.kind = "alert-limit-reached";
    limit.labels = Labels(std::vector<Label>{{"alert", "Queues"}});
    notify.Note(limit);
    BOOST_TEST(std::string(notify.WhyNot(limit)) == row.want);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
