#include <boost/test/unit_test.hpp>
#include <cmath>
#include <optional>

#include "rules/engine/kind.h"
#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(threshold_test)

// 58 / 100 * 100 is 57.99999999999999, 7 / 100 * 100 is 7.000000000000001.
BOOST_AUTO_TEST_CASE(a_limit_in_percent_is_the_number_that_was_written) {
  for (const int percent : {7, 14, 28, 29, 55, 57, 58, 82}) BOOST_TEST_CONTEXT(percent) {
    KindRun above(absl::StrCat("\n  - alert: A\n    kind: threshold\n    watch: {metric: load}\n    when: {above: ", percent, "%}\n"));
    KindRun at_least(absl::StrCat("\n  - alert: A\n    kind: threshold\n    watch: {metric: load}\n    when: {at_least: ", percent, "%}\n"));
    for (KindRun* run : {&above, &at_least}) {
      const SeriesId load = run->Metric("load", {}, absl::Hours(1), "%");
      run->Value(load, RunHour(1), percent);
      run->Advance(RunHour(1));
    }
    BOOST_TEST(above.Lines().empty());
    BOOST_TEST(at_least.Lines() == Texts{"05 01:00 firing warning A {}"}, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(not_a_number_is_as_if_nothing_had_come) {
  KindRun run("\n  - alert: A\n    kind: threshold\n    watch: {metric: load}\n    when: {above: 5}\n    no_data: {after: 2h, state: no_data}\n");
  const SeriesId load = run.Metric("load", {}, absl::Hours(1));
  for (int hour = 0; hour < 8; ++hour) {
    run.Value(load, RunHour(hour), hour == 0 || hour == 7 ? 9 : hour % 2 == 0 ? NAN : INFINITY);
    run.Advance(RunHour(hour));
  }
  BOOST_TEST(run.Lines() == (Texts{"05 00:00 firing warning A {}", "05 02:00 no_data warning A {} (no_data)", "05 07:00 data_returned warning A {}"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_window_of_bills_reaches_as_far_as_it_says) {
  KindRun run("\n  - alert: A\n    kind: threshold\n    watch: {cost: effective, stat: sum, window: 60d}\n    when: {at_least: 60 USD}\n");
  const SeriesId cost = run.Cost("cost.effective", {});
  for (int day = 0; day < 60; ++day) run.Cell(cost, day, 1), run.Advance(RunDay(day + 1));
  BOOST_TEST(run.Last("A").values.size() == 1u);
  BOOST_TEST(run.Last("A").values[0].value == "60.00");
}

// keep_firing_for: a second reading would make `corrected` of what only recovers.
BOOST_AUTO_TEST_CASE(a_bill_that_is_read_again_is_no_news) {
  KindRun run("\n  - alert: A\n    kind: threshold\n    watch: {cost: effective}\n    when: {above: 5 USD}\n    keep_firing_for: 3d\n");
  const SeriesId cost = run.Cost("cost.effective", {});
  const auto bill = [](int day) { return day == 60 ? 9 : 1; };
  for (int day = 0; day < 66; ++day) {
    for (int old = 0; old <= day; ++old) run.Cell(cost, old, bill(old));
    run.Advance(RunDay(day + 1));
  }
  BOOST_TEST(run.engine().stats().restated == 0u);
  BOOST_TEST(run.Lines() == (Texts{"07 00:00 firing warning A {}", "11 00:00 resolved warning A {}"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(milliseconds_are_seconds_to_the_last_digit) {
  KindRun run("\n  - alert: A\n    kind: threshold\n    watch: {metric: took}\n    when: {at_least: 350 ms}\n");
  const SeriesId took = run.Metric("took", {}, absl::Hours(1), "s");
  run.Value(took, RunHour(1), 0.35);
  run.Advance(RunHour(1));
  BOOST_TEST(run.Lines() == Texts{"05 01:00 firing warning A {}"}, boost::test_tools::per_element());
}

// Between these numbers the engine asks no rule (both ends included); "": every point is asked about.
BOOST_AUTO_TEST_CASE(a_rule_on_single_points_says_where_it_is_quiet) {
  const auto quiet = [](const std::string& watch, const std::string& rest, const char* unit) {
    const LoadedRules loaded = LoadRunRules(absl::StrCat("  - alert: A\n    kind: threshold\n    watch: {metric: m", watch, "}\n", rest));
    BOOST_REQUIRE_MESSAGE(loaded.rules->rules.size() == 1u, rest);
    const std::optional<QuietRange> range = FindKind("threshold")->QuietBetween(*loaded.rules->rules[0], unit);
    const double below = std::nextafter(80.0, 0.0), above = std::nextafter(80.0, 100.0);
    const auto text = [&](double at) { return at == below ? "below 80" : at == above ? "over 80" : absl::StrCat(at); };
    return range ? absl::StrCat(text(range->low), " to ", text(range->high)) : "";
  };
  const struct { const char* what; const char* watch; const char* rest; const char* unit; const char* want; } rows[] = {
      {"above is quiet at the limit", "", "    when: {above: 80}\n", "", "-inf to 80"},
      {"at_least is not", "", "    when: {at_least: 80}\n", "", "-inf to below 80"},
      {"below", "", "    when: {below: 80}\n", "", "80 to inf"},
      {"at_most", "", "    when: {at_most: 80}\n", "", "over 80 to inf"},
      {"the first level counts", "", "    levels: {warning: {above: 80}, critical: {above: 95}}\n", "", "-inf to 80"},
      {"percent of a metric in percent", "", "    when: {above: 80%}\n", "%", "-inf to 80"},
      {"the newest point, by name", ", stat: last", "    when: {above: 80}\n", "", "-inf to 80"},
      {"equals says nothing of its sides", "", "    when: {equals: 80}\n", "", ""},
      {"a window", ", stat: avg, window: 10m", "    when: {above: 80}\n", "", ""},
      {"a grid of its own", "", "    every: 10m\n    when: {above: 80}\n", "", ""},
      {"members are counted", ", combine: count", "    when: {above: 80}\n", "", ""},
      {"another stat", ", stat: max", "    when: {above: 80}\n", "", ""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) BOOST_TEST(quiet(row.watch, row.rest, row.unit) == row.want);
}

// Of a sum, the largest three, and the owner is that of the largest.
BOOST_AUTO_TEST_CASE(the_largest_parts_of_a_sum_of_money_are_named) {
  KindRun run("  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [team]}, when: {above: 100 USD}}\n");
  const double spent[] = {20, 70, 5, 30};
  for (int i = 0; i < 4; ++i) run.Cell(run.Cost("cost.billed", {{"team", "web"}, {"service", absl::StrCat("s", i)}, {"owner", absl::StrCat("o", i)}}), 0, spent[i]);
  run.Advance(RunDay(1));
  const Transition said = run.Last("Spend");
  BOOST_REQUIRE(said.contributors.size() == 3u);
  for (const auto& [at, service, amount] : {std::tuple{0, "s1", "70.00 USD"}, std::tuple{1, "s3", "30.00 USD"}, std::tuple{2, "s0", "20.00 USD"}}) {
    BOOST_TEST(said.contributors[at].labels.Get("service") == service);
    BOOST_TEST(said.contributors[at].amount.ToText() == amount);
  }
  BOOST_TEST(said.owner.name == "o1");
  KindRun one("  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [team]}, when: {above: 100 USD}}\n");
  one.Cell(one.Cost("cost.billed", {{"team", "web"}}), 0, 200);
  one.Advance(RunDay(1));
  BOOST_TEST(one.Last("Spend").contributors.empty());  // it is all there is
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
