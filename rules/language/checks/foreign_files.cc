#include "rules/language/checks/foreign_files.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

constexpr absl::string_view kImport = "nephoscope import prometheus ";
constexpr absl::string_view kByHand =
    "write each as a rule of ours; nephoscope new KIND prints one to fill in";

void Tell(const YamlNode& at, std::string message, std::string caret, DiagnosticSink& sink) {
  Diagnostic out;
  out.code = "R101";
  out.mark = sink.text().MarkOf(at.begin, at.end);
  out.message = std::move(message);
  out.caret_text = std::move(caret);
  sink.Add(std::move(out));
}

bool HasAny(const YamlNode& map, std::initializer_list<absl::string_view> keys) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](absl::string_view key) { return map.Find(key) != nullptr; });
}

bool HasAll(const YamlNode& map, std::initializer_list<absl::string_view> keys) {
  return std::all_of(keys.begin(), keys.end(),
                     [&](absl::string_view key) { return map.Find(key) != nullptr; });
}

absl::string_view TextOf(const YamlNode& map, absl::string_view key) {
  const YamlNode* value = map.Find(key);
  return value == nullptr || value->kind != YamlNode::kText ? absl::string_view() : value->text;
}

// A rule of Prometheus: an expression, and no word of ours.
bool IsPrometheusRule(const YamlNode& rule) {
  if (rule.kind != YamlNode::kMap) return false;
  static constexpr absl::string_view kKeys[] = {"alert",       "record",          "expr",
                                                "for",         "keep_firing_for", "labels",
                                                "annotations", "limit",           "debug"};
  for (std::size_t i = 0; i + 1 < rule.items.size(); i += 2)
    if (std::find(std::begin(kKeys), std::end(kKeys), rule.items[i]->text) == std::end(kKeys))
      return false;
  return rule.Find("record") != nullptr ||
         (rule.Find("expr") != nullptr && rule.Find("alert") != nullptr);
}

// What one map is, taken alone; the words of a message, and what to do. Empty: nothing that is
// known.
struct Foreign {
  std::string what, way;
};

// Resources of CloudFormation by their names.
bool HasResources(const YamlNode& map) {
  const YamlNode* resources = map.Find("Resources");
  return resources != nullptr && resources->kind == YamlNode::kMap && resources->items.size() > 1 &&
         absl::StartsWith(TextOf(*resources->items[1], "Type"), "AWS::");
}

Foreign OfAws(const YamlNode& map) {
  if (HasAny(map, {"AlarmName", "MetricAlarms", "CompositeAlarms"}) ||
      HasAll(map, {"MetricName", "Namespace", "ComparisonOperator"}))
    return {"a CloudWatch alarm",
            "write it as a rule of kind threshold; nephoscope metrics WORD finds the name of its "
            "metric"};
  if (HasAny(map, {"AWSTemplateFormatVersion"}) || absl::StartsWith(TextOf(map, "Type"), "AWS::") ||
      HasResources(map))
    return {"a CloudFormation template", std::string(kByHand)};
  if (HasAny(map, {"BudgetName", "BudgetLimit"}) || HasAll(map, {"Budgets"}))
    return {"a budget of AWS", "nephoscope import aws-budgets FILE writes it as rules"};
  return {};
}

Foreign OfDatadog(const YamlNode& map) {
  const absl::string_view type = TextOf(map, "type");
  const bool monitor = absl::EndsWith(type, " alert") || type == "composite" ||
                       type == "event-v2 alert" || type == "service check";
  const bool keys =
      HasAll(map, {"query", "message"}) && HasAny(map, {"options", "name", "tags", "type"});
  if (map.Find("query") != nullptr && (monitor || keys))
    return {"a Datadog monitor",
            "write it as a rule of kind threshold, change or metric_anomaly: nephoscope new KIND "
            "prints one"};
  return {};
}

