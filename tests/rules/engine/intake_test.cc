#include "rules/engine/intake.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "rules/engine/engine.h"
#include "rules/engine/instance.h"
#include "tests/rules/engine/rule_builder.h"

namespace nephoscope {
namespace {

Rule SumRule(int name, double limit) {
  Rule rule = QueueRule();
  rule.name = absl::StrCat("Rule", name);
  rule.id = rule.name;
  rule.watch.metric = "m";
  rule.watch.by = {"team"};
  rule.watch.combine = "sum";
  rule.levels[0].condition = Above(limit);
  rule.revision = absl::StrCat("r", name);
  return rule;
}

// An engine and what is written down of it. Without cells: what they remember is not written down.
struct Kept {
  std::unique_ptr<Engine> engine = std::make_unique<Engine>(EngineOptions{.quiet_cells = false});
  std::shared_ptr<const RuleSet> rules;
  std::map<std::string, InstanceState> states;
  Changes out;

  void Keep() {
    for (const InstanceState& state : out.instances) {
      if (state.bytes.empty()) {
        states.erase(state.alert_id);
      } else {
        states[state.alert_id] = state;
      }
    }
    out.instances.clear();
  }
  void Restart(absl::Time now) {
    engine->Snapshot(out);
    Keep();
    engine = std::make_unique<Engine>(EngineOptions{.quiet_cells = false});
    engine->SetRules(rules, now, out);
    std::vector<InstanceState> all;
    for (const auto& [id, state] : states) all.push_back(state);
    BOOST_TEST(engine->Restore(all).empty());
  }
};

// Random rules over random series: all in one engine, and each alone in one.
class Apart {
 public:
  explicit Apart(std::uint64_t seed) : random_(seed), money_(Any(3) == 0) {
    for (int i = 1 + Any(5); i > 0; --i) rules_.push_back(AnyRule(i));
    alone_.resize(rules_.size());
    SetRules();
    for (int i = 1 + Any(6); i > 0; --i) Define();
  }

  void Run() {
    for (int step = 0; step < 60; ++step) {
      switch (Any(24)) {
        case 0: Define(); break;
        case 1: Edit(); break;
        case 2: now_ += absl::Minutes(Any(90)); break;  // silence
        case 3: All([&](Kept& one) { one.engine->AdvanceClock(now_, one.out); }); break;
        case 4: Restart(); break;
        case 5: Remove(); break;
        default: Batch();
      }
      BOOST_TEST_CONTEXT("step " << step) Compare();
    }
  }

 private:
  int Any(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }

  std::shared_ptr<const Rule> AnyRule(int name) {
    Rule rule = SumRule(name, 40 + 20 * Any(6));
    if (Any(2) == 0) rule.watch.window = absl::Minutes(3);
    if (Any(2) == 0) rule.watch.stat = "avg";
    if (Any(3) == 0) rule.levels[0].hold = absl::Minutes(Any(4));
    if (Any(4) == 0) rule.keep_firing_for = absl::Minutes(2);
    if (Any(4) == 0) rule.no_data = static_cast<NoDataPolicy>(Any(4));
    if (Any(4) == 0) rule.no_data_after = absl::Minutes(5);
    if (Any(4) == 0) Narrow(rule);
    return std::make_shared<const Rule>(std::move(rule));
  }

  void SetRules() {
    auto together = std::make_shared<RuleSet>();
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      auto alone = std::make_shared<RuleSet>();
      if (rules_[i] != nullptr) alone->rules.push_back(rules_[i]), together->rules.push_back(rules_[i]);
      alone_[i].rules = alone;
    }
    together_.rules = together;
    All([&](Kept& one) { one.engine->SetRules(one.rules, now_, one.out); });
  }

  void Edit() {
    std::shared_ptr<const Rule>& rule = rules_[static_cast<std::size_t>(Any(static_cast<int>(rules_.size())))];
    if (rule == nullptr) return;
    auto edited = std::make_shared<Rule>(*rule);
    if (Any(2) == 0) edited->levels[0].condition = Above(40 + 20 * Any(6));
    if (Any(3) == 0) edited->watch.window = absl::Minutes(3) - edited->watch.window;
    if (Any(3) == 0) Narrow(*edited);
    edited->revision = absl::StrCat("e", ++edits_);
    rule = edited;
    SetRules();
  }

  static void Narrow(Rule& rule) {
    if (rule.watch.where.empty()) rule.watch.where.push_back({.label = "zone", .op = Matcher::Op::kEqual, .values = {"z0"}});
  }

  void Remove() {
    if (Any(3) != 0) return;
    rules_[static_cast<std::size_t>(Any(static_cast<int>(rules_.size())))] = nullptr;
    SetRules();
  }

