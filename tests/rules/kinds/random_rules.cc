#include "tests/rules/kinds/random_rules.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/language/language.h"
#include "rules/language/tables/rule_tables.h"
#include "rules/language/out/skeleton.h"

namespace nephoscope {
namespace {

// What a rule looks at, by what its kind needs; nothing else of `watch` says that.
const std::vector<std::string> kSources = {"metric", "cost", "resource", "commitment", "good", "total"};
std::vector<std::string> SourcesOf(const RuleKind& kind) {
  using Need = RuleKind::WatchNeed;
  switch (kind.watch_need()) {
    case Need::kMetric:
    case Need::kOptional: return {"metric"};
    case Need::kCost: return {"cost"};
    case Need::kMetricOrCost: return {"metric", "cost"};
    case Need::kResource: return {"resource"};
    case Need::kCommitment: return {"commitment"};
    case Need::kEvents: return {"good", "total"};
    case Need::kNone: return {};
  }
  return {};
}
bool IsIn(const std::vector<std::string>& all, const std::string& one) { return std::find(all.begin(), all.end(), one) != all.end(); }
bool IsForeign(const RuleKind& kind, const OptionPath& at, const std::string& name) {
  if (at.empty()) return name == "watch" && SourcesOf(kind).empty();
  return at.size() == 1 && at[0] == "watch" && IsIn(kSources, name) && !IsIn(SourcesOf(kind), name);
}

// They are names, or texts for people: nothing that fires and nobody who hears of it depends on them.
const std::set<std::string>& Unsaid() {
  static const std::set<std::string> all = {"alert", "kind", "id", "renamed_from", "summary", "description", "runbook", "annotations", "tests", "unit"};
  return all;
}

// Values that an example alone does not give, by the end of their path.
const std::map<std::string, std::vector<std::string>>& Values() {
  static const std::map<std::string, std::vector<std::string>> all = {
      {"watch.metric", {"my_metric", "other_metric"}},
      {"good.metric", {"good_events", "fine_events"}},
      {"total.metric", {"all_events", "events"}},
      {"idle.all_of.metric", {"cpu_utilization", "aws.ec2.cpu_utilization", "network_bytes"}},
      {"watch.cost", {"effective", "billed", "list"}},
      {"resource", {"[aws.ec2.instance]", "[aws.ec2.instance, azure.compute.virtual_machine]", "\"*\""}},
      {"commitment", {"[savings_plan]", "[reserved_instance, savings_plan]"}},
      {"watch.by", {"[account]", "[account, region]", "[region]"}},
      {"^same", {"[account]", "[account, region]"}},
      {"digest.by", {"[owner]", "[account]"}},
      {"calendar", {"finance", "sales"}},
      {"tumbling", {"1d", "6h", "1w", "month"}},
      {"for", {"15m", "30m", "3 of 5 points", "4 of 5 points"}},
      {"repeat", {"4h", "8h", "never"}},
      {"notify", {"[finops]", "[finops, owner]", "[]", "[account_owner]"}},
      {"active_time_intervals", {"[nights]", "[days]", "[days, nights]"}},
      {"mute_time_intervals", {"[nights]", "[days]", "[days, nights]"}},
      {"digest.every", {"monday", "[friday, monday]"}},
      {"digest.at", {"\"08:00\"", "\"09:30\""}},
      {"digest.timezone", {"America/New_York", "Europe/Paris"}},
      {"owner.team", {"web", "checkout"}},
      {"owner.contact", {"a@example.com", "b@example.com"}},
      {"depends_on.alert", {"Other", "Third"}},
      {"depends_on.same", {"[account]", "[account, region]"}},
      {"^all_of", {"[Other]", "[Other, Third]"}},
      {"^any_of", {"[Other]", "[Other, Third]"}},
      {"^none_of", {"[Other]", "[Third]"}},
      {"^in_order", {"[Other, Third]", "[Third, Other]"}},
      {"^at_least", {"\"1 of [Other, Third]\"", "\"2 of [Other, Third]\""}},
      {"amounts_from", {"budgets.csv", "others.csv"}},
      {"accounts_file", {"accounts.csv", "members.csv"}},
      {"^expected", {"[\"111\", \"222\"]", "seen in the last 20d", "seen in the last 40d"}},
      {"^expr", {"my_metric > 5", "my_metric > 6", "max by (team) (my_metric{env=\"a  b\"}) > 5", "max by (team) (my_metric{env=\"a b\"}) > 5"}},
      {"check.http", {"https://a.example.com", "https://b.example.com/x"}},
      {"check.tcp", {"db.example.com:5432", "db.example.com:5433"}},
      {"contains", {"ok", "\"all good\""}},
      {"noise_budget", {"4 per month", "5 per month", "4 per week"}},
      {"^anomaly.pattern", {"daily", "weekly"}},  // of a bill, none is daily
      {"sensitivity", {"low", "high"}},  // medium is what it is without
      {"set", {}},                       // the only one, which is what it is without
      {"grows", {"2% per period", "3% per period"}},
      {"amounts.since", {"2026-10", "2026-11"}},
      {"cost_of_downtime", {"1200 USD/hour", "1200 USD/day"}},
      {"reason", {"Black Friday", "a move"}},
      {"label", {"instance_id", "machine"}},
      {"until", {"2099-12-01", "2099-12-02", "2099-12-01 18:00"}},
      {"min_impact", {"100 USD", "100.004 USD"}},
      {"utilization.", {"40%", "40.0004%"}},
      {"coverage.", {"40%", "40.0004%"}},
      {"monthly_cost.", {"100 USD", "100.004 USD"}},
      {"untagged_cost.", {"40%", "40.0004%", "100 USD"}},
      {"when.resources.", {"5", "6"}},
      {"recover.resources.", {"5", "6"}},
      {"info.resources.", {"5", "6"}},
      {"warning.resources.", {"15", "16"}},
      {"critical.resources.", {"25", "26"}},
      {"idle.all_of.above", {"5%", "6%", "5 MB"}},
      {"idle.all_of.below", {"5%", "6%", "5 MB"}},
      {"idle.all_of.at_least", {"5%", "6%", "5 MB"}},
      {"idle.all_of.at_most", {"5%", "6%", "5 MB"}},
      {"idle.all_of.equals", {"5%", "6%", "5 MB"}},
      {"idle.over", {"7d", "10d"}},
      {"idle.min_age", {"7d", "10d"}},
      {"idle.days", {"3", "4"}},
      {"check.timeout", {"2s", "3s"}},
      {"check.every", {"45s", "60s"}},
      {"status", {"200", "204"}},
      {"required", {"[Owner]", "[CostCenter, Owner]"}},
  };
  return all;
}

std::vector<std::string> OfType(const Option& option) {
  switch (option.type) {
    case OptionType::kFlag: return {"true", "false"};
    case OptionType::kInteger: return {"3", "7", "200"};
    case OptionType::kNumber: return {"0.5", "0.55", "6"};
    case OptionType::kRatio: return {"70%", "70.004%", "95.5%"};
    case OptionType::kDuration: return {"90m", "91m", "2d", "3d", "30d", "800ms", "45s"};
    case OptionType::kMoney: return {"100 USD", "100.004 USD", "120 USD"};
    case OptionType::kQuantity: return {"5", "5.0004", "100 USD", "100.004 USD", "40%", "40.0004%", "6%"};
    case OptionType::kDate: return {"2026-11-26", "2026-11-27"};
    case OptionType::kMatchers:
      return {"{env: prod}", "{env: [prod, stage]}", "{env: \"prod or stage\"}", "{env: \"prod*\"}", "{env: {not: prod}}", "{env: {not: [prod, stage]}}", "{env: {not: \"prod*\"}}", "{env: [\"prod*\", stage]}",
              "{env: {matches: \"prod.*\"}}", "{env: {not: {matches: \"prod.*\"}}}", "{env: {missing: true}}", "{env: {missing: false}}", "{env: {at_least: 3}}", "{env: {at_most: 3}}", "{env: {above: 3}}",
              "{env: {below: 3}}", "{env: prod, team: web}", "{team: prod}"};
    case OptionType::kTextMap: return {"{topic: egress}", "{topic: ingress}", "{topic: egress, tier: one}"};
    default: return {};
  }
}

bool IsMap(const Option& option) { return option.fields != nullptr && option.type == OptionType::kMap; }
bool IsList(const Option& option) { return option.fields != nullptr && option.type == OptionType::kMapList; }
bool IsNamed(const Option& option) { return option.fields != nullptr && option.type == OptionType::kMoneyMap; }

}  // namespace

std::string WrittenValue::ToYaml() const {
  if (!fields.empty())
    return absl::StrCat("{", absl::StrJoin(fields, ", ", [](std::string* out, const auto& field) { absl::StrAppend(out, field.first, ": ", field.second.ToYaml()); }), "}");
  if (!items.empty()) return absl::StrCat("[", absl::StrJoin(items, ", ", [](std::string* out, const WrittenValue& item) { *out += item.ToYaml(); }), "]");
  return text;
}

RandomRules::RandomRules(const RuleKind& kind, std::uint32_t seed) : kind_(kind), random_(seed) {
  OptionPath at;
  for (const OptionTable* table : Tables()) CollectPaths(*table, at);
}

std::vector<const OptionTable*> RandomRules::Tables() const { return {&CommonRuleOptions(), &kind_.options(), &TablesOf(kind_).rule}; }

void RandomRules::CollectPaths(const OptionTable& table, OptionPath& at) {
  for (const Option& option : table.options) {
    if ((at.empty() && Unsaid().count(option.name) != 0) || IsForeign(kind_, at, option.name) || HasNoOther(option, at)) continue;
    at.emplace_back(option.name);
    paths_.push_back(at);
    if (IsMap(option) || IsList(option) || IsNamed(option)) CollectPaths(*option.fields, at);
    at.pop_back();
  }
}

std::vector<std::string> RandomRules::Texts(const Option& option, const OptionPath& at) const {
  const std::string whole = absl::StrJoin(at, ".");  // ^ before a whole path
  std::vector<std::string> out;
  bool found = false;
  for (const auto& [end, values] : Values())
    if (!IsMap(option) && !IsList(option) && (whole == end || "^" + whole == end || absl::EndsWith(whole, "." + end) || (end.back() == '.' && absl::StrContains(whole, end)))) out = values, found = true;
  if (!found && !option.choices.empty()) {
    for (const char* choice : option.choices)
      if (absl::string_view("ignore missing breaching notBreaching amortized unblended").find(choice) == absl::string_view::npos) out.emplace_back(choice);
  } else if (!found) {
    out = OfType(option);
    if (out.empty() || option.type == OptionType::kDuration) out.push_back(SampleValue(option));
  }
  // What it is without being written.
  const std::string usual = option.default_text != nullptr ? option.default_text : option.name == std::string("severity") && at.size() == 1 ? "warning" : "";
  std::erase(out, usual);
  return out;
}

// It has one value, which it has without being written as well.
bool RandomRules::HasNoOther(const Option& option, OptionPath at) const {
  if (IsMap(option) || IsList(option) || IsNamed(option)) return option.fields->options.empty();
  at.emplace_back(option.name);
  return Texts(option, at).empty();
}

WrittenValue RandomRules::Value(const Option& option, const OptionPath& at, const OptionPath& with) {
  if (IsMap(option)) return Map({option.fields}, at, with);
  if (IsList(option)) {
    WrittenValue out;
    for (std::size_t n = Chance(70) && at.back() != "any_of" ? 1 : 2; out.items.size() < n;) out.items.push_back(Map({option.fields}, at, with));
    return out;
  }
  if (IsNamed(option)) {
    WrittenValue out;
    for (const char* name : {"payments", "search"})
      if (out.fields.empty() || Chance(40)) out.fields.emplace_back(name, Map({option.fields}, at, with));
    return out;
  }
  const std::vector<std::string> texts = Texts(option, at);
  return {.text = texts.empty() ? SampleValue(option) : texts[Draw(texts.size())]};
}

WrittenValue RandomRules::Map(const std::vector<const OptionTable*>& tables, const OptionPath& at, const OptionPath& with) {
  WrittenValue out;
  const auto wanted = [&](const char* name) { return with.size() > at.size() && std::equal(at.begin(), at.end(), with.begin()) && with[at.size()] == name; };
  std::vector<const Option*> chosen, others;
  for (const OptionTable* table : tables)
    for (const Option& option : table->options) {
      if ((at.empty() && Unsaid().count(option.name) != 0) || IsForeign(kind_, at, option.name) || HasNoOther(option, at)) continue;
      const bool together = !at.empty() && at.back() == "burn_alerts";  // one without the others is refused
      const bool before = at.empty() && wanted("until") && option.name == std::string("mode");
      const bool needed = option.required || together || before || wanted(option.name) || (at.empty() && option.name == std::string("watch") && kind_.watch_need() != RuleKind::WatchNeed::kNone && kind_.watch_need() != RuleKind::WatchNeed::kOptional);
      (needed || Chance(at.empty() ? 8 : 12) ? chosen : others).push_back(&option);
    }
  if (chosen.empty() && !others.empty()) chosen.push_back(others[Draw(others.size())]);
  // One of the sources; of events both.
  if (at == OptionPath{"watch"}) {
    const std::vector<std::string> sources = SourcesOf(kind_);
    std::string source = sources[Draw(sources.size())];
    for (const std::string& one : sources)
      if (wanted(one.c_str())) source = one;
    const bool both = kind_.watch_need() == RuleKind::WatchNeed::kEvents;
    std::erase_if(chosen, [&](const Option* one) { return IsIn(kSources, one->name); });
    for (const Option& option : WatchOptions().options)
      if (option.name == source || (both && IsIn(sources, option.name))) chosen.push_back(&option);
  }
  // A health check asks an address or watches a metric.
  if (at.empty() && kind_.watch_need() == RuleKind::WatchNeed::kOptional) {
    const bool asks = wanted("check") || (!wanted("watch") && Chance(50));
    std::erase_if(chosen, [&](const Option* one) { return one->name == std::string("check") || one->name == std::string("watch"); });
    for (const OptionTable* table : tables)
      for (const Option& option : table->options)
        if (option.name == std::string(asks ? "check" : "watch")) chosen.push_back(&option);
  }
  // A rule has `when` or `levels`, where its kind has conditions.
  const auto has = [&](const char* name) { return std::any_of(chosen.begin(), chosen.end(), [&](const Option* one) { return one->name == std::string(name); }); };
  if (at.empty() && kind_.needs_condition() && !has("when") && !has("levels"))
    for (const Option* one : others)
      if (one->name == std::string("when")) chosen.push_back(one);
  for (const Option* option : chosen) {
    OptionPath below = at;
    below.emplace_back(option->name);
    out.fields.emplace_back(option->name, Value(*option, below, with));
  }
  return out;
}

WrittenValue RandomRules::Make(const OptionPath& with) { return Map(Tables(), {}, with); }

std::vector<WrittenValue> RandomRules::Variants(const WrittenValue& rule, const OptionPath& path) {
  std::vector<const OptionTable*> tables = Tables();
  const Option* option = nullptr;
  for (const std::string& name : path) {
    option = Find(tables, name);
    if (option == nullptr) return {};
    tables = {option->fields};
  }
  std::vector<WrittenValue> out;
  // In a copy, the map that the option stands in.
  const auto changed = [&](const std::function<void(WrittenValue& parent)>& change) {
    WrittenValue copy = rule;
    WrittenValue* at = &copy;
    for (std::size_t i = 0; at != nullptr && i + 1 < path.size(); ++i) {
      WrittenValue* next = nullptr;
      for (auto& [name, value] : at->fields)
        if (name == path[i]) next = &value;
      if (next == nullptr) return;
      if (!next->items.empty()) next = &next->items[0];
      at = next;
      OptionPath above(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      std::vector<const OptionTable*> outer = Tables();
      const Option* here = nullptr;
      for (const std::string& name : above) here = Find(outer, name), outer = {here->fields};
      if (IsNamed(*here) && !at->fields.empty()) at = &at->fields[0].second;
    }
    change(*at);
    out.push_back(std::move(copy));
  };
  const auto put = [&](WrittenValue value) {
    changed([&](WrittenValue& parent) {
      for (auto& [name, old] : parent.fields)
        if (name == path.back()) old = value;
    });
  };
  out.push_back(rule);
  if (IsMap(*option) || IsList(*option) || IsNamed(*option)) {
    for (int i = 0; i < 3; ++i) put(Value(*option, path, path));
  } else {
    for (const std::string& text : Texts(*option, path)) put({.text = text});
  }
  if (!option->required) changed([&](WrittenValue& parent) { std::erase_if(parent.fields, [&](const auto& field) { return field.first == path.back(); }); });
  return out;
}

const Option* RandomRules::Find(const std::vector<const OptionTable*>& tables, const std::string& name) const {
  for (const OptionTable* table : tables)
    for (const Option& option : table->options)
      if (name == option.name) return &option;
  return nullptr;
}

std::vector<SourceFile> RandomRules::Files(const WrittenValue& rule) {
  static const std::string kTable = "account,amount\n111,100 USD\n222,200 USD\n";
  return {{"settings.yaml",
           "apiVersion: rules/v1\nreceivers: {finops: {kafka: {topic: nephoscope.finops}}}\ncalendars: {finance: {fiscal_year_starts: October 1}, sales: {fiscal_year_starts: July 1}}\n"
           "time_intervals: [{name: nights, times: [\"22:00-06:00\"]}, {name: days, times: [\"06:00-22:00\"]}]\n"},
          {"others.yaml", "apiVersion: rules/v1\nrules:\n- {alert: Other, kind: threshold, watch: {metric: m, by: [account, region]}, when: {above: 5}}\n- {alert: Third, kind: threshold, watch: {metric: m, by: [account, region]}, when: {above: 6}}\n"},
          {"rules.yaml", absl::StrCat("apiVersion: rules/v1\nrules:\n- ", rule.ToYaml(), "\n")},
          {"budgets.csv", kTable}, {"others.csv", kTable}, {"accounts.csv", "account\n111\n222\n"}, {"members.csv", "account\n111\n222\n"}};
}

}  // namespace nephoscope