Foreign OfOthers(const YamlNode& map) {
  if (HasAny(map, {"scrape_configs", "rule_files"}))
    return {"the configuration of Prometheus",
            absl::StrCat("its rule_files are what can be converted: ", kImport, "FILE")};
  if (map.Find("templates") != nullptr && map.Find("receivers") != nullptr &&
      map.Find("apiVersion") == nullptr)
    return {"the configuration of Alertmanager",
            "nephoscope help receivers says how ours are written"};
  if (map.Find("apiVersion") == nullptr && map.Find("receivers") != nullptr &&
      map.Find("receivers")->kind == YamlNode::kList)
    return {"the configuration of Alertmanager",
            "nephoscope help receivers says how ours are written"};
  if (absl::StartsWith(TextOf(map, "type"), "Microsoft.Insights/") ||
      absl::StrContains(TextOf(map, "$schema"), "deploymentTemplate"))
    return {"an alert rule of Azure Monitor", std::string(kByHand)};
  if (HasAll(map, {"displayName", "conditions"}) &&
      HasAny(map, {"combiner", "notificationChannels", "alertStrategy"}))
    return {"an alert policy of Google Cloud", std::string(kByHand)};
  if (map.Find("policies") != nullptr && map.Find("apiVersion") == nullptr)
    return {"a policy of Cloud Custodian", "nephoscope import custodian FILE writes it as rules"};
  return {};
}

// The first entry of a list below `key`; nullptr: there is no such map.
const YamlNode* FirstOf(const YamlNode& map, absl::string_view key) {
  const YamlNode* list = map.Find(key);
  const bool any = list != nullptr && list->kind == YamlNode::kList && !list->items.empty() &&
                   list->items[0]->kind == YamlNode::kMap;
  return any ? list->items[0] : nullptr;
}

// An alert of Kubecost, or the file of all.
bool IsOfKubecost(const YamlNode& map) {
  static constexpr absl::string_view kTypes[] = {"budget", "recurringUpdate", "spendChange",
                                                 "efficiency", "cloudReport", "diagnostic", "health"};
  const bool type = std::find(std::begin(kTypes), std::end(kTypes), TextOf(map, "type")) !=
                    std::end(kTypes);
  return HasAny(map, {"globalAlertEmails", "globalSlackWebhookUrl", "globalMsTeamsWebhookUrl"}) ||
         (type && map.Find("watch") == nullptr &&
          HasAny(map, {"aggregation", "ownerContact", "relativeThreshold", "baselineWindow"}));
}

// What is known by its keys alone: the keys that must all be there, what it is, and the kind of
// rule that asks the same; empty: by hand.
struct ByKeys {
  std::initializer_list<absl::string_view> keys;
  absl::string_view what, kind;
};

Foreign OfTools(const YamlNode& map) {
  static const ByKeys kTools[] = {
      {{"sli", "objective"}, "an SLO of Sloth", "slo"},
      {{"slos", "service"}, "a file of Sloth's SLOs", "slo"},
      {{"indicator", "target", "window"}, "an SLO of Pyrra", "slo"},
      {{"title", "condition", "data"}, "an alert rule of Grafana", ""},
      {{"title", "condition", "noDataState"}, "an alert rule of Grafana", ""},
      {{"grafana_alert"}, "an alert rule of Grafana", ""},
      {{"refId", "model"}, "a query of Grafana", ""},
      {{"budgetFilter"}, "a budget of Google Cloud", "budget"},
      {{"amount", "timeGrain"}, "a budget of Azure", "budget"},
      {{"nrql"}, "an alert condition of New Relic", "threshold"},
      {{"index", "filter", "type"}, "a rule of ElastAlert", "threshold"},
      {{"zabbix_export"}, "an export of Zabbix", "threshold"},
      {{"endpoints"}, "the configuration of Gatus", "health_check"},
      {{"modules"}, "the configuration of a blackbox exporter", "health_check"},
  };
  if (map.Find("kind") != nullptr || map.Find("apiVersion") != nullptr) return {};
  const YamlNode* alert = FirstOf(map, "alerts");
  if (IsOfKubecost(map) || (alert != nullptr && IsOfKubecost(*alert)))
    return {"an alert of Kubecost", "nephoscope import kubecost FILE writes such as rules"};
  for (const ByKeys& one : kTools)
    if (std::all_of(one.keys.begin(), one.keys.end(),
                    [&](absl::string_view key) { return map.Find(key) != nullptr; }))
      return {std::string(one.what), one.kind.empty()
                                         ? std::string(kByHand)
                                         : absl::StrCat("write each as a rule of kind ", one.kind,
                                                        ": nephoscope new ", one.kind,
                                                        " prints one")};
  return {};
}

