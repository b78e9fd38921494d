#include "rules/language/checks/label_check.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/catalogue/catalogue.h"
#include "rules/language/source_text.h"
#include "rules/model/resource_key.h"

namespace nephoscope {
namespace {

void Warn(const YamlNode& at, const char* code, std::string message, std::string caret,
          std::optional<std::string> suggestion, DiagnosticSink& sink) {
  Diagnostic out;
  out.severity = Diagnostic::Severity::kWarning;
  out.code = code;
  out.mark = sink.text().MarkOf(at.begin, at.end);
  out.message = std::move(message);
  out.caret_text = std::move(caret);
  out.suggestion = std::move(suggestion);
  sink.Add(std::move(out));
}

// Columns of a bill (FOCUS), by the labels that their values become.
constexpr struct {
  absl::string_view column, label;
} kColumns[] = {
    {"ProviderName", "provider"},
    {"ServiceProviderName", "provider"},
    {"BillingAccountId", "billing_account"},
    {"SubAccountId", "account"},
    {"SubAccountName", "account_name"},
    {"ServiceName", "service"},
    {"ServiceCategory", "service_category"},
    {"RegionId", "region"},
    {"RegionName", "region"},
    {"ChargeCategory", "charge_category"},
    {"LinkedAccount", "account"},
    {"LinkedAccountId", "account"},
    {"SubscriptionId", "account"},
    {"ProjectId", "account"},
    {"ProductName", "service"},
};

// The words of CloudWatch for what tells series apart, in small letters, by the label of ours.
const std::map<std::string, std::string>& Dimensions() {
  static const auto& all = *new std::map<std::string, std::string>([] {
    std::map<std::string, std::string> out;
    for (const CatalogueMetric& metric : AllMetrics())
      for (const std::string& dimension : metric.dimensions)
        if (std::any_of(dimension.begin(), dimension.end(),
                        [](char c) { return absl::ascii_isupper(c); }))
          out.emplace(absl::AsciiStrToLower(dimension), DimensionLabel(dimension));
    return out;
  }());
  return all;
}

// tag:team, Tags.team, tags["team"] -> team; empty: no such form.
std::string WithoutTag(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  for (const absl::string_view lead :
       {"tag:", "tags:", "tag.", "tags.", "tag/", "tags/", "resourcetags/user:", "resourcetags/",
        "resource_tags_user_", "label:", "labels:", "label.", "labels.", "x_tags.", "$"})
    if (absl::StartsWith(lower, lead) && name.size() > lead.size())
      return std::string(absl::StripSuffix(absl::StripPrefix(name.substr(lead.size()), "{"), "}"));
  for (const absl::string_view lead : {"tag[", "tags[", "labels["})
    if (absl::StartsWith(lower, lead) && absl::EndsWith(name, "]")) {
      const absl::string_view inner = name.substr(lead.size(), name.size() - lead.size() - 1);
      return std::string(absl::StripPrefix(
          absl::StripSuffix(absl::StripPrefix(absl::StripSuffix(inner, "\""), "\""), "'"), "'"));
    }
  return "";
}

enum class Watched { kMetric, kCost, kResource };

// Where resources are looked at, each tag is the label "tag.NAME" (resource_key.h).
void CheckForm(const YamlNode& at, Watched watched, DiagnosticSink& sink) {
  const bool resource = watched == Watched::kResource;
  if (resource && absl::StartsWith(at.text, kTagPrefix) && at.text.size() > std::strlen(kTagPrefix))
    return;
  const std::string tag = WithoutTag(at.text);
  if (!tag.empty() && resource)
    return Warn(at, "R305",
                absl::StrCat("a tag of a resource is the label \"", kTagPrefix, tag, "\", not \"",
                             at.text, "\""),
                absl::StrCat("write ", kTagPrefix, tag), absl::StrCat(kTagPrefix, tag), sink);
  if (!tag.empty())
    return Warn(at, "R305",
                absl::StrCat("a tag is a label of its own name: \"", at.text,
                             "\" is none that a bill or a metric has"),
                absl::StrCat("write ", tag), tag, sink);
  // Resources have the labels of cost.
  const std::string label = LabelOfProvidersWord(at.text, watched != Watched::kMetric);
  if (label.empty()) return;
  Warn(at, "R305",
       absl::StrCat("\"", at.text, "\" is the provider's word; the label is called ", label),
       absl::StrCat("write ", label, "  (fine if it is a tag)"), label, sink);
}

// The labels of the catalogue, by their small letters.
const absl::flat_hash_map<std::string, std::string>& OwnLabels() {
  static const auto& all = *new absl::flat_hash_map<std::string, std::string>([] {
    absl::flat_hash_map<std::string, std::string> out;
    for (const CatalogueMetric& metric : AllMetrics())
      for (const std::string& label : metric.labels)
        out.emplace(absl::AsciiStrToLower(label), label);
    return out;
  }());
  return all;
}

std::vector<std::string> LabelsOf(const Rule& rule) {
  std::vector<std::string> out = rule.watch.by;
  for (const auto* matchers : {&rule.watch.where, &rule.watch.leave_out})
    for (const Matcher& one : *matchers) out.push_back(one.label);
  return out;
}

// What the texts of a condition mean elsewhere.
struct Meant {
  std::string instead, means;
};

bool IsWordList(absl::string_view text, char sign) {
  const std::vector<absl::string_view> words = absl::StrSplit(text, sign);
  return words.size() > 1 && std::all_of(words.begin(), words.end(), [](absl::string_view word) {
           return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
             return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
           });
         });
}

