// The cost of depends_on: the work of a transition does not grow with the alerts that fire.
#include <ctime>

#include "absl/strings/str_cat.h"
#include "tests/agent/export_bench.h"

namespace nephoscope {
namespace {

constexpr int kAccounts = 2'000;

std::string Yaml(bool depends) {
  return absl::StrCat(
      "apiVersion: rules/v1\nrules:\n"
      "  - {alert: a, kind: threshold, watch: {metric: a, by: [account]}, when: {above: 1}, limit: 100000}\n"
      "  - alert: b\n    kind: threshold\n    watch: {metric: b, by: [account]}\n    when: {above: 1}\n    limit: 100000\n",
      depends ? "    depends_on: {alert: a, same: [account]}\n" : "");
}

void SayAll(Runaway& bench, const std::string& rule, EventType type) {
  auto evaluation = std::make_unique<Evaluation>();
  for (int account = 0; account < kAccounts; ++account) {
    Transition& t = evaluation->changes.transitions.emplace_back();
    t.alert_id = absl::StrCat(rule, account);
    t.sequence = ++bench.sequence[t.alert_id];
    t.event_id = absl::StrCat(t.alert_id, "-", t.sequence);
    t.type = type;
    t.status = type == EventType::kResolved ? AlertState::kInactive : AlertState::kFiring;
    t.rule.name = t.rule.id = rule;
    t.labels = Labels(std::vector<Label>{{"account", absl::StrCat(account)}});
    t.time = t.starts_at = absl::FromUnixSeconds(1'800'000'000 + static_cast<int>(bench.round));
  }
  evaluation->round = ++bench.round;
  bench.channel.Send(std::move(evaluation));
  bench.Steps(4);
}

struct Cost {
  double seconds;
  std::size_t sent;
};

Cost CostOf(bool depends) {
  const std::string yaml = Yaml(depends);
  Runaway bench(yaml.c_str());
  const std::clock_t begin = std::clock();
  SayAll(bench, "a", EventType::kFiring);
  SayAll(bench, "b", EventType::kFiring);
  SayAll(bench, "a", EventType::kResolved);
  for (int i = 0; i < 200 && bench.seen.events.size() < 3u * kAccounts; ++i) bench.Steps(1);
  return {static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC, bench.seen.events.size()};
}

BOOST_AUTO_TEST_SUITE(depends_on_cost_test)

BOOST_AUTO_TEST_CASE(two_thousand_accounts_with_depends_on_take_at_most_twice_the_time) {
  const Cost without = CostOf(false), with = CostOf(true);
  BOOST_TEST_MESSAGE("2,000 accounts: " << without.seconds << " s without depends_on, " << with.seconds << " s with it");
  BOOST_TEST(without.sent == 3u * kAccounts);
  BOOST_TEST(with.sent == 3u * kAccounts);  // b is notified when a is over
  BOOST_TEST(with.seconds <= 2 * without.seconds + 0.2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
