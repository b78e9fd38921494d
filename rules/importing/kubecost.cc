// Kubecost alerts: budgets and changes of spending become rules on the bill; reports and the health of Kubecost itself do not.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/importing/importing.h"
#include "rules/importing/rule_lines.h"
#include "rules/model/tag_label.h"

namespace nephoscope {
namespace {

constexpr absl::string_view kNoValue = "";

// The label that a bill has for what Kubecost adds up by; empty: "label:team", "label[team]" and everything of Kubernetes are tags.
std::string LabelOf(absl::string_view aggregation) {
  static constexpr struct { const char* aggregation; const char* label; } kAll[] = {
      {"service", "service"}, {"account", "account"}, {"accountID", "account"}, {"provider", "provider"}, {"region", "region"},
      {"invoiceEntityID", "billing_account"}, {"category", "service_category"}, {"providerID", "resource_id"},
  };
  for (const auto& row : kAll)
    if (aggregation == row.aggregation) return row.label;
  absl::string_view key = aggregation;
  for (absl::string_view prefix : {"label:", "label[", "annotation:", "annotation["})
    if (absl::ConsumePrefix(&key, prefix)) break;
  absl::ConsumeSuffix(&key, "]");
  return TagLabel(key);
}

bool IsColumn(absl::string_view label) {
  for (absl::string_view column : {"service", "account", "provider", "region", "billing_account", "service_category", "resource_id"})
    if (label == column) return true;
  return false;
}

// "daily", "1d", "7d", "week", "month", "48h" in days; 0: less than a day, or none of these.
int DaysOf(absl::string_view window) {
  const struct { const char* word; int days; } kWords[] = {{"daily", 1}, {"day", 1}, {"today", 1}, {"week", 7}, {"weekly", 7}, {"lastweek", 7},
                                                           {"month", 30}, {"monthly", 30}, {"lastmonth", 30}};
  for (const auto& row : kWords)
    if (window == row.word) return row.days;
  int number = 0;
  if (absl::ConsumeSuffix(&window, "d")) return absl::SimpleAtoi(window, &number) ? std::max(number, 0) : 0;
  if (absl::ConsumeSuffix(&window, "h")) return absl::SimpleAtoi(window, &number) && number % 24 == 0 ? std::max(number / 24, 0) : 0;
  return 0;
}

bool IsMonth(absl::string_view window) { return absl::StrContains(window, "month") || window == "30d"; }

const char* WhyNot(absl::string_view type) {
  if (type == "recurringUpdate" || type == "assetRecurringUpdate" || type == "cloudReport" || type == "cloudCostRecurringUpdate")
    return "it is a report that comes whatever was spent, not an alert; Prometheus and the bill have the same numbers for a dashboard";
  if (type == "efficiency")
    return "it compares what Kubernetes workloads ask for with what they use, which no bill says; scrape these metrics and write a rule of the kind threshold";
  if (type == "health" || type == "diagnostic" || type == "clusterHealth" || type == "kubecostHealth")
    return "it watches Kubecost itself; that the bill keeps coming is a rule of the kind absence (nephoscope new absence)";
  return "this type of alert is not known here; budget, assetBudget, cloudCostBudget and spendChange can be brought over";
}

// `aggregation` and `filter` of one alert, as `where` and `by`.
struct Scope {
  WhereLines where;
  std::vector<std::string> by;
  std::set<std::string> tags;  // labels that must be read from tags
  std::string words;           // "namespace kubecost"
  std::string refusal;
};

class AlertConverter {
 public:
  AlertConverter(const ForeignFile& file, const YamlNode& alert, const std::string& currency, AlertNames& names)
      : file_(file), alert_(&alert), currency_(currency), names_(names) {}

  ImportedItem Convert() {
    type_ = TextOf(alert_, "type");
    window_ = TextOf(alert_, "window");
    item_.place = file_.PlaceOf(*alert_);
    ReadScope();
    item_.name = absl::StrCat(type_.empty() ? "an alert without a type" : type_, scope_.words.empty() ? "" : " of ", scope_.words, window_.empty() ? "" : ", ", window_);
    if (!scope_.refusal.empty() && IsMoney()) {
      Refuse(scope_.refusal);
    } else if (type_ == "spendChange") {
      ConvertChange();
    } else if (IsMoney()) {
      ConvertBudget();
    } else {
      Refuse(absl::StrCat(type_.empty() ? "type is missing" : type_, ": ", WhyNot(type_)));
    }
    if (item_.converted()) NoteRest();
    return std::move(item_);
  }

 private:
  void Refuse(std::string why) { item_.refusal = std::move(why); }
  void Note(std::string note) { item_.notes.push_back(std::move(note)); }
  bool IsMoney() const { return type_ == "budget" || type_ == "assetBudget" || type_ == "cloudCostBudget" || type_ == "spendChange"; }

