#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "rules/importing/importing.h"
#include "tests/paths.h"
#include "tests/rules/importing/import_helpers.h"

using namespace nephoscope;

namespace {

Imported Import(const std::string& rule) {
  static std::vector<std::unique_ptr<SourceFile>> files;
  files.push_back(std::make_unique<SourceFile>(SourceFile{"p.yml", absl::StrCat("groups:\n  - name: g\n    rules:\n", rule)}));
  return ImportPrometheus({files.back().get(), 1});
}
Imported ImportExpr(const std::string& expr, const std::string& more = "") { return Import(absl::StrCat("      - alert: A\n        expr: '", expr, "'\n", more)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(prometheus_test)

BOOST_AUTO_TEST_CASE(rules_stay_expressions_in_our_names) {
  const Imported made = Import(
      "      - alert: Hot\n        expr: aws_rds_cpuutilization_average{dimension_DBInstanceIdentifier=\"orders\"} > 80\n        for: 1h30m\n"
      "        labels: {severity: page, team: db}\n        annotations:\n          summary: \"{{ $labels.dimension_DBInstanceIdentifier }} at {{ $value | humanize }}\"\n"
      "          runbook_url: https://wiki.example.com/hot\n          dashboard: costs $5\n");
  BOOST_TEST(RulesOf(made) ==
             "apiVersion: rules/v1\nrules:\n  # Hot (p.yml:4)\n  # note: aws_rds_cpuutilization_average is aws.rds.cpu_utilization here\n  # note: the severity page is critical here\n"
             "  - alert: Hot\n    kind: expr\n    expr: \"aws.rds.cpu_utilization{db_instance=\\\"orders\\\"} > 80\"\n    for: 90m\n    severity: critical\n    labels: {team: db}\n"
             "    summary: \"${db_instance} at ${value}\"\n    runbook: \"https://wiki.example.com/hot\"\n    annotations:\n      dashboard: \"costs $$5\"\n");
  BOOST_TEST(Sentences(made) == "Hot: Critical when aws.rds.cpu_utilization{db_instance=\"orders\"} > 80 is true for 90 minutes. One alert for each series.\n");
}

BOOST_AUTO_TEST_CASE(what_never_comes_is_a_rule_of_silence) {
  const Imported made = ImportExpr("absent(up{job=\"x\"})", "        for: 5m\n        labels: {severity: critical}\n");
  BOOST_TEST(absl::StrContains(RulesOf(made), "kind: absence\n    watch: {metric: up, where: {job: x}, by: [job]}\n    expected: seen in the last 30d\n    when: {no_data_for: 5m}\n    severity: critical\n"), RulesOf(made));
  BOOST_TEST(HasNote(made.items[0], "never was"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_said_is_refused_with_a_reason) {
  const struct { const char* expr; const char* says; } rows[] = {
      {"histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m]))) > 1", "histogram_quantile() is not supported here; write"},
      {"x * on (a) group_left (b) y > 1", "group_left is not supported here"},
      {"x >", "the expression ends"},
      {"aws_rds_nonsense_average > 1", "is not in the catalogue"},
      {"azurerm_resource_metric{metric=\"Percentage CPU\"} > 1", "is not in the catalogue"},
      {"topk(3, x) > 1", "picks alerts"},
      {"sum(x)", "always fire"},
      {"x > 1 and on (a) y > 2", "several of them together; give the whole result these labels: max by (a)"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.expr) {
    const Imported made = ImportExpr(row.expr);
    BOOST_TEST(made.items[0].rules.empty());
    BOOST_TEST(absl::StrContains(made.items[0].refusal, row.says), made.items[0].refusal);
  }
  BOOST_TEST(absl::StrContains(Import("      - record: a:b\n        expr: sum(x)\n").items[0].refusal, "recording rule"));
}

BOOST_AUTO_TEST_CASE(texts_keep_what_has_a_counterpart) {
  const struct { const char* text; const char* want; } rows[] = {
      {"{{ $labels.host }} {{$value}}", "${host} ${value}"},
      {"{{ $value | humanizePercentage }}", "${value | percent}"},
      {"{{ printf `%.2f` $value }} of ${x}", "${value} of $${x}"},
      {"{{ $labels.zone }}.", "."},
      {"{{ query `up` | first }}.", "."},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    const Imported made = ImportExpr("sum by (host) (x) > 1", absl::StrCat("        annotations: {summary: \"", row.text, "\"}\n"));
    BOOST_TEST(absl::StrContains(RulesOf(made), absl::StrCat("summary: \"", row.want, "\"\n")), RulesOf(made) << ReportOf(made));
  }
}

BOOST_AUTO_TEST_CASE(rules_in_the_wild_are_read) {
  const std::filesystem::path folder = std::filesystem::path(SharedDir()) / "data/prometheus-rules/rules";
  if (!std::filesystem::is_directory(folder)) {
    std::cout << "skipped: " << folder << " is not there\n";
    return;
  }
  std::vector<SourceFile> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".yml") continue;
    std::ifstream in(entry.path());
    files.push_back({entry.path().string(), std::string(std::istreambuf_iterator<char>(in), {})});
  }
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  const Imported made = ImportPrometheus(files);
  int parsed = 0, converted = 0;
  for (const ImportedItem& item : made.items) {
    BOOST_TEST(item.converted() == !item.rules.empty());
    converted += item.converted();
    parsed += item.converted() || !absl::StrContains(item.refusal, "is not supported here");
    if (!item.converted()) std::cout << "  refused: " << item.name << ": " << item.refusal << "\n";
  }
  std::cout << "of " << made.items.size() << " alert rules " << parsed << " are within our subset of PromQL, " << converted << " are converted\n";
  BOOST_TEST(made.diagnostics.empty());
  BOOST_TEST(made.items.size() >= 600);
  BOOST_TEST(parsed * 100 >= static_cast<int>(made.items.size()) * 90);
  BOOST_TEST(converted * 100 >= static_cast<int>(made.items.size()) * 80);
  const SourceFile all{"imported.yaml", RulesOf(made)};
  const LoadedRules loaded = LoadRules({&all, 1});
  BOOST_TEST(!HasErrors(loaded.diagnostics), RenderDiagnostics(loaded.diagnostics, {&all, 1}, false).substr(0, 2000));
  BOOST_TEST(loaded.rules->rules.size() == static_cast<std::size_t>(converted));
}

BOOST_AUTO_TEST_SUITE_END()
