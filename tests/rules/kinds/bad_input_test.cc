// What no provider should send and some do: the engine answers as if the rest had come alone, or stops at the end of its range.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

constexpr char kOfMetric[] =
    "\n  - alert: A\n    kind: threshold\n    watch: {metric: m, stat: avg, window: 3h}\n    when: {above: 50}\n    for: 2h\n"
    "  - alert: B\n    kind: change\n    watch: {metric: m, window: 2h}\n    when: {increase: {at_least: 50%}}\n"
    "  - alert: C\n    kind: absence\n    watch: {metric: m}\n    expected: seen in the last 30d\n    when: {no_data_for: 4h}\n";
constexpr char kOfCost[] =
    "\n  - alert: A\n    kind: threshold\n    watch: {cost: effective}\n    when: {above: 50 USD}\n"
    "  - alert: B\n    kind: change\n    watch: {cost: effective, window: 2d}\n    when: {difference: {at_least: 5 USD}}\n"
    "  - alert: C\n    kind: budget\n    watch: {cost: effective}\n    budget: {period: month, amount: 100 USD}\n    levels: {warning: {forecast: 100%}, critical: {actual: 100%}}\n"
    "  - alert: D\n    kind: cost_anomaly\n    watch: {cost: effective}\n    anomaly: {history: 4 weeks}\n    when: {impact: {at_least: 1 USD}}\n";

BOOST_AUTO_TEST_SUITE(bad_input_test)

std::vector<std::string> Lived(bool with_rubbish) {
  KindRun run(kOfMetric);
  const SeriesId m = run.Metric("m", {}, absl::Hours(1));
  for (int hour = 0; hour < 60; ++hour) {
    const bool silent = hour > 40 && hour < 48;
    if (with_rubbish)
      for (const double rubbish : {std::nan(""), -std::nan(""), HUGE_VAL, -HUGE_VAL}) run.Value(m, RunHour(hour + (hour % 3 == 0 ? 0.25 : 0)), rubbish);
    if (!silent) run.Value(m, RunHour(hour), hour % 12 < 5 ? 20 : 90);
    run.Advance(RunHour(hour));
  }
  return run.Lines();
}

BOOST_AUTO_TEST_CASE(what_is_not_a_number_changes_nothing) {
  const std::vector<std::string> want = Lived(false);
  BOOST_TEST(want.size() > 10u);
  BOOST_TEST(Lived(true) == want, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(money_at_the_end_of_its_range_stays_there) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t micros : {most, -most, most / 2, -most / 2}) BOOST_TEST_CONTEXT(micros) {
    KindRun run(kOfCost);
    const SeriesId ids[] = {run.Cost("cost.effective", {{"n", "1"}}), run.Cost("cost.effective", {{"n", "2"}}), run.Cost("cost.effective", {{"n", "3"}})};
    for (int day = 0; day < 45; ++day) {
      for (const SeriesId id : ids) run.Cell(id, day, day < 40 ? 10 + day % 3 : static_cast<double>(micros / 1'000'000));
      run.Advance(RunDay(day + 1));
    }
    for (const Transition& t : run.said()) {
      BOOST_TEST(t.impact.amount.micros >= 0, t.rule.name << " " << t.summary << " " << t.impact.amount.ToText());
      for (const NamedValue& value : t.values) BOOST_TEST(!value.value.empty());
    }
    if (micros > 0) BOOST_TEST(!run.Last("A").alert_id.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_counter_that_falls_began_anew) {
  KindRun run("\n  - alert: A\n    kind: threshold\n    watch: {metric: m, stat: rate, window: 4h}\n    when: {above: 0}\n");
  const SeriesId m = run.Metric("m", {}, absl::Hours(1));
  const double values[] = {3'600'000, 7'200'000, 0, 3'600'000};
  for (int hour = 0; hour < 4; ++hour) run.Value(m, RunHour(hour), values[hour]);
  run.Advance(RunHour(3));
  BOOST_TEST(run.Last("A").values.size() == 1u);
  for (const Transition& t : run.said()) BOOST_TEST(t.values[0].value.find('-') == std::string::npos);
}

// Newest first, and a watermark that goes back: what was judged stays so.
BOOST_AUTO_TEST_CASE(time_that_runs_backwards) {
  const char* rules = "\n  - alert: A\n    kind: threshold\n    watch: {metric: m}\n    when: {above: 50}\n    for: 2h\n";
  KindRun forwards(rules), backwards(rules);
  for (KindRun* run : {&forwards, &backwards}) {
    const SeriesId m = run->Metric("m", {}, absl::Hours(1));
    for (int i = 0; i < 12; ++i) {
      const int hour = run == &forwards ? i : 11 - i;
      run->Value(m, RunHour(hour), hour > 3 && hour < 9 ? 90 : 10);
    }
    run->Advance(RunHour(11));
    const std::size_t said = run->said().size();
    run->Advance(RunHour(2));
    run->Value(m, RunHour(2), 99);
    run->Advance(RunHour(5));
    BOOST_TEST(run->said().size() == said);
  }
  const Texts want = {"05 06:00 firing warning A {}", "05 09:00 resolved warning A {}"};
  BOOST_TEST(forwards.Lines() == want, boost::test_tools::per_element());
  BOOST_TEST(backwards.Lines() == want, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
