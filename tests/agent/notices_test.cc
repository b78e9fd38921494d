// Who is told what and when, through the whole export stage: what waits, what is held back, what is told after all.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>

#include <nlohmann/json.hpp>

#include "tests/agent/export_bench.h"

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(notices_test)

BOOST_AUTO_TEST_CASE(a_composite_is_told_instead_of_the_parts_that_wait_for_it) {
  Runaway bench;
  bench.Say("a", "1", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  BOOST_TEST(bench.seen.last_sync == 0u);
  bench.clock.now += absl::Seconds(119);
  bench.Say("b", "1", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{"whole firing"}, boost::test_tools::per_element());
  BOOST_TEST(bench.seen.last_sync == 1u);
  bench.clock.now += absl::Minutes(10);
  bench.Say("a", "1", EventType::kUpdated);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.Say("a", "1", EventType::kResolved);  // with it the composite is over, and b alone is left: told after all
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == (Sent{"whole resolved", "b1-1"}), boost::test_tools::per_element());
  bench.Say("b", "1", EventType::kResolved);
  BOOST_TEST(bench.Sent() == Sent{"b1-2"}, boost::test_tools::per_element());
}

constexpr char kExplained[] = R"(apiVersion: rules/v1
rules:
  - alert: a
    kind: threshold
    watch: {metric: a, by: [account]}
    when: {above: 1}
  - alert: b
    kind: threshold
    watch: {metric: b, by: [account]}
    when: {above: 1}
    depends_on: {alert: a, same: [account]}
)";

BOOST_AUTO_TEST_CASE(what_another_alert_explains_is_told_when_that_is_over_and_it_still_fires) {
  Runaway bench(kExplained);
  bench.Say("a", "1", EventType::kFiring);
  bench.Say("b", "1", EventType::kFiring);
  bench.Say("b", "2", EventType::kFiring);
  BOOST_TEST(bench.Sent() == (Sent{"a1-1", "b2-1"}), boost::test_tools::per_element());
  bench.Say("a", "1", EventType::kResolved);
  BOOST_TEST(bench.Sent() == (Sent{"a1-2", "b1-1"}), boost::test_tools::per_element());
  bench.Say("b", "1", EventType::kResolved);
  BOOST_TEST(bench.Sent() == (Sent{"b1-2"}), boost::test_tools::per_element());
}

constexpr char kLimited[] = R"(apiVersion: rules/v1
rules:
  - alert: b
    kind: threshold
    watch: {metric: b, by: [account]}
    when: {above: 1}
    limit: 1
)";

BOOST_AUTO_TEST_CASE(an_alert_beyond_the_limit_is_notified_when_a_place_is_free) {
  Runaway bench(kLimited);
  const auto sent = [&] {
    Sent out;
    for (const std::string& event : bench.Sent())
      if (event[0] == 'b' && event.size() < 8) out.push_back(event);  // not AlertLimitReached
    return out;
  };
  for (const char* account : {"1", "2", "3"}) bench.Say("b", account, EventType::kFiring);
  BOOST_TEST(sent() == Sent{"b1-1"}, boost::test_tools::per_element());
  bench.Say("b", "1", EventType::kResolved);
  BOOST_TEST(sent() == (Sent{"b1-2", "b2-1"}), boost::test_tools::per_element());
  bench.Say("b", "3", EventType::kResolved);  // nobody knew of it
  BOOST_TEST(sent() == Sent{}, boost::test_tools::per_element());
  bench.Say("b", "2", EventType::kResolved);
  BOOST_TEST(sent() == Sent{"b2-2"}, boost::test_tools::per_element());
}

// The clock of the bench stands at 2027-01-15 08:00 UTC, a Friday.
constexpr char kPlanned[] = R"(apiVersion: rules/v1
time_intervals:
  - {name: mornings, timezone: Europe/Berlin, times: ["06:00-10:00"]}
maintenance:
  - {name: patching, where: {account: "1"}, from: 2027-01-15 07:00, to: 2027-01-15 09:00}
  - {name: quiet, where: {account: "2"}, from: 2027-01-15 07:00, to: 2027-01-15 09:00, still_firing_at_end: silent}
  - {name: long, where: {account: "3"}, from: 2027-01-15 07:00, to: 2027-02-15 09:00, end_early_if_unused_for: 2h}
