// Keys that no table has where they stand: slips, keys of another place, words of other tools.
#include "rules/language/tables/option_keys.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/engine/kind.h"
#include "rules/language/words/meant.h"
#include "rules/language/words/nearest.h"
#include "rules/language/tables/option_reader.h"
#include "rules/language/tables/rule_tables.h"

namespace nephoscope {

const Option* FindOption(const OptionTable& table, absl::string_view name) {
  for (const Option& option : table.options)
    if (!name.empty() && name[0] == option.name[0] && name == option.name) return &option;
  return nullptr;
}

std::vector<std::string> KeysOf(absl::Span<const OptionTable* const> tables) {
  std::vector<std::string> out;
  for (const OptionTable* table : tables)
    for (const Option& option : table->options) out.emplace_back(option.name);
  return out;
}

const Option* HomeOf(absl::Span<const OptionTable* const> tables, absl::string_view key) {
  for (const OptionTable* table : tables)
    for (const Option& option : table->options)
      if (option.type == OptionType::kMap && option.fields != nullptr &&
          FindOption(*option.fields, key) != nullptr)
        return &option;
  return nullptr;
}

bool IsCutByComma(const YamlNode& map, std::size_t index) {
  if (!map.flow || index + 3 >= map.items.size()) return false;
  const YamlNode &value = *map.items[index + 1], &key = *map.items[index + 2];
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return value.kind == YamlNode::kText && !value.text.empty() && digit(value.text.back()) &&
         !key.text.empty() && digit(key.text[0]) && map.items[index + 3]->kind == YamlNode::kNull;
}

namespace {

// `{amount: 1,234,567 USD}`: behind 234, which is a key without a value, the next one stands.
bool IsAnotherCut(const YamlNode& map, std::size_t index) {
  if (index + 3 >= map.items.size() || map.items[index + 3]->kind != YamlNode::kNull) return false;
  const absl::string_view key = map.items[index]->text, next = map.items[index + 2]->text;
  return !next.empty() && absl::ascii_isdigit(key.back()) && absl::ascii_isdigit(next[0]);
}

// One letter too many, too few, another one, or two exchanged.
bool IsOneSlip(absl::string_view a, absl::string_view b) {
  while (!a.empty() && !b.empty() && absl::ascii_tolower(a[0]) == absl::ascii_tolower(b[0]))
    a.remove_prefix(1), b.remove_prefix(1);
  while (!a.empty() && !b.empty() && absl::ascii_tolower(a.back()) == absl::ascii_tolower(b.back()))
    a.remove_suffix(1), b.remove_suffix(1);
  return (a.size() <= 1 && b.size() <= 1) ||
         (a.size() == 2 && b.size() == 2 && a[0] == b[1] && a[1] == b[0]);
}

// Whether what is written may be a value of `option` by its shape.
bool FitsShape(const Option& option, const YamlNode& value) {
  switch (value.kind) {
    case YamlNode::kNull: return true;
    case YamlNode::kText:
      return IsScalar(option.type) || option.type == OptionType::kTextList ||
             option.type == OptionType::kMatchers || option.shorthand != nullptr;
    case YamlNode::kList:
      return option.type == OptionType::kTextList || option.type == OptionType::kMapList;
    case YamlNode::kMap:
      return option.type == OptionType::kMap || option.type == OptionType::kTextMap ||
             option.type == OptionType::kMoneyMap || option.type == OptionType::kMatchers;
  }
  return false;
}

const Option* FindIn(absl::Span<const OptionTable* const> tables, absl::string_view name) {
  for (const OptionTable* table : tables)
    if (const Option* found = FindOption(*table, name)) return found;
  return nullptr;
}

// Keys that a misspelt one may stand for; where some of them take such a value, those alone:
// `idl: {over: 14d}` is idle, not id.
std::vector<std::string> NearKeys(const YamlNode& key, const YamlNode& value,
                                  absl::Span<const OptionTable* const> tables) {
  std::vector<std::string> all = KeysOf(tables), fitting;
  for (const std::string& one : all)
    if (FitsShape(*FindIn(tables, one), value)) fitting.push_back(one);
  std::vector<std::string> out = NearestOf(key.text, fitting);
  return out.empty() ? NearestOf(key.text, all) : out;
}

bool IsIn(const OptionTable& table, absl::string_view key) {
  return FindOption(table, key) != nullptr;
}

// Whether `written` is a slip away from a key below the map `home`.
bool IsSlipBelow(absl::string_view written, absl::string_view home,
                 absl::Span<const OptionTable* const> tables) {
  const Option* option = FindIn(tables, home);
  if (option == nullptr || option->type != OptionType::kMap || option->fields == nullptr)
    return false;
  for (const Option& field : option->fields->options)
    if (written.size() > 3 && IsOneSlip(written, field.name)) return true;
  return false;
}

bool IsSetting(absl::string_view key) {
  static constexpr absl::string_view kSettings[] = {
      "calendars",     "currency",  "ownership", "time_intervals", "maintenance",
      "inhibit_rules", "receivers", "route",     "defaults"};
  return std::find(std::begin(kSettings), std::end(kSettings), key) != std::end(kSettings);
}

// The maps below a rule that keys of the rule slip into.
bool IsPartOfRule(absl::string_view name) {
  static constexpr absl::string_view kParts[] = {"watch",   "when",     "levels", "info",
                                                 "warning", "critical", "recover"};
  if (std::find(std::begin(kParts), std::end(kParts), name) != std::end(kParts)) return true;
  for (const RuleKind* kind : AllKinds())
    if (IsIn(kind->options(), name)) return true;
  return false;
}

bool IsOfRule(absl::string_view key) {
  return IsIn(CommonRuleOptions(), key) || key == "when" || key == "levels" || key == "recover";
}

// A sentence of a table as the end of ours.
std::string InSentence(absl::string_view sentence) {
  std::string out(sentence);
  const bool word = out.size() > 1 && absl::ascii_isupper(out[0]) && !absl::ascii_isupper(out[1]);
  if (word) out[0] = absl::ascii_tolower(out[0]);
  if (!out.empty() && out.back() == '.') out.pop_back();
  return out;
}

// Keys of `map` from `index` on of which `which` is true, each in quotes, and their places.
template <typename Which>
std::vector<std::string> QuotedKeys(const YamlNode& map, std::size_t index, Which which,
                                    std::vector<std::size_t>& told) {
  std::vector<std::string> out;
  for (std::size_t i = index; i + 1 < map.items.size(); i += 2) {
    if (!which(map.items[i]->text)) continue;
    told.push_back(i);
    out.push_back(absl::StrCat("\"", map.items[i]->text, "\""));
  }
  return out;
}

// "a", "b" and "c".
std::string InWords(std::vector<std::string> words) {
  const std::string last = words.back();
  words.pop_back();
  return words.empty() ? last : absl::StrCat(absl::StrJoin(words, ", "), " and ", last);
}

// `when: {warning: 80%, critical: 90%}` as levels, and the places of its keys; empty: it has none.
std::string LevelsIn(const YamlNode& map, absl::Span<const OptionTable* const> tables,
                     std::vector<std::size_t>& told) {
  const char* first = IsIn(*tables[0], "above") ? "above" : tables[0]->options[0].name;
  std::vector<std::string> levels;
  for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
    const absl::string_view key = map.items[i]->text;
    const YamlNode& value = *map.items[i + 1];
    if (key != "info" && key != "warning" && key != "critical") continue;
    std::vector<std::string> entries;
    if (value.kind == YamlNode::kText) entries.push_back(absl::StrCat(first, ": ", value.text));
    for (std::size_t e = 0; value.kind == YamlNode::kMap && e + 1 < value.items.size(); e += 2)
      entries.push_back(absl::StrCat(
          value.items[e]->text, ": ",
          value.items[e + 1]->kind == YamlNode::kText ? value.items[e + 1]->text : "..."));
    levels.push_back(absl::StrCat(key, ": {", absl::StrJoin(entries, ", "), "}"));
    told.push_back(i);
  }
  return levels.empty() ? "" : absl::StrCat("levels: {", absl::StrJoin(levels, ", "), "}");
}

}  // namespace

