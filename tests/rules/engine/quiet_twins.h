// Two engines that live the same life, one with cells and one without; what each says is compared after each step.
#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/engine/engine.h"
#include "tests/rules/engine/rule_builder.h"

namespace nephoscope {

inline Rule ThresholdRule(const std::string& name, const std::string& metric, double limit) {
  Rule rule = QueueRule();
  rule.name = name;
  rule.id = name;
  rule.watch.metric = metric;
  rule.watch.by = {};
  rule.levels[0].condition = Above(limit);
  return rule;
}

// A question to each series of "m" that looks back.
inline Rule LooksBack(const std::string& name, const std::string& expr) {
  Rule rule = QueueRule();
  rule.name = name;
  rule.id = name;
  rule.kind = "expr";
  rule.watch = Watch();
  rule.options = OptionValues(&FindKind("expr")->options());
  rule.options.Set("expr", {.value = expr, .mark = {}, .given = true});
  rule.levels[0].condition = OptionValues(&FindKind("expr")->condition());
  rule.summary = "${value}";
  FindKind("expr")->Prepare(rule);
  return rule;
}

// Random rules over random series, in two engines: one with cells, one without. `looks_back`: rules that ask what the points before say, and both engines are
// replaced at times by what was written down of them.
class Twins {
 public:
  explicit Twins(std::uint64_t seed, bool looks_back = false, bool together = false) : random_(seed), looks_back_(looks_back), together_(together) {
    rules_ = std::make_shared<RuleSet>();
    for (int i = Any(looks_back_ ? 2 : 4) + 1; i > 0; --i) looks_back_ ? AddExpr(i) : AddRule(i);
    Both([&](Engine& engine, Changes& out) { engine.SetRules(rules_, absl::UnixEpoch(), out); });
    cadence_ = Any(3) == 0 ? absl::ZeroDuration() : absl::Minutes(1);
    steady_ = Any(2) == 0;
    const bool crowd = together_ && Any(150) == 0;  // more than one block of lanes
    for (int i = crowd ? 200 : together_ ? 2 + Any(8) : Any(steady_ ? 2 : 4) + 1; i > 0; --i) Define();
  }

  void Run() {
    for (int step = 0; step < (steady_ ? 120 : 60); ++step) {
      doing_ = Any(steady_ ? 60 : 24);
      switch (doing_) {
        case 0: Any(3) == 0 ? DefineAgain() : Define(); break;
        case 1: Edit(); break;
        case 2: now_ += absl::Minutes(Any(90)); break;  // silence
        case 3: Both([&](Engine& engine, Changes& out) { engine.AdvanceClock(now_, out); }); break;
        case 4: Look(); break;
        case 5:
          if (looks_back_) {
            Restart();
            break;
          }
          [[fallthrough]];
        default: together_ && Any(8) != 0 ? Pages() : Batch();
      }
      Compare(step);
    }
  }

  int transitions = 0, restarts = 0;

 private:
  int Any(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }

  void AddRule(int i) {
    auto rule = std::make_shared<Rule>(ThresholdRule(absl::StrCat("Rule", i), Any(3) == 0 ? "m2" : "m", 40 + 10 * Any(4)));
    if (Any(2) == 0) rule->watch.by = {"host"};
    if (Any(3) == 0) rule->watch.by = {"host", "zone"};
    if (Any(3) == 0) rule->levels[0].hold = absl::Minutes(Any(4));
    if (Any(4) == 0) rule->levels[0].hold_points = {2, 3};
    if (Any(3) == 0) rule->levels[0].recover = Below(35 + 10 * Any(2));
    if (Any(3) == 0) AddLevel(*rule);
    if (Any(4) == 0) rule->keep_firing_for = absl::Minutes(2);
    if (Any(4) == 0) rule->evaluation_delay = absl::Minutes(Any(3));
    if (Any(4) == 0) rule->no_data = static_cast<NoDataPolicy>(Any(4));
    if (Any(4) == 0) rule->no_data_after = absl::Minutes(5);
    rule->revision = absl::StrCat("r", i);
    rules_->rules.push_back(rule);
  }

  std::string AnyExpr() {
    static constexpr const char* kExprs[] = {
        "(m - avg_over_time(m[10m])) / stddev_over_time(m[10m]) > $1", "$1 < (m - avg_over_time(m[10m])) / stddev_over_time(m[10m])", "m{zone=\"z0\"} - avg_over_time(m{zone=\"z0\"}[3m]) >= $20",
        "max_over_time(m[5m]) - min_over_time(m[8m]) > $45", "abs(m - last_over_time(m[2m])) + sum_over_time(m[4m]) / count_over_time(m[4m]) > $35", "-m < -$60"};
    const std::string text = kExprs[Any(static_cast<int>(std::size(kExprs)))];
    const std::size_t at = text.find('$');
    return absl::StrCat(text.substr(0, at), text[at + 1] == '1' ? absl::StrCat(1.2 + Any(3) * 0.5, text.substr(at + 2)) : text.substr(at + 1));
  }

