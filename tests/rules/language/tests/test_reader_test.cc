#include "rules/language/tests/test_reader.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"
#include "rules/language/language.h"

using namespace nephoscope;

namespace {

constexpr char kCpu[] = R"(apiVersion: rules/v1
rules:
  - alert: Cpu
    kind: threshold
    watch: {metric: aws.rds.cpu_utilization, where: {env: prod, team: [shop, search], tier: {not: test}}, by: [db_instance]}
    when: {above: 80%}
)";
constexpr char kSpend[] = R"(apiVersion: rules/v1
rules:
  - alert: Spend
    kind: threshold
    watch: {cost: effective, by: [team]}
    when: {above: 100 USD}
)";
constexpr char kDown[] = R"(apiVersion: rules/v1
rules:
  - alert: Down
    kind: health_check
    check: {http: "https://example.com", every: 20s}
    when: {failures: 3}
)";

LoadedRules LoadAll(std::vector<SourceFile> files) { return LoadRules(files); }

// One test with this `series` line and this `expect`, below a rule.
LoadedRules Load(const std::string& rule, const std::string& series, const std::string& expect = "") {
  return LoadAll({{"rules.yaml", absl::StrCat(rule, "    tests:\n      - name: one\n        series: [", series, "]\n        expect: [", expect, "]\n")}});
}

RuleTest OneTest(const LoadedRules& loaded) {
  BOOST_TEST_INFO((loaded.diagnostics.empty() ? std::string() : loaded.diagnostics[0].message));
  BOOST_REQUIRE(loaded.diagnostics.empty());
  BOOST_REQUIRE(loaded.tests.size() == 1u);
  return loaded.tests[0];
}

std::string Codes(const LoadedRules& loaded) {
  std::string out;
  for (const Diagnostic& one : loaded.diagnostics) absl::StrAppend(&out, out.empty() ? "" : " ", one.code, ":", one.file, ":", one.mark.line);
  return out;
}

// "value 40 1h", "money 38000000", ...
std::string Say(const TestStretch& stretch, bool money) {
  static const char* const kKinds[] = {"value", "missing", "ramp", "restated"};
  std::string out = kKinds[static_cast<int>(stretch.kind)];
  const auto add = [&](const TestValue& value) { absl::StrAppend(&out, " ", money ? static_cast<double>(value.micros) / 1e6 : value.value); };
  if (stretch.kind != TestStretch::Kind::kMissing) add(stretch.from);
  if (stretch.kind == TestStretch::Kind::kRamp) add(stretch.to);
  if (stretch.length != absl::ZeroDuration()) absl::StrAppend(&out, " for ", absl::FormatDuration(stretch.length));
  if (stretch.late != absl::ZeroDuration()) absl::StrAppend(&out, " late ", absl::FormatDuration(stretch.late));
  if (stretch.day != 0) absl::StrAppend(&out, " day ", stretch.day);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_reader_test)