inhibit_rules:
  - {name: down, source: {alert: b}, target: {alert: a, severity: warning}, equal: [account]}
rules:
  - alert: a
    kind: threshold
    watch: {metric: a, by: [account]}
    when: {above: 1}
  - alert: b
    kind: threshold
    watch: {metric: b, by: [account]}
    when: {above: 1}
  - alert: c
    kind: threshold
    watch: {metric: c, by: [account]}
    when: {above: 1}
    mute_time_intervals: [mornings]
  - alert: d
    kind: threshold
    watch: {metric: d, by: [account]}
    when: {above: 1}
    mode: shadow
    until: 2027-01-15 09:30
  - alert: e
    kind: threshold
    watch: {metric: e, by: [account]}
    when: {above: 1}
    depends_on: {alert: b, same: [account]}
)";

// "firing" or "firing (in_maintenance)": what the record was sent, and why people were not notified of it.
std::vector<std::string> RecordOf(const Bench& bench) {
  std::vector<std::string> out;
  for (const std::string& payload : bench.record.payloads) {
    const auto event = nlohmann::json::parse(payload);
    const auto& data = event.at("data");
    const std::string type = event.at("type").get<std::string>();
    std::string one = data.at("rule").at("name").get<std::string>() + " " + type.substr(20, type.size() - 23);
    for (const auto& reason : data.at("suppressed")) one += " (" + reason.get<std::string>() + ")";
    BOOST_TEST(data.at("reason_notified").is_null() == !data.at("suppressed").empty());
    BOOST_TEST(data.at("notified").is_null() == !data.at("suppressed").empty());
    out.push_back(one);
  }
  return out;
}

