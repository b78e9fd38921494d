#include "agent/offline/backtest.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

const absl::Time kStart = absl::FromCivil(absl::CivilDay(2026, 1, 5), absl::UTCTimeZone());

std::shared_ptr<const RuleSet> Rules(const std::string& rules) {
  const SourceFile file{"rules.yaml", absl::StrCat("apiVersion: rules/v1\nrules:\n", rules)};
  const LoadedRules loaded = LoadRules({&file, 1});
  BOOST_REQUIRE_MESSAGE(loaded.diagnostics.empty(), RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
  return loaded.rules;
}

std::string Above(const char* name, int limit, const char* more = "") {
  return absl::StrCat("  - {alert: ", name, ", kind: threshold, watch: {metric: load, by: [host]}, when: {above: ", limit, "}", more, "}\n");
}

// `values` every hour, for two days or more.
RecordedData Hourly(const std::vector<double>& values) {
  RecordedData out;
  Series series;
  series.metric = "load";
  series.cadence = absl::Hours(1);
  series.labels = Labels(std::vector<Label>{{"host", "a"}});
  out.input.series.push_back(series);
  for (std::size_t i = 0; i < values.size(); ++i) {
    Sample sample;
    sample.time_ms = absl::ToUnixMillis(kStart + absl::Hours(1) * static_cast<double>(i));
    sample.value = values[i];
    out.input.points.push_back({sample.time(), sample});
  }
  out.begin = kStart;
  out.end = out.input.points.back().arrives;
  return out;
}

// Alternating: `on` hours above, `off` below.
std::vector<double> Waves(int hours, int off, int on) {
  std::vector<double> out;
  for (int i = 0; i < hours; ++i) out.push_back(i % (off + on) < off ? 10 : 90);
  return out;
}

std::string RowOf(const std::string& summary, const std::string& rule) {
  for (absl::string_view line : absl::StrSplit(summary, '\n'))
    if (absl::StartsWith(line, rule + " ")) return std::string(line);
  return "";
}

BOOST_AUTO_TEST_SUITE(backtest_test)

BOOST_AUTO_TEST_CASE(the_summary_counts_alerts_notices_and_hours_and_judges_the_rule) {
  const struct { const char* what; std::vector<double> values; const char* more; const char* want; } rows[] = {
      {"never", Waves(97, 97, 1), "", "High  0       0     0        0.00   0      -         quiet"},
      {"once", Waves(97, 48, 4), "", "High  1       0     2        0.50   4      -         fine"},
      {"most of the time", Waves(97, 10, 87), "", "High  1       1     1        0.25   86     -         broken"},
      {"often", Waves(97, 9, 3), "", "High  8       0     16       4.00   24     -         noisy"},
      {"nobody is told", Waves(97, 9, 3), ", notify: []", "High  8       0     0        0.00   24     -         fine"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const std::string summary = BacktestSummary(RunBacktest(Rules(Above("High", 80, row.more)), Hourly(row.values), nullptr));
    BOOST_TEST(RowOf(summary, "High") == row.want, summary);
  }
}

BOOST_AUTO_TEST_CASE(the_table_and_the_lines_hold_every_transition) {
  const Backtest once = RunBacktest(Rules(Above("High", 80, ", owner: {team: web}, summary: \"${host} has ${value}\"")), Hourly(Waves(60, 48, 4)), nullptr);
  const std::string table = BacktestTable(once), lines = BacktestJsonLines(once);
  BOOST_TEST(table ==
             "2026-01-07 00:00  firing  warning  High{host=\"a\"}\n    a has 90\n    owner web\n"
             "2026-01-07 04:00  resolved  warning  High{host=\"a\"}\n    a has 10\n    owner web\n");
  BOOST_TEST(absl::StartsWith(lines, "{\"type\":\"io.nephoscope.alert.firing.v1\",\"time\":\"2026-01-07T00:00:00Z\",\"data\":{"));
  BOOST_TEST(std::count(lines.begin(), lines.end(), '\n') == 2);
  BOOST_TEST(BacktestJsonLines(RunBacktest(once.rules, Hourly(Waves(60, 48, 4)), nullptr)) == lines);
  BOOST_TEST(BacktestTable(RunBacktest(once.rules, Hourly(Waves(60, 60, 1)), nullptr)) == "");
}

BOOST_AUTO_TEST_CASE(what_people_read_fits_a_terminal) {
  const std::string rules = Above("ARuleWithAVeryLongNameThatSomebodyLikes", 80, ", summary: \"${host} has had ${value} of everything there is for longer than anybody can say, and it goes on\"");
  const Backtest long_one = RunBacktest(Rules(rules), Hourly(Waves(60, 48, 4)), nullptr);
  const Backtest none = RunBacktest(Rules("  - {alert: Other, kind: threshold, watch: {metric: load, by: [hots], where: {host: [b, c, d]}}, when: {above: 5}}\n"), Hourly(Waves(60, 48, 4)), nullptr);
  for (const std::string& text : {BacktestTable(long_one), BacktestSummary(long_one), BacktestSummary(none), BacktestDifference(none, long_one)})
    for (absl::string_view line : absl::StrSplit(text, '\n')) BOOST_TEST(line.size() <= 80u, line);
}

BOOST_AUTO_TEST_CASE(two_versions_differ_by_their_alerts) {
  std::vector<double> values(72, 10);
  values[5] = 90;
  values[30] = 75;
  const RecordedData data = Hourly(values);
  const Backtest strict = RunBacktest(Rules(Above("High", 80)), data, nullptr), loose = RunBacktest(Rules(Above("High", 70)), data, nullptr);
  const std::string fresh = BacktestDifference(strict, loose), gone = BacktestDifference(loose, strict), same = BacktestDifference(strict, strict);
  BOOST_TEST(absl::StrContains(fresh, "alerts: 1 before, 2 now"));
  BOOST_TEST(absl::StrContains(fresh, "alerts of both versions: 1\nalerts that are new: 1\n  2026-01-06 06:00  warning  High{host=\"a\"}"), fresh);
  BOOST_TEST(absl::StrContains(fresh, "alerts that are gone: 0\n"));
  BOOST_TEST(absl::StrContains(gone, "alerts that are new: 0\nalerts that are gone: 1\n  2026-01-06 06:00"), gone);
  BOOST_TEST(absl::StrContains(same, "alerts that are new: 0\nalerts that are gone: 0\n"), same);
}

BOOST_AUTO_TEST_CASE(notices_at_night_are_counted_but_not_those_of_bills) {
  std::vector<double> values(48, 10);
  values[23] = 90;  // at 23:00, over at 00:00
  BOOST_TEST(absl::StrContains(BacktestSummary(RunBacktest(Rules(Above("High", 80)), Hourly(values), nullptr)), "2 notices (1.02 a day), 2 of them between 22:00 and 06:00\nUTC"));
  RecordedData bill = Hourly(std::vector<double>(5, 0));
  bill.input.series[0].metric = "cost.billed";
  bill.input.series[0].type = ValueType::kMoney;
  bill.input.series[0].currency = Currency::Usd();
  bill.input.series[0].cadence = bill.input.series[0].period = absl::Hours(24);
  for (std::size_t i = 0; i < bill.input.points.size(); ++i) {
    TrialPoint& point = bill.input.points[i];
    point.sample.time_ms = absl::ToUnixMillis(kStart + absl::Hours(24) * static_cast<double>(i));
    point.sample.micros = i == 2 ? 900'000'000 : 0;
    point.arrives = point.sample.time() + absl::Hours(24);
  }
  bill.end = bill.input.points.back().arrives;
  const std::string said = BacktestSummary(RunBacktest(Rules("  - {alert: Dear, kind: threshold, watch: {cost: billed, by: [host]}, when: {above: 100 USD}}\n"), bill, nullptr));
  BOOST_TEST(absl::StrContains(said, "2 notices (0.40 a day), 0 of them between 22:00 and 06:00\nUTC (bills apart)"), said);
}

BOOST_AUTO_TEST_CASE(a_bill_without_a_rate_is_told_once) {
  RecordedData data = Hourly(std::vector<double>(72, 1));
  Series& series = data.input.series[0];
  series.metric = "cost.effective";
  series.type = ValueType::kMoney;
  series.currency = *Currency::Parse("EUR");
  series.period = series.cadence;
  const Backtest now = RunBacktest(Rules("  - {alert: Spend, kind: threshold, watch: {cost: effective, by: [host]}, when: {above: 5 USD}}\n"), data, nullptr);
  BOOST_TEST_REQUIRE(now.no_rates.size() == 1u);
  BOOST_TEST((now.no_rates[0] == NoRate{"Spend", *Currency::Parse("EUR"), Currency::Usd()}));
}

BOOST_AUTO_TEST_CASE(progress_goes_from_nothing_to_all) {
  std::vector<double> told;
  RunBacktest(Rules(Above("High", 80)), Hourly(Waves(10, 5, 5)), [&](double share) { told.push_back(share); });
  BOOST_REQUIRE(told.size() == 10u);
  BOOST_TEST(told.front() == 0);
  BOOST_TEST(told.back() == 1);
  BOOST_TEST(std::is_sorted(told.begin(), told.end()));
}

BOOST_AUTO_TEST_CASE(a_rule_that_looks_at_nothing_is_blind_and_not_quiet) {
  const std::string rules = Above("Seen", 80) + "  - {alert: Other, kind: threshold, watch: {metric: load, by: [host], where: {host: A}}, when: {above: 5}}\n";
  const Backtest done = RunBacktest(Rules(rules), Hourly(Waves(48, 24, 1)), nullptr);
  const std::string summary = BacktestSummary(done);
  BOOST_TEST(absl::EndsWith(RowOf(summary, "Other"), "blind"), summary);
  BOOST_TEST(!absl::EndsWith(RowOf(summary, "Seen"), "blind"), summary);
  BOOST_TEST(absl::StrContains(summary, "Other looked at 0 series: nothing has the host A; host has: a; did you mean a?"), summary);
}

// A budget fires until its period is over, and a missing tag until it is there: that is no sign of a bad rule.
BOOST_AUTO_TEST_CASE(what_lasts_until_it_is_mended_is_not_broken) {
  RecordedData data;
  for (const char* metric : {"cost.billed", "resource.cost"}) {
    Series series;
    series.metric = metric;
    series.type = ValueType::kMoney;
    series.currency = Currency::Usd();
    series.cadence = series.period = absl::Hours(24);
    series.labels = Labels(std::vector<Label>{{"resource_id", "i-1"}});
    const auto id = static_cast<SeriesId>(data.input.series.size());
    data.input.series.push_back(series);
    for (int day = 0; day < 25; ++day) {
      Sample sample;
      sample.series = id;
      sample.time_ms = absl::ToUnixMillis(kStart + absl::Hours(24) * day);
      sample.micros = 100'000'000;
      data.input.points.push_back({sample.time() + absl::Hours(24), sample});
    }
  }
  data.begin = kStart;
  data.end = kStart + absl::Hours(24) * 25;
  const std::string summary = BacktestSummary(RunBacktest(Rules(
      "  - {alert: Spend, kind: budget, watch: {cost: billed}, budget: {amount: 300 USD}, levels: {critical: {actual: 100%, forecast: 100%}}}\n"
      "  - {alert: Tags, kind: tag_compliance, watch: {resource: \"*\"}, tags: {required: [Owner]}, when: {resources: {at_least: 1}}}\n"
      "  - {alert: Always, kind: threshold, watch: {cost: billed}, when: {above: 1 USD}}\n"), data, nullptr));
  BOOST_TEST(absl::EndsWith(RowOf(summary, "Spend"), "fine"), summary);
  BOOST_TEST(absl::EndsWith(RowOf(summary, "Tags"), "fine"), summary);
  BOOST_TEST(absl::EndsWith(RowOf(summary, "Always"), "broken"), summary);
}

// Six queues are long, one after the other, with the same at stake: three are notified, and that there are more.
BOOST_AUTO_TEST_CASE(a_limit_of_three_lets_three_through) {
  RecordedData data;
  for (int i = 0; i < 6; ++i) {
    Series series;
    series.metric = "load";
    series.cadence = absl::Hours(1);
    series.labels = Labels(std::vector<Label>{{"host", absl::StrCat("h", 5 - i)}});
    data.input.series.push_back(series);
    for (int hour = 0; hour < 20; ++hour) {
      Sample sample;
      sample.series = static_cast<SeriesId>(i);
      sample.time_ms = absl::ToUnixMillis(kStart + absl::Hours(hour));
      sample.value = hour > i && hour < 15 ? 90 : 10;
      data.input.points.push_back({sample.time(), sample});
    }
  }
  data.begin = kStart;
  data.end = kStart + absl::Hours(20);
  const Backtest backtest = RunBacktest(Rules(Above("Load", 80, ", limit: 3")), data, nullptr);
  int begun = 0, ended = 0, limit = 0;
  for (std::size_t i = 0; i < backtest.steps.size(); ++i) {
    const Transition& t = backtest.steps[i].transition;
    if (!backtest.why_not[i].empty()) continue;
    (t.rule.name != "Load" ? limit : t.type == EventType::kFiring ? begun : ended) += 1;
  }
  BOOST_TEST(begun == 3);
  BOOST_TEST(ended == 3);
  BOOST_TEST(limit == 2);
  BOOST_TEST(absl::StrContains(BacktestTable(backtest), "AlertLimitReached{alert=\"Load\"}"));
}

// Cost without a team is a group of its own, and is not shown as if it were everything.
BOOST_AUTO_TEST_CASE(cost_without_a_label_is_shown_as_such) {
  RecordedData data;
  Series series;
  series.metric = "cost.billed";
  series.type = ValueType::kMoney;
  series.currency = Currency::Usd();
  series.cadence = series.period = absl::Hours(24);
  data.input.series.push_back(series);
  Sample sample;
  sample.time_ms = absl::ToUnixMillis(kStart);
  sample.micros = 100'000'000;
  data.input.points.push_back({kStart + absl::Hours(24), sample});
  data.begin = kStart;
  data.end = kStart + absl::Hours(24);
  const Backtest backtest = RunBacktest(Rules("  - {alert: Spend, kind: threshold, watch: {cost: billed, by: [team]}, when: {above: 1 USD}}\n"), data, nullptr);
  BOOST_TEST(absl::StrContains(BacktestTable(backtest), "Spend{team=\"(none)\"}"), BacktestTable(backtest));
  BOOST_TEST(absl::StrContains(BacktestTable(backtest), "team (none): the value is 100.00 USD"), BacktestTable(backtest));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