std::string Quoted(absl::string_view text) { return absl::StrCat("\"", text, "\""); }

Meant MeantText(absl::string_view text) {
  for (const absl::string_view sign : {"!=", "!", "<>", "not "})
    if (absl::StartsWithIgnoreCase(text, sign) && text.size() > sign.size()) {
      const absl::string_view rest = absl::StripAsciiWhitespace(text.substr(sign.size()));
      if (absl::StartsWith(rest, "~"))
        return {absl::StrCat("{not: {matches: ", Quoted(rest.substr(1)), "}}"),
                "all that do not match an expression"};
      return {absl::StrCat("{not: ", rest, "}"), "all but this one"};
    }
  for (const absl::string_view sign : {"=~", "~", "re:", "regex:", "regexp:"})
    if (absl::StartsWithIgnoreCase(text, sign) && text.size() > sign.size())
      return {absl::StrCat(
                  "{matches: ", Quoted(absl::StripAsciiWhitespace(text.substr(sign.size()))), "}"),
              "an expression"};
  static constexpr struct {
    absl::string_view sign, word;
  } kSigns[] = {{">=", "at_least"}, {"<=", "at_most"}, {">", "above"}, {"<", "below"}};
  for (const auto& one : kSigns)
    if (absl::StartsWith(text, one.sign) && text.size() > one.sign.size() &&
        absl::ascii_isdigit(text.back()))
      return {absl::StrCat("{", one.word, ": ",
                           absl::StripAsciiWhitespace(text.substr(one.sign.size())), "}"),
              "a comparison"};
  if (absl::StartsWith(text, "=") && text.size() > 1)
    return {std::string(absl::StripAsciiWhitespace(
                absl::StripPrefix(text, absl::StartsWith(text, "==") ? "==" : "="))),
            "equality"};
  for (const char sign : {'|', ','})
    if (IsWordList(text, sign))
      return {absl::StrCat("[", absl::StrJoin(absl::StrSplit(text, sign), ", "), "]"),
              "any of these"};
  const bool anchored = absl::StartsWith(text, "^") || absl::EndsWith(text, "$");
  if (anchored || absl::StrContains(text, ".*") || absl::StrContains(text, ".+"))
    return {absl::StrCat("{matches: ", Quoted(text), "}"), "an expression"};
  if (text.size() > 2 && (absl::StartsWith(text, "%") || absl::EndsWith(text, "%"))) {
    std::string glob(text);
    std::replace(glob.begin(), glob.end(), '%', '*');
    return {Quoted(glob), "any text there"};
  }
  if (text == "null" || text == "nil" || text == "NULL" || text == "~")
    return {"{missing: true}", "series without this label"};
  return {};
}

}  // namespace

std::string LabelOfProvidersWord(absl::string_view word, bool cost) {
  const std::string lower = absl::AsciiStrToLower(word);
  // What differs in case alone is for CheckLabelCases.
  if (cost) {
    for (const auto& one : kColumns)
      if (absl::EqualsIgnoreCase(one.column, word)) return std::string(one.label);
    return "";
  }
  const bool upper =
      std::any_of(word.begin(), word.end(), [](char c) { return absl::ascii_isupper(c); });
  const auto known = upper ? Dimensions().find(lower) : Dimensions().end();
  return known == Dimensions().end() || known->second == lower ? "" : known->second;
}

void CheckLabelForms(const YamlNode& watch, DiagnosticSink& sink) {
  const Watched watched = watch.Find("resource") != nullptr ? Watched::kResource
                          : watch.Find("cost") != nullptr   ? Watched::kCost
                                                            : Watched::kMetric;
  if (const YamlNode* by = watch.Find("by"); by != nullptr) {
    if (by->kind == YamlNode::kText && by->text.find_first_of(", ") != absl::string_view::npos) {
      const std::string list = absl::StrCat(
          "[",
          absl::StrJoin(absl::StrSplit(by->text, absl::ByAnyChar(", "), absl::SkipEmpty()), ", "),
          "]");
      Warn(*by, "R306", absl::StrCat("\"", by->text, "\" is taken as the name of one label"),
           absl::StrCat("for several write ", list), list, sink);
    } else if (by->kind == YamlNode::kText) {
      CheckForm(*by, watched, sink);
    }
    for (const YamlNode* item : by->kind == YamlNode::kList ? by->items : std::vector<YamlNode*>())
      if (item->kind == YamlNode::kText) CheckForm(*item, watched, sink);
  }
  for (const char* key : {"where", "leave_out"}) {
    const YamlNode* matchers = watch.Find(key);
    for (std::size_t i = 0;
         matchers != nullptr && matchers->kind == YamlNode::kMap && i + 1 < matchers->items.size();
         i += 2)
      CheckForm(*matchers->items[i], watched, sink);
  }
}

