#include "agent/stages/composite_stage.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

constexpr char kParts[] = R"(apiVersion: rules/v1
rules:
  - {alert: a, kind: threshold, watch: {metric: a, by: [account]}, when: {above: 1}}
  - {alert: b, kind: threshold, watch: {metric: b, by: [account]}, when: {above: 1}}
)";
constexpr char kWhole[] = "  - {alert: whole, kind: composite, all_of: [a, b], same: [account], for: 1s}\n";

std::shared_ptr<const RuleSet> Rules(const std::string& text) {
  const SourceFile file{"r.yaml", text};
  const LoadedRules loaded = LoadRules({&file, 1});
  BOOST_REQUIRE(loaded.diagnostics.empty());
  return loaded.rules;
}

Transition Step(const std::string& rule, int account, int second, bool fires, std::uint64_t sequence) {
  Transition t;
  t.alert_id = absl::StrCat(rule, account);
  t.rule.name = t.rule.id = rule;
  t.labels = Labels(std::vector<Label>{{"account", absl::StrCat(account)}});
  t.time = t.starts_at = absl::FromUnixSeconds(1'800'000'000 + second);
  t.sequence = sequence;
  t.type = fires ? EventType::kFiring : EventType::kResolved;
  t.status = fires ? AlertState::kFiring : AlertState::kInactive;
  return t;
}

std::string Line(const Transition& t) { return absl::StrCat(t.sequence, " ", ToText(t.type), " ", t.labels.ToString(), " ", absl::ToUnixSeconds(t.time) - 1'800'000'000); }

// 40 rounds; in each some parts change. Spread over `threads` by alert, cut and interleaved by `dice`.
std::vector<std::string> Run(std::size_t threads, std::mt19937& dice) {
  CompositeStage stage("test", threads);
  Changes changes;
  BOOST_TEST(stage.Start(Rules(std::string(kParts) + kWhole), {}, {}, changes).empty());
  std::mt19937 world(7);
  std::vector<std::vector<std::vector<Evaluation>>> says(threads);  // [thread][round]
  std::map<std::string, std::pair<bool, std::uint64_t>> state;
  for (int round = 1; round <= 40; ++round) {
    for (auto& thread : says) thread.emplace_back();
    for (int account = 0; account < 3; ++account)
      for (const char* rule : {"a", "b"}) {
        if (world() % 3 == 0) continue;
        auto& [fires, sequence] = state[absl::StrCat(rule, account)];
        fires = !fires;
        Evaluation one;
        one.changes.transitions.push_back(Step(rule, account, round * 2 - static_cast<int>(world() % 3), fires, ++sequence));
        says[(rule[0] + account) % threads].back().push_back(std::move(one));
      }
    for (auto& thread : says) {
      thread.back().emplace_back().round = round;
      for (Evaluation& one : thread.back()) one.newest = absl::FromUnixSeconds(1'800'000'000 + round * 2);
    }
  }
  std::vector<std::string> out;
  const auto take = [&] {
    while (std::unique_ptr<Evaluation> said = stage.Next())
      for (const Transition& t : said->changes.transitions) out.push_back(Line(t));
  };
  std::vector<std::pair<std::size_t, std::size_t>> at(threads, {0, 0});  // round, evaluation
  for (std::size_t done = 0; done < threads;) {
    const std::size_t thread = dice() % threads;
    auto& [round, n] = at[thread];
    if (round >= says[thread].size()) continue;
    stage.Take(thread, says[thread][round][n]);
    if (++n == says[thread][round].size()) ++round, n = 0;
    if (round == says[thread].size()) stage.Close(thread), ++done;
    if (dice() % 2 == 0) take();
  }
  take();
  return out;
}

BOOST_AUTO_TEST_SUITE(composite_stage_test)

BOOST_AUTO_TEST_CASE(the_number_of_threads_and_who_is_first_decides_nothing) {
  std::mt19937 dice(1);
  const std::vector<std::string> want = Run(1, dice);
  BOOST_TEST(want.size() > 10u);
  for (int seed = 0; seed < 50; ++seed)
    for (const std::size_t threads : {1u, 2u, 3u, 8u}) BOOST_TEST_CONTEXT("seed " << seed << ", threads " << threads) {
      dice.seed(seed);
      BOOST_TEST(Run(threads, dice) == want, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_round_waits_for_the_slowest_thread) {
  CompositeStage stage("test", 2);
  Changes changes;
  stage.Start(Rules(absl::StrCat(kParts, "  - {alert: whole, kind: composite, all_of: [a, b]}\n")), {}, {}, changes);
  Evaluation a, b;
  a.round = b.round = 1;
  a.changes.transitions.push_back(Step("a", 1, 1, true, 1));
  b.changes.transitions.push_back(Step("b", 1, 2, true, 1));
  stage.Take(0, a);
  BOOST_TEST((stage.Next() == nullptr));
  stage.Take(1, b);
  const std::unique_ptr<Evaluation> said = stage.Next();
  BOOST_REQUIRE(said != nullptr);
  BOOST_TEST(Line(said->changes.transitions.at(0)) == "1 firing {} 2");
  BOOST_TEST(said->changes.instances.size() == 1u);
  BOOST_TEST((stage.Next() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_composite_that_is_loaded_later_sees_what_fires_already) {
  CompositeStage stage("test", 2);
  Changes changes;
  stage.Start(Rules(kParts), {}, {}, changes);
  Evaluation a, b;  // nobody counts rounds without composites
  a.changes.transitions.push_back(Step("a", 1, 1, true, 1));
  b.changes.transitions.push_back(Step("b", 1, 2, true, 1));
  stage.Take(0, a);
  stage.Take(1, b);
  BOOST_TEST((stage.Next() == nullptr));
  Evaluation reload;
  reload.rules = Rules(absl::StrCat(kParts, "  - {alert: whole, kind: composite, all_of: [a, b]}\n"));
  reload.round = 5;
  stage.Take(0, reload);
  BOOST_TEST((stage.Next() == nullptr));
  stage.Take(1, reload);
  std::unique_ptr<Evaluation> said = stage.Next();
  BOOST_REQUIRE(said != nullptr);
  BOOST_TEST(Line(said->changes.transitions.at(0)) == "1 firing {} 2");
  reload.rules = Rules(kParts);
  reload.round = 6;
  stage.Take(1, reload);
  stage.Take(0, reload);
  said = stage.Next();
  BOOST_REQUIRE(said != nullptr);
  BOOST_TEST(Line(said->changes.transitions.at(0)) == "2 resolved {} 2");
  BOOST_TEST((said->changes.transitions[0].cause == Cause::kRuleRemoved));
  Evaluation again;
  again.changes.transitions.push_back(Step("a", 1, 9, false, 2));
  stage.Take(0, again);
  BOOST_TEST((stage.Next() == nullptr));
}

BOOST_AUTO_TEST_CASE(an_end_of_a_thread_is_the_end_of_its_rounds) {
  CompositeStage stage("test", 2);
  Changes changes;
  stage.Start(Rules(absl::StrCat(kParts, "  - {alert: whole, kind: composite, any_of: [a, b]}\n")), {}, {}, changes);
  Evaluation a;
  a.changes.transitions.push_back(Step("a", 1, 1, true, 1));
  stage.Take(0, a);
  stage.Close(1);
  BOOST_TEST((stage.Next() == nullptr));
  stage.Close(0);
  stage.Close(0);
  BOOST_TEST((stage.Next() != nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
