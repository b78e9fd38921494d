// Alerts that people are told of as a list: what is in it, when it comes, and that a crash loses and doubles none.
#include "agent/stages/waiting_digests.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/agent/export_bench.h"

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(waiting_digests_test)

// The clock of the bench stands at 2027-01-15 08:00 UTC, a Friday.
constexpr char kLists[] = R"(apiVersion: rules/v1
maintenance:
  - {name: patching, where: {account: "9"}, from: 2027-01-15 07:00, to: 2027-01-15 11:00}
rules:
  - {alert: a, kind: threshold, watch: {metric: a, by: [account]}, when: {above: 1}, digest: {every: day, at: "10:00", by: [account]}}
  - {alert: b, kind: threshold, watch: {metric: b, by: [account]}, when: {above: 1}, digest: {every: monday, at: "08:00", timezone: America/New_York}, repeat: 1h}
)";

struct Lists : Runaway {
  Lists() : Runaway(kLists) {}
  std::vector<std::string> Pass(absl::Duration length) {
    clock.now += length;
    Steps(5);
    return Sent();
  }
  nlohmann::json List() const { return nlohmann::json::parse(seen.payloads.back()); }
};

BOOST_AUTO_TEST_CASE(alerts_wait_for_their_list_and_critical_ones_do_not) {
  Lists bench;
  bench.Say("a", "1", EventType::kFiring);
  bench.Say("a", "2", EventType::kFiring);
  bench.Say("a", "3", EventType::kFiring, Severity::kCritical);
  BOOST_TEST(bench.Sent() == Sent{"a3-1"}, boost::test_tools::per_element());
  BOOST_TEST(bench.seen.last_sync == 1u);
  BOOST_TEST(bench.Pass(absl::Minutes(119)).empty());
  BOOST_TEST(bench.Pass(absl::Minutes(1)).size() == 2u);  // one for each account
  const auto list = bench.List();
  BOOST_TEST(list["type"] == "io.nephoscope.digest.v1");
  BOOST_TEST(list["time"] == "2027-01-15T10:00:00Z");
  BOOST_TEST(list["data"]["by"] == nlohmann::json({{"account", "2"}}));
  BOOST_TEST(list["data"]["count"] == 1);
  BOOST_TEST(bench.Pass(absl::Hours(24)).empty());  // told once
  bench.Say("a", "1", EventType::kResolved);
  BOOST_TEST(bench.Sent().empty());
  BOOST_TEST(bench.Pass(absl::Hours(24)).size() == 1u);
  BOOST_TEST(bench.List()["data"]["summary"] == "0 alerts, 1 is over");
  BOOST_TEST(bench.store->Outbox()->depth == 0);
}

BOOST_AUTO_TEST_CASE(a_list_is_sent_once_whatever_stops_the_agent) {
  Lists bench;
  bench.Say("b", "1", EventType::kFiring);
  bench.Say("b", "2", EventType::kFiring);
  bench.Restart();
  bench.Begin();
  BOOST_TEST(bench.Pass(absl::Hours(76)).empty());  // Monday 12:00
  bench.store->full = true;
  BOOST_TEST(bench.Pass(absl::Hours(1)).empty());  // 13:00, and nothing can be written
  bench.Restart();
  bench.Begin();
  BOOST_TEST(bench.Pass(absl::Minutes(10)).size() == 1u);
  const auto list = bench.List();
  BOOST_TEST(list["time"] == "2027-01-18T13:00:00Z");
  BOOST_TEST(list["data"]["count"] == 2);
  const std::string id = bench.seen.events.back();
  BOOST_TEST(list["id"] == id);
  bench.Restart();
  bench.Begin();
  BOOST_TEST(bench.Pass(absl::Hours(200)).empty());  // nor reminded of
}

// Else it would be read at each start, and counted as waiting, for ever.
BOOST_AUTO_TEST_CASE(an_alert_that_cannot_be_read_is_put_aside) {
  Lists bench;
  Transition broken;
  broken.event_id = "broken", broken.alert_id = "broken-alert";
  Commit commit;
  commit.recorded = bench.clock.Now();
  commit.transitions.push_back({&broken, "{}"});
  commit.outbox.push_back({0, kDigestReceiver, broken.event_id, broken.alert_id, "{}"});
  BOOST_TEST_REQUIRE(bench.store->Apply(commit).ok());
  BOOST_TEST(bench.store->Outbox()->depth == 1);
  bench.Say("a", "1", EventType::kFiring);
  BOOST_TEST(bench.Pass(absl::Hours(2)).size() == 1u);
  BOOST_TEST(bench.store->Outbox()->depth == 0);
  BOOST_TEST(bench.store->Outbox()->parked == 1);
}

BOOST_AUTO_TEST_CASE(what_may_not_be_told_waits_for_the_next_list) {
  Lists bench;
  bench.Say("a", "9", EventType::kFiring);           // in maintenance until 11:00
  BOOST_TEST(bench.Pass(absl::Hours(2)).empty());    // 10:00
  BOOST_TEST(bench.Pass(absl::Hours(1)).empty());    // 11:00: goes into the next list
  BOOST_TEST(bench.Pass(absl::Hours(22)).empty());
  BOOST_TEST(bench.Pass(absl::Hours(1)).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
