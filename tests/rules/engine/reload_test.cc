// An engine that follows changes of rules beside one that makes everything anew: 600 random lives.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/engine/engine.h"
#include "rules/engine/rule_changes.h"
#include "tests/rules/engine/rule_builder.h"

namespace nephoscope {
namespace {

class Life {
 public:
  explicit Life(std::uint64_t seed) : random_(seed) {
    for (int i = Any(12); i >= 0; --i) Add();
    SetRules();
    for (int i = 1 + Any(5); i > 0; --i) Define();
  }

  void Run() {
    for (int step = 0; step < 50; ++step) {
      switch (Any(16)) {
        case 0: Define(); break;
        case 1: Add(), SetRules(); break;
        case 2: Edit(), SetRules(); break;
        case 3: Remove(), SetRules(); break;
        case 4: std::shuffle(rules_.begin(), rules_.end(), random_), SetRules(); break;
        case 5: Edit(), Add(), Remove(), SetRules(); break;
        case 6: now_ += absl::Minutes(Any(30)); break;  // silence
        case 7: Both([&](Engine& engine, Changes& out) { engine.AdvanceClock(now_, out); }); break;
        default: Batch();
      }
      BOOST_TEST_CONTEXT("step " << step) Compare();
    }
  }
  int said() const { return said_; }

