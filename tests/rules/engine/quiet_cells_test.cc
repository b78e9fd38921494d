#include "rules/engine/quiet_cells.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/rules/engine/quiet_twins.h"

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(quiet_cells_test)

BOOST_AUTO_TEST_CASE(alerts_made_late_say_what_alerts_made_at_once_say) {
  for (std::uint64_t seed = 1; seed <= 5000; ++seed) BOOST_TEST_CONTEXT("seed " << seed) Twins(seed).Run();
}

BOOST_AUTO_TEST_CASE(alerts_that_look_back_say_the_same_from_a_window_in_a_cell) {
  int transitions = 0, restarts = 0;
  for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      Twins twins(seed, true);
      twins.Run();
      transitions += twins.transitions, restarts += twins.restarts;
    }
  }
  BOOST_TEST(transitions > 5'000);
  BOOST_TEST(restarts > 1'000);
}

// A point at 1:00 is judged at 5:00, when the minute before has none.
BOOST_AUTO_TEST_CASE(a_window_that_may_be_empty_is_not_for_cells) {
  Engine engine(EngineOptions{});
  Changes out;
  engine.SetRules(SetOf({LooksBack("Rule", "max_over_time(m[1m]) > 5")}), absl::UnixEpoch(), out);
  Series one;
  one.metric = "m";
  one.cadence = absl::Minutes(5);
  engine.DefineSeries(one);
  for (const int second : {60, 600}) {
    BOOST_TEST(out.transitions.empty());
    const Sample sample = At(0, absl::FromUnixSeconds(second), 100);
    engine.Observe({&sample, 1}, out);
    engine.Advance(0, absl::FromUnixSeconds(second == 60 ? 300 : 600), out);
  }
  BOOST_TEST(out.transitions.size() == 1u);
}

BOOST_AUTO_TEST_CASE(quiet_alerts_cost_no_instance_until_a_value_leaves_their_range) {
  Engine engine(EngineOptions{});
  auto rules = std::make_shared<RuleSet>();
  for (int i = 0; i < 10; ++i) {
    auto rule = std::make_shared<Rule>(ThresholdRule(absl::StrCat("Rule", i), "m", 99.9 + i));
    rule->watch.by = {"host"};
    rules->rules.push_back(rule);
  }
  Changes out;
  engine.SetRules(rules, absl::UnixEpoch(), out);
  for (SeriesId id = 0; id < 100; ++id) {
    Series one;
    one.id = id;
    one.metric = "m";
    one.labels = Labels({{"host", absl::StrCat(id)}});
    engine.DefineSeries(one);
    Sample sample{.series = id, .time_ms = 60'000};
    sample.value = 50;
    engine.Observe({&sample, 1}, out);
  }
  engine.Advance(0, absl::FromUnixSeconds(60), out);
  Changes states;
  engine.Snapshot(states);
  BOOST_TEST(engine.stats().instances == 1000u);
  BOOST_TEST(states.instances.empty());
  Sample loud{.series = 7, .time_ms = 120'000};
  loud.value = 103.5;
  engine.Observe({&loud, 1}, out);
  engine.Advance(0, absl::FromUnixSeconds(120), out);
  BOOST_TEST(out.transitions.size() == 4u);  // 100, 101, 102, 103
  engine.Snapshot(states);
  BOOST_TEST(engine.stats().instances == 1000u);
  BOOST_TEST(states.instances.size() <= 4u);
}

struct OneSeries {
  explicit OneSeries(absl::Duration cadence = absl::Minutes(1)) {
    Rule rule = ThresholdRule("Rule", "m", 99);
    rule.watch.by = {"host"};
    rule.no_data = NoDataPolicy::kNoData;
    engine.SetRules(SetOf({rule}), absl::UnixEpoch(), out);
    Define(0, cadence);
  }
  void Define(SeriesId id, absl::Duration cadence) {
    Series one;
    one.id = id;
    one.metric = "m";
    one.cadence = cadence;
    one.labels = Labels({{"host", absl::StrCat(id)}});
    engine.DefineSeries(one);
  }
  void Point(SeriesId id, int second, double value) {
    const Sample sample = At(id, absl::FromUnixSeconds(second), value);
    engine.Observe({&sample, 1}, out);
    engine.Advance(0, absl::FromUnixSeconds(second), out);
  }
  std::size_t States() {
    Changes states;
    engine.Snapshot(states);
    return states.instances.size();
  }

  Engine engine{EngineOptions{}};
  Changes out;
};

BOOST_AUTO_TEST_CASE(what_is_no_number_wakes_nobody) {
  OneSeries one;
  one.Point(0, 60, 1);
  one.Point(0, 120, std::nan(""));
  BOOST_TEST(one.States() == 0u);
  BOOST_TEST(one.out.instances.empty());
  one.Point(0, 180, 100);
  BOOST_TEST(one.out.transitions.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_series_that_is_defined_anew_wakes_nobody) {
  OneSeries one;
  one.Point(0, 60, 1);
  one.Define(0, absl::Minutes(1));
  one.Point(0, 120, 1);
  BOOST_TEST(one.States() == 0u);
}

BOOST_AUTO_TEST_CASE(late_points_are_counted_once_each) {
  OneSeries one;
  one.Point(0, 60, 1);
  one.Point(0, 120, 1);
  one.Point(0, 120, 1);  // the same again is no news
  BOOST_TEST(one.engine.stats().late == 0u);
  one.Point(0, 50, 2);
  BOOST_TEST(one.engine.stats().late == 1u);
}

// It fires for half an hour: then it costs a cell, and is written down no more.
BOOST_AUTO_TEST_CASE(an_alert_that_goes_on_rests_and_comes_back_as_it_was) {
  OneSeries one;
  for (int minute = 0; minute < 30; ++minute) one.Point(0, 60 * minute, minute < 2 ? 1 : 100);
  BOOST_REQUIRE(one.out.transitions.size() == 1u);
  (void)one.States();
  for (int minute = 30; minute < 40; ++minute) one.Point(0, 60 * minute, 100 + minute);
  BOOST_TEST(one.States() == 0u);
  BOOST_TEST(one.engine.stats().firing == 1u);
  BOOST_TEST(one.engine.stats().instances == 1u);
  std::vector<Transition> seen;
  one.engine.Look(seen);
  BOOST_REQUIRE(seen.size() == 1u);
  BOOST_TEST(seen[0].summary == " has 139 waiting");
  BOOST_TEST((seen[0].starts_at == absl::FromUnixSeconds(120)));
  one.Point(0, 60 * 40, 1);
  BOOST_REQUIRE(one.out.transitions.size() == 2u);
  BOOST_TEST((one.out.transitions[1].type == EventType::kResolved));
  BOOST_TEST(one.out.transitions[1].sequence == 2u);
  BOOST_TEST(one.out.transitions[1].causation_id == one.out.transitions[0].event_id);
  BOOST_TEST((one.out.transitions[1].starts_at == absl::FromUnixSeconds(120)));
}

// What was written down when it went to rest is enough to go on from.
BOOST_AUTO_TEST_CASE(an_alert_that_rests_outlives_a_restart) {
  OneSeries before;
  Changes states;
  for (int minute = 0; minute < 40; ++minute) before.Point(0, 60 * minute, 100);
  before.engine.Snapshot(before.out);
  std::map<std::string, InstanceState> newest;
  for (const InstanceState& state : before.out.instances) newest[state.alert_id] = state;
  BOOST_REQUIRE(newest.size() == 1u);
  OneSeries after;
  BOOST_TEST(after.engine.Restore(std::vector<InstanceState>{newest.begin()->second}).empty());
  after.Define(0, absl::Minutes(1));
  for (int minute = 40; minute < 43; ++minute) after.Point(0, 60 * minute, 100);
  BOOST_TEST(after.out.transitions.empty());
  after.Point(0, 60 * 43, 1);
  BOOST_REQUIRE(after.out.transitions.size() == 1u);
  BOOST_TEST(after.out.transitions[0].sequence == 2u);
  BOOST_TEST((after.out.transitions[0].starts_at == absl::UnixEpoch()));
}

// A series of a quicker rhythm begins while the next look at silence is far away.
BOOST_AUTO_TEST_CASE(silence_of_a_series_that_began_later_is_noticed) {
  OneSeries one(absl::Hours(24));
  one.Define(1, absl::Minutes(1));
  one.Point(0, 60, 1);
  one.engine.AdvanceClock(absl::FromUnixSeconds(60), one.out);
  one.Point(1, 120, 1);
  one.engine.AdvanceClock(absl::FromUnixSeconds(120 + 179), one.out);
  BOOST_TEST(one.out.transitions.empty());
  one.engine.AdvanceClock(absl::FromUnixSeconds(120 + 181), one.out);
  BOOST_REQUIRE(one.out.transitions.size() == 1u);
  BOOST_TEST((one.out.transitions[0].type == EventType::kNoData));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