  void ReadScope() {
    const std::string aggregation = TextOf(alert_, "aggregation");
    std::vector<std::string> plain;
    for (const std::string& filter : TextsOf(alert_, "filter"))
      for (absl::string_view part : absl::StrSplit(filter, '+')) ReadFilter(part, plain);
    const YamlNode* filters = alert_->Find("filters");
    if (filters != nullptr && filters->kind != YamlNode::kNull) scope_.refusal = "it filters by `filters`; write the rule's `where` by hand";
    if (!plain.empty() && aggregation.empty()) {
      scope_.refusal = absl::StrCat("its filter \"", plain[0], "\" has no aggregation that says what it is a name of");
    } else if (!plain.empty()) {
      Equal(LabelOf(aggregation), plain);
      if (plain.size() > 1) By(LabelOf(aggregation));  // each by itself
      scope_.words = absl::StrCat(aggregation, " ", absl::StrJoin(plain, ", "));
    } else if (!aggregation.empty()) {
      for (absl::string_view one : absl::StrSplit(aggregation, ',', absl::SkipWhitespace())) By(LabelOf(absl::StripAsciiWhitespace(one)));
      scope_.words = absl::StrCat("each ", aggregation);
    }
  }

  // `namespace:"kubecost","default"` (newer), or names of what `aggregation` says: "kubecost, default".
  void ReadFilter(absl::string_view part, std::vector<std::string>& plain) {
    part = absl::StripAsciiWhitespace(part);
    if (part.empty() || part == "*") return;
    if (absl::StrContains(part, "!:") || absl::StrContains(part, "~:") || absl::StrContains(part, '|')) {
      scope_.refusal = absl::StrCat("its filter \"", part, "\" is more than names; write the rule's `where` by hand");
      return;
    }
    const std::size_t colon = part.find(':');
    const std::vector<std::string> values = Names(colon == absl::string_view::npos ? part : part.substr(colon + 1));
    if (colon == absl::string_view::npos) {
      plain.insert(plain.end(), values.begin(), values.end());
    } else {
      Equal(LabelOf(part.substr(0, colon)), values);
    }
  }

  static std::vector<std::string> Names(absl::string_view list) {
    std::vector<std::string> out;
    for (absl::string_view name : absl::StrSplit(list, ',', absl::SkipWhitespace())) {
      name = absl::StripAsciiWhitespace(name);
      absl::ConsumePrefix(&name, "\""), absl::ConsumeSuffix(&name, "\"");
      if (!name.empty()) out.emplace_back(name);
    }
    return out;
  }

  void Equal(const std::string& label, const std::vector<std::string>& values) {
    if (values.empty()) return;
    if (label.empty()) return void(scope_.refusal = "its filter names nothing that a label could be made of");
    if (!IsColumn(label)) scope_.tags.insert(label);
    if (!scope_.where.Equal(label, values)) scope_.refusal = absl::StrCat("it filters twice on ", label, "; write one rule for each");
  }
  void By(const std::string& label) {
    if (label.empty()) return void(scope_.refusal = "its aggregation names nothing that a label could be made of");
    if (!IsColumn(label)) scope_.tags.insert(label);
    if (std::find(scope_.by.begin(), scope_.by.end(), label) == scope_.by.end()) scope_.by.push_back(label);
  }

  std::string Name(absl::string_view what) const {
    for (const char* key : {"name", "friendlyName"})
      if (const std::string given = TextOf(alert_, key); !given.empty()) return names_.Make(given);
    return names_.Make(absl::StrCat(scope_.words, " ", what));
  }

  void WriteWatch(RuleLines& lines, absl::string_view window) const {
    lines.Line("watch:").Line("cost: effective", 1);
    if (!scope_.by.empty()) lines.Line(absl::StrCat("by: [", absl::StrJoin(scope_.by, ", "), "]"), 1);
    if (!scope_.where.empty()) lines.Line(absl::StrCat("where: ", scope_.where.Yaml()), 1);
    if (!window.empty()) lines.Line("stat: sum", 1).Line(absl::StrCat("window: ", window), 1);
  }

  // The days of the window; 0 after a refusal.
  int ReadWindow() {
    const int days = DaysOf(window_);
    if (days == 0) Refuse(absl::StrCat("its window is \"", window_, "\"; a bill has one figure a day, so windows are whole days such as 1d, 7d or month"));
    return days;
  }

  void ConvertBudget() {
    double amount = 0;
    const std::string written = TextOf(alert_, "threshold");
    if (!NumberOf(written, amount) || amount <= 0) return Refuse(absl::StrCat("its threshold is \"", written, "\"; an amount above 0 was expected"));
    const int days = ReadWindow();
    if (days == 0) return;
    IsMonth(window_) ? WriteBudget(amount) : WriteThreshold(amount, days);
  }

