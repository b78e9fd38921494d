#include "tests/rules/kinds/kind_run.h"

#include "absl/strings/match.h"

namespace nephoscope {
namespace {

constexpr char kRequests[] = R"(
  - alert: Unusual
    kind: metric_anomaly
    watch: {metric: requests, stat: sum, window: 1h, by: [app]}
    anomaly: {history: 4w, pattern: weekly}
    for: 3 of 4 points
    recover: {normal_for: 2h}
    severity: info
)";

// Quiet at night, busy by day, and a little different each hour of each week.
double Usual(int hour) { return (hour % 24 < 8 ? 100 : 1000) + (hour * 7919) % 41; }
void Hours(KindRun& run, SeriesId id, int from, int to, double times = 1) {
  for (int hour = from; hour < to; ++hour) run.Value(id, RunHour(hour), Usual(hour) * times), run.Advance(RunHour(hour));
}
constexpr int kWeekHours = 24 * 7;

BOOST_AUTO_TEST_SUITE(metric_anomaly_test)

BOOST_AUTO_TEST_CASE(three_of_four_unusual_hours_fire_and_two_normal_hours_end_it) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(kRequests, restarts);
    const SeriesId id = run.Metric("requests", {{"app", "shop"}}, absl::Hours(1));
    Hours(run, id, 0, 3 * kWeekHours);
    BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
    Hours(run, id, 3 * kWeekHours, 3 * kWeekHours + 2, 10);  // at night, as busy as by day
    BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
    Hours(run, id, 3 * kWeekHours + 2, 3 * kWeekHours + 3, 10);
    BOOST_TEST(run.Lines() == Texts{"26 02:00 firing info Unusual {app=\"shop\"}"}, boost::test_tools::per_element());
    BOOST_TEST(absl::StrContains(run.Last("Unusual").explanation, "usual at this time of the week is 1"), run.Last("Unusual").explanation);
    Hours(run, id, 3 * kWeekHours + 3, 3 * kWeekHours + 5);
    BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
    Hours(run, id, 3 * kWeekHours + 5, 3 * kWeekHours + 6);
    BOOST_TEST(run.Lines() == Texts{"26 05:00 resolved info Unusual {app=\"shop\"}"}, boost::test_tools::per_element());
  }
}

// Its points are the hours, not the minutes that the data come in.
BOOST_AUTO_TEST_CASE(data_that_come_faster_than_its_windows_change_nothing_about_its_time) {
  for (const char* hold : {"for: 3 of 4 points", "for: 2h"}) BOOST_TEST_CONTEXT(hold) {
    KindRun run(absl::StrCat("\n  - alert: Unusual\n    kind: metric_anomaly\n    watch: {metric: requests, stat: avg, window: 1h, by: [app]}\n    anomaly: {history: 10d, pattern: daily}\n    ", hold, "\n    severity: info\n"));
    const SeriesId id = run.Metric("requests", {{"app", "shop"}}, absl::Minutes(10));
    for (int minute = 0; minute < 60 * 24 * 6 + 60 * 10; minute += 10) run.Value(id, RunHour(minute / 60.0), minute < 60 * 24 * 6 + 60 * 5 ? 100 + minute % 30 : 900), run.Advance(RunHour(minute / 60.0));
    BOOST_TEST(run.Lines() == Texts{"11 07:00 firing info Unusual {app=\"shop\"}"}, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(the_edges_of_what_is_usual_are_round_numbers) {
  for (const double times : {1.0, 0.001}) {
    KindRun run(kRequests);
    const SeriesId id = run.Metric("requests", {{"app", "shop"}}, absl::Hours(1));
    Hours(run, id, 0, 3 * kWeekHours, times);
    Hours(run, id, 3 * kWeekHours, 3 * kWeekHours + 3, 10 * times);
    const std::string text = run.Last("Unusual").explanation;
    BOOST_TEST(text == (times == 1 ? "requests is 1,020; usual at this time of the week is 122 (93.8 to 151). Not seen in the 21 days on record. A spike so far: 3 points since 2026-01-26 00:00 UTC."
                                   : "requests is 1.02; usual at this time of the week is 0.122 (0.094 to 0.151). Not seen in the 21 days on record. A spike so far: 3 points since 2026-01-26 00:00 UTC."), text);
  }
}

// 15 % of four weeks of hours.
BOOST_AUTO_TEST_CASE(before_the_warm_up_is_over_nothing_is_said_and_that_is_said) {
  KindRun run(kRequests);
  const SeriesId id = run.Metric("requests", {{"app", "shop"}}, absl::Hours(1));
  Hours(run, id, 0, 80);
  Hours(run, id, 80, 90, 50);
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  std::vector<Transition> now;
  run.engine().Look(now);
  BOOST_TEST_REQUIRE(now.size() == 1u);
  const char* const text = "WARMING_UP: 89 points of the past are known; nothing is said before 100 are.";
  BOOST_TEST(now[0].explanation == text);
}

BOOST_AUTO_TEST_CASE(a_direction_that_nobody_asked_for_is_not_told) {
  const struct { const char* direction; double times; bool fires; } rows[] = {{"up", 10, true}, {"up", 0, false}, {"down", 10, false}, {"down", 0, true}, {"both", 0, true}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.direction << " " << row.times) {
    KindRun run(absl::StrCat("\n  - alert: Unusual\n    kind: metric_anomaly\n    watch: {metric: requests, stat: sum, window: 1h}\n    anomaly: {history: 10d, pattern: daily, direction: ", row.direction, "}\n"));
    const SeriesId id = run.Metric("requests", {}, absl::Hours(1));
    Hours(run, id, 0, 24 * 10);
    Hours(run, id, 24 * 10, 24 * 10 + 2, row.times);
    BOOST_TEST(run.Lines().empty() == !row.fires);
  }
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_told) {
  const auto with = [](const char* anomaly) { return Problems(absl::StrCat("\n  - alert: A\n    kind: metric_anomaly\n    watch: {metric: m}\n    anomaly: ", anomaly, "\n")); };
  BOOST_TEST(with("{}") == "");
  BOOST_TEST(absl::StartsWith(with("{history: 3d}"), "R462"));
  BOOST_TEST(with("{history: 3d, pattern: daily}") == "");
  BOOST_TEST(absl::StartsWith(with("{history: 1h}"), "R2"));
  BOOST_TEST(absl::StartsWith(with("{sensitivity: extreme}"), "R2"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
