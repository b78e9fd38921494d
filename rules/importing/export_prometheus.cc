#include "rules/importing/export_prometheus.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/substitute.h"
#include "rules/importing/rule_lines.h"
#include "rules/kinds/spoken.h"
#include "rules/model/own_metrics.h"

namespace nephoscope {
namespace {

// That this way of telling works. $0 to $2: our metrics.
constexpr char kOwnHealth[] =
    "  - name: nephoscope-health\n"
    "    rules:\n"
    "      - alert: NephoscopeAway\n"
    "        expr: absent($0)\n"
    "        for: 5m\n"
    "        labels: {severity: critical}\n"
    "        annotations: {summary: 'Nephoscope is not scraped: none of its alerts can be seen'}\n"
    "      - alert: NephoscopeRulesNotInForce\n"
    "        expr: $1 == 0\n"
    "        for: 15m\n"
    "        labels: {severity: warning}\n"
    "        annotations: {summary: 'The rule file {{ $$labels.file }} has an error; its last good version is in force'}\n"
    "      - alert: NephoscopeAlertsNotShown\n"
    "        expr: $2 > 0\n"
    "        labels: {severity: warning}\n"
    "        annotations: {summary: '{{ $$value }} firing alerts have no series of their own, so Prometheus cannot see them'}\n";

// A YAML scalar in single quotes.
std::string Single(absl::string_view text) { return absl::StrCat("'", absl::StrReplaceAll(OneLine(text), {{"'", "''"}}), "'"); }
// Text that Prometheus does not take for a template.
std::string NoTemplate(absl::string_view text) { return absl::StrReplaceAll(text, {{"{{", "{{ \"{{\" }}"}}); }
std::string PromQlString(absl::string_view text) { return absl::StrCat("\"", absl::StrReplaceAll(OneLine(text), {{"\\", "\\\\"}, {"\"", "\\\""}}), "\""); }

// Why nobody is told of this rule; nullptr: people are.
const char* WhyLeftOut(const Rule& rule) {
  if (rule.mode == RuleMode::kOff) return "its mode is off";
  if (rule.mode == RuleMode::kShadow) return "its mode is shadow, so people are not told of it";
  if (rule.notify.empty()) return "its notify is empty: it feeds other rules only";
  return nullptr;
}

void Write(const Rule& rule, std::string& out) {
  absl::StrAppend(&out, "      - alert: ", Single(rule.name), "\n");
  absl::StrAppend(&out, "        expr: ", Single(absl::StrCat(kAlertActiveMetric, "{alertname=", PromQlString(rule.name), "} == 1 unless on (alert_id) ", kAlertSuppressedMetric)), "\n");
  absl::StrAppend(&out, "        labels: {kind: ", rule.kind, "}\n");
  absl::StrAppend(&out, "        annotations:\n          summary: ", Single(NoTemplate(SayRule(rule))), "\n");
  if (!rule.runbook.empty()) absl::StrAppend(&out, "          runbook_url: ", Single(NoTemplate(rule.runbook)), "\n");
}

}  // namespace

ExportedRules ExportPrometheus(const RuleSet& rules) {
  ExportedRules out;
  std::string alerts;
  for (const auto& rule : rules.rules) {
    if (const char* why = WhyLeftOut(*rule); why != nullptr) {
      out.report.push_back(absl::StrCat(rule->name, " was left out: ", why));
    } else {
      Write(*rule, alerts);
    }
  }
  out.text = "groups:\n";
  if (!alerts.empty()) absl::StrAppend(&out.text, "  - name: nephoscope\n    rules:\n", alerts);
  absl::SubstituteAndAppend(&out.text, kOwnHealth, kBuildInfoMetric, kConfigReloadOkMetric, kAlertSeriesDroppedMetric);
  return out;
}

}  // namespace nephoscope
