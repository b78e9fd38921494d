#include "tests/rules/kinds/kind_run.h"

#include "absl/strings/match.h"

namespace nephoscope {
namespace {

constexpr char kLastWeek[] = R"(
  - alert: Jump
    kind: change
    watch: {metric: running_instances, stat: max, window: 1h, by: [account]}
    compare_to: same hour last week
    when: {increase: {at_least: 50%}, difference: {at_least: 10}}
)";

// Hourly points of `value` for every hour of [from, to).
void Hours(KindRun& run, SeriesId id, int from, int to, double value) {
  for (int hour = from; hour < to; ++hour) {
    run.Value(id, RunHour(hour), value);
    run.Advance(RunHour(hour));
  }
}

BOOST_AUTO_TEST_SUITE(change_test)

BOOST_AUTO_TEST_CASE(the_same_hour_last_week_is_the_base_and_both_conditions_must_hold) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(kLastWeek, restarts);
    const SeriesId id = run.Metric("running_instances", {{"account", "1"}}, absl::Hours(1));
    Hours(run, id, 0, 24 * 7, 20);
    BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
    Hours(run, id, 24 * 7, 24 * 7 + 1, 29.5);  // + 47.5 %
    BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
    Hours(run, id, 24 * 7 + 1, 24 * 7 + 2, 30);  // + 50 %
    BOOST_TEST(run.Lines() == Texts{"12 01:00 firing warning Jump {account=\"1\"}"}, boost::test_tools::per_element());
    const Transition t = run.Last("Jump");
    BOOST_TEST(t.explanation == "running_instances is 30; at the same hour last week it was 20, +50%. The rule looks for increase at least 50% and difference at least 10.");
    BOOST_TEST(t.summary == "account 1: the value is 30, it was 20 (+50%)");
    Hours(run, id, 24 * 7 + 2, 24 * 7 + 3, 29.5);  // still more than 45 %, but no 10 machines
    BOOST_TEST(run.Lines() == Texts{"12 02:00 resolved warning Jump {account=\"1\"}"}, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_small_base_or_none_is_not_infinite_growth) {
  KindRun run(kLastWeek);
  const SeriesId id = run.Metric("running_instances", {{"account", "1"}}, absl::Hours(1));
  Hours(run, id, 0, 24 * 7, 0);
  Hours(run, id, 24 * 7, 24 * 8, 500);
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  const SeriesId fresh = run.Metric("running_instances", {{"account", "2"}}, absl::Hours(1));
  Hours(run, fresh, 24 * 8, 24 * 9, 500);
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_earlier_time_is_found) {
  const struct { const char* compare_to; int history, hours_before; } rows[] = {
      {"previous window", 6, 2}, {"same hour yesterday", 30, 24}, {"same hour last week", 24 * 7 + 6, 24 * 7}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.compare_to) {
    KindRun run(absl::StrCat("\n  - alert: A\n    kind: change\n    watch: {metric: m, stat: avg, window: 2h}\n    compare_to: ", row.compare_to, "\n    when: {difference: {above: 50}}\n"));
    const SeriesId id = run.Metric("m", {}, absl::Hours(1));
    const int step = row.history - row.hours_before;  // 100 before, 110 from here on, 300 at the end
    for (int hour = 0; hour < row.history; ++hour) {
      run.Value(id, RunHour(hour), hour == step - 1 || hour == step ? 110 : 100);
      run.Advance(RunHour(hour));
    }
    run.Lines();
    run.Value(id, RunHour(row.history), 300);
    run.Advance(RunHour(row.history));
    const Transition last = run.Last("A");
    BOOST_REQUIRE(last.values.size() >= 2u);
    BOOST_TEST(last.values[1].value == "110");
  }
}

// One point that is missing an hour, a day or a week ago is no reason to know nothing.
BOOST_AUTO_TEST_CASE(the_base_is_found_within_the_window) {
  const struct { const char *what, *compare_to, *window; int ago; std::vector<int> missing; bool known; } rows[] = {
      {"an hour ago", "previous window", ", window: 1h", 1, {1}, true},
      {"an hour ago, two of them", "previous window", ", window: 1h", 1, {1, 2}, false},
      {"a day ago", "same hour yesterday", ", window: 1h", 24, {24}, true},
      {"a day ago, without a window", "same hour yesterday", "", 24, {24}, true},
      {"a day ago, with its neighbours", "same hour yesterday", ", window: 1h", 24, {23, 24, 25}, false},
      {"a day ago, in a window of three hours", "same hour yesterday", ", window: 3h", 24, {23, 24, 25}, true},
      {"a week ago", "same hour last week", ", window: 1h", 168, {168}, true},
      {"two weeks ago and last week", "average of last 4 weeks", ", window: 1h", 168, {168, 336}, true},
  };
  for (const auto& row : rows)
    for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT(row.what << (restarts ? ", restarts" : "")) {
      KindRun run(absl::StrCat("\n  - alert: A\n    kind: change\n    watch: {metric: m, stat: last", row.window, "}\n    compare_to: ", row.compare_to,
                               "\n    when: {increase: {at_least: 50%}}\n"), restarts);
      const SeriesId id = run.Metric("m", {}, absl::Hours(1));
      const int now = 2 * row.ago + 10;
      for (int hour = 0; hour < now; ++hour) {
        if (std::find(row.missing.begin(), row.missing.end(), now - hour) != row.missing.end()) continue;
        run.Value(id, RunHour(hour), 100);
        run.Advance(RunHour(hour));
      }
      run.Value(id, RunHour(now), 200);
      run.Advance(RunHour(now));
      BOOST_TEST(run.Lines().size() == (row.known ? 1u : 0u));
    }
}

// A window of an hour can have twelve points; with three of them it is nothing to compare with, and a base of nothing is no base.
BOOST_AUTO_TEST_CASE(too_few_points_or_a_zero_are_no_base_and_that_is_said) {
  const struct { const char* what; int points; double value; bool fires; } rows[] = {
      {"three points of six", 3, 10, false}, {"four", 4, 10, true}, {"zero", 6, 0, false}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    KindRun run("\n  - alert: A\n    kind: change\n    watch: {metric: m, stat: avg, window: 30m}\n    compare_to: same hour yesterday\n    when: {increase: {at_least: 50%}}\n");
    const SeriesId id = run.Metric("m", {}, absl::Minutes(5));
    const auto points = [&](absl::Time end, int count, double value) {
      for (int i = count - 1; i >= 0; --i) run.Value(id, end - i * absl::Minutes(5), value);
      run.Advance(end);
    };
    points(RunHour(12), row.points, row.value);
    points(RunHour(36), 6, 1000);
    BOOST_TEST(run.Lines().size() == (row.fires ? 1u : 0u));
    std::vector<Transition> seen;
    run.engine().Look(seen);
    BOOST_REQUIRE(seen.size() == 1u);
    BOOST_TEST(absl::StartsWith(seen[0].explanation, "NO_BASE: ") == !row.fires, seen[0].explanation);
  }
}

BOOST_AUTO_TEST_CASE(four_weeks_average_needs_two_of_them) {
  KindRun run("\n  - alert: A\n    kind: change\n    watch: {metric: m, stat: last}\n    compare_to: average of last 4 weeks\n    when: {decrease: {above: 30%}}\n");
  const SeriesId id = run.Metric("m", {}, absl::Hours(1));
  Hours(run, id, 0, 24 * 7, 100);
  Hours(run, id, 24 * 7, 24 * 14 - 1, 50);  // one week is known: nothing is said
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  Hours(run, id, 24 * 14 - 1, 24 * 14, 52);  // the first point is an hour from two weeks ago: 100
  BOOST_TEST(run.Lines() == Texts{"18 23:00 firing warning A {}"}, boost::test_tools::per_element());
  Hours(run, id, 24 * 14, 24 * 14 + 1, 52);  // (100 + 50) / 2 = 75: - 30.7 %
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  std::vector<Transition> seen;
  run.engine().Look(seen);
  BOOST_TEST(absl::StrContains(seen.at(0).summary, "75 (-30.7%)"));
}

// What is not asked (decrease, difference) does not recover it.
BOOST_AUTO_TEST_CASE(it_fires_as_long_as_it_holds) {
  KindRun run("\n  - alert: A\n    kind: change\n    watch: {metric: m, window: 1h}\n    when: {increase: {at_least: 50%}}\n");
  const SeriesId m = run.Metric("m", {}, absl::Hours(1));
  const double values[] = {10, 20, 40, 80, 80};
  for (int hour = 0; hour < 5; ++hour) run.Value(m, RunHour(hour), values[hour]), run.Advance(RunHour(hour));
  BOOST_TEST(run.Lines() == (Texts{"05 01:00 firing warning A {}", "05 04:00 resolved warning A {}"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_told) {
  const struct { const char* when; const char* want; } rows[] = {
      {"{}", "R401"},
      {"{increase: {}}", "R401"},
      {"{increase: 50%}", ""},
      {"{increase: {at_least: 50}}", "R204"},
      {"{increase: {at_least: 50 GiB}}", "R215"},
      {"{difference: {}}", "R401"},
      {"{increase: {above: 10%}, decrease: {above: 10%}}", "R451"},
      {"{grows: {above: 10%}}", "R1"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.when) {
    const std::string said = Problems(absl::StrCat("\n  - alert: A\n    kind: change\n    watch: {metric: m}\n    when: ", row.when, "\n"));
    if (std::string(row.when) == "{increase: 50%}") {
      BOOST_TEST(!said.empty());
    } else {
      BOOST_TEST(absl::StartsWith(said, row.want), said);
    }
  }
  BOOST_TEST(absl::StrContains(Problems("\n  - alert: A\n    kind: change\n    watch: {metric: m}\n    compare_to: same hour last weak\n    when: {increase: {above: 5%}}\n"), "same hour last week"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
