#include "rules/trial/trial.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"

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

// A whole export that arrived at once, newest first or oldest first, its series in any order.
BOOST_AUTO_TEST_CASE(what_arrives_together_is_read_in_order_of_time_and_series) {
  const auto rules = Rules("  - {alert: High, kind: threshold, watch: {metric: load, by: [host]}, when: {above: 5, for: 3m}}\n");
  const absl::Time arrives = kStart + absl::Hours(1);
  std::vector<std::string> said[2];
  for (const bool reverse : {false, true}) {
    TrialInput input;
    for (const char* host : {"a", "b"}) {
      Series series;
      series.metric = "load";
      series.labels = Labels(std::vector<Label>{{"host", host}});
      series.cadence = absl::Minutes(1);
      input.series.push_back(series);
    }
    if (reverse) std::swap(input.series[0], input.series[1]);
    for (int minute = 0; minute < 30; ++minute)
      for (const SeriesId id : {0u, 1u}) {
        const bool first = input.series[id].labels.Get("host") == "a";
        const absl::Time time = kStart + absl::Minutes(minute);
        input.points.push_back({arrives, At(id, time, minute / (first ? 5 : 7) % 2 == 0 ? 9 : 1)});
      }
    if (reverse) std::reverse(input.points.begin(), input.points.end());
    for (const TrialStep& step : RunTrial(rules, input, kStart))
      said[reverse].push_back(absl::StrCat(absl::FormatTime(step.transition.time), " ", step.transition.labels.ToString(), " ", ToText(step.transition.status)));
  }
  BOOST_TEST(said[0].size() > 2u);
  BOOST_TEST(said[0] == said[1], boost::test_tools::per_element());
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


// A source that is always ten minutes late, beside one that is not.
BOOST_AUTO_TEST_CASE(what_is_always_late_is_not_missing) {
  TrialInput input;
  Series tunnel, load;
  tunnel.metric = "tunnel_state";
  load.metric = "load";
  tunnel.source = load.source = 1;
  tunnel.cadence = load.cadence = absl::Seconds(5);
  input.series = {tunnel, load};
  for (int i = 0; i < 400; ++i) {
    const absl::Time now = kStart + absl::Seconds(5) * i;
    const absl::Duration late = absl::Minutes(10) + absl::Milliseconds(i * 37 % 900);
    input.points.push_back({now, At(0, now - late, 0)});
    input.points.push_back({now, At(1, now, i >= 300 ? 5 : 0)});
    input.ticks.push_back(now + absl::Seconds(2));
  }
  const auto rules = Rules(
      "  - {alert: TunnelDown, kind: threshold, watch: {metric: tunnel_state}, when: {below: 1}, for: 5s, severity: critical, runbook: https://x.example/r}\n"
      "  - {alert: Busy, kind: threshold, watch: {metric: load}, when: {above: 1}}\n");
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    input.restarts.clear();
    for (int i = 1; restarts && i < 20; ++i) input.restarts.push_back(kStart + absl::Seconds(97) * i);
    const std::vector<TrialStep> steps = RunTrial(rules, input, kStart, {.restarts = true});
    BOOST_REQUIRE(steps.size() == 2u);
    BOOST_TEST(steps[0].transition.rule.name == "TunnelDown");
    BOOST_TEST((steps[0].transition.type == EventType::kFiring));
    BOOST_TEST((steps[0].known <= kStart + absl::Seconds(20)));
    // What is on time waits for nobody.
    BOOST_TEST(steps[1].transition.rule.name == "Busy");
    BOOST_TEST((steps[1].known == kStart + absl::Seconds(1500)));
    // And it falls silent as others do, ten minutes later.
    TrialInput silent = input;
    silent.points.resize(silent.points.size() - 200);
    for (int i = 0; i < 400; ++i) silent.ticks.push_back(kStart + absl::Seconds(2000 + 5 * i));
    const std::vector<TrialStep> ends = RunTrial(rules, silent, kStart, {.restarts = true});
    BOOST_REQUIRE(ends.size() == 2u);
    BOOST_TEST((ends[1].transition.type == EventType::kNoData));
    BOOST_TEST((ends[1].transition.time > kStart + absl::Seconds(1495 - 600 + 14)));
    BOOST_TEST((ends[1].transition.time < kStart + absl::Seconds(1495 - 600 + 16)));
  }
}