void CheckMatcherText(const YamlNode& value, DiagnosticSink& sink) {
  const Meant meant = MeantText(value.text);
  if (!meant.instead.empty())
    return Warn(value, "R306",
                absl::StrCat("\"", value.text, "\" is compared as it stands, letter for letter"),
                absl::StrCat("for ", meant.means, " write ", meant.instead), meant.instead, sink);
  if (absl::StartsWith(value.text, "$") || absl::StartsWith(value.text, "{{"))
    Warn(value, "R306",
         absl::StrCat("\"", value.text, "\" is compared as it stands: there are no variables here"),
         "write the value itself", std::nullopt, sink);
}

void CheckNearlyKeys(const YamlNode& rule, DiagnosticSink& sink) {
  const struct {
    const char* map;
    std::vector<std::string> words;
  } near[] = {{"annotations", {"summary", "description", "runbook_url", "dashboard"}},
              {"labels", {"severity", "alertname"}}};
  const YamlNode* kind = rule.Find("kind");
  for (const auto& one : near) {
    const YamlNode* map = rule.Find(one.map);
    if (map == nullptr || map->kind != YamlNode::kMap) continue;
    for (std::size_t i = 0; i + 1 < map->items.size(); i += 2) {
      const YamlNode& key = *map->items[i];
      const std::string meant = key.text.size() < 5 ? "" : Nearest(key.text, one.words);
      const auto gap = static_cast<int>(key.text.size()) - static_cast<int>(meant.size());
      if (meant.empty() || key.text == meant || gap > 2 || gap < -2) continue;
      // Of an expression, the words of Prometheus stand below these maps.
      const bool below =
          (kind != nullptr && kind->text == "expr") || one.map == absl::string_view("annotations");
      Warn(key, "R306", absl::StrCat("\"", key.text, "\" is taken as a name of your own"),
           below ? absl::StrCat("did you mean \"", meant, "\"?")
                 : absl::StrCat("did you mean the key ", meant, " of the rule itself?"),
           below ? std::optional<std::string>(meant) : std::nullopt, sink);
    }
  }
}

std::vector<Diagnostic> CheckLabelCases(absl::Span<const std::shared_ptr<const Rule>> rules,
                                        const Settings& settings,
                                        absl::Span<const SourceFile> files) {
  // By small letters: each spelling, and how many rules have it.
  absl::flat_hash_map<std::string, std::map<std::string, int>> spellings;
  for (const auto& rule : rules) {
    std::set<std::string> of_rule;
    for (std::string& label : LabelsOf(*rule)) of_rule.insert(std::move(label));
    for (const std::string& label : of_rule) ++spellings[absl::AsciiStrToLower(label)][label];
  }
  std::set<std::string> tags;
  for (const OwnerStep& step : settings.owner_steps)
    tags.insert(step.tags.begin(), step.tags.end());
  std::vector<Diagnostic> out;
  for (const auto& rule : rules) {
    std::set<std::string> told;
    for (const std::string& label : LabelsOf(*rule)) {
      const std::string lower = absl::AsciiStrToLower(label);
      const auto own = OwnLabels().find(lower);
      const auto& others = spellings[lower];
      std::string meant = own == OwnLabels().end() ? "" : own->second;
      if (meant.empty() && others.size() > 1 && tags.count(label) == 0)
        for (const auto& [other, count] : others)
          if (other != label && (tags.count(other) > 0 || count > others.at(label) ||
                                 (count == others.at(label) && other < label)))
            meant = other;
      if (meant.empty() || meant == label || !told.insert(label).second) continue;
      Diagnostic one;
      one.severity = Diagnostic::Severity::kWarning;
      one.code = "R304";
      one.file = rule->file;
      for (const SourceFile& file : files) {
        if (file.path != rule->file) continue;
        const SourceText text(file.text);
        const std::size_t from = text.StartOf(rule->line), at = file.text.find(label, from);
        one.mark = at == std::string::npos ? text.MarkOf(from, from + 1)
                                           : text.MarkOf(at, at + label.size());
      }
      one.message = absl::StrCat("the label \"", label, "\" is \"", meant, "\" ",
                                 own == OwnLabels().end() ? "in other rules" : "in the data",
                                 "; large and small letters count");
      one.caret_text = absl::StrCat("did you mean \"", meant, "\"?  (fine if both are there)");
      one.suggestion = meant;
      out.push_back(std::move(one));
    }
  }
  return out;
}

}  // namespace nephoscope
