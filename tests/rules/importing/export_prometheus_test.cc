#include "rules/importing/export_prometheus.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "rules/language/language.h"

using namespace nephoscope;

namespace {

ExportedRules Export(const std::string& rules) {
  const SourceFile file{"rules.yaml", "apiVersion: rules/v1\nrules:\n" + rules};
  const LoadedRules loaded = LoadRules({&file, 1});
  BOOST_TEST(loaded.diagnostics.empty(), RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
  return ExportPrometheus(*loaded.rules);
}

std::string RuleText(const std::string& name, const std::string& more = "") {
  return "  - alert: " + name + "\n    kind: threshold\n    watch: {cost: billed, by: [account]}\n    when: {above: 5 USD}\n" + more;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(export_prometheus_test)

BOOST_AUTO_TEST_CASE(one_alert_for_each_rule) {
  const ExportedRules got = Export(RuleText("DaySpend", "    runbook: https://wiki.example.com/spend\n"));
  BOOST_TEST(absl::StartsWith(got.text,
                              "groups:\n  - name: nephoscope\n    rules:\n"
                              "      - alert: 'DaySpend'\n"
                              "        expr: 'nephoscope_alert_active{alertname=\"DaySpend\"} == 1 unless on (alert_id) nephoscope_alert_suppressed'\n"
                              "        labels: {kind: threshold}\n"
                              "        annotations:\n"
                              "          summary: 'Warning when the billed cost is above 5 USD. One alert for each account. Without data, the alert stays as it is. The owner is notified.'\n"
                              "          runbook_url: 'https://wiki.example.com/spend'\n"
                              "  - name: nephoscope-health\n"));
  BOOST_TEST(got.report.empty());
}

BOOST_AUTO_TEST_CASE(names_are_quoted_for_both_languages) {
  const ExportedRules got = Export(RuleText("\"It's \\\"{{ $value }}\\\"\""));
  BOOST_TEST(absl::StrContains(got.text, "- alert: 'It''s \"{{ $value }}\"'\n"));
  BOOST_TEST(absl::StrContains(got.text, "{alertname=\"It''s \\\"{{ $value }}\\\"\"}"));
}

BOOST_AUTO_TEST_CASE(rules_that_tell_nobody_are_left_out_with_the_reason) {
  const ExportedRules got = Export(RuleText("Loud") + RuleText("Quiet", "    mode: shadow\n") + RuleText("Gone", "    mode: off\n") + RuleText("Part", "    notify: []\n"));
  BOOST_TEST(got.report.size() == 3u);
  BOOST_TEST(absl::StrContains(got.text, "'Loud'"));
  for (const char* name : {"Quiet", "Gone", "Part"}) BOOST_TEST(!absl::StrContains(got.text, name));
  BOOST_TEST(absl::StrContains(got.report.at(0), "shadow"));
}

BOOST_AUTO_TEST_CASE(without_rules_only_the_health_of_the_agent_is_left) {
  const std::string text = ExportPrometheus({}).text;
  BOOST_TEST(absl::StartsWith(text, "groups:\n  - name: nephoscope-health\n"));
  for (const char* metric : {"nephoscope_build_info", "nephoscope_config_reload_ok", "nephoscope_alert_series_dropped"}) BOOST_TEST(absl::StrContains(text, metric));
}

BOOST_AUTO_TEST_SUITE_END()