Foreign OfMap(const YamlNode& map) {
  for (const auto of : {&OfAws, &OfDatadog, &OfOthers, &OfTools})
    if (Foreign found = of(map); !found.what.empty()) return found;
  return {};
}

// Groups of Grafana have a folder, and rules with data.
bool IsOfGrafana(const YamlNode& groups) {
  if (groups.kind != YamlNode::kList || groups.items.empty()) return false;
  const YamlNode& first = *groups.items[0];
  if (HasAny(first, {"folder", "orgId"})) return true;
  const YamlNode* rules = first.Find("rules");
  return rules != nullptr && rules->kind == YamlNode::kList && !rules->items.empty() &&
         HasAny(*rules->items[0], {"data", "title", "condition"});
}

bool TellGroups(const YamlNode& root, const YamlNode& groups, DiagnosticSink& sink) {
  const bool grafana = IsOfGrafana(groups);
  Tell(*root.items[0],
       grafana ? "this is a file of Grafana's alert rules" : "this is a file of Prometheus rules",
       grafana ? std::string(kByHand)
               : absl::StrCat("write them as rules of ours with: ", kImport, sink.file()),
       sink);
  return true;
}

// An object of Kubernetes says what it is.
bool TellObject(const YamlNode& root, const YamlNode& version, DiagnosticSink& sink) {
  const absl::string_view kind = TextOf(root, "kind");
  const YamlNode& at = root.Find("kind") == nullptr ? version : *root.Find("kind");
  const YamlNode* items = root.Find("items");
  const bool list = kind == "List" && items != nullptr && items->kind == YamlNode::kList &&
                    std::any_of(items->items.begin(), items->items.end(), [](const YamlNode* item) {
                      return TextOf(*item, "kind") == "PrometheusRule";
                    });
  if (list) {
    Tell(at, "this is a list of PrometheusRule objects of Kubernetes",
         absl::StrCat("write them as rules of ours with: ", kImport, sink.file()), sink);
  } else if (kind == "PrometheusRule") {
    Tell(at, "this is a PrometheusRule object of Kubernetes",
         absl::StrCat("write it as rules of ours with: ", kImport, sink.file()), sink);
  } else if (kind == "ConfigMap") {
    const YamlNode* data = root.Find("data");
    bool groups = false;
    for (std::size_t i = 1;
         data != nullptr && data->kind == YamlNode::kMap && i < data->items.size(); i += 2)
      groups = groups || absl::StartsWith(data->items[i]->text, "groups:");
    Tell(at, "this is a ConfigMap of Kubernetes: the rules are the text below data:",
         groups ? absl::StrCat("write them as rules of ours with: ", kImport, sink.file())
                : "put that text into a file of its own, which begins with apiVersion: rules/v1",
         sink);
  } else if (absl::StartsWith(version.text, "agent/")) {
    Tell(version, absl::StrCat("\"", version.text, "\" is not a file of rules"),
         "this is the agent's configuration", sink);
  } else if (kind == "List" || absl::StartsWith(version.text, "openslo/") || !kind.empty()) {
    Tell(at,
         absl::StrCat("this is an object of another program: ", kind.empty() ? version.text : kind),
         "rule files begin with apiVersion: rules/v1", sink);
  } else {
    Tell(version, absl::StrCat("\"", version.text, "\" is not a file of rules"),
         "rule files begin with apiVersion: rules/v1", sink);
  }
  return true;
}

