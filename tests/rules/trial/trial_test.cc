#include "rules/trial/trial.h"

#include <boost/test/unit_test.hpp>

#include "rules/language/language.h"

using namespace nephoscope;

namespace {

const absl::Time kStart = absl::FromCivil(absl::CivilDay(2026, 1, 5), absl::UTCTimeZone());

std::shared_ptr<const RuleSet> Rules(const std::string& text) {
  const SourceFile file{"rules.yaml", "apiVersion: rules/v1\nrules:\n" + text};
  const LoadedRules loaded = LoadRules({&file, 1});
  BOOST_REQUIRE_MESSAGE(loaded.diagnostics.empty(), RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
  return loaded.rules;
}

Sample At(SeriesId series, absl::Time time, double value) {
  Sample out;
  out.series = series;
  out.time_ms = absl::ToUnixMillis(time);
  out.value = value;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trial_test)

BOOST_AUTO_TEST_CASE(a_look_shows_pending_alerts_that_nobody_is_told_of) {
  Trial trial(Rules("  - {alert: High, kind: threshold, watch: {metric: load}, when: {above: 1, for: 5m}}\n"), kStart);
  Series series;
  series.metric = "load";
  series.cadence = absl::Minutes(1);
  trial.Define(series);
  const Sample sample = At(0, kStart, 2);
  trial.Observe({&sample, 1});
  trial.Tick(kStart);
  const std::vector<Transition> seen = trial.Look();
  BOOST_REQUIRE(seen.size() == 1u);
  BOOST_TEST((seen[0].status == AlertState::kPending));
  BOOST_TEST(trial.steps().empty());
}

BOOST_AUTO_TEST_CASE(ticks_between_points_let_silence_be_noticed_in_time) {
  TrialInput input;
  Series series;
  series.metric = "load";
  series.cadence = absl::Minutes(1);
  input.series = {series};
  input.points = {{kStart, At(0, kStart, 2)}};
  const auto rules = Rules("  - {alert: High, kind: threshold, watch: {metric: load}, when: {above: 1}, no_data: {after: 10m, state: no_data}}\n");
  BOOST_TEST(RunTrial(rules, input, kStart).size() == 1u);
  for (int minute = 1; minute <= 30; ++minute) input.ticks.push_back(kStart + absl::Minutes(minute));
  const std::vector<TrialStep> steps = RunTrial(rules, input, kStart);
  BOOST_REQUIRE(steps.size() == 2u);
  BOOST_TEST((steps[1].transition.type == EventType::kNoData));
  BOOST_TEST((steps[1].known == kStart + absl::Minutes(11)));
}

BOOST_AUTO_TEST_CASE(points_count_in_order_of_arrival_whatever_their_place) {
  TrialInput input;
  Series series;
  series.metric = "load";
  series.cadence = absl::Minutes(1);
  input.series = {series};
  const absl::Time later = kStart + absl::Minutes(1);
  input.points = {{later, At(0, later, 0)}, {kStart, At(0, kStart, 2)}};
  const std::vector<TrialStep> steps = RunTrial(Rules("  - {alert: High, kind: threshold, watch: {metric: load}, when: {above: 1}}\n"), input, kStart);
  BOOST_REQUIRE(steps.size() == 2u);
  BOOST_TEST((steps[0].transition.type == EventType::kFiring));
  BOOST_TEST((steps[1].transition.type == EventType::kResolved));
}

BOOST_AUTO_TEST_CASE(a_bill_is_complete_up_to_its_newest_cell_and_not_up_to_now) {
  // Judged every fourth day; the cell of the day before comes a day late.
  const auto rules = Rules("  - {alert: Dear, kind: threshold, watch: {cost: billed, stat: sum, window: 4d}, every: 4d, when: {above: 350 USD}, no_data: {after: 20d}}\n");
  for (const bool ticks : {false, true}) {
    TrialInput input;
    Series series;
    series.metric = "cost.billed";
    series.type = ValueType::kMoney;
    series.currency = Currency::Usd();
    series.cadence = series.period = absl::Hours(24);
    input.series = {series};
    for (int day = 0; day < 8; ++day) {
      Sample sample = At(0, kStart + absl::Hours(24) * day, 0);
      sample.micros = 100'000'000;
      input.points.push_back({sample.time() + absl::Hours(48), sample});
    }
    for (int hour = 0; ticks && hour < 240; ++hour) input.ticks.push_back(kStart + absl::Hours(hour));
    const std::vector<TrialStep> steps = RunTrial(rules, input, kStart);
    BOOST_REQUIRE(steps.size() == 1u);
    BOOST_TEST((steps[0].transition.cause == Cause::kCondition));
    BOOST_TEST((steps[0].known == steps[0].transition.time + absl::Hours(24)));
  }
}

BOOST_AUTO_TEST_CASE(points_as_far_apart_as_the_rule_asks_for_them_are_no_gap) {
  TrialInput input;
  Series series;
  series.metric = "load";
  series.cadence = absl::Hours(1);
  input.series = {series};
  for (int hour = 0; hour < 24 * 6; ++hour) input.points.push_back({kStart + absl::Hours(hour), At(0, kStart + absl::Hours(hour), 2)});
  const std::vector<TrialStep> steps = RunTrial(Rules("  - {alert: High, kind: threshold, watch: {metric: load}, every: 1d, when: {above: 1, for: 3d}}\n"), input, kStart);
  BOOST_REQUIRE(steps.size() == 1u);
  BOOST_TEST((steps[0].known == kStart + absl::Hours(24 * 3)));
}

BOOST_AUTO_TEST_SUITE_END()