// `{above: 6,800 USD}`: all up to the last of these keys was meant as one number.
void OptionReader::CutByComma(const YamlNode& map, std::size_t& index, const Option& option) {
  const YamlNode& front = *map.items[index + 1];
  std::string whole(front.text);
  do {
    index += 2;
    absl::StrAppend(&whole, ",", map.items[index]->text);
  } while (IsAnotherCut(map, index));
  const YamlNode& back = *map.items[index];
  const MeantNumber meant = ReadGrouped(whole).value_or(MeantNumber());
  // A text may have a comma.
  const bool text = option.type == OptionType::kText && option.form == nullptr;
  Problem problem{"", "", AdviceOf(meant), std::nullopt};
  if (IsScalar(option.type)) {
    Problem read;
    if (!IsValueOf(option, whole, context_, read)) problem = std::move(read);
    SettleRemedy(option, context_, problem);
  }
  if (text) absl::StrAppend(&problem.caret, ", or \"", whole, "\" if the comma is part of the text");
  Diagnostic out = MakeDiagnostic(sink_.text(), front, "R015",
                                  "a comma separates entries here; it may not stand in a number");
  out.mark = sink_.text().MarkOf(front.begin, back.end);
  out.caret_text = problem.caret;
  out.suggestion = problem.suggestion;
  sink_.Add(std::move(out));
}

