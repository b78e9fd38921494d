#include "tests/rules/kinds/kind_run.h"

#include "absl/strings/match.h"
#include "rules/kinds/robust_line.h"

namespace nephoscope {
namespace {

constexpr char kRule[] = R"(
  - alert: RunsOut
    kind: forecast
    watch: {metric: free_space, stat: min, by: [db]}
    forecast: {history: 7d, min_fit: 0.8}
    when: {reaches: 0, within: 5d}
    recover: {not_within: 7d}
    for: 2h
)";

// Hourly points from `hour` on; returns the hour after the last.
int Line(KindRun& run, SeriesId id, int hour, int hours, double from, double per_hour) {
  for (int i = 0; i < hours; ++i, ++hour) {
    run.Value(id, RunHour(hour), from + per_hour * i);
    run.Advance(RunHour(hour));
  }
  return hour;
}

BOOST_AUTO_TEST_SUITE(forecast_test)

BOOST_AUTO_TEST_CASE(a_third_of_wrong_points_does_not_bend_the_line) {
  std::vector<std::pair<double, double>> points;
  for (int x = 0; x < 30; ++x) points.emplace_back(x, x % 3 == 0 ? 1000 : 100 - 2 * x);
  const RobustLine line = FitRobustLine(points);
  BOOST_TEST(line.slope == -2, boost::test_tools::tolerance(0.5));
  std::vector<std::pair<double, double>> straight = {{0, 10}, {1, 8}, {2, 6}, {5, 0}};
  BOOST_TEST(FitRobustLine(straight).slope == -2);
  BOOST_TEST(FitRobustLine(straight).level == 10);
  BOOST_TEST(FitRobustLine(straight).fit == 1);
  BOOST_TEST(FitRobustLine({{0, 5}, {1, 5}, {2, 5}}).fit == 0);
}

BOOST_AUTO_TEST_CASE(it_warns_five_days_before_the_end_and_names_the_day) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(kRule, restarts);
    const SeriesId id = run.Metric("free_space", {{"db", "orders"}}, absl::Hours(1), "B");
    // 200 h until it is full: 120 h are left at hour 80, and it holds for two hours.
    int hour = Line(run, id, 0, 90, 200e9, -1e9);
    const Texts want = {"08 10:00 firing warning RunsOut {db=\"orders\"}"};
    BOOST_TEST(run.Lines() == want, boost::test_tools::per_element());
    const Transition t = run.Last("RunsOut");
    BOOST_TEST(absl::StrContains(t.explanation, "at this pace it reaches 0 on 2026-01-13 08:00 UTC"), t.explanation);
    BOOST_TEST(absl::StrContains(t.summary, "4 days 22 hours"), t.summary);
    // The disk is made larger: the line begins anew, and after twelve points there are weeks left.
    Line(run, id, hour, 14, 900e9, -1e9);
    BOOST_TEST(run.Lines() == Texts{"09 05:00 resolved warning RunsOut {db=\"orders\"}"}, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(without_a_trend_or_away_from_the_goal_nothing_is_said) {
  KindRun run(kRule);
  const SeriesId noise = run.Metric("free_space", {{"db", "noise"}}, absl::Hours(1)), grows = run.Metric("free_space", {{"db", "grows"}}, absl::Hours(1));
  unsigned state = 7;
  for (int hour = 0; hour < 200; ++hour) {
    state = state * 1103515245u + 12345u;
    run.Value(noise, RunHour(hour), 5 + (state >> 16) % 10);
    run.Value(grows, RunHour(hour), 100 + hour);
    run.Advance(RunHour(hour));
  }
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_has_run_out_stays_said) {
  KindRun run(kRule);
  const SeriesId id = run.Metric("free_space", {{"db", "orders"}}, absl::Hours(1));
  Line(run, id, 0, 100, 95, -1);  // below zero at the end
  BOOST_TEST((run.Last("RunsOut").type == EventType::kFiring));
}

BOOST_AUTO_TEST_CASE(a_limit_above_is_waited_for_as_well) {
  KindRun run("\n  - alert: Full\n    kind: forecast\n    watch: {metric: used, by: [db]}\n    when: {reaches: 100%, within: 2d}\n");
  const SeriesId id = run.Metric("used", {{"db", "orders"}}, absl::Hours(1), "%");
  Line(run, id, 0, 40, 30, 0.5);  // 100 % is 140 h from the start
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  Line(run, id, 40, 60, 50, 0.5);  // 48 h before: hour 92
  BOOST_TEST(run.Lines() == Texts{"08 20:00 firing warning Full {db=\"orders\"}"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_told) {
  const auto problems = [](const std::string& rest) { return Problems(absl::StrCat("\n  - alert: A\n    kind: forecast\n    watch: {metric: m}\n", rest)); };
  BOOST_TEST(absl::StrContains(problems("    when: {reaches: 0}\n"), "within"));
  BOOST_TEST(absl::StrContains(problems("    when: {within: 5d}\n"), "reaches"));
  BOOST_TEST(absl::StartsWith(problems("    when: {reaches: 0, within: 5d}\n    recover: {not_within: 3d}\n"), "R451"));
  BOOST_TEST(!problems("    when: {reaches: 0, within: 5d}\n    forecast: {min_fit: 2}\n").empty());
  BOOST_TEST(problems("    when: {reaches: 0, within: 5d}\n") == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
