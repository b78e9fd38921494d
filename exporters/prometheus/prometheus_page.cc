#include "exporters/prometheus/prometheus_page.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <prometheus/registry.h>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "exporters/alertmanager/alertmanager_labels.h"
#include "exporters/prometheus/exposition_writer.h"
#include "exporters/prometheus/prometheus_families.h"
#include "exporters/text.h"
#include "rules/model/own_metrics.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMaxAlertSeries = 5000;

double Seconds(absl::Time t) { return absl::ToDoubleSeconds(t - absl::UnixEpoch()); }

bool IsShown(const AlertSnapshot& alert) {
  return alert.last.status == AlertState::kFiring || alert.last.status == AlertState::kRecovering;
}

// Gauges of one family by their rendered labels: sorted, and no label set twice.
using Gauges = std::map<std::string, double>;

void WriteGauges(ExpositionWriter& writer, absl::string_view name, absl::string_view help, const Gauges& gauges) {
  if (gauges.empty()) return;
  writer.Begin(name, MetricKind::kGauge, help);
  for (const auto& [labels, value] : gauges) writer.Sample("", labels, value);
}

void WriteCounts(absl::Span<const AlertSnapshot> alerts, ExpositionWriter& writer) {
  Gauges counts;
  for (const AlertSnapshot& alert : alerts) {
    const Transition& t = alert.last;
    if (t.status == AlertState::kInactive) continue;
    counts[RenderLabels({{"alertname", t.rule.name}, {"state", ToText(t.status)}, {"severity", ToText(t.severity)}})] += 1;
  }
  WriteGauges(writer, "nephoscope_alerts", "Alerts that are pending, firing or recovering.", counts);
}

// The shown ones; over the bound those with the most money, then the most severe.
std::vector<const AlertSnapshot*> Shown(absl::Span<const AlertSnapshot> alerts) {
  std::vector<const AlertSnapshot*> shown;
  for (const AlertSnapshot& alert : alerts)
    if (IsShown(alert)) shown.push_back(&alert);
  if (shown.size() <= kMaxAlertSeries) return shown;
  std::nth_element(shown.begin(), shown.begin() + kMaxAlertSeries, shown.end(), [](const AlertSnapshot* a, const AlertSnapshot* b) {
    const Transition &x = a->last, &y = b->last;
    if (x.impact.amount.micros != y.impact.amount.micros) return x.impact.amount.micros > y.impact.amount.micros;
    return x.severity != y.severity ? x.severity > y.severity : x.alert_id < y.alert_id;
  });
  shown.resize(kMaxAlertSeries);
  return shown;
}

std::string AlertLabels(const Transition& t, bool with_severity) {
  const Labels ours({{"alertname", ValidUtf8(t.rule.name)},
                     {"severity", ToText(t.severity)},
                     {"owner", ValidUtf8(t.owner.name)},
                     {"alert_id", t.alert_id}});
  std::vector<Label> all = OutsideLabels(t.labels, ours);
  for (Label& label : ours.Copy())
    if (with_severity || label.name != "severity") all.push_back(std::move(label));
  return RenderLabels(Labels(std::move(all)).Copy());
}

void WriteAlerts(absl::Span<const AlertSnapshot> alerts, ExpositionWriter& writer) {
  const std::vector<const AlertSnapshot*> shown = Shown(alerts);
  const std::size_t all = static_cast<std::size_t>(std::count_if(alerts.begin(), alerts.end(), IsShown));
  Gauges active, since;
  for (const AlertSnapshot* alert : shown) {
    active[AlertLabels(alert->last, true)] = 1;
    const absl::Time start = alert->last.starts_at == absl::InfinitePast() ? alert->last.time : alert->last.starts_at;
    since[AlertLabels(alert->last, false)] = Seconds(start);
  }
  WriteGauges(writer, kAlertActiveMetric, "1 while the alert is firing; the series is gone once it is resolved.", active);
  WriteGauges(writer, "nephoscope_alert_active_since_seconds",
              "Since when the alert is active, in the time of the data; seconds since 1970.", since);
  writer.Begin(kAlertSeriesDroppedMetric, MetricKind::kGauge,
               "Firing alerts that have no series of their own because there are too many; the costliest are shown.");
  writer.Sample("", "", static_cast<double>(all - shown.size()));
}