bool OptionReader::TellIntention(const YamlNode& key, const YamlNode& value, const Intention& meant,
                                 const char* code, std::string message, std::string help) {
  Diagnostic out = MakeDiagnostic(sink_.text(), key, code, std::move(message));
  if (meant.with_value) out.mark = sink_.text().MarkOf(key.begin, value.end);
  out.caret_text = meant.caret;
  out.suggestion = meant.instead;
  out.help = std::move(help);
  sink_.Add(std::move(out));
  return false;
}

bool OptionReader::TellMisplaced(const YamlNode& map, std::size_t index,
                                 absl::Span<const OptionTable* const> tables,
                                 absl::string_view name, std::vector<std::size_t>& told) {
  const YamlNode& key = *map.items[index];
  const bool in_rule = name == "rule", in_file = name == "file";
  const auto known = [&](absl::string_view one) {
    return std::any_of(tables.begin(), tables.end(),
                       [&](const OptionTable* table) { return IsIn(*table, one); });
  };
  const auto tell = [&](const std::vector<std::string>& keys, absl::string_view what,
                        absl::string_view caret) {
    Add(key, "R102",
        absl::StrCat(InWords(keys), keys.size() > 1 ? " are keys " : " is a key ", what),
        std::string(caret));
    return true;
  };
  if (IsSetting(key.text) &&
      (in_rule || (IsPartOfRule(name) && map.items[index + 1]->kind != YamlNode::kText))) {
    const auto keys = QuotedKeys(
        map, index, [&](absl::string_view one) { return IsSetting(one) && !known(one); }, told);
    Add(key, "R102",
        absl::StrCat(InWords(keys), keys.size() > 1 ? " are settings" : " is a setting", ", not ",
                     keys.size() > 1 ? "keys" : "a key", " of a rule"),
        "a setting stands at the beginning of a line, outside of rules:");
    return true;
  }
  if (in_file && IsOfRule(key.text) &&
      (map.Find("alert") != nullptr || map.Find("kind") != nullptr ||
       map.Find("watch") != nullptr)) {
    const auto of_rule = [&](absl::string_view one) {
      return !known(one) && (IsOfRule(one) || IsIn(WatchOptions(), one));
    };
    return tell(QuotedKeys(map, index, of_rule, told), "of a rule, which stands in the list rules:",
                "write rules:, and below it the rule as - alert: Name with its keys");
  }
  // A word of another tool that fits here is not sent elsewhere: limit of a budget.
  const auto here = IsPartOfRule(name) ? IntentionOfKey(map, index, tables, sink_.text(), context_)
                                       : std::nullopt;
  if (here && here->instead) return false;
  if (IsPartOfRule(name) && IsOfRule(key.text))
    return tell(
        QuotedKeys(
            map, index, [&](absl::string_view one) { return IsOfRule(one) && !known(one); }, told),
        absl::StrCat("of the rule itself, not of ", name),
        absl::StrCat("it stands beside ", name, ":, with fewer spaces in front"));
  const Option* home = HomeOf(tables, key.text);
  if (home == nullptr) return false;
  const auto keys = QuotedKeys(
      map, index, [&](absl::string_view one) { return !known(one) && HomeOf(tables, one) == home; },
      told);
  const YamlNode& value = *map.items[index + 1];
  if (keys.size() == 1 && map.Find(home->name) == nullptr && value.kind == YamlNode::kText &&
      !absl::StrContains(value.text, '\n')) {
    if (const auto taken =
            AsValueOf(*FindOption(*home->fields, key.text), value.text, "", context_)) {
      const std::string as_written =
          *taken == value.text
              ? std::string(sink_.text().text().substr(value.begin, value.end - value.begin))
              : *taken;
      const std::string instead = absl::StrCat(home->name, ": {", key.text, ": ", as_written, "}");
      TellIntention(
          key, value,
          {absl::StrCat("this key belongs below ", home->name, ": write ", instead), instead, true},
          "R102", absl::StrCat("unknown key \"", key.text, "\" in ", name));
      return true;
    }
  }
  Add(key, "R102",
      absl::StrCat(InWords(keys), keys.size() > 1 ? " are keys" : " is a key", " of ", home->name,
                   ", not of the ", name, " itself"),
      absl::StrCat("write ", keys.size() > 1 ? "them" : "it", " below ", home->name,
                   ":, with more spaces in front"));
  return true;
}

