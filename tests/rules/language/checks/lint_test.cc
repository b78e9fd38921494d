// What each lint says is in tests/diagnostics/lint_*; here is what it keeps silent about.
#include "rules/language/checks/lint.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

using namespace nephoscope;

namespace {

std::string FileOf(const std::string& lines) { return "apiVersion: rules/v1\nrules:\n" + lines; }

std::string Codes(std::vector<std::string> texts, absl::CivilDay today = absl::CivilDay(2026, 8, 1)) {
  std::vector<SourceFile> files;
  for (const std::string& text : texts) files.push_back({"file" + std::to_string(files.size()) + ".yaml", text});
  const LoadedRules loaded = LoadRules(files);
  std::string out = HasErrors(loaded.diagnostics) ? RenderDiagnostics(loaded.diagnostics, files, false) : "";
  for (const Diagnostic& one : LintRules(*loaded.rules, files, today)) out += (out.empty() ? "" : " ") + one.code;
  return out;
}

const char* const kQueue = "    kind: threshold\n    watch: {metric: queue_length, by: [queue]}\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(lint_test)

BOOST_AUTO_TEST_CASE(what_is_meant_is_left_alone) {
  const std::string queue = kQueue;
  const struct { const char* what; std::string rules; } rows[] = {
      {"a metric whose rhythm is not known", "  - alert: A\n" + queue + "    when: {above: 80, for: 1s}\n"},
      {"twice the rhythm", "  - alert: A\n    kind: threshold\n    watch: {metric: aws.rds.cpu_utilization, by: [db_instance]}\n    when: {above: 80%, for: 15m}\n"},
      {"recovery at a distance", "  - alert: A\n" + queue + "    when: {above: 80}\n    recover: {below: 70}\n"},
      {"recovery of exactly nothing", "  - alert: A\n" + queue + "    when: {equals: 0}\n    recover: {above: 0}\n"},
      {"lag may be below nothing", "  - alert: A\n    kind: threshold\n    watch: {metric: aws.rds.replica_lag, by: [db_instance]}\n    when: {below: 0}\n"},
      {"money may be below nothing", "  - alert: A\n    kind: threshold\n    watch: {cost: billed, by: [account]}\n    when: {below: 0 USD}\n"},
      {"one number, two urgencies, in two rules", "  - alert: A\n" + queue + "    when: {above: 80}\n  - alert: B\n" + queue + "    when: {above: 90}\n    severity: critical\n    runbook: https://wiki.example.com/b\n"},
      {"a new version in shadow", "  - alert: A\n" + queue + "    when: {above: 80}\n  - alert: B\n" + queue + "    when: {above: 80}\n    mode: shadow\n"},
      {"a rule that is off", "  - alert: A\n" + queue + "    when: {above: 80}\n    severity: critical\n    mode: off\n"},
      {"other series", "  - alert: A\n" + queue + "    when: {above: 80}\n  - alert: B\n    kind: threshold\n    watch: {metric: queue_length, by: [queue], where: {env: dev}}\n    when: {above: 80}\n"},
      {"budgets of other groups", "  - alert: A\n    kind: budget\n    watch: {cost: billed, by: [team]}\n    budget: {amounts: {a: 1 USD}}\n    when: {forecast: 100%}\n"
                                  "  - alert: B\n    kind: budget\n    watch: {cost: billed, by: [team]}\n    budget: {amounts: {b: 1 USD}}\n    when: {forecast: 100%}\n"},
      {"budgets of other periods", "  - alert: A\n    kind: budget\n    watch: {cost: billed}\n    budget: {amount: 1 USD}\n    when: {forecast: 100%}\n"
                                   "  - alert: B\n    kind: budget\n    watch: {cost: billed}\n    budget: {amount: 9 USD, period: year}\n    when: {forecast: 100%}\n"},
      {"a part of a composite", "  - alert: A\n" + queue + "    when: {above: 80}\n    notify: []\n  - alert: B\n    kind: threshold\n    watch: {metric: load, by: [queue]}\n    when: {above: 8}\n"
                                "  - alert: C\n    kind: composite\n    all_of: [A, B]\n    same: [queue]\n"},
      {"an annotation with the runbook", "  - alert: A\n" + queue + "    when: {above: 80}\n    severity: critical\n    annotations: {runbook_url: https://wiki.example.com/a}\n"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(Codes({FileOf(row.rules)}) == ""); }
}

// Amounts that stand in a table are amounts as any others.
BOOST_AUTO_TEST_CASE(budgets_whose_amounts_stand_in_tables_overlap_as_well) {
  const auto codes = [](const std::string& table, const std::string& budget) {
    const SourceFile files[] = {{"a.yaml", FileOf("  - alert: A\n    kind: budget\n    watch: {cost: billed, by: [team]}\n    budget: {amounts_from: a.csv}\n    when: {forecast: 100%}\n"
                                                  "  - alert: B\n    kind: budget\n    watch: {cost: effective, by: [team]}\n    budget: " + budget + "\n    when: {forecast: 100%}\n")},
                                {"a.csv", "team,amount\n" + table}, {"b.csv", "team,amount\nads,7 USD\n"}};
    const LoadedRules loaded = LoadRules(files);
    std::string out = HasErrors(loaded.diagnostics) ? RenderDiagnostics(loaded.diagnostics, files, false) : "";
    for (const Diagnostic& one : LintRules(*loaded.rules, files, absl::CivilDay(2026, 8, 1))) out += one.code + " " + one.message;
    return out;
  };
  BOOST_TEST(codes("shop,9 USD\nads,9 USD\n", "{amounts_from: b.csv}") == "L405 B and A are budgets of the same spending (ads): it counts in both");
  BOOST_TEST(codes("shop,9 USD\n", "{amounts_from: b.csv}") == "");
  BOOST_TEST(codes("shop,9 USD\n", "{amounts: {shop: 1 USD}}") == "L405 B and A are budgets of the same spending (shop): it counts in both");
  BOOST_TEST(codes("shop,9 USD\n", "{amounts: {ads: 1 USD}, everyone_else: 1 USD}") == "L405 B and A are budgets of the same spending (shop): it counts in both");
}

BOOST_AUTO_TEST_CASE(burn_rates_that_cannot_be_reached_are_told) {
  const struct { const char *slo, *burn, *codes, *says; } rows[] = {
      {"{objective: 50%}", "standard", "L413", "never spent more than 2 times too fast"},
      {"{objective: 90%}", "standard", "L413", "this never fires (14.4)"},
      {"{objective: 95%}", "standard", "", ""},
      {"{objective: 90%}", "[{burn: 10, long: 1h, short: 5m, severity: warning}]", "", ""},
      {"{objective: 90%}", "[{burn: 11, long: 1h, short: 5m, severity: warning}, {burn: 2, long: 6h, short: 30m, severity: info}]", "L413", "this never fires (11)"},
      {"{objective: 90%}", "[{burn: 11, long: 1h, short: 5m, severity: warning}]", "L413", "no level can fire (11)"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.slo << " " << row.burn) {
    const std::string text = absl::StrCat("apiVersion: rules/v1\nrules:\n  - alert: A\n    kind: slo\n    runbook: https://a.example.com\n    watch: {good: {metric: ok}, total: {metric: all}}\n    slo: ", row.slo, "\n    burn_alerts: ", row.burn, "\n");
    const SourceFile file{"r.yaml", text};
    const LoadedRules loaded = LoadRules({&file, 1});
    BOOST_REQUIRE(loaded.diagnostics.empty());
    std::string codes, said;
    for (const Diagnostic& one : LintRules(*loaded.rules, {&file, 1}, absl::CivilDay(2026, 1, 5))) absl::StrAppend(&codes, one.code), absl::StrAppend(&said, one.message);
    BOOST_TEST(codes == row.codes);
    BOOST_TEST(absl::StrContains(said, row.says), said);
  }
}

BOOST_AUTO_TEST_CASE(percentages_in_expressions_are_not_shares) {
  const struct { const char *expr, *codes; } rows[] = {
      {"aws.rds.cpu_utilization > 0.8", "L412"},
      {"0.8 < aws.rds.cpu_utilization", "L412"},
      {"aws.rds.cpu_utilization > 1", "L412"},
      {"max by (account) (avg_over_time(aws.rds.cpu_utilization[1h])) >= 0.8", "L412"},
      {"load > 0.8 and aws.rds.cpu_utilization > 0.5", "L412"},
      {"aws.rds.cpu_utilization > 1.5", ""},
      {"aws.rds.cpu_utilization == 0", ""},
      {"load > 0.8", ""},
      {"aws.rds.database_connections > 0.8", ""},
      {"stddev_over_time(aws.rds.cpu_utilization[1h]) < 0.1", ""},
      {"aws.rds.cpu_utilization / 100 > 0.8", ""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.expr) { BOOST_TEST(Codes({FileOf(std::string("  - alert: A\n    kind: expr\n    expr: '") + row.expr + "'\n")}) == row.codes); }
}

BOOST_AUTO_TEST_CASE(a_default_owner_is_an_owner) {
  const std::string check = "  - alert: A\n    kind: health_check\n    check: {http: \"https://shop.example.com\"}\n    when: {failures: 3}\n";
  BOOST_TEST(Codes({FileOf(check)}) == "L410");
  BOOST_TEST(Codes({"apiVersion: rules/v1\nownership:\n  - default: {owner: cloud}\n", FileOf(check)}) == "");
}

BOOST_AUTO_TEST_CASE(rules_are_compared_over_files) {
  const std::string queue = kQueue;
  BOOST_TEST(Codes({FileOf("  - alert: A\n" + queue + "    when: {above: 80}\n"), FileOf("  - alert: B\n" + queue + "    when: {above: 80}\n")}) == "L404");
}

BOOST_AUTO_TEST_CASE(a_comment_turns_a_lint_off_until_its_day_is_over) {
  const std::string rule = FileOf("  - alert: A\n" + std::string(kQueue) + "    when: {above: 80}\n    severity: critical  # check: off L409 until 2026-08-01 is being written\n");
  BOOST_TEST(Codes({rule}, absl::CivilDay(2026, 8, 1)) == "");
  BOOST_TEST(Codes({rule}, absl::CivilDay(2026, 8, 2)) == "L409");
}

BOOST_AUTO_TEST_CASE(of_one_file_fifty_are_told) {
  std::string rules;
  for (int i = 0; i < 200; ++i) rules += "  - {alert: A" + std::to_string(i) + ", kind: threshold, watch: {metric: m" + std::to_string(i) + "}, when: {above: 1}, notify: []}\n";
  const std::string codes = Codes({FileOf(rules)});
  BOOST_TEST(std::count(codes.begin(), codes.end(), 'L') == 50);
  BOOST_TEST(codes.substr(codes.size() - 4) == "R026");
}

BOOST_AUTO_TEST_CASE(names_in_settings_are_those_of_rules) {
  const std::string rule = "  - {alert: Load, kind: threshold, watch: {metric: load, by: [host]}, when: {above: 5}, labels: {topic: web}}\n";
  const auto settings = [](const std::string& where) { return "maintenance:\n  - {name: patching, where: {" + where + "}, from: 2026-12-24 18:00, to: 2026-12-25 08:00, timezone: UTC}\n"; };
  const struct { const char* what; const char* where; const char* codes; } rows[] = {
      {"a label of by", "host: a", ""},
      {"a label of labels", "topic: web", ""},
      {"an alert", "alert: Load", ""},
      {"no such alert", "alert: Laod", "L420"},
      {"one of two", "alert: [Load, Laod]", "L420"},
      {"alerts that fit", "alert: \"L*\"", ""},
      {"alerts of which none fits", "alert: \"X*\"", "L420"},
      {"what is left out need not be there", "alert: {not: Laod}", ""},
      {"no such label", "hots: a", "L420"},
      {"no such kind", "kind: budgets", "L420"},
      {"no such severity", "severity: high", "L420"},
  };
  for (const auto& row : rows) BOOST_TEST(Codes({FileOf(rule) + settings(row.where)}) == row.codes, row.what);
  // Of settings that are checked alone nobody can say.
  BOOST_TEST(Codes({"apiVersion: rules/v1\n" + settings("hots: a")}) == "");
  BOOST_TEST(Codes({FileOf(rule) + "inhibit_rules:\n  - {name: gone, source: {alert: Load}, target: {alert: Lod}, equal: [hots]}\n"}) == "L420 L420");
}

BOOST_AUTO_TEST_CASE(who_is_notified_is_somebody) {
  const auto load = [](const std::string& more) {
    const SourceFile file{"rules.yaml", FileOf("  - {alert: Load, kind: threshold, watch: {metric: load, by: [host]}, when: {above: 5}, notify: [slack]}\n") + more};
    const LoadedRules loaded = LoadRules({&file, 1});
    return loaded.diagnostics.empty() ? std::string() : loaded.diagnostics[0].code + " " + loaded.diagnostics[0].message;
  };
  BOOST_TEST(load("") == "R607 nobody is called \"slack\": add receivers: {slack: {}} at the beginning of a line, or write owner");
  BOOST_TEST(load("receivers: {slack: {}}\n") == "");
  BOOST_TEST(load("receivers: {slak: {}}\n") == "R607 there is no receiver \"slack\" in receivers");
}

BOOST_AUTO_TEST_SUITE_END()
