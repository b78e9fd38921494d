#include "tests/rules/kinds/kind_run.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "rules/engine/kind.h"
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

// --- What disks do. Free space, 0 is full; hourly.
struct Disk {
  const char* what;
  double (*free)(double day);      // 0..30
  double full_on;                  // the day; 0: never
};
double Noise(double day, double size) {
  const auto hour = static_cast<std::uint64_t>(std::llround(day * 24));
  std::uint64_t x = (hour + 1) * 0x9E3779B97F4A7C15ULL;
  x ^= x >> 29, x *= 0xBF58476D1CE4E5B9ULL, x ^= x >> 32;
  return size * (static_cast<double>(x >> 11) / 9007199254740992.0 * 2 - 1);
}
double Straight(double day) { return std::max(0.0, 200 - 10 * day); }
double DailyWave(double day) { return std::max(0.0, 200 - 10 * day + 12 * std::sin(day * 2 * 3.14159265)); }
double WithNoise(double day) { return std::max(0.0, 200 - 10 * day + Noise(day, 8)); }
double Flat(double day) { return 60 + Noise(day, 5) + 12 * std::sin(day * 2 * 3.14159265); }
double CleanedUp(double day) { return 100 - 9 * std::fmod(day, 7) + Noise(day, 1); }
double StopsComing(double day) { return day < 21 ? CleanedUp(day) : std::max(0.0, 100 - 9 * (day - 21)); }

BOOST_AUTO_TEST_CASE(disks_that_fill_are_told_in_time_once_and_until_they_are_full) {
  const Disk disks[] = {{"straight", Straight, 20}, {"with a daily wave", DailyWave, 20}, {"with noise", WithNoise, 20}};
  for (const Disk& disk : disks) BOOST_TEST_CONTEXT(disk.what) {
    KindRun run(kRule);
    const SeriesId id = run.Metric("free_space", {{"db", "orders"}}, absl::Hours(1), "GiB");
    for (int hour = 0; hour < 26 * 24; ++hour) run.Value(id, RunHour(hour), disk.free(hour / 24.0)), run.Advance(RunHour(hour));
    int fired = 0, resolved = 0;
    absl::Time first = absl::InfiniteFuture();
    for (const Transition& one : run.said()) {
      fired += one.type == EventType::kFiring, resolved += one.type == EventType::kResolved;
      if (one.type == EventType::kFiring) first = std::min(first, one.time);
    }
    BOOST_TEST(fired == 1);
    BOOST_TEST(resolved == 0);  // full, and full it stays: the alert as well
    const double days = disk.full_on - absl::FDivDuration(first - kRunStart, absl::Hours(24));
    BOOST_TEST(days > 3);
    BOOST_TEST(days < 6.5);
  }
}

BOOST_AUTO_TEST_CASE(a_disk_that_only_breathes_or_is_cleaned_up_each_week_is_quiet) {
  const struct { const char* what; double (*free)(double day); double quiet_from; } rows[] = {{"flat", Flat, 0}, {"weekly clean-up", CleanedUp, 14}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    KindRun run(kRule);
    const SeriesId id = run.Metric("free_space", {{"db", "orders"}}, absl::Hours(1), "GiB");
    for (int hour = 0; hour < 56 * 24; ++hour) run.Value(id, RunHour(hour), row.free(hour / 24.0)), run.Advance(RunHour(hour));
    for (const Transition& one : run.said())
      if (one.type == EventType::kFiring) BOOST_TEST(one.time < RunDay(row.quiet_from), one.explanation);
  }
}

BOOST_AUTO_TEST_CASE(a_clean_up_that_does_not_come_is_told) {
  KindRun run(kRule);
  const SeriesId id = run.Metric("free_space", {{"db", "orders"}}, absl::Hours(1), "GiB");
  for (int hour = 0; hour < 31 * 24; ++hour) run.Value(id, RunHour(hour), StopsComing(hour / 24.0)), run.Advance(RunHour(hour));
  const Transition last = run.Last("RunsOut");
  BOOST_TEST((last.type == EventType::kFiring));
  BOOST_TEST(last.time > RunDay(27));
  BOOST_TEST(last.time < RunDay(30));
}

// It used to end hours before the disk was full: the line was below zero, the value was not.
BOOST_AUTO_TEST_CASE(a_line_that_has_passed_the_goal_ends_nothing_while_the_value_has_not) {
  KindRun run(kRule);
  const SeriesId id = run.Metric("free_space", {{"db", "orders"}}, absl::Hours(1), "GiB");
  for (int hour = 0; hour < 14 * 24; ++hour) {
    const double day = hour / 24.0;
    run.Value(id, RunHour(hour), day < 9 ? 100 - 11 * day : std::max(0.2, 1 - 0.1 * (day - 9)));  // slower at the end
    run.Advance(RunHour(hour));
  }
  BOOST_TEST((run.Last("RunsOut").type == EventType::kFiring), run.Last("RunsOut").explanation);
}

BOOST_AUTO_TEST_CASE(the_day_has_an_interval_and_it_is_that_of_the_values) {
  KindRun run(kRule);
  const SeriesId id = run.Metric("free_space", {{"db", "orders"}}, absl::Hours(1), "GiB");
  for (int hour = 0; hour < 16 * 24; ++hour) run.Value(id, RunHour(hour), WithNoise(hour / 24.0)), run.Advance(RunHour(hour));
  const Transition t = run.Last("RunsOut");
  const auto left = std::find_if(t.values.begin(), t.values.end(), [](const NamedValue& one) { return one.name == "time_left"; });
  BOOST_TEST_REQUIRE((left != t.values.end()));
  const auto at = [&](const std::string& seconds) {
    return absl::FormatTime("%Y-%m-%d %H:%M UTC", t.time + absl::Seconds(std::stoll(seconds)), absl::UTCTimeZone());
  };
  BOOST_TEST(absl::StrContains(t.explanation, absl::StrCat("on ", at(left->value), " (80% sure: between ", at(left->low), " and ", at(left->high))), t.explanation);
  BOOST_TEST(std::stoll(left->low) < std::stoll(left->value));
  BOOST_TEST(std::stoll(left->value) < std::stoll(left->high));
}

BOOST_AUTO_TEST_CASE(min_fit_is_read_and_told_to_have_no_effect) {
  const LoadedRules loaded = LoadRunRules(kRule);
  std::vector<Diagnostic> out;
  FindKind("forecast")->Lint(*loaded.rules->rules[0], out);
  BOOST_TEST_REQUIRE(out.size() == 1u);
  BOOST_TEST(out[0].code == "L414");
  BOOST_TEST(!absl::StrContains(FindKind("forecast")->example(), "min_fit"));
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