BOOST_AUTO_TEST_CASE(the_record_has_every_step_and_says_why_people_were_not_notified) {
  Runaway bench(kPlanned, true);
  bench.Say("a", "1", EventType::kFiring);
  bench.Say("c", "5", EventType::kFiring);
  bench.Say("d", "5", EventType::kFiring);
  bench.Say("b", "6", EventType::kFiring);
  bench.Say("a", "6", EventType::kFiring);
  bench.Say("e", "6", EventType::kFiring);
  const std::vector<std::string> at_first = {"a firing (in_maintenance)", "c firing (muted)", "d firing (shadow)", "b firing", "a firing (inhibited)", "e firing (depends_on)"};
  BOOST_TEST(RecordOf(bench) == at_first, boost::test_tools::per_element());
  BOOST_TEST(bench.Sent() == Sent{"b6-1"}, boost::test_tools::per_element());
  std::map<std::string, std::string> why;
  for (const AlertSnapshot& one : bench.board.All()) why[one.last.alert_id] = ToText(one.notice.why_not);
  const std::map<std::string, std::string> want = {{"a1", "in_maintenance"}, {"c5", "muted"}, {"d5", "shadow"}, {"b6", ""}, {"a6", "inhibited"}, {"e6", "depends_on"}};
  BOOST_TEST((why == want));
  bench.clock.now += absl::Hours(1);  // maintenance is over
  bench.Steps(4);
  const std::vector<std::string> record = RecordOf(bench);
  BOOST_TEST(std::count(record.begin(), record.end(), "a unsuppressed") == 1);
  for (const AlertSnapshot& one : bench.board.All()) {
    if (one.last.alert_id != "a1") continue;
    BOOST_TEST((one.notice.why_not == WhyNot::kNone));
    BOOST_TEST((one.notice.of == EventType::kFiring));
    BOOST_TEST((one.notice.at == bench.clock.now));
  }
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_composite_is_in_the_record_as_held) {
  Runaway bench(kRunaway, true);
  bench.Say("a", "1", EventType::kFiring);
  BOOST_TEST(RecordOf(bench) == std::vector<std::string>{"a firing (held)"}, boost::test_tools::per_element());
  bench.clock.now += absl::Minutes(2);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"a1-1"}, boost::test_tools::per_element());
  BOOST_TEST(RecordOf(bench) == (std::vector<std::string>{"a firing (held)", "a unsuppressed"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_still_fires_when_maintenance_ends_is_told_then) {
  Runaway bench(kPlanned);
  bench.Say("a", "1", EventType::kFiring);
  bench.Say("a", "2", EventType::kFiring);
  bench.Say("b", "1", EventType::kFiring);
  bench.Say("b", "1", EventType::kResolved);
  bench.Say("a", "9", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{"a9-1"}, boost::test_tools::per_element());
  BOOST_TEST(bench.seen.last_sync == 1u);
  bench.clock.now += absl::Minutes(59);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.clock.now += absl::Minutes(1);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"a1-1"}, boost::test_tools::per_element());
  bench.Say("a", "1", EventType::kResolved);
  bench.Say("a", "2", EventType::kResolved);  // its beginning was never told
  BOOST_TEST(bench.Sent() == Sent{"a1-2"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(maintenance_that_ends_while_the_agent_is_down_is_over) {
  Runaway bench(kPlanned);
  bench.Say("a", "1", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.clock.now += absl::Hours(2);
  bench.Restart();
  bench.Begin();
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"a1-1"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(maintenance_that_holds_nothing_ends_early) {
  Runaway bench(kPlanned);
  bench.Say("a", "3", EventType::kFiring);  // 08:00: in use
  bench.Say("a", "3", EventType::kResolved);
  bench.clock.now += absl::Minutes(119);
  bench.Say("b", "3", EventType::kFiring);  // again in use, and as long as it fires
  bench.clock.now += absl::Minutes(119);
  bench.Steps(4);
  bench.clock.now += absl::Minutes(119);
  bench.Say("b", "3", EventType::kResolved);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.clock.now += absl::Minutes(121);
  bench.Say("a", "3", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{"a3-3"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_free_of_its_explanation_during_maintenance_is_told_when_that_ends) {
  Runaway bench(kPlanned);
  bench.Say("b", "1", EventType::kFiring);  // in maintenance, and explains e
  bench.Say("e", "1", EventType::kFiring);
  bench.Say("b", "2", EventType::kFiring);
  bench.Say("e", "2", EventType::kFiring);
  bench.clock.now += absl::Minutes(10);
  bench.Say("b", "1", EventType::kResolved);
  bench.Say("b", "2", EventType::kResolved);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.clock.now += absl::Minutes(50);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"e1-1"}, boost::test_tools::per_element());  // account 2: its maintenance ends in silence
}

BOOST_AUTO_TEST_CASE(muted_and_shadowed_alerts_are_told_when_their_time_comes) {
  Runaway bench(kPlanned);
  bench.Say("c", "9", EventType::kFiring);
  bench.Say("d", "9", EventType::kFiring);
  bench.clock.now += absl::Minutes(59);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.clock.now += absl::Minutes(1);  // 10:00 in Berlin
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"c9-1"}, boost::test_tools::per_element());
  bench.clock.now += absl::Minutes(30);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"d9-1"}, boost::test_tools::per_element());
  // Told before the night: receivers that see levels are not told that it is over.
  bench.clock.now += absl::Hours(20);
  bench.Say("c", "9", EventType::kUpdated);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  BOOST_TEST(bench.seen.last_sync == 2u);
}

BOOST_AUTO_TEST_CASE(an_inhibited_alert_is_told_when_its_source_is_over) {
  Runaway bench(kPlanned);
  bench.Say("b", "8", EventType::kFiring);
  bench.Say("a", "8", EventType::kFiring);
  bench.Say("a", "9", EventType::kFiring);
  bench.Say("a", "8", EventType::kEscalated, Severity::kCritical);  // not a target
  BOOST_TEST(bench.Sent() == (Sent{"b8-1", "a9-1", "a8-2"}), boost::test_tools::per_element());
  bench.Say("b", "9", EventType::kFiring);
  bench.Say("a", "9", EventType::kUpdated);
  BOOST_TEST(bench.Sent() == Sent{"b9-1"}, boost::test_tools::per_element());
  bench.clock.now += absl::Seconds(2);
  bench.Say("b", "9", EventType::kResolved);
  bench.clock.now += absl::Seconds(2);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == (Sent{"b9-2", "a9-2"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_part_that_nothing_replaces_is_told_after_two_minutes) {
  Runaway bench;
  bench.Say("a", "1", EventType::kFiring);
  bench.Say("b", "2", EventType::kFiring);  // another account
  bench.Say("a", "1", EventType::kUpdated);
  bench.clock.now += absl::Seconds(119);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.clock.now += absl::Seconds(1);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == (Sent{"a1-1", "b2-1", "a1-2"}), boost::test_tools::per_element());
  BOOST_TEST(bench.seen.last_sync == 2u);
  bench.Say("a", "1", EventType::kUpdated);
  BOOST_TEST(bench.Sent() == Sent{"a1-3"}, boost::test_tools::per_element());
  bench.Steps(4);
  BOOST_TEST(bench.store->Outbox()->depth == 0);
}

BOOST_AUTO_TEST_CASE(critical_parts_do_not_wait_and_are_told_beside_the_whole) {
  Runaway bench;
  bench.Say("a", "1", EventType::kFiring);
  bench.Say("a", "1", EventType::kEscalated, Severity::kCritical);
  BOOST_TEST(bench.Sent() == (Sent{"a1-1", "a1-2"}), boost::test_tools::per_element());
  bench.Say("b", "1", EventType::kFiring, Severity::kCritical);
  BOOST_TEST(bench.Sent() == (Sent{"b1-1", "whole firing"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_end_of_a_part_that_was_told_before_it_was_replaced_is_told) {
  Runaway bench;
  bench.Say("a", "1", EventType::kFiring);
  bench.clock.now += absl::Minutes(3);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"a1-1"}, boost::test_tools::per_element());
  bench.Say("b", "1", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{"whole firing"}, boost::test_tools::per_element());
  bench.Say("b", "1", EventType::kResolved);  // its beginning was not told, so neither is its end; a is known and not told twice
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"whole resolved"}, boost::test_tools::per_element());
  bench.Say("a", "1", EventType::kResolved);
  BOOST_TEST(bench.Sent() == Sent{"a1-2"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_waits_survives_a_crash_and_the_composite_goes_on) {
  Runaway bench;
  bench.Say("a", "1", EventType::kFiring);
  bench.Restart();
  bench.Begin();
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.Say("b", "1", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{"whole firing"}, boost::test_tools::per_element());
  bench.Restart();
  bench.Begin();
  bench.clock.now += absl::Minutes(5);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.Say("a", "1", EventType::kResolved);
  bench.Steps(4);
  const Sent sent = bench.Sent();
  BOOST_TEST((std::count(sent.begin(), sent.end(), "whole resolved") == 1 && std::count(sent.begin(), sent.end(), "b1-1") == 1));
  bench.Restart();
  bench.Begin();
  bench.clock.now += absl::Minutes(5);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_crash_between_the_parts_and_their_composite_loses_nothing) {
  Runaway bench;
  // The parts are committed; the composite's step is not.
  for (const char* rule : {"a", "b"}) {
    Commit commit;
    Transition t = Firing(rule, rule[0])->changes.transitions[0];
    t.labels = Labels(std::vector<Label>{{"account", "1"}});
    commit.transitions.push_back({&t, ToCloudEvent(t, "agent", bench.clock.Now())});
    commit.recorded = bench.clock.Now();
    BOOST_REQUIRE(bench.store->Apply(commit).ok());
  }
  bench.Restart();
  bench.Begin();
  bench.Steps(4);
  const Sent sent = bench.Sent();
  BOOST_TEST(std::count(sent.begin(), sent.end(), "whole firing") == 1);
}

BOOST_AUTO_TEST_CASE(what_the_database_does_not_take_at_first_is_told_once_all_the_same) {
  Runaway bench;
  bench.store->full = true;
  bench.Say("a", "1", EventType::kFiring);
  bench.Say("b", "1", EventType::kFiring);
  bench.clock.now += absl::Seconds(2);
  bench.Steps(2);
  bench.store->full = false;
  bench.clock.now += absl::Seconds(2);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"whole firing"}, boost::test_tools::per_element());
  bench.clock.now += absl::Minutes(5);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