// Why people are not notified of what is active: rules over the other metric leave these out (`unless on (alert_id)`).
void WriteSuppressed(absl::Span<const AlertSnapshot> alerts, ExpositionWriter& writer) {
  Gauges suppressed;
  for (const AlertSnapshot* alert : Shown(alerts))
    if (alert->notice.why_not != WhyNot::kNone) suppressed[RenderLabels({{"alert_id", alert->last.alert_id}, {"reason", ToText(alert->notice.why_not)}})] = 1;
  WriteGauges(writer, kAlertSuppressedMetric, "1 while the alert is firing and people are not notified of it, with the reason.", suppressed);
}

void WriteImpact(absl::Span<const AlertSnapshot> alerts, ExpositionWriter& writer) {
  Gauges impact, data_time;
  for (const AlertSnapshot& alert : alerts) {
    const Transition& t = alert.shown();
    if (!IsShown(alert) || t.impact.basis.empty() || t.impact.amount.currency.empty()) continue;
    const std::string labels =
        RenderLabels({{"alertname", t.rule.name}, {"owner", t.owner.name}, {"currency", t.impact.amount.currency.code()}});
    impact[labels] += t.impact.amount.AsDouble();
    if (t.as_of == absl::InfinitePast()) continue;
    const auto [it, fresh] = data_time.emplace(labels, Seconds(t.as_of));
    if (!fresh) it->second = std::min(it->second, Seconds(t.as_of));
  }
  WriteGauges(writer, "nephoscope_alert_impact", "Money at stake in firing alerts, in the currency of the label.", impact);
  WriteGauges(writer, "nephoscope_alert_impact_data_time_seconds",
              "Newest data behind the money at stake, the oldest of the alerts summed; seconds since 1970.", data_time);
}

std::string GroupText(const Labels& labels) {
  std::string out;
  for (const LabelView label : labels.pairs()) absl::StrAppend(&out, out.empty() ? "" : ",", label.name, "=", label.value);
  return out;
}

struct BudgetMetric {
  const char* value;  // of Transition::values
  const char* metric;
  const char* help;
};
constexpr BudgetMetric kBudgetMetrics[] = {
    {"amount", "nephoscope_budget_amount", "The budget of the period, in the currency of the label."},
    {"actual", "nephoscope_budget_spent", "What was spent of the budget in the period so far."},
    {"forecast", "nephoscope_budget_forecast", "What will be spent by the end of the period if it goes on like this."},
    {"days_left", "nephoscope_budget_days_left", "Days until the period ends."},
};

using BudgetGauges = std::array<Gauges, std::size(kBudgetMetrics)>;

void AddBudgets(absl::Span<const AlertSnapshot> alerts, bool quiet, BudgetGauges& gauges, Gauges& data_time) {
  for (const AlertSnapshot& alert : alerts) {
    const Transition& t = alert.shown();
    if (t.rule.kind != "budget" || (!quiet && t.status == AlertState::kInactive)) continue;
    std::string currency = t.impact.amount.currency.code();
    for (const NamedValue& v : t.values)
      if (v.name == "amount" && !v.unit.empty()) currency = v.unit;
    const std::string labels = RenderLabels({{"alertname", t.rule.name}, {"group", GroupText(t.labels)}, {"currency", currency}});
    for (const NamedValue& v : t.values) {
      double number = 0;
      for (std::size_t i = 0; i < std::size(kBudgetMetrics); ++i)
        if (v.name == kBudgetMetrics[i].value && absl::SimpleAtod(v.value, &number)) gauges[i][labels] = number;
    }
    if (t.as_of != absl::InfinitePast()) data_time[labels] = Seconds(t.as_of);
  }
}