BOOST_AUTO_TEST_CASE(phrases_say_what_comes_and_for_how_long) {
  const struct { const char *what, *rule, *values, *want; } rows[] = {
      {"one after the other", kCpu, "40% for 1h, 99% for 4m, 40% for 30 minutes", "value 40 for 1h | value 99 for 4m | value 40 for 30m"},
      {"one point", kCpu, "40%", "value 40"},
      {"nothing comes", kCpu, "40% for 1h, missing 5m, gap for 10m", "value 40 for 1h | missing for 5m | missing for 10m"},
      {"a slope", kCpu, "rising from 10% to 90% over 2h, falling from 90% to 10.5% over 1h", "ramp 10 90 for 2h | ramp 90 10.5 for 1h"},
      {"late", kCpu, "40% for 1h, late 20m: 95% for 10m", "value 40 for 1h | value 95 for 10m late 20m"},
      {"money", kSpend, "100 USD for 20d, 1_200.50 USD, missing 2d", "value 100 for 480h | value 1200.5 | missing for 48h"},
      {"a bill written again", kSpend, "100 USD for 3d, restated to 38 USD, restated day 2 to 0 USD", "value 100 for 72h | restated 38 | restated 0 day 2"},
      {"money rises", kSpend, "rising from 100 USD to 200 USD over 10d", "ramp 100 200 for 240h"},
      {"checks", kDown, "ok for 5m, failing for 2m, timeout for 1m, not_run for 1m", "value 0 for 5m | value 6 for 2m | value 4 for 1m | value 1 for 1m"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const RuleTest test = OneTest(Load(row.rule, absl::StrCat("{values: \"", row.values, "\"}")));
    BOOST_REQUIRE(test.series.size() == 1u);
    std::string got;
    for (const TestStretch& one : test.series[0].stretches) absl::StrAppend(&got, got.empty() ? "" : " | ", Say(one, test.series[0].series.type == ValueType::kMoney));
    BOOST_TEST(got == row.want);
  }
}

BOOST_AUTO_TEST_CASE(a_comma_in_a_number_of_a_phrase_is_told_once) {
  const struct { const char *rule, *values, *want; } rows[] = {
      {kCpu, "40,5% for 1h", "write 40.5%"},
      {kCpu, "10% for 1h, 40,5% for 1h", "write 40.5%"},
      {kCpu, "rising from 12,5% to 90% over 2h", "write 12.5%"},
      {kSpend, "1,200 USD for 3d", "write 1200 USD, or 1.2 USD if the comma is a decimal sign"},
      {kSpend, "1,234,567 USD", "write 1234567 USD"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.values) {
    const LoadedRules loaded = Load(row.rule, absl::StrCat("{values: \"", row.values, "\"}"));
    BOOST_REQUIRE(loaded.diagnostics.size() == 1u);
    BOOST_TEST(loaded.diagnostics[0].code == "R015");
    BOOST_TEST(loaded.diagnostics[0].caret_text == row.want);
    BOOST_TEST(!loaded.diagnostics[0].suggestion.has_value());
  }
}

BOOST_AUTO_TEST_CASE(what_a_series_does_not_say_is_what_the_rule_watches) {
  const struct { const char *what, *rule, *series, *metric, *labels; absl::Duration every; } rows[] = {
      {"metric, rhythm and labels", kCpu, "{values: 40%}", "aws.rds.cpu_utilization", "{env=\"prod\",team=\"shop\"}", absl::Minutes(1)},
      {"its own labels win", kCpu, "{labels: {env: dev, db_instance: a}, values: 40%}", "aws.rds.cpu_utilization", "{db_instance=\"a\",env=\"dev\",team=\"shop\"}", absl::Minutes(1)},
      {"its own rhythm", kCpu, "{every: 5m, values: 40%}", "aws.rds.cpu_utilization", "{env=\"prod\",team=\"shop\"}", absl::Minutes(5)},
      {"another metric", kCpu, "{metric: up, values: 1}", "up", "{env=\"prod\",team=\"shop\"}", absl::Minutes(1)},
      {"money", kSpend, "{labels: {team: a}, values: 1 USD}", "cost.effective", "{team=\"a\"}", absl::Hours(24)},
      {"another column of the bill", kSpend, "{cost: billed, values: 1 USD}", "cost.billed", "{}", absl::Hours(24)},
      {"the rule's own check", kDown, "{values: ok}", "probe.result", "{rule=\"down\",target=\"https://example.com\"}", absl::Seconds(20)},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const RuleTest test = OneTest(Load(row.rule, row.series));
    const Series& series = test.series[0].series;
    BOOST_TEST(series.metric == row.metric);
    BOOST_TEST(series.labels.ToString() == row.labels);
    BOOST_TEST((series.cadence == row.every));
  }
}

BOOST_AUTO_TEST_CASE(moments_are_told_in_three_ways) {
  const absl::Time start = absl::FromCivil(absl::CivilDay(2026, 1, 5), absl::UTCTimeZone());
  const struct { const char* at; absl::Duration want; } rows[] = {
      {"0s", absl::ZeroDuration()}, {"1h30m", absl::Minutes(90)}, {"2d 6h", absl::Hours(54)}, {"day 1", absl::ZeroDuration()}, {"day 3 09:00", absl::Hours(57)},
      {"2026-01-07", absl::Hours(48)}, {"2026-01-07 09:30", absl::Minutes(57 * 60 + 30)},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.at) {
    const RuleTest test = OneTest(Load(kCpu, "{values: 40%}", absl::StrCat("{at: ", row.at, ", state: inactive}")));
    BOOST_TEST((*test.expect[0].at - start == row.want));
  }
  for (const char* wrong : {"day 0", "day 3 25:00", "day three", "-1h", "tomorrow", "2026-13-01", "2025-12-31"})
    BOOST_TEST(Codes(Load(kCpu, "{values: 40%}", absl::StrCat("{at: \"", wrong, "\", state: inactive}"))) == "R504:rules.yaml:10", wrong);
}

BOOST_AUTO_TEST_CASE(a_test_file_is_about_rules_in_other_files) {
  const std::string tests = "apiVersion: rules/v1\nrules: [costs.yaml, ../shop/cpu.yaml]\ntests:\n  - name: one\n    alert: Cpu\n    series: [{values: 40% for 1h}]\n    expect: []\n";
  const LoadedRules loaded = LoadAll({{"shop/all_test.yaml", tests}, {"shop/costs.yaml", kSpend}, {"./shop/cpu.yaml", kCpu}});
  const RuleTest test = OneTest(loaded);
  BOOST_TEST(loaded.rules->rules.size() == 2u);
  BOOST_TEST(test.alert == "Cpu");
  BOOST_TEST(test.files == (std::vector<std::string>{"shop/costs.yaml", "./shop/cpu.yaml"}), boost::test_tools::per_element());
  BOOST_TEST(test.series[0].series.metric == "aws.rds.cpu_utilization");
  BOOST_TEST(RuleFilesOf({"shop/all_test.yaml", tests}) == (std::vector<std::string>{"shop/costs.yaml", "shop/cpu.yaml"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_test_file_that_is_wrong_is_told_so) {
  const auto file = [](const std::string& rest) { return SourceFile{"all_test.yaml", absl::StrCat("apiVersion: rules/v1\n", rest)}; };
  const char* one = "tests: [{name: one, series: [{values: 40% for 1h}], expect: []}]\n";
  const SourceFile cpu{"cpu.yaml", kCpu}, spend{"costs.yaml", kSpend}, broken{"broken.yaml", "apiVersion: rules/v1\nrules:\n  - alert: A\n"};
  const struct { const char* what; std::vector<SourceFile> files; const char* want; } rows[] = {
      {"a file that was not read", {file(absl::StrCat("rules: [cpus.yaml]\n", one)), cpu}, "R506:all_test.yaml:2"},
      {"no rules", {file(one), cpu}, "R103:all_test.yaml:1"},
      {"rules that are none", {file(absl::StrCat("rules: []\n", one)), cpu}, "R506:all_test.yaml:2"},
      {"which of two rules", {file(absl::StrCat("rules: [cpu.yaml, costs.yaml]\n", one)), cpu, spend}, "R502:all_test.yaml:3"},
      {"nobody's alert", {file("rules: [cpu.yaml]\ntests: [{name: one, alert: Nobody, series: [], expect: []}]\n"), cpu}, "R505:all_test.yaml:3"},
      {"a list", {{"all_test.yml", "- one\n"}, cpu}, "R104:all_test.yml:1"},
      {"empty", {{"all_test.yml", ""}, cpu}, "R110:all_test.yml:1"},
      {"about a file with errors: these are enough", {file(absl::StrCat("rules: [broken.yaml]\n", one)), broken}, "R103:broken.yaml:3"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const LoadedRules loaded = LoadAll(row.files);
    BOOST_TEST(Codes(loaded) == row.want);
    BOOST_TEST(loaded.tests.empty());
  }
}

BOOST_AUTO_TEST_CASE(tests_are_no_part_of_what_a_rule_means) {
  const LoadedRules with = Load(kCpu, "{values: 40%}"), without = LoadAll({{"rules.yaml", kCpu}});
  BOOST_TEST(with.rules->rules[0]->revision == without.rules->rules[0]->revision);
  BOOST_TEST(without.tests.empty());
}

BOOST_AUTO_TEST_SUITE_END()