  // Minutes.
  static int Reach(const std::string& expr) {
    int out = 0;
    for (std::size_t at = expr.find('['); at != std::string::npos; at = expr.find('[', at + 1)) out = std::max(out, std::atoi(expr.c_str() + at + 1));
    return out;
  }

  // Of a rule that looked back so far; how long points are kept beyond that is up to each engine.
  std::string OtherExpr(const std::string& before) {
    std::string out = AnyExpr();
    while (Reach(out) > Reach(before)) out = AnyExpr();
    return out;
  }

  void AddExpr(int i) {
    auto rule = std::make_shared<Rule>(LooksBack(absl::StrCat("Rule", i), AnyExpr()));
    if (Any(3) == 0) rule->levels[0].hold = absl::Minutes(Any(4));
    if (Any(4) == 0) rule->levels[0].hold_points = {2, 3};
    if (Any(4) == 0) rule->keep_firing_for = absl::Minutes(2);
    if (Any(4) == 0) rule->evaluation_delay = absl::Minutes(Any(3));
    if (Any(4) == 0) rule->no_data = static_cast<NoDataPolicy>(Any(4));
    rule->revision = absl::StrCat("r", i);
    rules_->rules.push_back(rule);
  }

  // Nothing but what was written down is left.
  void Restart() {
    for (int i = 0; i < 2; ++i) {
      (i == 0 ? with_ : without_)->Snapshot(i == 0 ? got_ : wanted_);
      Keep(i);
      auto engine = std::make_unique<Engine>(EngineOptions{.quiet_cells = i == 0});
      Changes out;
      engine->SetRules(rules_, now_, out);
      std::vector<InstanceState> states;
      for (const auto& [id, state] : states_[i]) states.push_back(state);
      BOOST_TEST_REQUIRE(engine->Restore(states).empty());
      for (const Series& one : defined_) engine->DefineSeries(one);
      (i == 0 ? with_ : without_) = std::move(engine);
      ++restarts;
    }
  }

  // What is written down.
  void Keep(int i) {
    for (const InstanceState& state : (i == 0 ? got_ : wanted_).instances)
      state.bytes.empty() ? (void)states_[i].erase(state.alert_id) : (void)(states_[i][state.alert_id] = state);
  }

  void AddLevel(Rule& rule) {
    Level critical = rule.levels[0];
    critical.severity = Severity::kCritical;
    critical.condition = Above(70 + 5 * Any(4));
    critical.hold = absl::Minutes(Any(4));
    if (critical.recover && Any(2) == 0) critical.recover = Below(70);
    rule.levels.push_back(critical);
  }

  void Edit() {
    auto edited = std::make_shared<RuleSet>(*rules_);
    const std::size_t at = static_cast<std::size_t>(Any(static_cast<int>(edited->rules.size())));
    const auto& before = *edited->rules[at];
    auto rule = std::make_shared<Rule>(looks_back_ ? LooksBack(before.name, Any(2) == 0 ? before.options.Text("expr") : OtherExpr(before.options.Text("expr"))) : ThresholdRule(before.name, before.watch.metric, 40 + 10 * Any(5)));
    rule->watch.by = before.watch.by;
    rule->no_data = before.no_data;
    if (!looks_back_ && Any(3) == 0) AddLevel(*rule);
    rule->revision = absl::StrCat("e", ++edits_);
    edited->rules[at] = rule;
    rules_ = edited;
    Both([&](Engine& engine, Changes& out) { engine.SetRules(rules_, now_, out); });
  }

  void Define() {
    Series one;
    one.id = static_cast<SeriesId>(series_);
    one.source = static_cast<SourceId>(Any(2));
    one.metric = Any(4) == 0 ? "m2" : "m";
    one.cadence = cadence_;
    base_.push_back(steady_ && Any(2) == 0 ? 75 : 20);
    one.labels = Labels({{"host", absl::StrCat("h", Any(5))}, {"zone", absl::StrCat("z", Any(2))}, {"series", absl::StrCat(series_)}});
    ++series_;
    defined_.push_back(one);
    Both([&](Engine& engine, Changes&) { engine.DefineSeries(one); });
  }

  // As the router does when a thread wants a series again.
  void DefineAgain() {
    const Series one = defined_[static_cast<std::size_t>(Any(series_))];
    Both([&](Engine& engine, Changes&) { engine.DefineSeries(one); });
  }