// The bill stops, and the agent is started anew each day: what it reads first is history, not a late arrival.
BOOST_AUTO_TEST_CASE(a_bill_that_stops_is_missed_after_36_hours_however_often_the_agent_starts) {
  const auto rules = Rules("  - {alert: Silent, kind: absence, watch: {cost: billed, by: [account]}, expected: seen in the last 30d, when: {no_data_for: 36h}}\n");
  const absl::Time end = kStart + absl::Hours(24 * 20);
  for (int days = 1; days <= 6; ++days) BOOST_TEST_CONTEXT("started " << days << " days after the last") {
    TrialInput input;
    Series series;
    series.metric = "cost.billed";
    series.type = ValueType::kMoney;
    series.currency = Currency::Usd();
    series.cadence = series.period = absl::Hours(24);
    series.labels = Labels(std::vector<Label>{{"account", "1"}});
    input.series = {series};
    const absl::Time now = end + absl::Hours(24 * days);
    for (absl::Time day = kStart; day < end; day += absl::Hours(24)) {
      Sample sample = At(0, day, 0);
      sample.micros = 100'000'000;
      input.points.push_back({now, sample});
    }
    for (int hour = 1; hour < 24; ++hour) input.ticks.push_back(now + absl::Hours(hour));
    const std::vector<TrialStep> steps = RunTrial(rules, input, now);
    BOOST_REQUIRE(steps.size() == 1u);
    BOOST_TEST((steps[0].transition.type == EventType::kFiring));
    BOOST_TEST((steps[0].transition.time == end + absl::Hours(36)));
    BOOST_TEST((steps[0].known == std::max(now, end + absl::Hours(37))));
  }
}

// It was on time for an hour; from then on it is ten minutes late.
BOOST_AUTO_TEST_CASE(what_becomes_late_is_told_once) {
  TrialInput input;
  Series series;
  series.metric = "load";
  series.cadence = absl::Seconds(15);
  input.series = {series};
  for (int i = 0; i < 240; ++i) input.points.push_back({kStart + absl::Seconds(15) * i, At(0, kStart + absl::Seconds(15) * i, 2)});
  for (int i = 280; i < 600; ++i) input.points.push_back({kStart + absl::Seconds(15) * i, At(0, kStart + absl::Seconds(15) * (i - 40), 2)});
  for (int i = 0; i < 600; ++i) input.ticks.push_back(kStart + absl::Seconds(15) * i + absl::Seconds(1));
  const std::vector<TrialStep> steps = RunTrial(Rules("  - {alert: High, kind: threshold, watch: {metric: load}, when: {above: 1}}\n"), input, kStart);
  BOOST_REQUIRE(steps.size() == 3u);
  BOOST_TEST((steps[1].transition.type == EventType::kNoData));
  BOOST_TEST((steps[2].transition.type == EventType::kDataReturned));
}

// What is said after a silence depends on the data, not on when somebody looked, and neither do the composites that are made of it.
BOOST_AUTO_TEST_CASE(silence_has_event_time_whenever_the_clock_is_looked_at) {
  const auto rules = Rules(
      "  - {alert: Gone, kind: absence, watch: {metric: load, by: [host]}, when: {no_data_for: 20m}}\n"
      "  - {alert: Blind, kind: threshold, watch: {metric: load, by: [host]}, when: {above: 100}, no_data: {after: 30m, state: firing}}\n"
      "  - {alert: Quiet, kind: threshold, watch: {metric: load, by: [host]}, when: {above: 1}, no_data: {after: 25m, state: ok}}\n"
      "  - alert: Both\n    kind: composite\n    all_of: [Gone, Blind]\n    same: [host]\n");
  TrialInput input;
  for (const char* host : {"a", "b"}) {
    Series series;
    series.metric = "load";
    series.cadence = absl::Minutes(1);
    series.labels = Labels(std::vector<Label>{{"host", host}});
    series.source = static_cast<SourceId>(*host);
    input.series.push_back(series);
  }
  for (int minute = 0; minute < 600; ++minute) {
    const absl::Time now = kStart + absl::Minutes(minute);
    if (minute < 60 || minute >= 200) input.points.push_back({now, At(0, now, 2)});
    if (minute < 90 || minute >= 300) input.points.push_back({now, At(1, now, 3)});
  }
  const auto told = [&](absl::Duration every, absl::Duration shift, bool restarts) {
    TrialInput with = input;
    for (absl::Time at = kStart + shift; at < kStart + absl::Hours(10); at += every) with.ticks.push_back(at);
    for (const int minute : {130, 250, 400})
      if (restarts) with.restarts.push_back(kStart + absl::Minutes(minute));
    std::vector<std::string> out;
    for (const TrialStep& step : RunTrial(rules, with, kStart, {.restarts = restarts})) {
      const Transition& t = step.transition;
      out.push_back(absl::StrCat(t.event_id, " ", t.alert_id, " ", t.sequence, " ", ToText(t.type), " ", absl::FormatTime(t.time), " ", absl::FormatTime(t.starts_at), " ", t.explanation, " ", t.summary));
    }
    std::sort(out.begin(), out.end());
    return out;
  };
  const std::vector<std::string> want = told(absl::Hours(1), absl::ZeroDuration(), false);
  BOOST_TEST(want.size() >= 16u);
  for (const int seconds : {1, 7, 60, 333, 1800}) BOOST_TEST_CONTEXT("every " << seconds << " s")
    BOOST_TEST(told(absl::Seconds(seconds), absl::Seconds(seconds % 5), false) == want, boost::test_tools::per_element());
  BOOST_TEST(told(absl::Seconds(33), absl::Seconds(3), true) == want, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