  void Define() {
    Series one;
    one.id = static_cast<SeriesId>(series_.size());
    one.metric = "m";
    one.cadence = absl::Minutes(1);
    one.labels = Labels({{"team", absl::StrCat("t", Any(2))}, {"zone", absl::StrCat("z", Any(2))}, {"series", absl::StrCat(one.id)}});
    if (money_) one.type = ValueType::kMoney, one.currency = *Currency::Parse("USD"), one.period = absl::Minutes(1);
    series_.push_back(one);
    All([&](Kept& kept) { kept.engine->DefineSeries(one); });
  }

  void Restart() {
    All([&](Kept& one) {
      one.Restart(now_);
      for (const Series& series : series_) one.engine->DefineSeries(series);
    });
  }

  void Batch() {
    std::vector<Sample> samples;
    for (int i = 1 + Any(6); i > 0; --i) {
      now_ += absl::Seconds(Any(3) == 0 ? 0 : Any(50));
      Sample sample{.series = static_cast<SeriesId>(Any(static_cast<int>(series_.size()))), .time_ms = absl::ToUnixMillis(now_ - absl::Seconds(Any(6) == 0 ? Any(400) : 0))};
      const int value = Any(5) == 0 ? 30 + 10 * Any(9) : 5 + Any(5);
      if (money_) {
        sample.time_ms -= sample.time_ms % 60'000;
        sample.micros = value * 1'000'000;
      } else {
        sample.value = value;
      }
      samples.push_back(sample);
    }
    All([&](Kept& one) { one.engine->Observe(samples, one.out); });
    if (Any(4) != 0) All([&](Kept& one) { one.engine->Advance(0, now_, one.out); });
  }

  template <typename Call>
  void All(Call call) {
    call(together_);
    for (Kept& one : alone_) call(one);
  }

  void Compare() {
    std::vector<std::tuple<absl::Time, std::string, std::uint64_t, std::string>> wanted;
    for (Kept& one : alone_) {
      one.engine->Look(one.out.transitions);
      for (const Transition& t : one.out.transitions) wanted.emplace_back(t.time, t.alert_id, t.sequence, WholeText(t));
      one.out.transitions.clear();
      one.Keep();
    }
    std::sort(wanted.begin(), wanted.end());
    std::string got_text, wanted_text;
    std::vector<std::tuple<absl::Time, std::string, std::uint64_t, std::string>> got;
    together_.engine->Look(together_.out.transitions);
    for (const Transition& t : together_.out.transitions) got.emplace_back(t.time, t.alert_id, t.sequence, WholeText(t));
    std::sort(got.begin(), got.end());
    together_.out.transitions.clear();
    together_.Keep();
    for (const auto& one : got) absl::StrAppend(&got_text, std::get<3>(one), "\n");
    for (const auto& one : wanted) absl::StrAppend(&wanted_text, std::get<3>(one), "\n");
    BOOST_TEST_REQUIRE(got_text == wanted_text);
  }

