// Thresholds over windows of the calendar: whole days and months, each judged at its end, and what is known of one so far.
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

#include "absl/strings/match.h"
#include "rules/engine/kind.h"
#include "rules/kinds/spoken.h"
#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

constexpr char kCalendars[] = "calendars: {finance: {timezone: America/New_York, fiscal_year_starts: October 1}}\n";

std::string Rule(const std::string& watch, const std::string& when, const std::string& more = "") {
  return absl::StrCat("  - alert: Much\n    kind: threshold\n    watch: {", watch, ", by: [team]}\n    when: ", when, "\n", more, absl::StrContains(watch, "finance") ? kCalendars : "");
}

// A point of 1 each hour, of `much` from hour `from` to hour `to`.
Texts Hourly(const std::string& rule, int hours, int from, int to, double much, bool restarts = false) {
  KindRun run(rule, restarts);
  const SeriesId id = run.Metric("orders", {{"team", "a"}}, absl::Hours(1));
  for (int hour = 1; hour <= hours; ++hour) {
    run.Value(id, RunHour(hour), hour > from && hour <= to ? much : 1);
    run.Advance(RunHour(hour));
  }
  return run.Lines();
}

BOOST_AUTO_TEST_SUITE(threshold_window_test)

BOOST_AUTO_TEST_CASE(a_whole_day_is_judged_at_its_end_in_the_zone_of_its_calendar) {
  const std::string end = " Much {team=\"a\"}";
  for (const bool restarts : {false, true}) {
    // 6 hours of 10 on the second day: 78 instead of 24.
    BOOST_TEST(Hourly(Rule("metric: orders, stat: sum, window: {tumbling: 1d}", "{above: 50}"), 80, 30, 36, 10, restarts) == (Texts{"07 00:00 firing warning" + end, "08 00:00 resolved warning" + end}),
               boost::test_tools::per_element());
    BOOST_TEST(Hourly(Rule("metric: orders, stat: sum, window: {tumbling: day, calendar: finance}", "{above: 50}"), 80, 30, 36, 10, restarts) ==
                   (Texts{"07 05:00 firing warning" + end, "08 05:00 resolved warning" + end}),
               boost::test_tools::per_element());
    // The same hours across midnight are less than 50 on both days.
    BOOST_TEST(Hourly(Rule("metric: orders, stat: sum, window: {tumbling: 1d}", "{above: 59}"), 80, 45, 51, 10, restarts).empty());
    BOOST_TEST(Hourly(Rule("metric: orders, stat: max, window: {tumbling: 1w}", "{above: 5}"), 400, 30, 36, 10, restarts) == (Texts{"12 00:00 firing warning" + end, "19 00:00 resolved warning" + end}),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(cells_in_a_row_make_for_and_points) {
  const std::string end = " Much {team=\"a\"}";
  BOOST_TEST(Hourly(Rule("metric: orders, stat: sum, window: {tumbling: 6h}", "{above: 30, for: 12h}"), 60, 6, 40, 10) == (Texts{"06 00:00 firing warning" + end, "07 00:00 resolved warning" + end}),
             boost::test_tools::per_element());
  BOOST_TEST(Hourly(Rule("metric: orders, stat: sum, window: {tumbling: 6h}", "{above: 30, for: 3 of 3 points}"), 60, 6, 40, 10) ==
                 (Texts{"06 00:00 firing warning" + end, "07 00:00 resolved warning" + end}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_month_so_far_begins_anew) {
  for (const bool restarts : {false, true}) {
    KindRun run(Rule("cost: billed, stat: sum, window: {since: start of month}", "{above: 2000 USD}"), restarts);
    const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
    for (int day = 0; day < 29; ++day) {
      run.Cell(id, day, 100);
      run.Advance(RunDay(day + 1));
    }
    BOOST_TEST(run.Lines() == (Texts{"26 00:00 firing warning Much {team=\"a\"}", "02 00:00 resolved warning Much {team=\"a\"}"}), boost::test_tools::per_element());
    BOOST_TEST(absl::StrContains(run.said()[0].explanation, "This is the sum from 1 January 2026 to 25 January 2026."));
    BOOST_TEST((run.said()[0].window->first == RunDay(-4)));
  }
}

// A month of hours from the 5th on is enough to be known only when half of it is.
BOOST_AUTO_TEST_CASE(a_window_with_less_than_half_of_its_points_says_nothing) {
  BOOST_TEST(Hourly(Rule("metric: orders, stat: count, window: {since: start of month}", "{above: 10}"), 240, 0, 0, 1) == Texts{"08 23:00 firing warning Much {team=\"a\"}"}, boost::test_tools::per_element());
  BOOST_TEST(Hourly(Rule("metric: orders, stat: count, window: {tumbling: month}", "{above: 10}"), 24 * 28, 0, 0, 1) == Texts{"01 00:00 firing warning Much {team=\"a\"}"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(late_points_count_while_their_day_is_open) {
  for (const bool in_time : {true, false}) {
    KindRun run(Rule("metric: orders, stat: sum, window: {tumbling: 1d}", "{above: 50}"));
    const SeriesId id = run.Metric("orders", {{"team", "a"}}, absl::Hours(1));
    for (int hour = 1; hour <= 30; ++hour) {
      if (hour == (in_time ? 20 : 26)) run.Value(id, RunHour(5.5), 100);
      run.Value(id, RunHour(hour), 1);
      run.Advance(RunHour(hour));
    }
    BOOST_TEST(run.Lines() == (in_time ? Texts{"06 00:00 firing warning Much {team=\"a\"}"} : Texts{}), boost::test_tools::per_element());
    BOOST_TEST(run.engine().stats().late == (in_time ? 0u : 1u));
  }
}

BOOST_AUTO_TEST_CASE(restated_money_of_the_newest_cell_corrects) {
  for (const bool restarts : {false, true}) {
    KindRun run(Rule("cost: billed, stat: sum, window: {tumbling: 1w}", "{above: 1000 USD}"), restarts);
    const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
    for (int day = 0; day < 9; ++day) {
      run.Cell(id, day, 150);
      run.Advance(RunDay(day + 1));
    }
    BOOST_TEST(run.Lines() == Texts{"12 00:00 firing warning Much {team=\"a\"}"}, boost::test_tools::per_element());
    run.Cell(id, 3, 50);
    run.Advance(RunDay(9));
    BOOST_TEST(run.Lines() == (Texts{"12 00:00 corrected warning Much {team=\"a\"} (restated)"}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(an_edited_window_waits_for_the_end_of_its_cell) {
  KindRun run(Rule("metric: orders, stat: sum, window: 6h", "{above: 50}"));
  const SeriesId id = run.Metric("orders", {{"team", "a"}}, absl::Hours(1));
  const auto hours = [&](int from, int to) {
    for (int hour = from; hour <= to; ++hour) {
      run.Value(id, RunHour(hour), 10);
      run.Advance(RunHour(hour));
    }
  };
  hours(1, 10);
  BOOST_TEST(run.Lines() == Texts{"05 06:00 firing warning Much {team=\"a\"}"}, boost::test_tools::per_element());
  run.Reload(Rule("metric: orders, stat: sum, window: {tumbling: 12h}", "{above: 500}"), RunHour(10));
  BOOST_TEST(run.Lines().empty());
  hours(11, 12);
  BOOST_TEST(run.Lines() == Texts{"05 12:00 resolved warning Much {team=\"a\"}"}, boost::test_tools::per_element());
}

// The clocks of New York change on 8 March, day 62 from 5 January.
BOOST_AUTO_TEST_CASE(random_points_give_what_a_count_by_hand_gives) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  BOOST_TEST_CONTEXT("seed " << seed) {
    absl::TimeZone zone;
    BOOST_REQUIRE(absl::LoadTimeZone("America/New_York", &zone));
    for (int i = 0; i < 20; ++i) {
      KindRun run(Rule("metric: orders, stat: sum, window: {tumbling: 1d, calendar: finance}", "{above: 120}", "    no_data: {after: 2d}\n"), random() % 2 == 0);
      const SeriesId id = run.Metric("orders", {{"team", "a"}}, absl::Hours(1));
      std::map<absl::CivilDay, double> sums;
      std::map<absl::CivilDay, int> counts;
      for (int hour = 60 * 24; hour <= 66 * 24; ++hour) {
        if (random() % 4 != 0) {
          const double value = static_cast<double>(random() % 12);
          const absl::CivilDay day = absl::ToCivilDay(RunHour(hour) - absl::Seconds(1), zone);
          sums[day] += value;
          ++counts[day];
          run.Value(id, RunHour(hour), value);
        }
        if (random() % 2 == 0) run.Advance(RunHour(hour));
      }
      run.Advance(RunHour(66 * 24));
      Texts want;
      bool fires = false;
      for (const auto& [day, sum] : sums) {
        const absl::Time end = absl::FromCivil(day + 1, zone);
        const double hours = absl::ToDoubleHours(end - absl::FromCivil(day, zone));
        if (end > RunHour(66 * 24) || counts[day] < std::floor(hours / 2)) continue;
        if ((sum > 120) != fires) want.push_back(absl::StrCat(absl::FormatTime("%d %H:%M", end, absl::UTCTimeZone()), fires ? " resolved" : " firing", " warning Much {team=\"a\"}"));
        fires = sum > 120;
      }
      BOOST_TEST(run.Lines() == want, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(the_window_is_read_back) {
  const auto say = [](const std::string& watch) { return SayRule(*LoadRunRules(Rule(watch, "{above: 5 USD}")).rules->rules.at(0)); };
  BOOST_TEST(say("cost: billed, stat: sum, window: {tumbling: month, calendar: finance}") == "Warning when the sum of billed cost of each month by the calendar finance is above 5 USD. One alert for each team. Without data, the alert stays as it is. The owner is notified.");
  BOOST_TEST(say("cost: billed, stat: max, window: {since: start of quarter}") == "Warning when the highest billed cost since the start of the quarter is above 5 USD. One alert for each team. Without data, the alert stays as it is. The owner is notified.");
}

BOOST_AUTO_TEST_CASE(what_is_no_window_is_told) {
  const struct { const char *watch, *more, *want; } rows[] = {
      {"metric: orders, stat: sum, window: {tumbling: 7h}", "", "R457 5 \"7h\" is no part of the calendar"},
      {"metric: orders, stat: sum, window: {tumbling: 2d}", "", "R457 5 \"2d\" is no part of the calendar"},
      {"metric: orders, stat: sum, window: {tumbling: 90s}", "", "R457 5 \"90s\" is no part of the calendar"},
      {"metric: orders, stat: sum, window: {tumbling: 1d, since: start of day}", "", "R457 5 a window is of one kind: sliding, tumbling or since"},
      {"metric: orders, stat: sum, window: {}", "", "R457 5 the window says nothing"},
      {"metric: orders, stat: sum, window: {sliding: 1d, calendar: finance}", "", "R457 5 a sliding window has no calendar"},
      {"metric: orders, stat: sum, window: {since: beginning of month}", "", "R214 5 \"beginning of month\" is not a value of since"},
      {"metric: orders, window: {tumbling: 1d}", "", "R457 5 what is made of the points of the window is not said"},
      {"cost: billed, stat: sum, window: {tumbling: 6h}", "", "R457 5 a bill has whole days"},
      {"metric: orders, stat: sum, window: {tumbling: 1d}", "    every: 1h\n", "R457 5 a whole cell is judged once, at its end, so `every` has no meaning"},
      {"metric: orders, stat: sum, window: {tumbling: 1d, calendar: plant}", "", "R607 5 there is no calendar \"plant\" in calendars"},
      {"metric: orders, stat: sum, window: 10", "", "R204 5 \"10\" needs a unit of time"},
  };
  for (const auto& row : rows) BOOST_TEST(Problems(Rule(row.watch, absl::StrContains(row.watch, "cost") ? "{above: 5 USD}" : "{above: 5}", row.more)) == row.want);
  BOOST_TEST(Problems("  - alert: Much\n    kind: change\n    watch: {metric: orders, window: {tumbling: 1d}, stat: sum}\n    compare_to: previous window\n    when: {increase: {above: 10%}}\n") ==
             "R457 5 the kind change looks back a time that is always the same, and cells of the calendar are not");
  BOOST_TEST(Problems("  - alert: Much\n    kind: budget\n    watch: {cost: billed, window: 1d}\n    budget: {amount: 5 USD}\n    when: {actual: 10%}\n") == "R452 5 `window` has no meaning for budget");
}


// A bill comes every day; that it is judged once a week is no silence.
BOOST_AUTO_TEST_CASE(cost_that_is_judged_weekly_is_not_missing_in_between) {
  const struct { const char *what, *watch, *rest; } rows[] = {
      {"weeks of the calendar", "{cost: billed, stat: sum, window: {tumbling: 1w}}", ""},
      {"a grid of a week", "{cost: billed, stat: sum, window: 7d}", ", every: 7d"},
      {"months", "{cost: billed, stat: sum, window: {tumbling: 1mo}}", ""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    if (absl::string_view(row.watch).find("1mo") != absl::string_view::npos && !Problems(absl::StrCat("  - {alert: Dear, kind: threshold, watch: ", row.watch, ", when: {above: 5 USD}}\n")).empty()) continue;
    KindRun run(absl::StrCat("  - {alert: Dear, kind: threshold, watch: ", row.watch, row.rest, ", when: {above: 5 USD}, no_data: {state: ok}}\n"));
    const SeriesId id = run.Cost("cost.billed", {});
    for (int hour = 0; hour < 24 * 90; ++hour) {
      if (hour % 24 == 11 && hour > 24) run.Cell(id, hour / 24 - 1, 10);  // the day before, in the morning
      run.Advance(RunHour(hour));
    }
    const std::vector<std::string> lines = run.Lines();
    BOOST_TEST(lines.size() == 1u);
    for (const std::string& line : lines) BOOST_TEST_MESSAGE(line);
  }
}

// Nobody sends a point of a request that was not made.
BOOST_AUTO_TEST_CASE(silence_of_what_is_not_reported_without_events_is_zero) {
  constexpr char kTooFew[] = "  - {alert: Few, kind: threshold, watch: {metric: aws.alb.request_count, stat: sum, window: 10m, by: [load_balancer]}, when: {below: 10}}\n";
  constexpr char kErrors[] = "  - {alert: Errors, kind: threshold, watch: {metric: aws.alb.target_5xx, stat: sum, window: 10m, by: [load_balancer]}, when: {above: 10}}\n";
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(absl::StrCat(kTooFew, kErrors), restarts);
    const SeriesId requests = run.Metric("aws.alb.request_count", {{"load_balancer", "app/shop/1"}}, absl::Minutes(1), "count");
    const SeriesId errors = run.Metric("aws.alb.target_5xx", {{"load_balancer", "app/shop/1"}}, absl::Minutes(1), "count");
    for (int minute = 0; minute < 240; ++minute) {
      const absl::Time now = kRunStart + absl::Minutes(minute);
      if (minute < 60 || minute >= 180) run.Value(requests, now, 100);
      if (minute >= 20 && minute < 25) run.Value(errors, now, 50);
      run.Advance(now);
    }
    BOOST_TEST(run.Lines() == (Texts{"05 00:24 firing warning Errors {load_balancer=\"app/shop/1\"}", "05 00:34 resolved warning Errors {load_balancer=\"app/shop/1\"}",
                                     "05 01:09 firing warning Few {load_balancer=\"app/shop/1\"}", "05 03:00 resolved warning Few {load_balancer=\"app/shop/1\"}"}), boost::test_tools::per_element());
  }
}

// Where the source does not answer, nothing is zero.
BOOST_AUTO_TEST_CASE(silence_of_the_source_is_not_zero) {
  KindRun run("  - {alert: Few, kind: threshold, watch: {metric: aws.alb.request_count, stat: sum, window: 10m}, when: {below: 10}, no_data: {after: 15m, state: no_data}}\n"
              "  - {alert: Other, kind: threshold, watch: {metric: load}, when: {above: 1}}\n");
  const SeriesId requests = run.Metric("aws.alb.request_count", {{"load_balancer", "app/shop/1"}}, absl::Minutes(1), "count");
  for (int minute = 0; minute < 60; ++minute) run.Value(requests, kRunStart + absl::Minutes(minute), 100), run.Advance(kRunStart + absl::Minutes(minute));
  for (int minute = 60; minute < 120; ++minute) run.Clock(kRunStart + absl::Minutes(minute));
  BOOST_TEST(run.Lines() == (Texts{"05 01:14 no_data warning Few {} (no_data)"}), boost::test_tools::per_element());
}

// The silence of a bill begins after its newest day, however much later its judgements are.
BOOST_AUTO_TEST_CASE(a_bill_without_lines_is_silent_from_its_newest_day_on) {
  const struct { const char *what, *window, *more; } rows[] = {
      {"judged by the day", "", ""},
      {"judged every fourth day", "", ", every: 4d"},
      {"judged by the week", ", stat: sum, window: {tumbling: week}", ""},
  };
  for (const auto& row : rows)
    for (int days = 3; days < 11; ++days) BOOST_TEST_CONTEXT(row.what << ", " << days << " days") {
      KindRun run(absl::StrCat("  - {alert: Dear, kind: threshold, watch: {cost: billed", row.window, "}, ",
                               "when: {above: 500 USD}, no_data: {state: no_data}", row.more, "}\n"));
      const SeriesId id = run.Cost("cost.billed", {});
      int told = 0;
      for (int day = 0; day < 30 && told == 0; ++day) {
        if (day < days) run.Cell(id, day, 10);
        run.Advance(RunDay(day + 1));
        if (!run.Lines().empty()) told = day + 1;
      }
      BOOST_TEST(told == days + 10);  // eight days that cost nothing, and 36 hours
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