 private:
  int Any(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  std::string Revision() { return absl::StrCat("r", ++revisions_); }

  void Add() {
    auto rule = std::make_shared<Rule>(QueueRule());
    rule->name = rule->id = absl::StrCat("Rule", ++names_);
    rule->watch.metric = Any(4) == 0 ? "n" : "m";
    rule->watch.by = {Any(2) == 0 ? "team" : "series"};
    if (Any(2) == 0) rule->watch.combine = "sum";
    if (Any(3) == 0) rule->watch.window = absl::Minutes(3), rule->watch.stat = "avg";
    if (Any(3) == 0) rule->watch.where.push_back({.label = "team", .op = Matcher::Op::kEqual, .values = {"t0"}});
    if (Any(4) == 0) rule->evaluation_delay = absl::Minutes(1);
    if (Any(4) == 0) rule->no_data = static_cast<NoDataPolicy>(Any(4));
    if (Any(4) == 0) rule->no_data_after = absl::Minutes(2 + Any(9));
    if (Any(4) == 0) rule->levels[0].hold = absl::Minutes(Any(3));
    rule->levels[0].condition = Above(20 + 20 * Any(4));
    rule->revision = Revision();
    rules_.insert(rules_.begin() + Any(static_cast<int>(rules_.size()) + 1), std::move(rule));
  }

  void Edit() {
    if (rules_.empty()) return;
    std::shared_ptr<const Rule>& rule = rules_[static_cast<std::size_t>(Any(static_cast<int>(rules_.size())))];
    auto edited = std::make_shared<Rule>(*rule);
    if (Any(4) == 0) {
      ++edited->line;  // it stands elsewhere and is the same
    } else {
      edited->revision = Revision();
      if (Any(2) == 0) edited->levels[0].condition = Above(20 + 20 * Any(4));
      if (Any(5) == 0) edited->mode = edited->mode == RuleMode::kOff ? RuleMode::kLive : RuleMode::kOff;
      if (Any(5) == 0) edited->watch.by = {edited->watch.by[0] == "team" ? "series" : "team"};
      if (Any(5) == 0) edited->watch.window = absl::Minutes(3) - edited->watch.window;
      if (Any(5) == 0) edited->watch.metric = edited->watch.metric == "m" ? "n" : "m";
      if (Any(5) == 0) edited->no_data_after = absl::Minutes(2 + Any(9));
    }
    rule = std::move(edited);
  }

  void Remove() {
    if (!rules_.empty()) rules_.erase(rules_.begin() + Any(static_cast<int>(rules_.size())));
  }

  void SetRules() {
    auto set = std::make_shared<RuleSet>();
    set->rules = rules_;
    Both([&](Engine& engine, Changes& out) { engine.SetRules(set, now_, out); });
  }

  void Define() {
    Series one;
    one.id = series_++;
    one.metric = Any(3) == 0 ? "n" : "m";
    one.source = static_cast<SourceId>(Any(2));
    one.cadence = absl::Minutes(Any(2));
    one.labels = Labels({{"team", absl::StrCat("t", Any(3))}, {"series", absl::StrCat(one.id)}});
    Both([&](Engine& engine, Changes&) { engine.DefineSeries(one); });
  }

  void Batch() {
    std::vector<Sample> samples;
    for (int i = 1 + Any(8); i > 0 && series_ > 0; --i) {
      now_ += absl::Seconds(Any(40));
      Sample sample{.series = static_cast<SeriesId>(Any(static_cast<int>(series_))), .time_ms = absl::ToUnixMillis(now_ - absl::Seconds(Any(5) == 0 ? Any(300) : 0))};
      sample.value = Any(4) == 0 ? 20 + 10 * Any(8) : Any(15);
      samples.push_back(sample);
    }
    Both([&](Engine& engine, Changes& out) { engine.Observe(samples, out); });
    if (Any(4) == 0) return;
    const auto source = static_cast<SourceId>(Any(2));
    Both([&](Engine& engine, Changes& out) { engine.Advance(source, now_, out), engine.Advance(1 - source, now_, out); });
  }

  template <typename Call>
  void Both(Call call) {
    call(follows_, of_follows_);
    call(anew_, of_anew_);
  }

  static std::string Lines(std::vector<Transition>& all) {
    std::vector<std::string> lines;
    for (const Transition& t : all) lines.push_back(WholeText(t));
    all.clear();
    std::string out;
    for (const std::string& line : lines) absl::StrAppend(&out, line, "\n");
    return out;
  }

  void Compare() {
    said_ += static_cast<int>(of_follows_.transitions.size());
    BOOST_TEST_REQUIRE(Lines(of_follows_.transitions) == Lines(of_anew_.transitions));
    std::vector<Transition> here, there;
    follows_.Look(here);
    anew_.Look(there);
    const auto by_alert = [](const Transition& a, const Transition& b) { return std::tie(a.alert_id, a.rule.id) < std::tie(b.alert_id, b.rule.id); };
    std::sort(here.begin(), here.end(), by_alert);
    std::sort(there.begin(), there.end(), by_alert);
    BOOST_TEST_REQUIRE(Lines(here) == Lines(there));
    BOOST_TEST_REQUIRE(follows_.stats().instances == anew_.stats().instances);
    of_follows_.clear();
    of_anew_.clear();
  }

  std::mt19937_64 random_;
  Engine follows_{EngineOptions{}}, anew_{EngineOptions{.reload_whole = true}};
  Changes of_follows_, of_anew_;
  std::vector<std::shared_ptr<const Rule>> rules_;
  absl::Time now_ = absl::FromUnixSeconds(1'767'571'200);
  SeriesId series_ = 0;
  int names_ = 0, revisions_ = 0, said_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reload_test)

BOOST_AUTO_TEST_CASE(what_is_followed_is_what_comes_of_making_everything_anew) {
  int said = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) BOOST_TEST_CONTEXT("seed " << seed) {
    Life life(seed);
    life.Run();
    said += life.said();
  }
  BOOST_TEST(said > 4'000);
}

BOOST_AUTO_TEST_CASE(changes_are_what_one_set_has_and_the_other_has_not) {
  std::mt19937 random(1);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<std::shared_ptr<const Rule>> before, after;
    absl::flat_hash_map<const Rule*, RulePosition> position_of;
    for (unsigned i = random() % 200; i > 0; --i) {
      before.push_back(std::make_shared<Rule>());
      position_of[before.back().get()] = static_cast<RulePosition>(before.size() - 1);
    }
    after = before;
    if (round % 7 == 0) std::shuffle(after.begin(), after.end(), random);
    for (unsigned change = random() % 5; change > 0; --change) {
      const auto at = after.begin() + static_cast<std::ptrdiff_t>(after.empty() ? 0 : random() % after.size());
      if (random() % 2 == 0 && !after.empty()) after.erase(at, std::min(after.end(), at + (random() % 100)));
      else after.insert(at, std::make_shared<Rule>());
    }
    const RuleChanges got = ChangesBetween(before, after, position_of);
    std::vector<RulePosition> removed;
    for (std::size_t i = 0; i < before.size(); ++i)
      if (std::find(after.begin(), after.end(), before[i]) == after.end()) removed.push_back(static_cast<RulePosition>(i));
    std::vector<std::shared_ptr<const Rule>> added;
    for (const auto& rule : after)
      if (!position_of.contains(rule.get())) added.push_back(rule);
    BOOST_TEST_REQUIRE(got.removed == removed, boost::test_tools::per_element());
    BOOST_TEST_REQUIRE((got.added == added));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
