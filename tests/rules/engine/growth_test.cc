// How work grows, by counting it (performance.md 5.8): with the series that have news and the rules that look at them, and with nothing else.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>

#include "rules/engine/engine.h"
#include "tests/rules/engine/rule_builder.h"

namespace nephoscope {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'767'571'200);

struct Work {
  double evaluations = 0, transitions = 0, instances = 0;
};

struct Load {
  int series = 100, rules = 1, groups = 0;  // groups 0: one for each series
  int strange_rules = 0;                    // that look at nothing here
  double value = 50;
  bool news = true;                         // in the interval that is counted
};

// What four intervals take, after two in which everything was seen first.
Work Intervals(const Load& load) {
  std::vector<Rule> rules;
  for (int i = 0; i < load.rules + load.strange_rules; ++i) {
    Rule rule = QueueRule();
    rule.name = rule.id = absl::StrCat("rule-", i);
    if (i >= load.rules) rule.watch.metric = "another";
    if (load.groups > 0) rule.watch.by = {"group"}, rule.watch.combine = "sum";
    rules.push_back(std::move(rule));
  }
  Engine engine({.agent_group = "g"});
  Changes changes;
  engine.SetRules(SetOf(std::move(rules)), kStart, changes);
  for (int i = 0; i < load.series; ++i) {
    Series series = QueueSeries(static_cast<SeriesId>(i), absl::StrCat(i));
    if (load.groups > 0) series.labels = series.labels.With("group", absl::StrCat(i % load.groups));
    engine.DefineSeries(series);
  }
  const auto interval = [&](int minute, bool news, double value) {
    const absl::Time time = kStart + absl::Minutes(minute);
    for (int i = 0; news && i < load.series; ++i) {
      const Sample sample = At(static_cast<SeriesId>(i), time, value);
      engine.Observe({&sample, 1}, changes);
    }
    engine.Advance(1, time, changes);
    engine.AdvanceClock(time, changes);
  };
  interval(1, true, 1), interval(2, true, 2);
  changes.clear();
  const std::uint64_t before = engine.stats().evaluations;
  for (int minute = 3; minute < 7; ++minute) interval(minute, load.news, load.value);
  return {static_cast<double>(engine.stats().evaluations - before), static_cast<double>(changes.transitions.size()), static_cast<double>(engine.stats().instances)};
}

// log2 of the growth from n to 2n and from 2n to 4n, whichever is further from `want`.
double Exponent(double want, const std::function<double(int)>& work) {
  const double a = work(1), b = work(2), c = work(4);
  BOOST_REQUIRE(a > 0);
  const double first = std::log2(b / a), second = std::log2(c / b);
  return std::fabs(first - want) > std::fabs(second - want) ? first : second;
}

BOOST_AUTO_TEST_SUITE(growth_test)

// Values beyond the limit: every rule has something to say of every series.
BOOST_AUTO_TEST_CASE(evaluations_grow_with_the_series_that_cross_and_the_rules_that_look_at_them) {
  BOOST_TEST(std::fabs(Exponent(1, [](int k) { return Intervals({.series = 100 * k, .value = 99}).evaluations; }) - 1) <= 0.1);
  BOOST_TEST(std::fabs(Exponent(1, [](int k) { return Intervals({.series = 20, .rules = 5 * k, .value = 99}).evaluations; }) - 1) <= 0.1);
}

BOOST_AUTO_TEST_CASE(where_nothing_crosses_they_grow_with_the_series_and_not_with_the_rules) {
  BOOST_TEST(std::fabs(Exponent(1, [](int k) { return Intervals({.series = 100 * k}).evaluations; }) - 1) <= 0.1);
  BOOST_TEST(std::fabs(Exponent(0, [](int k) { return Intervals({.rules = 5 * k}).evaluations; })) <= 0.1);
}

BOOST_AUTO_TEST_CASE(rules_that_look_at_nothing_here_cost_nothing) {
  BOOST_TEST(std::fabs(Exponent(0, [](int k) { return Intervals({.strange_rules = 100 * k, .value = 99}).evaluations; })) <= 0.1);
}

BOOST_AUTO_TEST_CASE(a_group_is_judged_once_however_many_series_it_has) {
  BOOST_TEST(std::fabs(Exponent(0, [](int k) { return Intervals({.series = 100 * k, .groups = 10}).evaluations; })) <= 0.1);
  BOOST_TEST(std::fabs(Exponent(1, [](int k) { return Intervals({.series = 800, .groups = 10 * k}).evaluations; }) - 1) <= 0.1);
}

// Two points may still wait for the watermark that comes with nothing.
BOOST_AUTO_TEST_CASE(without_news_nothing_is_judged) {
  BOOST_TEST(Intervals({.series = 1'000, .rules = 10, .news = false}).evaluations <= 1'000);
}

BOOST_AUTO_TEST_CASE(a_storm_is_told_once_for_each_alert) {
  BOOST_TEST(std::fabs(Exponent(1, [](int k) { return Intervals({.series = 100 * k, .value = 99}).transitions; }) - 1) <= 0.1);
  BOOST_TEST(Intervals({.series = 100, .value = 99}).transitions == 100);
  BOOST_TEST(Intervals({.series = 100, .value = 50}).transitions == 0);
}

BOOST_AUTO_TEST_CASE(alerts_are_kept_once_for_each_group_and_rule) {
  BOOST_TEST(Intervals({.series = 400, .rules = 3, .groups = 10}).instances == 30);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
