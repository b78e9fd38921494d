// Points that come after people were told: kinds that compare with the past are corrected, and go on as if the points had come in time (rules.md 2.4).
// The naive twin does the same for threshold and change with random streams.
#include <cmath>
#include <functional>

#include "absl/strings/match.h"
#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

struct Point {
  int minute, series;
  double value;
};

struct Case {
  const char* name;
  const char* rule;
  std::function<std::vector<SeriesId>(KindRun&)> series;
  std::vector<Point> points;  // by time
  int late_from, late_to;     // the points of the last series in [from, to) come late ...
  int come;                   // ... before this minute is judged
  int end;
  const char* corrected;      // part of the text that people get
};

absl::Time At(int minute) { return kRunStart + absl::Minutes(minute); }

// What was said before the late points come, and from that minute on.
std::pair<Texts, Texts> Live(const Case& one, bool late, bool restarts, std::string* text) {
  KindRun run(one.rule, restarts);
  const std::vector<SeriesId> series = one.series(run);
  const auto is_late = [&](const Point& point) { return late && point.series + 1 == static_cast<int>(series.size()) && point.minute >= one.late_from && point.minute < one.late_to; };
  Texts before;
  std::size_t next = 0;
  for (int minute = 0; minute < one.end; ++minute) {
    if (minute == one.come) {
      before = run.Lines();
      for (const Point& point : one.points)
        if (is_late(point)) run.Value(series[point.series], At(point.minute), point.value);
    }
    bool any = false;
    for (; next < one.points.size() && one.points[next].minute == minute; ++next, any = true)
      if (!is_late(one.points[next])) run.Value(series[one.points[next].series], At(minute), one.points[next].value);
    if (any || minute == one.come) run.Advance(At(minute));
    if (minute == one.come && text != nullptr) *text = run.said().empty() ? "" : run.said().back().explanation;
  }
  return {before, run.Lines()};
}

// A point each `every` minutes of the first series: `value`, or what `otherwise` gives for that minute (NaN: as ever).
std::vector<Point> Steady(int minutes, int every, double value, const std::function<double(int)>& otherwise) {
  std::vector<Point> out;
  for (int minute = every; minute <= minutes; minute += every) out.push_back({minute, 0, std::isnan(otherwise(minute)) ? value : otherwise(minute)});
  return out;
}

std::vector<Case> Cases() {
  const double same = std::nan("");
  const auto one = [](const char* metric, int cadence, const char* unit = "") {
    return [=](KindRun& run) { return std::vector<SeriesId>{run.Metric(metric, {{"app", "shop"}}, absl::Minutes(cadence), unit)}; };
  };
  std::vector<Case> out;
  // Three of the six minutes of a window come late: without them one that grew was half of it.
  out.push_back({"change", "\n  - alert: Jump\n    kind: change\n    watch: {metric: machines, stat: avg, window: 6m, by: [app]}\n    compare_to: previous window\n    when: {increase: {at_least: 50%}}\n    keep_firing_for: 3m\n",
                 one("machines", 1), Steady(150, 1, 10, [=](int minute) { return minute == 60 ? 26 : minute > 120 ? 10 + minute - 120 : same; }), 55, 58, 62, 150, "at 2026-01-05 01:00 UTC machines is 12.667; 6 minutes before it was 10"});
  // Three of the six points of an hour come late: its sum was half.
  out.push_back({"metric_anomaly",
                 "\n  - alert: Unusual\n    kind: metric_anomaly\n    watch: {metric: requests, stat: sum, window: 1h, by: [app]}\n    anomaly: {history: 4d, pattern: none}\n    recover: {normal_for: 2h}\n", one("requests", 10),
                 Steady(6 * 24 * 60, 10, 100, [=](int minute) { return minute > 5 * 24 * 60 + 300 ? 400 + minute % 7 : minute / 10 % 3 == 0 ? 101 : same; }), 4 * 24 * 60 + 1, 4 * 24 * 60 + 31, 4 * 24 * 60 + 70, 6 * 24 * 60,
                 "requests is 602: usual here is 602"});
  // The good ones come late: for a while all seemed bad.
  std::vector<Point> events;
  for (int minute = 1; minute <= 500; ++minute) events.push_back({minute, 0, minute > 420 ? 500.0 : 1}), events.push_back({minute, 1, 5000});
  out.push_back({"slo", "\n  - alert: Budget\n    kind: slo\n    watch:\n      good: {metric: requests, where: {code_class: [2xx]}}\n      total: {metric: requests}\n      by: [service]\n    slo: {objective: 99%, period: 30d}\n    no_data: {after: 5m}\n",
                 [](KindRun& run) { return std::vector<SeriesId>{run.Metric("requests", {{"service", "shop"}, {"code_class", "5xx"}}, absl::Minutes(1)), run.Metric("requests", {{"service", "shop"}, {"code_class", "2xx"}}, absl::Minutes(1))}; },
                 events, 1, 15, 15, 500, "0.02% were bad"});
  // Half of the points of the provider's metric come late.
  out.push_back({"health_check", "\n  - alert: Sick\n    kind: health_check\n    watch: {metric: targets_healthy, stat: avg, window: 5m, by: [app]}\n    when: {below: 0.5}\n    severity: critical\n", one("targets_healthy", 1),
                 Steady(200, 1, 1, [=](int minute) { return minute == 60 || minute == 61 || minute > 150 ? 0 : same; }), 56, 60, 63, 200, "targets_healthy is 0.6"});
  // What is left on two disks together: the second grows as the first gets full, but says so hours later.
  std::vector<Point> disks;
  for (int hour = 1; hour <= 200; ++hour) disks.push_back({hour * 60, 0, 200.0 - hour}), disks.push_back({hour * 60, 1, hour < 120 ? 100.0 + hour : 220.0 - 3 * (hour - 120)});
  out.push_back({"forecast", "\n  - alert: RunsOut\n    kind: forecast\n    watch: {metric: free_space, stat: min, combine: sum, by: [db]}\n    forecast: {history: 2d}\n    when: {reaches: 0, within: 6d}\n    no_data: {after: 2d}\n    members_may_leave: true\n",
                 [](KindRun& run) { return std::vector<SeriesId>{run.Metric("free_space", {{"db", "a"}, {"disk", "1"}}, absl::Hours(1)), run.Metric("free_space", {{"db", "a"}, {"disk", "2"}}, absl::Hours(1))}; },
                 disks, 70 * 60, 90 * 60, 90 * 60, 200 * 60 + 1, "free_space is 300; since 2026-01-08 09:03 UTC too little is known to say when it reaches 0."});
  return out;
}

BOOST_AUTO_TEST_SUITE(late_points_test)

BOOST_AUTO_TEST_CASE(what_was_told_is_corrected_and_what_comes_is_told_as_if_they_had_come_in_time) {
  for (const Case& one : Cases())
    for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT(one.name << (restarts ? ", with restarts" : "")) {
      const auto [before, after] = Live(one, false, restarts, nullptr);
      std::string text;
      auto [told, then] = Live(one, true, restarts, &text);
      BOOST_TEST(before == Texts{}, boost::test_tools::per_element());
      BOOST_TEST(!after.empty());
      BOOST_TEST(!told.empty());
      if (told.empty()) continue;
      BOOST_TEST(absl::StrContains(told[0], "firing"), told[0]);
      BOOST_TEST(!then.empty());
      if (then.empty()) continue;
      BOOST_TEST(absl::StrContains(then[0], "corrected"), then[0]);
      BOOST_TEST(absl::StrContains(text, one.corrected), text);
      then.erase(then.begin());
      BOOST_TEST(then == after, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