void WriteBudgets(absl::Span<const AlertSnapshot> alerts, absl::Span<const AlertSnapshot> quiet, ExpositionWriter& writer) {
  BudgetGauges gauges;
  Gauges data_time;
  AddBudgets(quiet, true, gauges, data_time);
  AddBudgets(alerts, false, gauges, data_time);
  for (std::size_t i = 0; i < std::size(kBudgetMetrics); ++i)
    WriteGauges(writer, kBudgetMetrics[i].metric, kBudgetMetrics[i].help, gauges[i]);
  WriteGauges(writer, "nephoscope_budget_data_time_seconds", "Newest data behind the budget's figures; seconds since 1970.", data_time);
}

const char* ModeText(RuleMode mode) {
  switch (mode) {
    case RuleMode::kLive: return "live";
    case RuleMode::kShadow: return "shadow";
    case RuleMode::kOff: return "off";
  }
  return "live";
}

void WriteRules(const RuleSet& rules, ExpositionWriter& writer) {
  std::set<std::string> infos;
  for (const auto& rule : rules.rules)
    infos.insert(RenderLabels({{"alertname", rule->name},
                               {"kind", rule->kind},
                               {"file", rule->file},
                               {"mode", ModeText(rule->mode)},
                               {"owner", rule->owner ? rule->owner->name : "by tag"}}));
  if (infos.empty()) return;
  writer.Begin("nephoscope_rule_info", MetricKind::kInfo, "The rules that are loaded.");
  for (const std::string& labels : infos) writer.Sample("", labels, 1);
}

// How much a scraper wants a media range; 0 when it does not.
double Quality(const std::vector<absl::string_view>& parameters) {
  double quality = 1;
  for (absl::string_view parameter : parameters) {
    parameter = absl::StripAsciiWhitespace(parameter);
    if (absl::ConsumePrefix(&parameter, "q=") && !absl::SimpleAtod(parameter, &quality)) return 0;
  }
  return quality;
}

bool OtherVersion(const std::vector<absl::string_view>& parameters) {
  for (absl::string_view parameter : parameters) {
    parameter = absl::StripAsciiWhitespace(parameter);
    if (absl::ConsumePrefix(&parameter, "version=") && parameter != "1.0.0" && parameter != "\"1.0.0\"") return true;
  }
  return false;
}

}  // namespace

const char* ExpositionFormat::content_type() const {
  return openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8";
}

ExpositionFormat NegotiateExposition(absl::string_view accept) {
  double openmetrics = 0, text = 0;
  for (const absl::string_view range : absl::StrSplit(accept, ',')) {
    const std::vector<absl::string_view> parts = absl::StrSplit(range, ';');
    const std::string type = absl::AsciiStrToLower(absl::StripAsciiWhitespace(parts[0]));
    if (type == "application/openmetrics-text" && !OtherVersion(parts)) openmetrics = std::max(openmetrics, Quality(parts));
    if (type == "text/plain") text = std::max(text, Quality(parts));
  }
  return {.openmetrics = openmetrics > 0 && openmetrics >= text};
}

void WritePrometheusPage(absl::Span<const AlertSnapshot> alerts, const RuleSet& rules, const prometheus::Registry& own,
                         ExpositionFormat format, std::string& out, absl::Span<const AlertSnapshot> quiet) {
  ExpositionWriter writer(format.openmetrics, out);
  WriteCounts(alerts, writer);
  WriteAlerts(alerts, writer);
  WriteSuppressed(alerts, writer);
  WriteImpact(alerts, writer);
  WriteBudgets(alerts, quiet, writer);
  WriteRules(rules, writer);
  WriteFamilies(own.Collect(), writer);
  writer.End();
}

}  // namespace nephoscope
