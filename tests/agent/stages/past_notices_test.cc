// History is not the present: what people are notified of after a first start and after an outage.
#include "agent/stages/past_notices.h"

#include <boost/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include "tests/agent/export_bench.h"

namespace nephoscope {
namespace {

constexpr char kTwo[] = R"(apiVersion: rules/v1
rules:
  - alert: a
    kind: threshold
    watch: {metric: a, by: [account]}
    when: {above: 1}
  - alert: b
    kind: threshold
    watch: {metric: b, by: [account]}
    when: {above: 1}
    limit: 1
)";

// The clock of the bench stands at 2027-01-15 08:00 UTC.
struct PastBench : Runaway {
  explicit PastBench(bool with_record = false) : Runaway(kTwo, with_record) {}

  // A step that was so long ago, of an episode that began then or `began` ago.
  void Was(const std::string& id, EventType type, absl::Duration ago, absl::Duration began = absl::ZeroDuration()) {
    Transition& t = next->changes.transitions.emplace_back();
    t.alert_id = id;
    t.sequence = ++sequence[id];
    t.event_id = id + "-" + std::to_string(t.sequence);
    t.type = type;
    t.status = type == EventType::kResolved ? AlertState::kInactive : AlertState::kFiring;
    t.rule.name = t.rule.id = id.substr(0, 1);
    t.labels = Labels(std::vector<Label>{{"account", id.substr(1)}});
    t.time = clock.now - ago;
    t.starts_at = clock.now - std::max(ago, began);
    if (t.status == AlertState::kInactive) t.ends_at = t.time;
  }
  // All that Was said since, while the past of before now is read. `caught_up`: that was all.
  void Read(bool caught_up) {
    next->round = ++round;
    next->past_before = clock.now;
    next->caught_up = caught_up;
    channel.Send(std::exchange(next, std::make_unique<Evaluation>()));
    Steps(6);
  }
  // "past 2", "missed a1", "now a2-2" (what is open, by its newest step), or the id of the event.
  std::vector<std::string> People() {
    std::vector<std::string> out;
    for (; told < seen.payloads.size(); ++told) {
      const auto event = nlohmann::json::parse(seen.payloads[told]);
      const std::string type = event.at("type").get<std::string>();
      if (type == kPastEventType) out.push_back("past " + std::to_string(event.at("data").at("count").get<int>()));
      else if (type.find("unsuppressed") != std::string::npos) out.push_back("now " + event.at("causationid").get<std::string>());
      else if (type.find("missed") != std::string::npos) out.push_back("missed " + event.at("data").at("alert_id").get<std::string>());
      else out.push_back(event.at("id").get<std::string>());
    }
    return out;
  }
  std::unique_ptr<Evaluation> next = std::make_unique<Evaluation>();
};

constexpr absl::Duration kDay = absl::Hours(24);

BOOST_AUTO_TEST_SUITE(past_notices_test)

BOOST_AUTO_TEST_CASE(a_first_start_notifies_of_what_is_open_and_sums_up_the_rest) {
  PastBench bench(true);
  bench.Was("a1", EventType::kFiring, 60 * kDay);
  bench.Was("a1", EventType::kResolved, 50 * kDay, 60 * kDay);
  bench.Was("a1", EventType::kFiring, 20 * kDay);
  bench.Was("a1", EventType::kResolved, 10 * kDay, 20 * kDay);
  bench.Read(false);
  BOOST_TEST(bench.People() == Sent{}, boost::test_tools::per_element());
  BOOST_TEST(bench.seen.last_sync == 0u);
  bench.Was("a2", EventType::kFiring, 5 * kDay);
  bench.Was("a2", EventType::kEscalated, 4 * kDay, 5 * kDay);
  bench.Read(true);
  BOOST_TEST(bench.People() == (Sent{"now a2-2", "past 2"}), boost::test_tools::per_element());
  BOOST_TEST(bench.seen.last_sync == 1u);
  // The record has all six steps, when they were committed.
  BOOST_TEST(bench.record.events.size() == 8u);
  BOOST_TEST(bench.record.events[5] == "a2-2");
  // What happens from now on is told as ever.
  bench.Was("a2", EventType::kResolved, absl::ZeroDuration(), 5 * kDay);
  bench.next->past_before = absl::InfinitePast();
  bench.channel.Send(std::exchange(bench.next, std::make_unique<Evaluation>()));
  bench.Steps(4);
  BOOST_TEST(bench.People() == Sent{"a2-3"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_crash_while_the_past_is_read_loses_nothing_and_repeats_no_summary) {
  PastBench bench;
  bench.Was("a1", EventType::kFiring, 60 * kDay);
  bench.Was("a1", EventType::kResolved, 50 * kDay, 60 * kDay);
  bench.Was("a2", EventType::kFiring, 5 * kDay);
  bench.Read(false);
  bench.Restart();
  bench.Begin();
  bench.Steps(4);
  BOOST_TEST(bench.People() == Sent{}, boost::test_tools::per_element());  // nobody has said that this was all
  bench.Was("a3", EventType::kFiring, 40 * kDay);
  bench.Was("a3", EventType::kResolved, 30 * kDay, 40 * kDay);
  bench.Read(true);
  BOOST_TEST(bench.People() == (Sent{"now a2-1", "past 2"}), boost::test_tools::per_element());
  bench.Restart();
  bench.Begin();
  bench.Read(true);
  BOOST_TEST(bench.People() == Sent{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(after_an_outage_what_came_and_went_is_missed_within_the_limit) {
  PastBench bench;
  bench.Was("a1", EventType::kFiring, absl::Minutes(1));
  bench.Was("a2", EventType::kFiring, absl::Minutes(1));
  bench.channel.Send(std::exchange(bench.next, std::make_unique<Evaluation>()));
  bench.Steps(4);
  BOOST_TEST(bench.People() == (Sent{"a1-1", "a2-1"}), boost::test_tools::per_element());
  bench.clock.now += absl::Hours(6);  // away
  bench.Restart();
  bench.Begin();
  bench.Was("a1", EventType::kResolved, absl::Hours(3), absl::Hours(6));  // they knew its beginning
  bench.Was("a3", EventType::kFiring, absl::Hours(5));
  bench.Was("a3", EventType::kResolved, absl::Hours(4), absl::Hours(5));
  for (const char* id : {"b1", "b2"}) {
    bench.Was(id, EventType::kFiring, absl::Hours(2));
    bench.Was(id, EventType::kResolved, absl::Hours(1), absl::Hours(2));
  }
  bench.Was("a4", EventType::kFiring, absl::Hours(1));
  bench.Read(true);
  // Of b, whose limit is one, the second is in the summary, and that the limit was reached is said.
  const Sent told = bench.People();
  BOOST_REQUIRE(told.size() == 6u);
  BOOST_TEST((Sent{told[0], told[1], told[3], told[4], told[5]}) == (Sent{"now a4-1", "a1-2", "missed a3", "missed b1", "past 1"}), boost::test_tools::per_element());
  BOOST_TEST(told[2].rfind("missed ", 0) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