  void Batch() {
    std::vector<Sample> samples;
    for (int i = 1 + Any(6); i > 0; --i) {
      now_ += absl::Seconds(Any(3) == 0 ? 0 : Any(50));
      Sample sample{.series = static_cast<SeriesId>(Any(series_)), .time_ms = absl::ToUnixMillis(now_ - absl::Seconds(Any(6) == 0 ? Any(400) : 0))};
      double& base = base_[sample.series];
      if (steady_ && Any(60) == 0) base = 95 - base;
      sample.value = Any(40) == 0 ? std::nan("") : Any(steady_ ? 40 : 5) == 0 ? 30 + 10 * Any(7) : base + Any(5);
      samples.push_back(sample);
      if (Any(8) == 0) samples.push_back(sample);
    }
    Both([&](Engine& engine, Changes& out) { engine.Observe(samples, out); });
    if (Any(4) == 0) return;
    const auto source = static_cast<SourceId>(Any(2));
    Both([&](Engine& engine, Changes& out) { engine.Advance(source, now_, out); });
  }

  // Some minutes of all series, but for those that say nothing or something else.
  void Pages() {
    std::vector<Sample> samples;
    const int minutes = Any(5) == 0 ? 1 + Any(4) : 1;
    const absl::Time first = absl::UnixEpoch() + absl::Floor(now_ - absl::UnixEpoch(), absl::Minutes(1)) + absl::Minutes(1);
    for (int series = 0; series < series_; ++series) {
      for (int minute = 0; minute < minutes; ++minute) {
        if (Any(20) == 0) continue;
        Sample sample{.series = static_cast<SeriesId>(series), .time_ms = absl::ToUnixMillis(first + absl::Minutes(minute))};
        if (Any(60) == 0) sample.time_ms -= 1000 * Any(120);
        sample.value = Any(100) == 0 ? std::nan("") : Any(300) == 0 ? 1e200 : Any(40) == 0 ? 30 + 10 * Any(7) : base_[static_cast<std::size_t>(series)] + Any(5);
        samples.push_back(sample);
        if (Any(40) == 0) samples.push_back(sample);
        if (Any(60) == 0) samples.push_back(sample), samples.back().value += 30;
      }
    }
    if (Any(2) == 0) std::stable_sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) { return a.time_ms < b.time_ms; });
    now_ = first + absl::Minutes(minutes - 1);
    Both([&](Engine& engine, Changes& out) { engine.Observe(samples, out); });
    for (SourceId source = 0; source < 2; ++source) {
      if (Any(8) == 0) continue;
      const absl::Time complete = now_ - absl::Minutes(Any(6) == 0 ? Any(4) : 0);
      Both([&](Engine& engine, Changes& out) { engine.Advance(source, complete, out); });
    }
  }

  // What people who ask are shown, but for the number: a cell has the newest, though it came too late to be judged.
  void Look() {
    std::string seen[2];
    const Engine* const engines[] = {with_.get(), without_.get()};
    for (int i = 0; i < 2; ++i) {
      std::vector<Transition> all;
      engines[i]->Look(all);
      std::sort(all.begin(), all.end(), [](const Transition& a, const Transition& b) { return a.alert_id < b.alert_id; });
      for (const Transition& one : all) absl::StrAppend(&seen[i], one.alert_id, " ", ToText(one.status), " ", ToText(one.severity), " ", absl::FormatTime(one.starts_at), " ", absl::FormatTime(one.time), " ", one.sequence, " ", one.flapping, "\n");
    }
    BOOST_TEST_REQUIRE(seen[0] == seen[1]);
    BOOST_TEST_REQUIRE(with_->stats().firing == without_->stats().firing);
    BOOST_TEST_REQUIRE(with_->stats().instances == without_->stats().instances);
    if (looks_back_) BOOST_TEST_REQUIRE(with_->stats().late == without_->stats().late);
  }

  template <typename Call>
  void Both(Call call) {
    call(*with_, got_);
    call(*without_, wanted_);
  }

  void Compare(int step) {
    std::string got, wanted;
    for (const Transition& t : got_.transitions) absl::StrAppend(&got, WholeText(t), "\n");
    for (const Transition& t : wanted_.transitions) absl::StrAppend(&wanted, WholeText(t), "\n");
    BOOST_TEST_CONTEXT("step " << step << ", " << doing_) BOOST_TEST_REQUIRE(got == wanted);
    transitions += static_cast<int>(got_.transitions.size());
    for (int i = 0; i < 2; ++i) Keep(i);
    got_.clear();
    wanted_.clear();
  }

  std::mt19937_64 random_;
  const bool looks_back_, together_;
  std::unique_ptr<Engine> with_ = std::make_unique<Engine>(EngineOptions{}), without_ = std::make_unique<Engine>(EngineOptions{.quiet_cells = false});
  std::map<std::string, InstanceState> states_[2];  // by alert id
  Changes got_, wanted_;
  std::vector<Series> defined_;  // by id
  std::shared_ptr<RuleSet> rules_;
  absl::Duration cadence_;
  std::vector<double> base_;  // by series: about what its values are
  bool steady_ = false;
  absl::Time now_ = absl::FromUnixSeconds(1'780'000'000);
  int series_ = 0, edits_ = 0, doing_ = 0;
};

}  // namespace nephoscope