  std::mt19937_64 random_;
  Kept together_;
  std::vector<Kept> alone_;
  std::vector<std::shared_ptr<const Rule>> rules_;
  std::vector<Series> series_;
  absl::Time now_ = absl::FromUnixSeconds(1'780'000'000);
  int edits_ = 0;
  const bool money_;
};

Series Member(SeriesId id, const std::string& team) {
  Series out;
  out.id = id;
  out.metric = "m";
  out.cadence = absl::Minutes(1);
  out.labels = Labels({{"team", team}, {"series", absl::StrCat(id)}});
  return out;
}

// `rules` limits on the sums of `groups` teams of ten series each.
struct Sums {
  Sums(int rules, int groups) {
    std::vector<Rule> all;
    for (int i = 0; i < rules; ++i) all.push_back(SumRule(i, 1000 + i));
    kept.rules = SetOf(std::move(all));
    kept.engine->SetRules(kept.rules, absl::UnixEpoch(), kept.out);
    for (SeriesId id = 0; id < static_cast<SeriesId>(10 * groups); ++id) series.push_back(Member(id, absl::StrCat("t", id / 10)));
    Define();
  }
  void Define() {
    for (const Series& one : series) kept.engine->DefineSeries(one);
  }
  void Minute(int minute, double value) {
    for (const Series& one : series) {
      Sample sample{.series = one.id, .time_ms = minute * 60'000};
      sample.value = value;
      kept.engine->Observe({&sample, 1}, kept.out);
    }
    kept.engine->Advance(0, absl::FromUnixSeconds(minute * 60), kept.out);
  }
  std::size_t StateBytes() {
    kept.engine->Snapshot(kept.out);
    kept.Keep();
    std::size_t out = 0;
    for (const auto& [id, state] : kept.states) out += state.bytes.size();
    return out;
  }

  Kept kept;
  std::vector<Series> series;
};

BOOST_AUTO_TEST_SUITE(intake_test)

BOOST_AUTO_TEST_CASE(rules_say_together_what_each_says_alone) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) BOOST_TEST_CONTEXT("seed " << seed) Apart(seed).Run();
}

BOOST_AUTO_TEST_CASE(rules_ask_the_same_unless_anything_but_their_condition_differs) {
  const Rule rule = SumRule(1, 10);
  BOOST_TEST(IntakeKey(rule) == IntakeKey(SumRule(2, 20)));
  const struct { const char* what; void (*change)(Rule&); } rows[] = {
      {"metric", [](Rule& r) { r.watch.metric = "n"; }},
      {"where", [](Rule& r) { r.watch.where.push_back({.label = "a", .op = Matcher::Op::kEqual, .values = {"b"}}); }},
      {"leave_out", [](Rule& r) { r.watch.leave_out.push_back({.label = "a", .op = Matcher::Op::kEqual, .values = {"b"}}); }},
      {"by", [](Rule& r) { r.watch.by = {"host"}; }},
      {"stat", [](Rule& r) { r.watch.stat = "max"; }},
      {"combine", [](Rule& r) { r.watch.combine = "max"; }},
      {"window", [](Rule& r) { r.watch.window = absl::Minutes(5); }},
      {"a window of the calendar", [](Rule& r) { r.watch.window = absl::ZeroDuration(), r.watch.fixed = FixedWindow{.unit = "day"}; }},
      {"every", [](Rule& r) { r.every = absl::Minutes(5); }},
      {"evaluation_delay", [](Rule& r) { r.evaluation_delay = absl::Minutes(5); }},
      {"no_data_after", [](Rule& r) { r.no_data_after = absl::Minutes(5); }},
      {"members_may_leave", [](Rule& r) { r.members_may_leave = true; }},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    Rule other = SumRule(2, 10);
    row.change(other);
    BOOST_TEST(IntakeKey(rule) != IntakeKey(other));
  }
  Rule absence = SumRule(3, 10);
  absence.kind = "absence";
  std::set<std::string> keys;
  for (const bool growing : {false, true})
    for (const char* unit : {"day", "month"})
      for (const int month : {1, 10}) {
        Rule fixed = rule;
        fixed.watch.fixed = FixedWindow{.growing = growing, .unit = unit};
        fixed.calendar = Calendar{.name = "c", .month = month};
        keys.insert(IntakeKey(fixed));
      }
  BOOST_TEST(keys.size() == 8u);
  BOOST_TEST(IntakeKey(absence) == "");  // a kind with cells of its own
}

BOOST_AUTO_TEST_CASE(patience_is_that_of_the_slowest_series) {
  Intake intake(std::make_shared<const Rule>(SumRule(1, 10)));
  const auto rules = SetOf({SumRule(1, 10)});
  const Instance alert(rules, rules->rules[0], "id", Labels(), std::shared_ptr<Intake>(&intake, [](Intake*) {}));
  Series quick = Member(0, "t"), slow = Member(1, "t");
  slow.cadence = absl::Hours(1);
  intake.Define(quick);
  intake.Define(slow);
  BOOST_TEST((intake.NoDataAfter() == absl::Hours(3)));
  slow.cadence = absl::Minutes(5);
  intake.Define(slow);
  BOOST_TEST((intake.NoDataAfter() == absl::Minutes(15)));
}

BOOST_AUTO_TEST_CASE(a_hundred_limits_on_one_sum_save_its_series_once) {
  Sums one(1, 2), hundred(100, 2);
  one.Minute(1, 1);
  hundred.Minute(1, 1);
  const std::size_t alone = one.StateBytes();
  BOOST_TEST(hundred.StateBytes() < alone + 99 * 2 * 600);
  BOOST_TEST(alone > 10 * 2 * 100u);
}

// Who saved the windows is gone: the next one does, before anything else can happen.
BOOST_AUTO_TEST_CASE(windows_outlive_the_rule_that_saved_them) {
  Sums sums(3, 1);
  sums.Minute(1, 1);
  sums.StateBytes();
  auto fewer = std::make_shared<RuleSet>(*sums.kept.rules);
  std::string leader;
  for (const auto& [id, state] : sums.kept.states)
    if (state.bytes.size() > 1000) leader = state.rule_id;
  std::erase_if(fewer->rules, [&](const auto& rule) { return rule->id == leader; });
  BOOST_REQUIRE(fewer->rules.size() == 2u);
  sums.kept.rules = fewer;
  sums.kept.engine->SetRules(fewer, absl::UnixEpoch(), sums.kept.out);
  std::size_t urgent = 0;
  for (const InstanceState& state : sums.kept.out.instances) urgent += state.urgent && state.bytes.size() > 1000;
  BOOST_TEST(urgent == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
