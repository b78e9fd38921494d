// Bills as people hold them, from the file to the alert.
#include <boost/test/unit_test.hpp>
#include <algorithm>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "agent/offline/recorded_data.h"
#include "rules/language/language.h"
#include "rules/trial/trial.h"
#include "tests/agent/temp_dir.h"
#include "tests/paths.h"

namespace nephoscope {
namespace {

std::shared_ptr<const RuleSet> Load(const std::string& text) {
  const SourceFile file{"rules.yaml", text};
  const LoadedRules loaded = LoadRules({&file, 1});
  BOOST_REQUIRE_MESSAGE(!HasErrors(loaded.diagnostics), RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
  return loaded.rules;
}

std::string TextOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string Day(absl::Time time) { return absl::FormatTime("%m-%d", time, absl::UTCTimeZone()); }

// "11-24 firing warning since 11-21", by when it could be known.
std::vector<std::string> Lines(const std::shared_ptr<const RuleSet>& rules, const RecordedData& data) {
  std::vector<std::string> out;
  for (const TrialStep& step : RunTrial(rules, data.input, data.begin)) {
    const Transition& one = step.transition;
    out.push_back(absl::StrCat(Day(step.known), " ", ToText(one.type), " ", ToText(one.severity), " since ", Day(one.starts_at), one.labels.Get("provider").empty() ? "" : " ", one.labels.Get("provider")));
  }
  return out;
}

// Each day's amount from 2026-10-01 on, as a bill.
std::string Bill(const std::vector<double>& days) {
  std::string out = "BilledCost,EffectiveCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ProviderName\n";
  for (std::size_t i = 0; i < days.size(); ++i) {
    const absl::CivilDay day = absl::CivilDay(2026, 10, 1) + static_cast<std::int64_t>(i);
    absl::StrAppend(&out, days[i], ",", days[i], ",USD,", absl::FormatCivilTime(day), ",", absl::FormatCivilTime(day + 1), ",AWS\n");
  }
  return out;
}

std::vector<double> Flat(std::size_t days, std::size_t from, double value, std::size_t to = 1000) {
  std::vector<double> out(days, 100);
  for (std::size_t i = from; i < std::min(days, to); ++i) out[i] = value;
  return out;
}

RecordedData Read(const std::vector<std::string>& paths, const RuleSet& rules) {
  const std::unique_ptr<FileReader> files = MakeFileReader();
  absl::StatusOr<RecordedData> data = ReadRecordedData(paths, rules, *files);
  BOOST_REQUIRE_MESSAGE(data.ok(), std::string(data.status().message()));
  return *std::move(data);
}

std::string Rule(const char* body) { return absl::StrCat("apiVersion: rules/v1\nrules:\n  - {alert: A, ", body, "}\n"); }

BOOST_AUTO_TEST_SUITE(field_bills_test)

BOOST_AUTO_TEST_CASE(bills_as_people_hold_them) {
  const struct { const char* folder; std::vector<std::string> files, want; std::uint64_t rejected; std::size_t notes; } rows[] = {
      {"01-charge-for-a-month-closes-the-month", {"second.csv"}, {"11-03 firing warning since 11-03", "11-30 escalated critical since 11-03"}, 0, 0},
      {"02-time-without-seconds", {"bill.csv"}, {"10-03 firing warning since 10-03", "10-11 escalated critical since 10-03"}, 0, 0},
      {"04-charge-of-the-whole-month", {"bill.csv"}, {}, 0, 0},
      {"05-row-cut-short", {"bill.csv"}, {}, 1, 0},
      {"10-money-lost-with-its-tags", {"bill.csv"}, {"10-03 firing warning since 10-03", "10-16 escalated critical since 10-03"}, 0, 0},
      {"19-focus-1.3-provider", {"bill.csv"}, {"10-03 firing warning since 10-03 Vercel", "10-11 escalated critical since 10-03 Vercel"}, 0, 0},
      {"20-header-in-small-letters", {"bill.csv"}, {"10-03 firing warning since 10-03", "10-11 escalated critical since 10-03"}, 0, 0},
      {"29-month-to-date-files-add-up", {"20261101-10-part_0_0001.csv", "20261101-11-part_0_0001.csv"}, {}, 0, 1},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.folder) {
    const std::string folder = absl::StrCat(SourceDir(), "/tests/agent/bills/", row.folder, "/");
    const std::shared_ptr<const RuleSet> rules = Load(TextOf(folder + "rule.yaml"));
    std::vector<std::string> paths;
    for (const std::string& file : row.files) paths.push_back(folder + file);
    const RecordedData data = Read(paths, *rules);
    BOOST_TEST(Lines(rules, data) == row.want, boost::test_tools::per_element());
    BOOST_TEST(data.rejected == row.rejected);
    BOOST_TEST(data.notes.size() == row.notes);
  }
}

// A day is final once a day three days later is there: 9 on 20 November is believed on the morning of the 24th.
BOOST_AUTO_TEST_CASE(the_newest_days_are_judged_upward_only) {
  const char* const fell = "kind: change, watch: {cost: effective, stat: sum, window: 1d}, compare_to: average of last 4 weeks, when: {decrease: {above: 50%}}";
  const char* const rose = "kind: change, watch: {cost: effective, stat: sum, window: 1d}, compare_to: average of last 4 weeks, when: {increase: {above: 50%}}";
  const char* const moved = "kind: change, watch: {cost: effective, stat: sum, window: 1d}, compare_to: average of last 4 weeks, when: {difference: {above: 50}}";
  const char* const below = "kind: threshold, watch: {cost: effective}, when: {below: 50 USD}";
  const char* const above = "kind: threshold, watch: {cost: effective}, when: {above: 500 USD}";
  const char* const less = "kind: cost_anomaly, watch: {cost: effective}, anomaly: {direction: down}, when: {impact: {at_least: 20 USD}}";
  const char* const both = "kind: cost_anomaly, watch: {cost: effective}, anomaly: {direction: both}, when: {impact: {at_least: 20 USD}}";
  const struct { const char *what, *rule; std::vector<double> days; std::vector<std::string> want; } rows[] = {
      {"the newest day is small: decrease", fell, Flat(51, 50, 9), {}},
      {"the newest three are", fell, Flat(53, 50, 9), {}},
      {"it stays so", fell, Flat(54, 50, 9), {"11-24 firing warning since 11-21"}},
      {"the newest day is small: difference", moved, Flat(53, 50, 9), {}},
      {"difference that stays", moved, Flat(54, 50, 9), {"11-24 firing warning since 11-21"}},
      {"difference upward", moved, Flat(51, 50, 900), {"11-21 firing warning since 11-21"}},
      {"increase at once", rose, Flat(51, 50, 900), {"11-21 firing warning since 11-21"}},
      {"the newest day is small: below", below, Flat(53, 50, 9), {}},
      {"below that stays", below, Flat(54, 50, 9), {"11-24 firing warning since 11-21"}},
      {"below, and back", below, Flat(60, 50, 9, 52), {"11-24 firing warning since 11-21", "11-26 resolved warning since 11-21"}},
      {"above at once", above, Flat(51, 50, 900), {"11-21 firing warning since 11-21"}},
      {"above, and a day after it that may grow", above, Flat(54, 50, 900, 51), {"11-21 firing warning since 11-21"}},
      {"above, and over", above, Flat(55, 50, 900, 51), {"11-21 firing warning since 11-21", "11-25 resolved warning since 11-21"}},
      {"the newest day is small: anomaly", less, Flat(53, 50, 9), {}},
      {"anomaly in both directions", both, Flat(53, 50, 9), {}},
      {"anomaly that stays", less, Flat(54, 50, 9), {"11-24 firing warning since 11-21"}},
      {"anomaly upward", both, Flat(51, 50, 900), {"11-21 firing warning since 11-21"}},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const std::shared_ptr<const RuleSet> rules = Load(Rule(row.rule));
    const TempDir dir;
    BOOST_TEST(Lines(rules, Read({dir.Write("bill.csv", Bill(row.days))}, *rules)) == row.want, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_recorded_day_that_grows_after_its_first_reading_never_was_small) {
  const std::shared_ptr<const RuleSet> rules = Load(Rule("kind: threshold, watch: {cost: effective}, when: {below: 50 USD}"));
  std::string forward = "time,arrived,metric,value,unit\n", lines;
  std::vector<std::string> all;
  for (int day = 1; day <= 20; ++day) {
    const absl::CivilDay at(2026, 10, day);
    all.push_back(absl::StrCat(absl::FormatCivilTime(at), ",", absl::FormatCivilTime(at + 1), ",cost.effective,9,USD"));
    all.push_back(absl::StrCat(absl::FormatCivilTime(at), ",", absl::FormatCivilTime(at + 2), ",cost.effective,100,USD"));
  }
  for (const bool backward : {false, true}) BOOST_TEST_CONTEXT("newest first: " << backward) {
    if (backward) std::reverse(all.begin(), all.end());
    const TempDir dir;
    const RecordedData data = Read({dir.Write("costs.csv", absl::StrCat(forward, absl::StrJoin(all, "\n"), "\n"))}, *rules);
    BOOST_TEST(Lines(rules, data).empty());
    int final_points = 0;
    for (const TrialPoint& point : data.input.points)
      if (!point.sample.provisional() && point.sample.micros == 100'000'000) ++final_points;
      else BOOST_TEST(point.sample.provisional());
    BOOST_TEST(final_points == 17);  // all days but the newest three
  }
}

BOOST_AUTO_TEST_CASE(other_files_are_named_with_the_way_to_focus) {
  const struct { const char* text; const char* says; } rows[] = {
      {"BillingAccountId,SubscriptionId,Date,MeterCategory,CostInBillingCurrency\n", "bill.csv: it is a cost export of Azure"},
      {"BilledCost;EffectiveCost;BillingCurrency\n", "bill.csv: its columns are separated by ;"},
      {"PAR1", "bill.csv: it is a Parquet file"},
      {"<html>", "bill.csv: it is an HTML page"},
      {"{\"files\": []}", "bill.csv: it is JSON"},
  };
  const std::unique_ptr<FileReader> files = MakeFileReader();
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    const TempDir dir;
    const absl::StatusOr<RecordedData> data = ReadRecordedData({dir.Write("bill.csv", row.text)}, {}, *files);
    BOOST_REQUIRE(!data.ok());
    BOOST_TEST(absl::StrContains(data.status().message(), row.says), data.status());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
