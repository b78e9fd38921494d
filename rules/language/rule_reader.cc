#include "rules/language/rule_reader.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/engine/evaluator.h"
#include "rules/language/words/clock_changes.h"
#include "rules/language/checks/expr_check.h"
#include "rules/language/checks/label_check.h"
#include "rules/language/tables/meaning.h"
#include "rules/language/checks/metric_check.h"
#include "rules/language/checks/resource_check.h"
#include "rules/language/words/time_words.h"

namespace nephoscope {

std::string KebabCase(absl::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!absl::ascii_isalnum(c)) {
      if (!out.empty() && out.back() != '-') out += '-';
      continue;
    }
    const bool after_small = i > 0 && (absl::ascii_islower(name[i - 1]) || absl::ascii_isdigit(name[i - 1]));
    const bool before_small = i > 0 && absl::ascii_isupper(name[i - 1]) && i + 1 < name.size() && absl::ascii_islower(name[i + 1]);
    if (absl::ascii_isupper(c) && (after_small || before_small) && !out.empty() && out.back() != '-') out += '-';
    out += absl::ascii_tolower(c);
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

namespace {

// There may be thousands, which TestReader reads one by one.
YamlNode WithoutTests(const YamlNode& item) {
  YamlNode out = item;
  for (std::size_t i = 0; i + 1 < out.items.size(); i += 2) {
    if (out.items[i]->text != "tests") continue;
    out.items.erase(out.items.begin() + static_cast<std::ptrdiff_t>(i), out.items.begin() + static_cast<std::ptrdiff_t>(i) + 2);
    break;
  }
  return out;
}

// A key or value that could not be read was told; what is missing for it is its doing.
bool IsBroken(const YamlNode& node) {
  return node.broken || std::any_of(node.items.begin(), node.items.end(), [](const YamlNode* item) { return IsBroken(*item); });
}

constexpr const char* kSeverities[] = {"info", "warning", "critical"};

// `severity: page` among labels: the key of the rule, with the severity that it means here.
std::string SeverityInstead(absl::string_view value) {
  const bool ours = std::find(std::begin(kSeverities), std::end(kSeverities), value) != std::end(kSeverities);
  const std::string meant = ours ? std::string(value) : MeantChoice(value, kSeverities);
  return meant.empty() ? "write severity: info, warning or critical as a key of the rule" : absl::StrCat("write severity: ", meant, " as a key of the rule");
}

}  // namespace

void RuleReader::AddAt(Mark mark, const char* code, std::string message, std::string caret, std::optional<std::string> suggestion, std::string help) {
  Diagnostic out;
  out.code = code;
  out.mark = mark;
  out.message = std::move(message);
  out.caret_text = std::move(caret);
  out.suggestion = std::move(suggestion);
  out.help = std::move(help);
  options_.sink().Add(std::move(out));
}

std::shared_ptr<Rule> RuleReader::Read(const YamlNode& item, const YamlNode& written) {
  identity_ = {};
  if (item.kind != YamlNode::kMap) {
    // A no-break space behind the colon makes a text of it, and was told.
    if (!IsToldInTree(item)) options_.Add(item, "R104", "a rule is a map of keys", "write - alert: Name");
    return nullptr;
  }
  const int before = errors_before_ = options_.sink().errors();
  const RuleKind* kind = FindKindOf(item);
  auto rule = std::make_shared<Rule>();
  rule->line = text().LineAt(item.begin);
  rule->file = options_.sink().file();
  if (kind == nullptr) {
    // Without a kind nothing else of the rule can be judged.
    if (const YamlNode* name = item.Find("alert"); name != nullptr && name->kind == YamlNode::kText) identity_.name = std::string(name->text), identity_.name_mark = text().MarkOf(name->begin, name->end);
    return nullptr;
  }
  rule->kind = kind->name();
  const OptionTable* tables[] = {&CommonRuleOptions(), &TablesOf(*kind).rule, &kind->options()};
  std::vector<OptionValues> values = options_.ReadAll(WithoutTests(item), tables, "rule");
  TakeIdentity(values[0], *rule);
  TakeCommon(item, values[0], *rule);
  const int before_watch = options_.sink().errors();
  // Where watch is not there, the key that was told may be it.
  const bool lost_watch = item.Find("watch") == nullptr && before_watch > before;
  TakeWatch(item, values[0], *kind, *rule);
  const bool whole_watch = IsWhole(item.Find("watch"), values[0]) && options_.sink().errors() == before_watch && !lost_watch;
  TakeLevels(item, values[0], values[1], *kind, *rule);
  bool whole_expr = true;
  if (rule->kind == "expr") {
    TakePrometheusWords(item, values[0], *rule);
    // One with an invisible space was told.
    if (const YamlNode* expr = item.Find("expr"); expr != nullptr && !IsToldInTree(*expr)) {
      const int before_expr = options_.sink().errors();
      CheckExpression(*expr, options_.sink());
      whole_expr = options_.sink().errors() == before_expr;
    }
  }
  rule->options = std::move(values[2]);
  kind->Prepare(*rule);
  NoteResource(rule->watch);
  // A rule with a broken `watch` has no unit and no labels to speak of.
  if (whole_watch) CheckUnits(*rule);
  if (const CatalogueMetric* metric = FindMetric(rule->watch.metric); whole_watch && metric != nullptr && item.Find("watch") != nullptr)
    CheckMetricLabels(*metric, *item.Find("watch"), options_.sink());
  if (const YamlNode* watch = item.Find("watch"); watch != nullptr && watch->kind == YamlNode::kMap) CheckLabelForms(*watch, options_.sink());
  CheckNearlyKeys(item, options_.sink());
  if (whole_watch && whole_expr) CheckTemplates(values[0], *kind, *rule);
  if (options_.sink().errors() > before || (before > 0 && IsBroken(item))) return nullptr;
  std::vector<Diagnostic> logic;
  kind->Check(*rule, logic);
  for (Diagnostic& one : logic) {
    if (one.mark.line < 1 || (one.mark.line == rule->line && one.mark.column <= 1)) one.mark = values[0].mark;
    options_.sink().Add(std::move(one));
  }
  CheckMembers(written, values[0], rule);
  CheckExpiry(written, values[0], *rule);
  if (options_.sink().errors() > before) return nullptr;
  rule->revision = Revision(*rule);
  return rule;
}

// Costs are sparse, and most kinds ask something else than one number of all series. What `defaults` say is for those
// that do.
void RuleReader::CheckMembers(const YamlNode& written, const OptionValues& common, const std::shared_ptr<Rule>& rule) {
  if (!rule->members_may_leave || written.Find("members_may_leave") == nullptr || options_.sink().errors() > errors_before_) return;
  const bool waits = !rule->watch.is_cost && FindKind(rule->kind)->MakeEvaluator(rule)->awaits_members();
  if (waits) return;
  AddAt(common.MarkOf("members_may_leave"), "R452", absl::StrCat("`members_may_leave` has no meaning here: ", rule->watch.is_cost ? "a bill has no line where nothing was spent, so nobody is waited for" : absl::StrCat("a rule of kind ", rule->kind, " waits for no member of a group")), "take it out");
}

// A bill has no line where nothing was spent, so that no series of it is ever gone.
void RuleReader::CheckExpiry(const YamlNode& written, const OptionValues& common, const Rule& rule) {
  const bool given = rule.expire_after > absl::ZeroDuration() && written.Find("expire_after") != nullptr;
  if (!given || !rule.watch.is_cost || options_.sink().errors() > errors_before_) return;
  AddAt(common.MarkOf("expire_after"), "R452",
        "`expire_after` has no meaning here: a bill has no line where nothing was spent, so nothing of it is ever gone", "take it out");
}

bool RuleReader::IsWhole(const YamlNode* watch, const OptionValues& common) {
  if (watch == nullptr) return true;
  if (!common.Has("watch")) return false;
  for (const auto& [name, entry] : common.Map("watch").entries())
    if (entry.given && std::holds_alternative<std::monostate>(entry.value)) return false;
  for (std::size_t i = 0; i + 1 < watch->items.size(); i += 2) {
    const auto& keys = WatchOptions().options;
    if (std::none_of(keys.begin(), keys.end(), [&](const Option& option) { return watch->items[i]->text == option.name; })) return false;
  }
  return true;
}

void RuleReader::TakeIdentity(const OptionValues& common, Rule& rule) {
  rule.name = common.Text("alert");
  if (common.Given("alert") && rule.name.empty()) AddAt(common.MarkOf("alert"), "R216", "the name of an alert is not empty", "write a name, such as DatabaseCpuHigh");
  rule.id = common.Has("id") ? common.Text("id") : KebabCase(rule.name);
  const auto good = [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '_' || c == '.'; };
  if (common.Given("id") && (rule.id.empty() || !std::all_of(rule.id.begin(), rule.id.end(), good))) {
    const std::string meant = KebabCase(rule.id);
    AddAt(common.MarkOf("id"), "R216", absl::StrCat("\"", rule.id, "\" is not an id: ids are of small letters, digits and -"), meant.empty() ? "" : absl::StrCat("write ", meant),
          meant.empty() ? std::nullopt : std::optional<std::string>(meant));
  } else if (rule.id.empty() && !rule.name.empty()) {
    AddAt(common.MarkOf("alert"), "R216", absl::StrCat("no id can be made of the name \"", rule.name, "\""), "add one, such as id: my-rule");
  }
  for (const std::string& before : common.TextList("renamed_from")) {
    rule.renamed_from.push_back(KebabCase(before));
    if (rule.renamed_from.back().empty() || rule.renamed_from.back() == rule.id)
      AddAt(common.MarkOf("renamed_from"), "R216", absl::StrCat("\"", before, "\" is not a name that the rule had before"), "write names or ids of the past, the oldest first");
  }
  identity_ = {rule.name, rule.id, common.MarkOf("alert"), common.Given("id") ? common.MarkOf("id") : common.MarkOf("alert")};
}

void RuleReader::TakeCommon(const YamlNode& item, const OptionValues& common, Rule& rule) {
  const std::string& mode = common.Text("mode");
  rule.mode = mode == "shadow" ? RuleMode::kShadow : mode == "off" ? RuleMode::kOff : RuleMode::kLive;
  if (common.Has("until")) {
    rule.until = absl::FromCivil(common.Date("until"), absl::UTCTimeZone());
    if (rule.mode == RuleMode::kLive) AddAt(common.MarkOf("until"), "R452", "`until` says when mode: shadow or mode: off ends, and this rule is live", "take it out, or write mode: shadow");
  }
  TakeDigest(common, rule);
  if (common.Given("repeat")) {
    Problem problem;
    rule.repeat = ReadRepeat(common.Text("repeat"), problem);
    if (!rule.repeat) AddAt(common.MarkOf("repeat"), problem.code, absl::StrCat("\"", common.Text("repeat"), "\" ", problem.what), problem.caret, problem.suggestion);
  }
  rule.active_time_intervals = common.TextList("active_time_intervals");
  rule.mute_time_intervals = common.TextList("mute_time_intervals");
  rule.keep_firing_for = common.Duration("keep_firing_for");
  rule.every = common.Duration("every");
  rule.evaluation_delay = common.Duration("evaluation_delay");
  const OptionValues& no_data = common.Map("no_data");
  rule.no_data_after = no_data.Duration("after");
  const std::string state = OurWord(no_data, "state", "the word of the rules");
  rule.no_data = state == "no_data" ? NoDataPolicy::kNoData : state == "firing" ? NoDataPolicy::kFiring : state == "ok" ? NoDataPolicy::kOk : NoDataPolicy::kKeepLast;
  rule.members_may_leave = common.Flag("members_may_leave");
  rule.expire_after = common.Duration("expire_after");
  if (common.Has("min_impact")) rule.min_impact = common.Amount("min_impact");
  TakeOwner(common, rule);
  rule.notify = common.TextList("notify");
  if (const OptionValues* other = common.Has("depends_on") ? &common.Map("depends_on") : nullptr; other != nullptr && other->Has("alert"))
    rule.depends_on = DependsOn{other->Text("alert"), other->TextList("same")};
  TakeLabels(item.Find("labels"), common, rule);
  rule.annotations = common.TextMap("annotations");
  rule.summary = common.Text("summary");
  rule.description = common.Text("description");
  rule.runbook = common.Text("runbook");
  rule.limit = static_cast<int>(common.Integer("limit"));
}

void RuleReader::TakeDigest(const OptionValues& common, Rule& rule) {
  if (!common.Given("digest")) return;
  const OptionValues& digest = common.Map("digest");
  const auto take = [&](auto read, const std::string& text, const char* key) {
    Problem problem;
    auto out = read(text, problem);
    if (!out) AddAt(digest.MarkOf(key), problem.code, absl::StrCat("\"", text, "\" ", problem.what), problem.caret, problem.suggestion);
    return out;
  };
  TimeInterval& when = rule.digest.emplace().when;
  if (const auto zone = take(ReadZone, digest.Text("timezone"), "timezone")) when.zone = *zone;
  when.weekdays = 0;
  for (const std::string& days : digest.TextList("every")) when.weekdays = static_cast<std::uint8_t>(when.weekdays | take(ReadWeekdays, days, "every").value_or(0));
  if (digest.Given("every") && digest.TextList("every").empty()) AddAt(digest.MarkOf("every"), "R103", "\"every\" names no day", "write every: monday");
  if (digest.Has("at"))
    if (const auto at = take(ReadClock, digest.Text("at"), "at")) when.times = {{*at % (24 * 60), *at % (24 * 60) + 1}};
  if (!when.times.empty()) CheckClockChange(when.times[0].first, when.weekdays, when.zone, digest.MarkOf("at"), options_.sink());
  rule.digest->by = digest.TextList("by");
  std::sort(rule.digest->by.begin(), rule.digest->by.end());
}

void RuleReader::TakeOwner(const OptionValues& common, Rule& rule) {
  if (!common.Has("owner")) return;
  const OptionValues& owner = common.Map("owner");
  if (owner.Text("team") == "from_tags" || !owner.Has("team")) return;
  rule.owner = Owner{owner.Text("team"), owner.Text("contact"), "the rule itself"};
}

void RuleReader::TakeLabels(const YamlNode* written, const OptionValues& common, Rule& rule) {
  std::vector<Label> labels;
  for (const auto& [name, value] : common.TextMap("labels")) {
    const Mark mark = MarkOfKey(text(), written, name, common.MarkOf("labels"));
    if (name == "severity" && rule.kind == "expr") continue;  // TakePrometheusWords
    if (name == "severity" || name == "alertname") {
      AddAt(mark, "R216", absl::StrCat("the label ", name, " is set by the agent itself"),
            name == "severity" ? SeverityInstead(value) : "it is the rule's name");
    } else if (SanitiseLabelName(name) != name) {
      AddAt(mark, "R216", absl::StrCat("\"", name, "\" cannot be the name of a label"), absl::StrCat("write ", SanitiseLabelName(name)), SanitiseLabelName(name));
    } else {
      labels.push_back({name, value});
    }
  }
  rule.labels = Labels(std::move(labels));
}

void RuleReader::TakePrometheusWords(const YamlNode& item, const OptionValues& common, Rule& rule) {
  for (const auto& [name, value] : common.TextMap("labels")) {
    if (name != "severity") continue;
    const Mark mark = MarkOfKey(text(), item.Find("labels"), name, common.MarkOf("labels"));
    if (common.Given("severity")) AddAt(mark, "R107", "the severity stands in labels and in a key of its own", "keep one of the two");
    else if (value != "info" && value != "warning" && value != "critical") AddAt(mark, "R214", absl::StrCat("\"", value, "\" is no severity"), absl::StrContains(SeverityInstead(value), " or ") ? "write info, warning or critical" : absl::StrCat("write severity: ", MeantChoice(value, kSeverities)));
    else if (!rule.levels.empty()) rule.levels[0].severity = value == "info" ? Severity::kInfo : value == "warning" ? Severity::kWarning : Severity::kCritical;
  }
  const auto take = [&](const char* key, std::string& into) {
    const auto found = std::find_if(rule.annotations.begin(), rule.annotations.end(), [&](const auto& one) { return one.first == key; });
    if (found == rule.annotations.end()) return;
    if (!into.empty()) return AddAt(common.MarkOf(key), "R107", absl::StrCat("\"", key, "\" stands in annotations as well"), "keep one of the two");
    into = found->second;
    rule.annotations.erase(found);
  };
  take("summary", rule.summary);
  take("description", rule.description);
}

// AWS's words for a choice of ours are taken, and told.
std::string RuleReader::OurWord(const OptionValues& values, const char* name, const char* whose) {
  static constexpr struct { const char *theirs, *ours; } kWords[] = {
      {"amortized", "effective"}, {"unblended", "billed"}, {"ignore", "keep_last"}, {"missing", "no_data"}, {"breaching", "firing"}, {"notBreaching", "ok"}};
  const std::string& word = values.Text(name);
  for (const auto& known : kWords) {
    if (word != known.theirs) continue;
    Diagnostic told;
    told.severity = Diagnostic::Severity::kWarning;
    told.code = "R212";
    told.mark = values.MarkOf(name);
    told.message = absl::StrCat("\"", word, "\" is read as ", known.ours, ", ", whose);
    told.caret_text = absl::StrCat("write ", known.ours);
    told.suggestion = known.ours;
    options_.sink().Add(std::move(told));
    return known.ours;
  }
  return word;
}

void RuleReader::TakeWatch(const YamlNode& item, const OptionValues& common, const RuleKind& kind, Rule& rule) {
  if (!common.Has("watch")) {
    if (!Mentions(item, kind, "watch")) CheckWatchNeed(item, common, kind);
    return;
  }
  const OptionValues& watch = common.Map("watch");
  if (watch.Has("cost")) {
    const std::string ours = OurWord(watch, "cost", "the word of the FOCUS standard");
    rule.watch.metric = absl::StrCat("cost.", ours);
    rule.watch.is_cost = true;
  } else {
    rule.watch.metric = watch.Text("metric");
    CheckMetricName(rule.watch.metric, watch.MarkOf("metric"), options_.sink());
    if (absl::StartsWith(rule.watch.metric, "cost."))
      AddAt(watch.MarkOf("metric"), "R108", "money is watched by its own key, cost", absl::StrCat("write cost: ", rule.watch.metric.substr(5)));
  }
  TakeEvents(watch, rule);
  rule.watch.resources = watch.TextList("resource");
  rule.watch.commitments = watch.TextList("commitment");
  for (const char* key : {"resource", "commitment"})
    if (watch.Given(key) && watch.TextList(key).empty()) AddAt(watch.MarkOf(key), "R103", absl::StrCat("\"", key, "\" names nothing"), absl::StrCat("write ", key, ": \"*\" for all"));
  CheckResourceTypes(rule.watch.resources, watch.MarkOf("resource"), options_.sink());
  CheckCommitmentTypes(rule.watch.commitments, watch.MarkOf("commitment"), options_.sink());
  rule.watch.where = watch.Matchers("where");
  rule.watch.leave_out = watch.Matchers("leave_out");
  rule.watch.stat = watch.Text("stat");
  TakeWindow(watch, kind, rule);
  rule.watch.by = watch.TextList("by");
  std::sort(rule.watch.by.begin(), rule.watch.by.end());
  rule.watch.by.erase(std::unique(rule.watch.by.begin(), rule.watch.by.end()), rule.watch.by.end());
  rule.watch.combine = watch.Text("combine");
  // A kind without windows takes the points as they are.
  for (const char* key : {"stat", "combine"})
    if (kind.windows() == RuleKind::Windows::kNone && watch.Given(key))
      AddAt(watch.MarkOf(key), "R452",
            absl::StrCat("`", key, "` has no meaning for ", kind.name()), "take it out of watch");
  CheckWatchNeed(item, common, kind);
}

// One side without the other is told where it is asked what a kind watches.
void RuleReader::TakeEvents(const OptionValues& watch, Rule& rule) {
  if (!watch.Has("good") || !watch.Has("total")) return;
  for (const char* side : {"good", "total"}) {
    const OptionValues& events = watch.Map(side);
    if (!events.Has("metric")) continue;
    if (absl::StartsWith(events.Text("metric"), "cost.")) AddAt(events.MarkOf("metric"), "R108", "money is no event", "write a metric that counts, such as aws.alb.requests");
    CheckMetricName(events.Text("metric"), events.MarkOf("metric"), options_.sink());
    rule.watch.events.push_back({events.Text("metric"), events.Matchers("where"), events.Text("stat")});
  }
}

bool RuleReader::Mentions(const YamlNode& item, const RuleKind& kind, absl::string_view key) {
  // One that slipped into a map of the rule was told there.
  for (std::size_t i = 1; i < item.items.size(); i += 2)
    if (item.items[i]->Find(key) != nullptr) return true;
  const OptionTable* tables[] = {&CommonRuleOptions(), &TablesOf(kind).rule, &kind.options()};
  return OptionReader::Mentions(item, key, tables);
}

void RuleReader::CheckWatchNeed(const YamlNode& item, const OptionValues& common, const RuleKind& kind) {
  using Need = RuleKind::WatchNeed;
  const Need need = kind.watch_need();
  const char* example = need == Need::kMetric       ? "watch: {metric: aws.rds.cpu_utilization}"
                        : need == Need::kResource   ? "watch: {resource: [aws.ec2.instance]}"
                        : need == Need::kCommitment ? "watch: {commitment: [savings_plan]}"
                        : need == Need::kEvents     ? "watch: {good: {metric: good_requests}, total: {metric: all_requests}}"
                                                    : "watch: {cost: effective}";
  if (!common.Has("watch")) {
    if (need != Need::kOptional && need != Need::kNone) AddAt(common.mark, "R103", absl::StrCat("rule needs \"watch\": what to look at"), absl::StrCat("write ", example));
    return;
  }
  const OptionValues& watch = common.Map("watch");
  if (need == Need::kNone) return AddAt(watch.mark, "R108", absl::StrCat("the kind ", kind.name(), " is made of other alerts and watches nothing itself"), "take watch out");
  // A value that could not be read, a misspelt key, or one that this version lacks, was told already.
  const OptionTable* tables[] = {&WatchOptions()};
  const auto written = [&](const char* key) { return OptionReader::Mentions(*item.Find("watch"), key, tables); };
  std::vector<std::string> given;
  for (const char* key : {"metric", "cost", "resource", "commitment", "good", "total"})
    if (watch.Given(key)) given.emplace_back(key);
  const bool events = !given.empty() && (given[0] == "good" || given[0] == "total");
  if (events && given.size() == 1) {
    const bool good = given[0] == "good";
    if (!written(good ? "total" : "good")) AddAt(watch.MarkOf(given[0]), "R103", absl::StrCat("watch has \"", given[0], "\" but not \"", good ? "total" : "good", "\": a share needs both"), absl::StrCat("write ", good ? "total" : "good", ": {metric: NAME}"));
    return;
  }
  if (given.size() == 2 && given[0] == "good" && given[1] == "total") given.pop_back();
  if (given.size() > 1) return AddAt(watch.MarkOf(given[1]), "R108", absl::StrCat("watch has ", given[0], " and ", given[1], "; a rule watches one of the two"), "take one of the two out");
  const std::string wanted = need == Need::kResource ? "resource" : need == Need::kCommitment ? "commitment" : need == Need::kMetric ? "metric" : need == Need::kCost ? "cost" : need == Need::kEvents ? "good" : "";
  if (given.empty()) {
    const bool any = written("metric") || written("cost") || written("resource") || written("commitment") || written("good") || written("total");
    if (any || options_.sink().errors() > errors_before_) return;
    // Of these kinds the rule may say elsewhere what it looks at.
    const char* own = kind.name() == absl::string_view("expr") ? "expr" : item.Find("check") != nullptr ? "check" : "";
    if (need == Need::kOptional && *own != 0)
      AddAt(watch.mark, "R108", absl::StrCat("this rule looks at what ", own, " says, and watch says nothing besides"), "take watch out");
    else
      AddAt(watch.mark, "R108", absl::StrCat("watch needs ", wanted.empty() ? "metric or cost" : wanted == "good" ? "good and total" : wanted, ": what the kind ", kind.name(), " looks at"), absl::StrCat("write ", example));
    return;
  }
  const bool either = wanted.empty() && (given[0] == "metric" || given[0] == "cost");
  if (either || given[0] == wanted) return;
  static const std::map<std::string, const char*> kWords = {{"metric", "a metric (metric)"}, {"cost", "money (cost)"}, {"resource", "resources (resource)"}, {"commitment", "commitments (commitment)"}, {"good", "events (good and total)"}, {"total", "events (good and total)"}};
  AddAt(watch.MarkOf(given[0]), "R108", absl::StrCat("the kind ", kind.name(), " watches ", wanted.empty() ? "a metric (metric) or money (cost)" : kWords.at(wanted), ", not ", kWords.at(given[0])),
        wanted == "metric" ? "write metric: NAME" : wanted == "cost" ? "write cost: effective" : absl::StrCat("write ", example));
}

}  // namespace nephoscope