void OptionReader::UnknownKey(const YamlNode& map, std::size_t index,
                              absl::Span<const OptionTable* const> tables, absl::string_view name,
                              std::vector<std::size_t>& told) {
  const YamlNode &key = *map.items[index], &value = *map.items[index + 1];
  if (const auto pair = ComparisonIn(map, tables, sink_.text(), context_);
      pair && (index == pair->sign || index == pair->number)) {
    told.insert(told.end(), {pair->sign, pair->number});
    return Add(key, "R102", "the comparison is the key itself, and what it compares with its value",
               absl::StrCat("write ", pair->instead));
  }
  if (const std::string levels = name == "when" ? LevelsIn(map, tables, told) : "";
      !levels.empty())
    return Add(key, "R102", "severities stand in levels, not in when",
               absl::StrCat("write ", levels, " in place of when"));
  if (TellNoSpace(key) || TellNoColon(map, index, tables) ||
      TellInhibition(map, index, name, told) ||
      TellMisplaced(map, index, tables, name, told)) return;
  const std::vector<std::string> keys = KeysOf(tables), near = NearKeys(key, value, tables);
  const std::string help = absl::StrCat("keys allowed here: ", absl::StrJoin(keys, ", "));
  const bool sign = !key.text.empty() && absl::StrContains("><=!", key.text[0]);
  const std::string what =
      sign ? absl::StrCat("conditions are written in words, not with ", key.text)
           : absl::StrCat("unknown key \"", key.text, "\" in ", name);
  const Option* nearest = near.empty() ? nullptr : FindIn(tables, near[0]);
  const bool slip =
      nearest != nullptr && IsOneSlip(key.text, near[0]) && FitsShape(*nearest, value);
  if (const auto meant =
          slip ? std::nullopt : IntentionOfKey(map, index, tables, sink_.text(), context_)) {
    TellIntention(key, value, *meant, sign ? "R022" : "R102", what, sign ? "" : help);
    return;
  }
  if (sign) return Add(key, "R022", what, "write above, below, at_least, at_most or equals");
  if (near.empty() && TellNearBelow(key, tables, what)) return;
  if (near.empty()) return Add(key, "R102", what, "", std::nullopt, help);
  const bool sure = near.size() == 1;
  Add(key, "R102", what, InQuestion(near),
      sure ? std::optional<std::string>(near[0]) : std::nullopt, help);
}

// `amounst: 5 USD` in the rule: a slip of a key that belongs one place below.
bool OptionReader::TellNearBelow(const YamlNode& key, absl::Span<const OptionTable* const> tables,
                                 const std::string& what) {
  for (const OptionTable* table : tables)
    for (const Option& option : table->options) {
      if (option.type != OptionType::kMap || option.fields == nullptr) continue;
      const std::vector<std::string> near = NearestOf(key.text, KeysOf({&option.fields, 1}));
      if (near.empty() || !IsOneSlip(key.text, near[0])) continue;
      Add(key, "R102", what,
          absl::StrCat("did you mean \"", near[0], "\", which stands below ", option.name, ":?"));
      return true;
    }
  return false;
}

void OptionReader::CheckRequired(const YamlNode& map, const OptionTable& table,
                                 const OptionValues& values, absl::string_view name) {
  for (const Option& option : table.options) {
    if (!option.required || values.entries().count(option.name) > 0) continue;
    const OptionTable* tables[] = {&table};
    if (Mentions(map, option.name, tables)) continue;
    Add(map, "R103",
        absl::StrCat(name, " needs \"", option.name, "\": ", InSentence(option.sentence)),
        option.example == nullptr ? absl::StrCat("write ", option.name, ": ...")
                                  : absl::StrCat("write ", option.name, ": ", option.example));
  }
}

bool OptionReader::Mentions(const YamlNode& map, absl::string_view key,
                            absl::Span<const OptionTable* const> tables) {
  if (map.broken) return true;
  const std::string names[] = {std::string(key)};
  for (std::size_t i = 0; map.kind == YamlNode::kMap && i + 1 < map.items.size(); i += 2) {
    const absl::string_view written = map.items[i]->text;
    if (written == key) return true;
    bool known = false;
    for (const OptionTable* table : tables) known = known || FindOption(*table, written) != nullptr;
    // A key one level too high, or one of another tool, stands for the key that it belongs to.
    const Option* home = known ? nullptr : HomeOf(tables, written);
    if (home != nullptr && home->name == key) return true;
    if (!known && IsSlipBelow(written, key, tables)) return true;
    if (!known && IsIntentionOf(written, key)) return true;
    if (!known &&
        (absl::StartsWith(written, absl::StrCat(key, ":")) || !Nearest(written, names).empty()))
      return true;
  }
  return false;
}

}  // namespace nephoscope