// A version of something that is not ours to read; misspelt versions of ours are told as such.
bool IsForeign(absl::string_view version) {
  return !absl::StrContains(version, "rule") && version != "v1" &&
         absl::StrContains(version, '/') &&
         Nearest(version, std::vector<std::string>{"rules/v1"}).empty();
}

void TellPrometheusRules(const YamlNode& first, std::size_t count, DiagnosticSink& sink) {
  const YamlNode& at = first.items.empty() ? first : *first.items[0];
  Tell(at,
       count == 1
           ? "this is a rule of Prometheus"
           : absl::StrCat("this and ", count - 1,
                          count == 2 ? " other is a rule" : " others are rules", " of Prometheus"),
       absl::StrCat("convert the file that it is from: ", kImport,
                    "FILE  (or add kind: expr to write it by hand)"),
       sink);
}

}  // namespace

bool TellForeignFile(const YamlNode& root, DiagnosticSink& sink) {
  if (root.kind == YamlNode::kList) {
    std::size_t prometheus = 0;
    for (const YamlNode* item : root.items) prometheus += IsPrometheusRule(*item);
    if (prometheus == 0 || root.items.empty()) {
      const Foreign found = root.items.empty() || root.items[0]->kind != YamlNode::kMap
                                ? Foreign()
                                : OfMap(*root.items[0]);
      if (!found.what.empty())
        Tell(*root.items[0], absl::StrCat("this is ", found.what), found.way, sink);
      return !found.what.empty();
    }
    TellPrometheusRules(*root.items[0], prometheus, sink);
    return true;
  }
  if (root.kind != YamlNode::kMap || root.items.empty()) return false;
  const YamlNode *version = root.Find("apiVersion"), *groups = root.Find("groups");
  const bool ours = version != nullptr && version->kind == YamlNode::kText &&
                    absl::StrContains(version->text, "rules");
  if (groups != nullptr && root.Find("rules") == nullptr) return TellGroups(root, *groups, sink);
  if ((ours || (version != nullptr && !absl::StartsWith(version->text, "agent/"))) &&
      root.Find("rules") != nullptr)
    return false;
  const bool object = version != nullptr && version->kind == YamlNode::kText &&
                      root.Find("rules") == nullptr && root.Find("kind") != nullptr &&
                      (root.Find("metadata") != nullptr || root.Find("data") != nullptr ||
                       root.Find("spec") != nullptr || root.Find("items") != nullptr);
  if (object ||
      (version != nullptr && version->kind == YamlNode::kText && IsForeign(version->text)))
    return TellObject(root, *version, sink);
  if (IsPrometheusRule(root)) return TellPrometheusRules(root, 1, sink), true;
  const Foreign found = OfMap(root);
  if (!found.what.empty())
    Tell(*root.items[0], absl::StrCat("this is ", found.what, ", not a file of rules"), found.way,
         sink);
  return !found.what.empty();
}

std::vector<YamlNode*> WithoutForeignRules(absl::Span<YamlNode* const> items,
                                           DiagnosticSink& sink) {
  std::vector<YamlNode*> out;
  const YamlNode* first = nullptr;
  std::size_t prometheus = 0;
  for (YamlNode* item : items) {
    if (item->kind == YamlNode::kMap && item->Find("watch") == nullptr &&
        item->Find("when") == nullptr) {
      if (IsPrometheusRule(*item)) {
        if (prometheus++ == 0) first = item;
        continue;
      }
      if (const Foreign found = OfMap(*item); !found.what.empty()) {
        Tell(*item->items[0], absl::StrCat("this is ", found.what, ", not a rule of ours"),
             found.way, sink);
        continue;
      }
    }
    out.push_back(item);
  }
  if (prometheus > 0) TellPrometheusRules(*first, prometheus, sink);
  return out;
}

}  // namespace nephoscope
