// `kind:` of a rule: which one it is, and which one was meant.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/language/rule_reader.h"

namespace nephoscope {
namespace {

std::vector<std::string> KindNames() {
  std::vector<std::string> out;
  for (const RuleKind* kind : AllKinds()) out.emplace_back(kind->name());
  return out;
}

// What other tools call a kind.
struct KindName {
  absl::string_view theirs, ours;
};
constexpr KindName kNames[] = {
    {"static metric metric_alert log limit simple value comparison query_alert alert alarm monitor "
     "threshold_alert quota",
     "threshold"},
    {"cost spend spending cost_budget money billing", "budget"},
    {"http ping uptime synthetic synthetics probe healthcheck url endpoint availability "
     "service_check tcp certificate",
     "health_check"},
    {"heartbeat deadman dead_man dead_mans_switch no_data nodata missing silence silent absent "
     "missing_data",
     "absence"},
    {"tagging tag tags labels governance tag_policy", "tag_compliance"},
    {"savings savings_plan savings_plans reservation reservations reserved_instance ri commitments "
     "reserved",
     "commitment"},
    {"promql query expression prometheus formula", "expr"},
    {"combination compound combined group correlation composite_alert", "composite"},
    {"predict prediction predictive projection trend predict_linear", "forecast"},
    {"waste unused rightsizing underutilized orphaned zombie idle_resource", "idle"},
    {"rate increase delta diff percent_change relative growth jump spike drop pct_change",
     "change"},
    {"error_budget burn_rate burnrate sla objective", "slo"},
};

bool Is(absl::string_view words, absl::string_view word) {
  for (const absl::string_view one : absl::StrSplit(words, ' '))
    if (one == word) return true;
  return false;
}

// Of two kinds of anomalies what is watched decides; empty: it does not say.
std::string MeantKind(absl::string_view written, const YamlNode& item) {
  std::string word = absl::AsciiStrToLower(written);
  std::replace(word.begin(), word.end(), ' ', '_');
  std::replace(word.begin(), word.end(), '-', '_');
  if (Is("anomaly anomaly_detection anomalies outlier outliers unusual ml", word)) {
    const YamlNode* watch = item.Find("watch");
    const bool cost =
        (watch != nullptr && watch->Find("cost") != nullptr) || item.Find("cost") != nullptr;
    const bool metric =
        (watch != nullptr && watch->Find("metric") != nullptr) || item.Find("metric") != nullptr;
    return cost ? "cost_anomaly" : metric ? "metric_anomaly" : "";
  }
  for (const KindName& one : kNames)
    if (Is(one.theirs, word)) return std::string(one.ours);
  return FindKind(word) != nullptr ? word : Nearest(written, KindNames());
}

// Words for `kind` itself.
bool IsKindKey(absl::string_view key) {
  const std::string kind[] = {"kind"};
  return IsIntentionOf(key, "kind") || !Nearest(key, kind).empty();
}

}  // namespace

const RuleKind* RuleReader::FindKindOf(const YamlNode& item) {
  const std::string allowed = absl::StrCat("kinds: ", absl::StrJoin(KindNames(), ", "));
  const YamlNode* value = item.Find("kind");
  if (value == nullptr) {
    TellNoKind(item, allowed);
    return nullptr;
  }
  if (value->kind != YamlNode::kText) {
    options_.Add(*value, "R104", "\"kind\" takes one word", "write kind: threshold", std::nullopt,
                 allowed);
    return nullptr;
  }
  if (const RuleKind* kind = FindKind(value->text)) return kind;
  const std::string meant = MeantKind(value->text, item);
  const std::string anomaly = absl::StrContains(absl::AsciiStrToLower(value->text), "anomal")
                                  ? "cost_anomaly watches money, metric_anomaly a metric"
                                  : "";
  options_.Add(*value, "R301", absl::StrCat("there is no kind \"", value->text, "\""),
               meant.empty() ? anomaly : absl::StrCat("did you mean \"", meant, "\"?"),
               meant.empty() ? std::nullopt : std::optional<std::string>(meant), allowed);
  return nullptr;
}

void RuleReader::TellNoKind(const YamlNode& item, const std::string& allowed) {
  // A misspelt `kind` is better told as such.
  for (std::size_t i = 0; i + 1 < item.items.size(); i += 2) {
    const YamlNode &key = *item.items[i], &value = *item.items[i + 1];
    if (!IsKindKey(key.text)) continue;
    const std::string meant = value.kind == YamlNode::kText && FindKind(value.text) == nullptr
                                  ? MeantKind(value.text, item)
                                  : "";
    if (meant.empty())
      return options_.Add(key, "R102", absl::StrCat("unknown key \"", key.text, "\" in rule"),
                          "did you mean \"kind\"?", "kind");
    Diagnostic out =
        MakeDiagnostic(text(), key, "R102", absl::StrCat("unknown key \"", key.text, "\" in rule"));
    out.mark = text().MarkOf(key.begin, value.end);
    out.suggestion = absl::StrCat("kind: ", meant);
    out.caret_text = absl::StrCat("write ", *out.suggestion);
    out.help = allowed;
    options_.sink().Add(std::move(out));
    return;
  }
  // Keys that could not be read were told; `kind` may have been one.
  if (item.broken) return;
  TellMisspelt(item);
  const YamlNode* watch = item.Find("watch");
  const char* example =
      item.Find("budget") != nullptr  ? "budget"
      : item.Find("check") != nullptr ? "health_check"
      : item.Find("expr") != nullptr  ? "expr"
      : item.Find("idle") != nullptr  ? "idle"
      : item.Find("tags") != nullptr  ? "tag_compliance"
      : item.Find("slo") != nullptr   ? "slo"
      : item.Find("anomaly") != nullptr
          ? (watch != nullptr && watch->Find("metric") != nullptr ? "metric_anomaly"
                                                                  : "cost_anomaly")
          : "threshold";
  options_.Add(item, "R103", "rule needs \"kind\": what is asked",
               absl::StrCat("write kind: ", example), std::nullopt, allowed);
}

// Without a kind, which keys there may be is not known; those that are almost a key of every rule
// are told all the same.
void RuleReader::TellMisspelt(const YamlNode& item) {
  std::vector<std::string> common, known;
  for (const Option& option : CommonRuleOptions().options) common.emplace_back(option.name);
  known = common;
  for (const RuleKind* kind : AllKinds()) {
    for (const OptionTable* table : {&TablesOf(*kind).rule, &kind->options()})
      for (const Option& option : table->options) known.emplace_back(option.name);
  }
  for (std::size_t i = 0; i + 1 < item.items.size(); i += 2) {
    const std::string key(item.items[i]->text);
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string meant = Nearest(key, common);
    if (meant.empty() || item.Find(meant) != nullptr) continue;
    options_.Add(*item.items[i], "R102", absl::StrCat("unknown key \"", key, "\" in rule"),
                 absl::StrCat("did you mean \"", meant, "\"?"), meant);
  }
}

}  // namespace nephoscope