  void WriteBudget(double amount) {
    RuleLines lines(Name("monthly budget"), "budget");
    WriteWatch(lines, kNoValue);
    lines.Line(absl::StrCat("budget: {period: month, amount: ", Plain(amount), " ", currency_, "}"));
    lines.Line("levels:").Line("warning: {forecast: 100%}", 1).Line("critical: {actual: 100%}", 1);
    item_.rules.push_back(lines.text());
    Note("the month is the calendar month; a warning when it is on course to pass the amount came on top");
  }

  void WriteThreshold(double amount, int days) {
    RuleLines lines(Name(days == 1 ? "daily spend" : absl::StrCat("spend of ", days, " days")), "threshold");
    WriteWatch(lines, absl::StrCat(days, "d"));
    lines.Line(absl::StrCat("when: {above: ", Plain(amount), " ", currency_, "}"));
    item_.rules.push_back(lines.text());
  }

  void ConvertChange() {
    double share = 0;
    std::string written = TextOf(alert_, "relativeThreshold");
    if (written.empty()) written = TextOf(alert_, "threshold");
    if (!NumberOf(written, share) || share == 0 || share < -1) return Refuse(absl::StrCat("its relativeThreshold is \"", written, "\"; a share such as 0.2 was expected"));
    const int days = ReadWindow();
    if (days == 0) return;
    const std::string baseline = TextOf(alert_, "baselineWindow");
    const bool before = baseline.empty() || DaysOf(baseline) == days;
    RuleLines lines(Name("spend change"), "change");
    WriteWatch(lines, absl::StrCat(days, "d"));
    lines.Line(absl::StrCat("compare_to: ", before ? "previous window" : "average of last 4 weeks"));
    lines.Line(absl::StrCat("when: {", share > 0 ? "increase" : "decrease", ": {above: ", Plain(std::abs(share) * 100), "%}}"));
    item_.rules.push_back(lines.text());
    if (!before) Note(absl::StrCat("the baseline of ", baseline, " became the average of the last 4 weeks, each at the same weekday"));
  }

  void NoteRest() {
    if (!scope_.tags.empty())
      Note(absl::StrCat("your bill must carry ", absl::StrJoin(scope_.tags, ", "), scope_.tags.size() == 1 ? " as a tag" : " as tags", ", and the focus collector must read it (its `tags`); Kubernetes costs come into a bill by split cost allocation"));
    for (const char* key : {"ownerContact", "slackWebhookUrl", "msTeamsWebhookUrl"})
      if (alert_->Find(key) != nullptr) {
        const std::string people = absl::StrJoin(TextsOf(alert_, "ownerContact"), ", ");
        return Note(absl::StrCat("who is told", people.empty() ? "" : absl::StrCat(" (so far ", people, ")"), " is now the `owner` of what is spent, or whom `notify` names"));
      }
  }

  const ForeignFile& file_;
  const YamlNode* alert_;
  std::string currency_;
  AlertNames& names_;
  ImportedItem item_;
  std::string type_, window_;
  Scope scope_;
};

// The list of alerts: in Helm values, in the answer of the API, or alone.
const YamlNode* AlertsIn(const YamlNode* node) {
  if (node == nullptr || node->kind == YamlNode::kList) return node;
  for (const char* key : {"global", "cost-analyzer", "notifications", "alertConfigs", "alerts", "data"})
    if (const YamlNode* inner = node->Find(key); inner != nullptr)
      if (const YamlNode* found = AlertsIn(inner); found != nullptr) return found;
  return nullptr;
}

std::string CurrencyOf(const YamlNode* root) {
  for (const YamlNode* place : {root, root->Find("cost-analyzer")}) {
    const std::string code = place == nullptr ? "" : TextOf(place->Find("kubecostProductConfigs"), "currencyCode");
    if (!code.empty()) return code;
  }
  return "USD";
}

}  // namespace

Imported ImportKubecost(absl::Span<const SourceFile> files) {
  Imported out;
  AlertNames names;
  for (const ForeignFile& file : ReadForeign(files, out.diagnostics)) {
    const std::vector<const YamlNode*> alerts = ItemsOf(AlertsIn(file.root()));
    if (alerts.empty()) out.diagnostics.push_back(file.Nothing("no alert of Kubecost stands in this file", "expected are Helm values with global.notifications.alertConfigs.alerts, or that list alone"));
    for (const YamlNode* alert : alerts) out.items.push_back(AlertConverter(file, *alert, CurrencyOf(file.root()), names).Convert());
  }
  RefuseWhatCheckRefuses(out);
  return out;
}

}  // namespace nephoscope
