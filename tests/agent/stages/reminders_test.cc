// Alerts that go on are told again: how often, and when not.
#include <boost/test/unit_test.hpp>

#include "tests/agent/export_bench.h"

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(reminders_test)

// The clock of the bench stands at 2027-01-15 08:00 UTC.
constexpr char kRepeats[] = R"(apiVersion: rules/v1
route: {repeat_interval: {warning: 4h, info: never}}
maintenance:
  - {name: patching, where: {account: "9"}, from: 2027-01-15 07:00, to: 2027-01-15 15:00}
  - {name: later, where: {account: "8"}, from: 2027-01-15 11:00, to: 2027-01-15 13:00}
rules:
  - {alert: a, kind: threshold, watch: {metric: a, by: [account]}, when: {above: 1}}
  - {alert: b, kind: threshold, watch: {metric: b, by: [account]}, when: {above: 1}, repeat: 1h}
  - {alert: c, kind: threshold, watch: {metric: c, by: [account]}, when: {above: 1}, repeat: never}
  - {alert: d, kind: threshold, watch: {metric: d, by: [account]}, when: {above: 1}, repeat: 1h, mode: shadow}
)";

struct Reminded : Runaway {
  Reminded() : Runaway(kRepeats) {}
  std::size_t Pass(absl::Duration length) {
    clock.now += length;
    Steps(4);
    return Sent().size();
  }
  Transition Last(const std::string& alert_id) const {
    for (const AlertSnapshot& alert : board.All())
      if (alert.last.alert_id == alert_id) return alert.last;
    return {};
  }
};

BOOST_AUTO_TEST_CASE(an_alert_that_goes_on_is_told_again_as_often_as_its_rule_or_the_route_says) {
  Reminded bench;
  for (const char* rule : {"a", "b", "c", "d"}) bench.Say(rule, "1", EventType::kFiring);
  bench.Say("a", "2", EventType::kFiring, Severity::kInfo);
  bench.Say("a", "3", EventType::kFiring, Severity::kCritical);
  BOOST_TEST(bench.Sent().size() == 5u);
  BOOST_TEST(bench.Pass(absl::Minutes(59)) == 0u);
  BOOST_TEST(bench.Pass(absl::Minutes(1)) == 1u);  // b
  const Transition reminder = bench.Last("b1");
  BOOST_TEST((reminder.type == EventType::kReminder && reminder.status == AlertState::kFiring));
  BOOST_TEST(reminder.causation_id == "b1-1");
  BOOST_TEST(reminder.event_id == ReminderId("b1", reminder.starts_at, 1, bench.clock.now));
  BOOST_TEST(bench.seen.events.back() == reminder.event_id);
  BOOST_TEST(bench.Pass(absl::Minutes(59)) == 0u);
  BOOST_TEST(bench.Pass(absl::Minutes(1)) == 1u);
  BOOST_TEST(bench.Last("b1").event_id != reminder.event_id);
  BOOST_TEST(bench.Pass(absl::Hours(2)) == 2u);  // of what is due twice, one; and a1
  bench.Say("b", "1", EventType::kResolved);
  BOOST_TEST(bench.Sent().size() == 1u);
  BOOST_TEST(bench.Pass(absl::Hours(3)) == 0u);
}

BOOST_AUTO_TEST_CASE(a_step_of_the_alert_begins_the_time_anew) {
  Reminded bench;
  bench.Say("b", "1", EventType::kFiring);
  bench.Pass(absl::Minutes(50));
  bench.Say("b", "1", EventType::kUpdated);
  bench.Sent();
  BOOST_TEST(bench.Pass(absl::Minutes(59)) == 0u);
  BOOST_TEST(bench.Pass(absl::Minutes(1)) == 1u);
}

BOOST_AUTO_TEST_CASE(a_restart_reminds_of_nothing_that_is_not_due) {
  Reminded bench;
  bench.Say("b", "1", EventType::kFiring);
  bench.Sent();
  BOOST_TEST(bench.Pass(absl::Hours(1)) == 1u);
  bench.Restart();
  bench.Begin();
  BOOST_TEST(bench.Pass(absl::Minutes(59)) == 0u);
  bench.Restart();
  bench.Begin();
  BOOST_TEST(bench.Pass(absl::Minutes(1)) == 1u);
  bench.clock.now += absl::Minutes(150);  // due twice while it is down: told once
  bench.Restart();
  bench.Begin();
  BOOST_TEST(bench.Pass(absl::ZeroDuration()) == 1u);
  BOOST_TEST(bench.Pass(absl::Minutes(59)) == 0u);
}

BOOST_AUTO_TEST_CASE(nobody_is_reminded_of_what_they_may_not_be_told_of) {
  Reminded bench;
  bench.Say("b", "9", EventType::kFiring);  // in maintenance until 15:00
  bench.Say("b", "8", EventType::kFiring);  // from 11:00 to 13:00
  BOOST_TEST(bench.Sent().size() == 1u);
  BOOST_TEST(bench.Pass(absl::Minutes(150)) == 1u);  // 10:30
  BOOST_TEST(bench.Pass(absl::Minutes(120)) == 0u);  // 12:30
  BOOST_TEST(bench.Pass(absl::Minutes(30)) == 1u);   // 13:00: the maintenance is over, and one is due
  BOOST_TEST(bench.Pass(absl::Minutes(120)) == 2u);  // 15:00: of 8 a reminder, 9 is told at last
  BOOST_TEST(bench.Last("b9").event_id == "b9-1");
  BOOST_TEST(bench.Pass(absl::Minutes(59)) == 0u);
  BOOST_TEST(bench.Pass(absl::Minutes(1)) == 2u);
}

BOOST_AUTO_TEST_CASE(a_reminder_is_tried_again_when_the_database_is_full) {
  Reminded bench;
  bench.Say("b", "1", EventType::kFiring);
  bench.Sent();
  bench.store->full = true;
  BOOST_TEST(bench.Pass(absl::Hours(1)) == 0u);
  bench.store->full = false;
  BOOST_TEST(bench.Pass(absl::Seconds(5)) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
