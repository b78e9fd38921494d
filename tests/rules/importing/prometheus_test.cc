#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "rules/importing/importing.h"
#include "rules/importing/rule_lines.h"
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

// "a:b = sum(x); c:d = y {label=value}" and an alert.
Imported ImportRecorded(const char* records, const char* expr) {
  std::string rules;
  for (absl::string_view one : absl::StrSplit(records, "; ")) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(one, absl::MaxSplits(" = ", 1));
    const std::size_t label = parts.second.find(" {");
    absl::StrAppend(&rules, "      - record: \"", parts.first, "\"\n        expr: '", parts.second.substr(0, label), "'\n");
    if (label == absl::string_view::npos) continue;
    const std::pair<absl::string_view, absl::string_view> pair = absl::StrSplit(parts.second.substr(label + 2, parts.second.size() - label - 3), '=');
    absl::StrAppend(&rules, "        labels: {", pair.first, ": ", pair.second, "}\n");
  }
  return Import(absl::StrCat(rules, "      - alert: A\n        expr: '", expr, "'\n"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(prometheus_test)

BOOST_AUTO_TEST_CASE(what_prometheus_would_refuse_is_refused_with_the_reason) {
  const struct { const char *more, *why; } rows[] = {
      {"for: 5 minutes", "for: 5 minutes is no duration"},
      {"for: -5m", "for: -5m is no duration"},
      {"keep_firing_for: banana", "keep_firing_for: banana is no duration"},
      {"for: [5m]", "is no duration"},
      {"fr: 5m", "the key fr, which rules of Prometheus do not have; did you mean for?"},
  };
  for (const auto& row : rows) {
    const Imported got = ImportExpr("up == 0", absl::StrCat("        ", row.more, "\n"));
    BOOST_TEST_CONTEXT(ReportOf(got)) {
      BOOST_TEST(absl::StrContains(got.items.at(0).refusal, row.why));
      BOOST_TEST(RulesOf(got) == "");
    }
  }
  const Imported short_one = Import("      - alert: A\n        expr: up == 0\n        for: 500ms\n");
  BOOST_TEST(absl::StrContains(RulesOf(short_one), "    for: 500ms\n"), RulesOf(short_one));
  for (const char* good : {"for: 0s", "for: 1h30m", "keep_firing_for: 10m", "for:"})
    BOOST_TEST(ImportExpr("up == 0", absl::StrCat("        ", good, "\n")).items.at(0).refusal == "");
}

BOOST_AUTO_TEST_CASE(rules_stay_expressions_in_our_names) {
  const Imported made = Import(
      "      - alert: Hot\n        expr: aws_rds_cpuutilization_average{dimension_DBInstanceIdentifier=\"orders\"} > 80\n        for: 1h30m\n"
      "        labels: {severity: page, team: db}\n        annotations:\n          summary: \"{{ $labels.dimension_DBInstanceIdentifier }} at {{ $value | humanize }}\"\n"
      "          runbook_url: https://wiki.example.com/hot\n          dashboard: costs $5\n");
  BOOST_TEST(RulesOf(made) ==
             "apiVersion: rules/v1\nrules:\n  # Hot (p.yml:4)\n  # note: aws_rds_cpuutilization_average is aws.rds.cpu_utilization here\n  # note: the severity page is critical here\n"
             "  - alert: Hot\n    kind: expr\n    expr: \"aws.rds.cpu_utilization{db_instance=\\\"orders\\\"} > 80\"\n    for: 90m\n    severity: critical\n    labels: {team: db}\n"
             "    summary: \"${db_instance} at ${value}\"\n    runbook: \"https://wiki.example.com/hot\"\n    annotations:\n      dashboard: \"costs $$5\"\n");
  BOOST_TEST(Sentences(made) == "Hot: Critical when aws.rds.cpu_utilization{db_instance=\"orders\"} > 80 is true for 90 minutes. One alert for each series. Its alerts carry the label team: db.\n");
}

BOOST_AUTO_TEST_CASE(what_never_comes_is_a_rule_of_silence) {
  const Imported made = ImportExpr("absent(up{job=\"x\"})", "        for: 5m\n        labels: {severity: critical}\n");
  BOOST_TEST(absl::StrContains(RulesOf(made), "kind: absence\n    watch: {metric: up, where: {job: x}, by: [job]}\n    expected: seen in the last 30d\n    when: {no_data_for: 5m}\n    severity: critical\n"), RulesOf(made));
  BOOST_TEST(HasNote(made.items[0], "never was"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_said_is_refused_with_a_reason) {
  const struct { const char* expr; const char* says; } rows[] = {
      {"max_over_time(x[1h:5m]) > 1", "a subquery is not supported here; write"},
      {"x >", "the expression ends"},
      {"topk(3, x) > 1", "picks alerts"},
      {"sum(x)", "always fire"},
      {"x > 1 and absent(y)", "speaks of series that are not there"},
      {"absent(rate(x[5m]))", "write a rule of the kind absence for each metric"},
      {"absent(x{a!~\"b\"})", "asks something of the label a"},
      {"sum by (a) (label_replace(x, \"a\", \"$1\", \"b\", \"(.*)\")) > 1", "could not be told apart"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.expr) {
    const Imported made = ImportExpr(row.expr);
    BOOST_TEST(made.items[0].rules.empty());
    BOOST_TEST(absl::StrContains(made.items[0].refusal, row.says), made.items[0].refusal);
  }
}

BOOST_AUTO_TEST_CASE(joins_and_histograms_are_converted) {
  const char* rows[] = {
      "histogram_quantile(0.9, sum by (le, job) (rate(x_bucket[5m]))) > 1",
      "x > 1 and on (a) y > 2",
      "x > 1 unless on (a) y",
      "x > 1 and ignoring (b) y > 2",
      "x * on (instance) group_left (nodename) node_uname_info > 1",
      "node_uname_info * on (instance) group_right (nodename) x > 1",
      "(count(x) or vector(0)) < 1",
      "x > 1 and on () hour() > 8",
      "label_replace(x, \"host\", \"$1\", \"instance\", \"(.*):.*\") > 1",
  };
  for (const char* row : rows) BOOST_TEST_CONTEXT(row) {
    const Imported made = ImportExpr(row);
    BOOST_TEST(made.items[0].converted(), made.items[0].refusal);
    BOOST_TEST(made.items[0].rules.size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_default_for_what_is_not_there_is_noted) {
  BOOST_TEST(HasNote(ImportExpr("(count(x) or vector(0)) < 1").items[0], "add a rule of the kind absence"));
  BOOST_TEST(ImportExpr("count(x) < 1").items[0].notes.empty());
}

BOOST_AUTO_TEST_CASE(texts_may_name_labels_that_come_from_another_metric) {
  const Imported made = ImportExpr("sum by (instance) (x) * on (instance) group_left (nodename) node_uname_info > 1",
                                   "        annotations: {summary: \"{{ $labels.nodename }} {{ $labels.instance }} {{ $labels.zone }}\"}\n");
  BOOST_TEST(absl::StrContains(RulesOf(made), "summary: \"${nodename} ${instance} \"\n"), RulesOf(made) << ReportOf(made));
}

BOOST_AUTO_TEST_CASE(the_same_metric_with_another_statistic_is_noted) {
  const struct { const char *metric, *ours, *says; } rows[] = {
      {"aws_rds_free_storage_space_average", "aws.rds.free_storage_space", "here it is the minimum of each minute, not the average"},
      {"aws_sqs_approximate_number_of_messages_visible_average", "aws.sqs.messages_visible", "here it is the maximum of each minute, not the average"},
      {"aws_rds_cpuutilization_maximum", "aws.rds.cpu_utilization", "here it is the average of each minute, not the maximum"},
      {"aws_rds_cpuutilization_p99", "aws.rds.cpu_utilization", "not the p99"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.metric) {
    const Imported made = ImportExpr(absl::StrCat(row.metric, " > 5"));
    BOOST_TEST(absl::StrContains(RulesOf(made), absl::StrCat("expr: \"", row.ours, " > 5\"")), RulesOf(made) << ReportOf(made));
    BOOST_TEST(HasNote(made.items[0], row.says), ReportOf(made));
  }
}

BOOST_AUTO_TEST_CASE(metrics_of_exporters_that_nobody_knows_keep_their_names) {
  for (const char* metric : {"aws_rds_cpu_nonsense_average", "aws_rds_cpu_utilization_sample_count", "stackdriver_gce_instance_cpu_nonsense",
                             "azurerm_resource_metric{metric=\"Percentage CPU\"}"}) BOOST_TEST_CONTEXT(metric) {
    const Imported made = ImportExpr(absl::StrCat(metric, " > 5"));
    BOOST_TEST(made.items[0].converted(), ReportOf(made));
    BOOST_TEST(HasNote(made.items[0], "is not in the catalogue (nephoscope metrics), so it keeps its name"), ReportOf(made));
    BOOST_TEST(HasNote(made.items[0], "most like it: "), ReportOf(made));
  }
}

BOOST_AUTO_TEST_CASE(rules_are_found_in_what_they_are_wrapped_in) {
  const std::string group = "- name: a\n  rules:\n  - {alert: A, expr: up == 0}\n", second = "- name: b\n  rules:\n  - {alert: B, expr: up == 0}\n";
  const auto indented = [](const std::string& text, const std::string& by) { return by + absl::StrReplaceAll(text.substr(0, text.size() - 1), {{"\n", "\n" + by}}) + "\n"; };
  const std::string resource = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: p}\nspec:\n  groups:\n";
  const struct { const char* what; std::string text; int rules; const char* place; } rows[] = {
      {"a rule file", "groups:\n" + group + second, 2, "p.yml:4"},
      {"groups alone", group, 1, "p.yml:3"},
      {"PrometheusRule", resource + indented(group, "  "), 1, "p.yml:8"},
      {"List", "apiVersion: v1\nkind: List\nitems:\n- " + indented(resource + indented(group, "  "), "  ").substr(2), 1, "p.yml:11"},
      {"two documents", "groups:\n" + group + "---\ngroups:\n" + second, 2, "p.yml:4"},
      {"documents with marks and comments", "# of us\n---\ngroups:\n" + group + "--- # next\ngroups:\n" + second + "---\n# nothing\n", 2, "p.yml:6"},
      {"another object between", "kind: Namespace\nmetadata: {name: x}\n---\n" + resource + indented(group, "  "), 1, "p.yml:11"},
      {"ConfigMap", "kind: ConfigMap\ndata:\n  a.yml: |\n    groups:\n" + indented(group, "    ") + "  b.yml: |\n    groups:\n" + indented(second, "    "), 2, "p.yml:7"},
      {"ConfigMap in a list in JSON", "{\"items\": [{\"kind\": \"ConfigMap\", \"data\": {\"a\": \"groups:\\n- name: a\\n  rules:\\n  - {alert: A, expr: up == 0}\\n\"}}]}", 1, "p.yml:5"},
      {"Helm values", "additionalPrometheusRulesMap:\n  mine:\n    groups:\n" + indented(group, "    "), 1, "p.yml:6"},
      {"the answer of the API", "{\"status\": \"success\", \"data\": {\"groups\": [{\"name\": \"g\", \"rules\": [{\"type\": \"alerting\", \"name\": \"A\", \"query\": \"up == 0\", \"duration\": 300}]}]}}", 1, "p.yml:1"},
  };
  // Field case 16.
  const SourceFile two{"two.yaml", "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up == 0\n---\ngroups:\n- name: b\n  rules:\n  - alert: B\n    expr: up == 0\n"};
  BOOST_TEST(absl::StrContains(ReportOf(ImportPrometheus({&two, 1})), "two.yaml:4 A: converted\ntwo.yaml:10 B: converted\n2 converted"));
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const SourceFile file{"p.yml", row.text};
    const Imported made = ImportPrometheus({&file, 1});
    BOOST_TEST(made.diagnostics.empty(), RenderDiagnostics(made.diagnostics, {&file, 1}, false));
    BOOST_TEST_REQUIRE(made.items.size() == static_cast<std::size_t>(row.rules));
    BOOST_TEST(made.items[0].place == row.place);
    for (const ImportedItem& item : made.items) BOOST_TEST(item.converted(), item.refusal);
  }
  const SourceFile api{"p.yml", rows[10].text}, role{"p.yml", "kind: Role\nrules:\n- apiGroups: [x]\n"};
  BOOST_TEST(absl::StrContains(RulesOf(ImportPrometheus({&api, 1})), "    for: 5m\n"));
  BOOST_TEST(ImportPrometheus({&role, 1}).diagnostics.size() == 1u);
}

BOOST_AUTO_TEST_CASE(recording_rules_are_written_into_the_alerts_that_use_them) {
  const struct { const char *records, *expr, *want; } rows[] = {
      {"a:b = sum by (job) (rate(x[5m]))", "a:b > 1", "(sum by (job) (rate(x[5m]))) > 1"},
      {":a:b = sum by (job) (rate(x[5m]))", ":a:b > 1", "(sum by (job) (rate(x[5m]))) > 1"},
      {"a:b = sum by (job) (rate(x[5m]))", "a:b{job=\"j\"} > 1", "(sum by (job) (rate(x{job=\"j\"}[300s]))) > 1"},
      {"a:b = sum by (job) (rate(x{c=\"d\"}[5m]))", "a:b{job=~\"j.*\",job!=\"jj\"} > 1", "(sum by (job) (rate(x{c=\"d\",job=~\"j.*\",job!=\"jj\"}[300s]))) > 1"},
      {"a:b = sum by (job) (rate(x[5m]))", "a:b{zone=\"\"} > 1", "(sum by (job) (rate(x[5m]))) > 1"},
      {"a:b = sum by (job) (rate(x[5m]))", "a:b offset 1h > 1", "(sum by (job) (rate(x[300s] offset 3600s))) > 1"},
      {"a:b = x", "rate(a:b{j=\"k\"}[5m]) > 1", "rate(x{j=\"k\"}[300s]) > 1"},
      {"a:b = x + y; c:d = a:b / 2", "c:d > 1", "((x + y) / 2) > 1"},
      {"a:b = x and on (j) y", "a:b{k=\"l\"} > 1", "(x{k=\"l\"} and on (j) y) > 1"},
      {"a:b = x * on (j) group_left (k) y", "a:b{k=\"l\"} > 1", "(x * on (j) group_left (k) y{k=\"l\"}) > 1"},
      {"a:b = x {v=w}", "a:b > 1", "label_replace(x, \"v\", \"w\", \"\", \"\") > 1"},
      {"a:b = x {v=w}; a:b = y {v=u}", "a:b{v=\"u\"} > 1", "label_replace(y, \"v\", \"u\", \"\", \"\") > 1"},
      {"a:b = x {v=w}; a:b = y {v=u}", "a:b > 1", "(label_replace(x, \"v\", \"w\", \"\", \"\") or label_replace(y, \"v\", \"u\", \"\", \"\")) > 1"},
      {"a:b = 1 - 0.9", "x > on () group_left a:b", "x > on () group_left vector(1 - 0.9)"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.records << " | " << row.expr) {
    const Imported made = ImportRecorded(row.records, row.expr);
    BOOST_TEST_REQUIRE(made.items.size() == 1u);
    BOOST_TEST(made.items[0].converted(), made.items[0].refusal);
    BOOST_TEST(absl::StrContains(RulesOf(made), absl::StrCat("expr: ", Quoted(row.want), "\n")), RulesOf(made));
    BOOST_TEST(HasNote(made.items[0], "written into the expression"));
    BOOST_TEST(absl::StrContains(ReportOf(made), "recording rule"));
  }
}

BOOST_AUTO_TEST_CASE(recording_rules_that_cannot_be_written_in_are_named) {
  const struct { const char *records, *expr, *says; } rows[] = {
      {"a:b = sum(rate(x[5m]))", "avg_over_time(a:b[1h]) > 1", "it looks at a window ([3600s]) of what the recording rule a:b makes"},
      {"a:b = sum(rate(x[5m]))", "a:b{job=\"j\"} > 1", "it asks for the label job of the recording rule a:b"},
      {"a:b = c:d; c:d = a:b", "a:b > 1", "is made of itself"},
      {"a:b = holt_winters(x[5m], 1, 2)", "a:b > 1", "whose expression cannot be brought over: holt_winters() is not supported here"},
      {"a:b = x {v=w}", "a:b{v=\"u\"} > 1", "no recording rule of a:b has the labels that are asked for"},
      {"a:b = time() - x", "a:b offset 1h > 1", "asks for the time itself"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.records << " | " << row.expr) {
    const Imported made = ImportRecorded(row.records, row.expr);
    BOOST_TEST(made.items[0].rules.empty());
    BOOST_TEST(absl::StrContains(made.items[0].refusal, row.says), made.items[0].refusal);
  }
}

BOOST_AUTO_TEST_CASE(absence_beside_other_things_becomes_rules_of_its_own) {
  const Imported either = ImportExpr("x{job=\"j\"} == 0 or absent(x{job=\"j\"})", "        for: 10m\n");
  BOOST_TEST(Sentences(either).find("A: ") == 0u, Sentences(either));
  BOOST_TEST(absl::StrContains(RulesOf(either), "- alert: A\n    kind: expr\n"), RulesOf(either));
  BOOST_TEST(absl::StrContains(RulesOf(either), "- alert: A2\n    kind: absence\n"), RulesOf(either));
  const Imported compared = ImportExpr("absent(up{job=~\"a.*\",c=\"d\"} == 1)");
  BOOST_TEST(absl::StrContains(RulesOf(compared), absl::StrCat("expr: ", Quoted("max by (c) (up{job=~\"a.*\",c=\"d\"} == bool 1) == 0"))), RulesOf(compared));
  BOOST_TEST(absl::StrContains(RulesOf(compared), "kind: absence"));
  const Imported over = ImportExpr("absent_over_time(x[1h])", "        for: 10m\n");
  BOOST_TEST(absl::StrContains(RulesOf(over), "no_data_for: 70m"), RulesOf(over));
  const Imported sides = ImportExpr("(sum by (a) (x)) / 2 > 1 or y > 2");
  BOOST_TEST(absl::StrContains(RulesOf(sides), "expr: \"(sum by (a) (x)) / 2 > 1\"\n"), RulesOf(sides) << ReportOf(sides));
  BOOST_TEST(absl::StrContains(RulesOf(sides), absl::StrCat("expr: ", Quoted("y > 2"), "\n")), RulesOf(sides));
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
  int converted = 0;
  for (const ImportedItem& item : made.items) {
    BOOST_TEST(item.converted() == !item.rules.empty());
    converted += item.converted();
    if (!item.converted()) std::cout << "  refused: " << item.name << ": " << item.refusal << "\n";
  }
  std::cout << "of " << made.items.size() << " alert rules " << converted << " are converted (" << 100.0 * converted / static_cast<double>(made.items.size()) << " %)\n";
  BOOST_TEST(made.diagnostics.empty());
  BOOST_TEST(made.items.size() >= 600);
  BOOST_TEST(converted * 100 >= static_cast<int>(made.items.size()) * 97);
  const SourceFile all{"imported.yaml", RulesOf(made)};
  const LoadedRules loaded = LoadRules({&all, 1});
  BOOST_TEST(!HasErrors(loaded.diagnostics), RenderDiagnostics(loaded.diagnostics, {&all, 1}, false).substr(0, 2000));
  BOOST_TEST(loaded.rules->rules.size() >= static_cast<std::size_t>(converted));
}

BOOST_AUTO_TEST_SUITE_END()
