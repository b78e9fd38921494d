#include "rules/language/option_reader.h"

#include <algorithm>
#include <utility>

#include "absl/container/node_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/kinds/kind.h"
#include "rules/language/expansion.h"
#include "rules/language/meant.h"
#include "rules/language/rule_tables.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

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

// The map option among these tables in whose fields `key` belongs; nullptr: none.
const Option* HomeOf(absl::Span<const OptionTable* const> tables, absl::string_view key) {
  for (const OptionTable* table : tables)
    for (const Option& option : table->options)
      if (option.type == OptionType::kMap && option.fields != nullptr && FindOption(*option.fields, key) != nullptr) return &option;
  return nullptr;
}

// `{above: 6,800 USD}`: the entry at `index` is 6, and the next a key `800 USD` without a value.
bool IsCutByComma(const YamlNode& map, std::size_t index) {
  if (!map.flow || index + 3 >= map.items.size()) return false;
  const YamlNode &value = *map.items[index + 1], &key = *map.items[index + 2];
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return value.kind == YamlNode::kText && !value.text.empty() && digit(value.text.back()) && !key.text.empty() && digit(key.text[0]) &&
         map.items[index + 3]->kind == YamlNode::kNull;
}

// `{amount: 1,234,567 USD}`: behind 234, which is a key without a value, the next one stands.
bool IsAnotherCut(const YamlNode& map, std::size_t index) {
  if (index + 3 >= map.items.size() || map.items[index + 3]->kind != YamlNode::kNull) return false;
  const absl::string_view key = map.items[index]->text, next = map.items[index + 2]->text;
  return !next.empty() && absl::ascii_isdigit(key.back()) && absl::ascii_isdigit(next[0]);
}

bool IsScalar(OptionType type) { return type <= OptionType::kChoice; }

// One letter too many, too few, another one, or two exchanged.
bool IsOneSlip(absl::string_view a, absl::string_view b) {
  while (!a.empty() && !b.empty() && absl::ascii_tolower(a[0]) == absl::ascii_tolower(b[0])) a.remove_prefix(1), b.remove_prefix(1);
  while (!a.empty() && !b.empty() && absl::ascii_tolower(a.back()) == absl::ascii_tolower(b.back())) a.remove_suffix(1), b.remove_suffix(1);
  return (a.size() <= 1 && b.size() <= 1) || (a.size() == 2 && b.size() == 2 && a[0] == b[1] && a[1] == b[0]);
}

// Whether what is written may be a value of `option` by its shape.
bool FitsShape(const Option& option, const YamlNode& value) {
  switch (value.kind) {
    case YamlNode::kNull: return true;
    case YamlNode::kText: return IsScalar(option.type) || option.type == OptionType::kTextList || option.type == OptionType::kMatchers || option.shorthand != nullptr;
    case YamlNode::kList: return option.type == OptionType::kTextList || option.type == OptionType::kMapList;
    case YamlNode::kMap: return option.type == OptionType::kMap || option.type == OptionType::kTextMap || option.type == OptionType::kMoneyMap || option.type == OptionType::kMatchers;
  }
  return false;
}

bool IsIn(const OptionTable& table, absl::string_view key) { return FindOption(table, key) != nullptr; }

bool IsSetting(absl::string_view key) {
  static constexpr absl::string_view kSettings[] = {"calendars", "currency", "ownership", "time_intervals", "maintenance", "inhibit_rules", "receivers", "route", "defaults"};
  return std::find(std::begin(kSettings), std::end(kSettings), key) != std::end(kSettings);
}

// The maps below a rule that keys of the rule slip into.
bool IsPartOfRule(absl::string_view name) {
  static constexpr absl::string_view kParts[] = {"watch", "when", "levels", "info", "warning", "critical", "recover"};
  if (std::find(std::begin(kParts), std::end(kParts), name) != std::end(kParts)) return true;
  for (const RuleKind* kind : AllKinds())
    if (IsIn(kind->options(), name)) return true;
  return false;
}

bool IsOfRule(absl::string_view key) { return IsIn(CommonRuleOptions(), key) || key == "when" || key == "levels" || key == "recover"; }

// A sentence of a table as the end of ours.
std::string InSentence(absl::string_view sentence) {
  std::string out(sentence);
  const bool word = out.size() > 1 && absl::ascii_isupper(out[0]) && !absl::ascii_isupper(out[1]);
  if (word) out[0] = absl::ascii_tolower(out[0]);
  if (!out.empty() && out.back() == '.') out.pop_back();
  return out;
}

// `- a` in words: what a value should look like.
std::string Shape(const Option& option) {
  if (option.example != nullptr) return absl::StrCat("write ", option.name, ": ", option.example);
  switch (option.type) {
    case OptionType::kTextList: return absl::StrCat("write ", option.name, ": [a, b]");
    case OptionType::kMapList: return absl::StrCat("write a list: lines that begin with -");
    case OptionType::kMap:
    case OptionType::kMoneyMap:
    case OptionType::kTextMap:
    case OptionType::kMatchers: return "write key: value lines below it";
    default: return option.default_text == nullptr ? "write one value" : absl::StrCat("write ", option.name, ": ", option.default_text);
  }
}

const char* KindWord(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::kNull: return "nothing";
    case YamlNode::kText: return "a single value";
    case YamlNode::kList: return "a list";
    case YamlNode::kMap: return "a map of keys";
  }
  return "";
}

// Nothing where there is none. Maps that nobody wrote hold the defaults of their fields.
OptionValues::Value MakeDefault(const Option& option, int depth) {
  constexpr int kDeepest = 8;  // tables may hold themselves
  if (option.default_text != nullptr) return ValueOf(option, option.default_text);
  if (option.type != OptionType::kMap || option.fields == nullptr || depth >= kDeepest) return {};
  auto map = std::make_shared<OptionValues>(option.fields);
  for (const Option& field : option.fields->options)
    if (OptionValues::Value value = MakeDefault(field, depth + 1); !std::holds_alternative<std::monostate>(value)) map->Set(field.name, {.value = std::move(value), .mark = {}, .given = false});
  return map;
}

using Defaults = std::vector<std::pair<absl::string_view, OptionValues::Value>>;

// Of the options that have one. Made once: rules share what nobody wrote.
const Defaults& DefaultsOf(const OptionTable& table) {
  thread_local absl::node_hash_map<const OptionTable*, Defaults> made;
  const auto [at, is_new] = made.try_emplace(&table);
  if (!is_new) return at->second;
  for (const Option& option : table.options)
    if (OptionValues::Value value = MakeDefault(option, 0); !std::holds_alternative<std::monostate>(value)) at->second.emplace_back(option.name, std::move(value));
  return at->second;
}

}  // namespace

Mark MarkOfKey(const SourceText& text, const YamlNode* map, absl::string_view key, Mark otherwise) {
  for (std::size_t i = 0; map != nullptr && map->kind == YamlNode::kMap && i + 1 < map->items.size(); i += 2)
    if (map->items[i]->text == key) return text.MarkOf(map->items[i]->begin, map->items[i]->end);
  return otherwise;
}

Diagnostic MakeDiagnostic(const SourceText& text, const YamlNode& at, const char* code, std::string message) {
  Diagnostic out;
  out.code = code;
  out.mark = text.MarkOf(at.begin, at.end);
  out.message = std::move(message);
  return out;
}

void OptionReader::Add(const YamlNode& at, const char* code, std::string message, std::string caret, std::optional<std::string> suggestion,
                       std::string help) {
  Diagnostic out = MakeDiagnostic(sink_.text(), at, code, std::move(message));
  out.caret_text = std::move(caret);
  out.suggestion = std::move(suggestion);
  out.help = std::move(help);
  sink_.Add(std::move(out));
}

OptionValues OptionReader::Read(const YamlNode& map, const OptionTable& table, absl::string_view name) {
  const OptionTable* tables[] = {&table};
  return std::move(ReadAll(map, tables, name)[0]);
}

std::vector<OptionValues> OptionReader::ReadAll(const YamlNode& map, absl::Span<const OptionTable* const> tables, absl::string_view name) {
  std::vector<OptionValues> out;
  for (const OptionTable* table : tables) {
    out.emplace_back(table).mark = sink_.text().MarkOf(map.begin, map.end);
  }
  std::vector<std::size_t> misplaced;  // told with another
  const auto outer = std::exchange(tables_, tables);
  for (std::size_t i = 0; map.kind == YamlNode::kMap && i + 1 < map.items.size(); i += 2) {
    const YamlNode &key = *map.items[i], &value = *map.items[i + 1];
    bool known = false;
    for (std::size_t t = 0; t < tables.size() && !known; ++t) {
      const Option* option = FindOption(*tables[t], key.text);
      if (option == nullptr) continue;
      known = true;
      OptionValues::Entry entry;
      entry.given = true;
      entry.mark = sink_.text().MarkOf(value.kind == YamlNode::kNull ? key.begin : value.begin, value.kind == YamlNode::kNull ? key.end : value.end);
      // A value that cannot be read stays without one, but counts as written: no second complaint.
      if (IsCutByComma(map, i)) {
        CutByComma(map, i, *option);
      } else if (!ReadValue(key, value, *option, entry)) {
        entry.value = std::monostate();
      }
      out[t].Set(key.text, std::move(entry));
    }
    if (!known && std::find(misplaced.begin(), misplaced.end(), i) == misplaced.end()) UnknownKey(map, i, tables, name, misplaced);
  }
  for (std::size_t t = 0; t < tables.size(); ++t) {
    CheckRequired(map, *tables[t], out[t], name);
    FillDefaults(*tables[t], out[t]);
  }
  tables_ = outer;
  return out;
}

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
  Problem problem{"", "", AdviceOf(meant), std::nullopt};
  if (IsScalar(option.type)) {
    Problem read;
    if (!IsValueOf(option, whole, context_, read)) problem = std::move(read);
    SettleRemedy(option, context_, problem);
  }
  Diagnostic out = MakeDiagnostic(sink_.text(), front, "R015", "a comma separates entries here; it may not stand in a number");
  out.mark = sink_.text().MarkOf(front.begin, back.end);
  out.caret_text = problem.caret;
  out.suggestion = problem.suggestion;
  sink_.Add(std::move(out));
}

bool OptionReader::TellIntention(const YamlNode& key, const YamlNode& value, const Intention& meant, const char* code, std::string message, std::string help) {
  Diagnostic out = MakeDiagnostic(sink_.text(), key, code, std::move(message));
  if (meant.with_value) out.mark = sink_.text().MarkOf(key.begin, value.end);
  out.caret_text = meant.caret;
  out.suggestion = meant.instead;
  out.help = std::move(help);
  sink_.Add(std::move(out));
  return false;
}

// Keys of `map` from `index` on of which `which` is true, each in quotes, and their places.
template <typename Which>
std::vector<std::string> QuotedKeys(const YamlNode& map, std::size_t index, Which which, std::vector<std::size_t>& told) {
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

bool OptionReader::TellMisplaced(const YamlNode& map, std::size_t index, absl::Span<const OptionTable* const> tables, absl::string_view name, std::vector<std::size_t>& told) {
  const YamlNode& key = *map.items[index];
  const bool in_rule = name == "rule", in_file = name == "file";
  const auto known = [&](absl::string_view one) { return std::any_of(tables.begin(), tables.end(), [&](const OptionTable* table) { return IsIn(*table, one); }); };
  const auto tell = [&](const std::vector<std::string>& keys, absl::string_view what, absl::string_view caret) {
    Add(key, "R102", absl::StrCat(InWords(keys), keys.size() > 1 ? " are keys " : " is a key ", what), std::string(caret));
    return true;
  };
  if (IsSetting(key.text) && (in_rule || (IsPartOfRule(name) && map.items[index + 1]->kind != YamlNode::kText))) {
    const auto keys = QuotedKeys(map, index, [&](absl::string_view one) { return IsSetting(one) && !known(one); }, told);
    Add(key, "R102", absl::StrCat(InWords(keys), keys.size() > 1 ? " are settings" : " is a setting", ", not ", keys.size() > 1 ? "keys" : "a key", " of a rule"),
        "a setting stands at the beginning of a line, outside of rules:");
    return true;
  }
  if (in_file && IsOfRule(key.text) && (map.Find("alert") != nullptr || map.Find("kind") != nullptr || map.Find("watch") != nullptr)) {
    const auto of_rule = [&](absl::string_view one) { return !known(one) && (IsOfRule(one) || IsIn(WatchOptions(), one)); };
    return tell(QuotedKeys(map, index, of_rule, told), "of a rule, which stands in the list rules:", "write rules:, and below it the rule as - alert: Name with its keys");
  }
  // A word of another tool that fits here is not sent elsewhere: limit of a budget.
  const auto here = IsPartOfRule(name) ? IntentionOfKey(map, index, tables, sink_.text(), context_) : std::nullopt;
  if (here && here->instead) return false;
  if (IsPartOfRule(name) && IsOfRule(key.text))
    return tell(QuotedKeys(map, index, [&](absl::string_view one) { return IsOfRule(one) && !known(one); }, told), absl::StrCat("of the rule itself, not of ", name), absl::StrCat("it stands beside ", name, ":, with fewer spaces in front"));
  const Option* home = HomeOf(tables, key.text);
  if (home == nullptr) return false;
  const auto keys = QuotedKeys(map, index, [&](absl::string_view one) { return !known(one) && HomeOf(tables, one) == home; }, told);
  const YamlNode& value = *map.items[index + 1];
  if (keys.size() == 1 && map.Find(home->name) == nullptr && value.kind == YamlNode::kText && !absl::StrContains(value.text, '\n')) {
    if (const auto taken = AsValueOf(*FindOption(*home->fields, key.text), value.text, "", context_)) {
      const std::string as_written = *taken == value.text ? std::string(sink_.text().text().substr(value.begin, value.end - value.begin)) : *taken;
      const std::string instead = absl::StrCat(home->name, ": {", key.text, ": ", as_written, "}");
      TellIntention(key, value, {absl::StrCat("this key belongs below ", home->name, ": write ", instead), instead, true}, "R102", absl::StrCat("unknown key \"", key.text, "\" in ", name));
      return true;
    }
  }
  Add(key, "R102", absl::StrCat(InWords(keys), keys.size() > 1 ? " are keys" : " is a key", " of ", home->name, ", not of the ", name, " itself"),
      absl::StrCat("write ", keys.size() > 1 ? "them" : "it", " below ", home->name, ":, with more spaces in front"));
  return true;
}

// `expr:|`, `cost:effective`: told on the line where it stands.
bool OptionReader::TellNoSpace(const YamlNode& key) {
  const absl::string_view written = sink_.text().text().substr(key.begin);
  const absl::string_view line = key.text.substr(0, std::min(written.find_first_of("\r\n"), key.text.size()));
  const std::size_t colon = line.find(':');
  if (!key.plain || colon == absl::string_view::npos || colon == 0 || colon + 1 >= line.size() || line[colon + 1] == '/') return false;
  // An invisible space was told when it was met.
  if (absl::StartsWith(line.substr(colon + 1), "\xC2\xA0")) return true;
  const std::string instead = absl::StrCat(line.substr(0, colon), ": ", absl::StripTrailingAsciiWhitespace(line.substr(colon + 1)));
  Diagnostic out = MakeDiagnostic(sink_.text(), key, "R018", "a space is missing after :");
  out.mark = sink_.text().MarkOf(key.begin, key.begin + line.size());
  out.caret_text = absl::StrCat("write ", instead);
  out.suggestion = instead;
  sink_.Add(std::move(out));
  return true;
}

void OptionReader::UnknownKey(const YamlNode& map, std::size_t index, absl::Span<const OptionTable* const> tables, absl::string_view name, std::vector<std::size_t>& told) {
  const YamlNode &key = *map.items[index], &value = *map.items[index + 1];
  if (TellNoSpace(key) || TellMisplaced(map, index, tables, name, told)) return;
  const std::vector<std::string> keys = KeysOf(tables);
  const std::string nearest = Nearest(key.text, keys), help = absl::StrCat("keys allowed here: ", absl::StrJoin(keys, ", "));
  const bool sign = !key.text.empty() && absl::StrContains("><=!", key.text[0]);
  const std::string what = sign ? absl::StrCat("conditions are written in words, not with ", key.text) : absl::StrCat("unknown key \"", key.text, "\" in ", name);
  const Option* near = nullptr;
  for (const OptionTable* table : tables)
    if (near == nullptr) near = FindOption(*table, nearest);
  const bool slip = near != nullptr && IsOneSlip(key.text, nearest) && FitsShape(*near, value);
  if (const auto meant = slip ? std::nullopt : IntentionOfKey(map, index, tables, sink_.text(), context_)) {
    TellIntention(key, value, *meant, sign ? "R022" : "R102", what, sign ? "" : help);
    return;
  }
  if (sign) return Add(key, "R022", what, "write above, below, at_least, at_most or equals");
  if (nearest.empty()) return Add(key, "R102", what, "", std::nullopt, help);
  Add(key, "R102", what, absl::StrCat("did you mean \"", nearest, "\"?"), nearest, help);
}

void OptionReader::CheckRequired(const YamlNode& map, const OptionTable& table, const OptionValues& values, absl::string_view name) {
  for (const Option& option : table.options) {
    if (!option.required || values.entries().count(option.name) > 0) continue;
    const OptionTable* tables[] = {&table};
    if (Mentions(map, option.name, tables)) continue;
    Add(map, "R103", absl::StrCat(name, " needs \"", option.name, "\": ", InSentence(option.sentence)),
        option.example == nullptr ? absl::StrCat("write ", option.name, ": ...") : absl::StrCat("write ", option.name, ": ", option.example));
  }
}

bool OptionReader::Mentions(const YamlNode& map, absl::string_view key, absl::Span<const OptionTable* const> tables) {
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
    if (!known && IsIntentionOf(written, key)) return true;
    if (!known && (absl::StartsWith(written, absl::StrCat(key, ":")) || !Nearest(written, names).empty())) return true;
  }
  return false;
}

void OptionReader::FillDefaults(const OptionTable& table, OptionValues& out) {
  for (const auto& [name, value] : DefaultsOf(table))
    if (out.entries().count(name) == 0) out.Set(name, {.value = value, .mark = {}, .given = false});
}

bool OptionReader::ReadValue(const YamlNode& key, const YamlNode& value, const Option& option, OptionValues::Entry& out) {
  if (value.kind == YamlNode::kNull && option.type != OptionType::kMap) {
    Add(key, "R105", absl::StrCat("\"", key.text, "\" has no value"), Shape(option));
    return false;
  }
  if (IsScalar(option.type)) {
    Scalar scalar;
    return TakeScalar(key, value, option, scalar) && ReadScalar(key, value, scalar, option, out.value);
  }
  switch (option.type) {
    case OptionType::kTextList: return ReadTextList(value, option, out.value);
    case OptionType::kTextMap: return ReadTextMap(value, option, out.value);
    case OptionType::kMap: return ReadMap(value, option, out.value);
    case OptionType::kMapList: return ReadMapList(value, option, out.value);
    case OptionType::kMoneyMap: return ReadNamedMaps(value, option, out.value);
    case OptionType::kMatchers: {
      std::vector<Matcher> matchers;
      if (!ReadMatchers(value, matchers)) return false;
      out.value = std::move(matchers);
      return true;
    }
    default: CHECK(false && "an option type without a reader"); return false;
  }
}

bool OptionReader::Take(const YamlNode& value, Scalar& out) {
  out.text = out.shown = std::string(value.text);
  if (expand_ == nullptr) return true;
  Problem problem;
  if (ExpandReferences(value.text, expand_, out.text, out.expanded, problem)) return true;
  Add(value, problem.code, problem.what, problem.caret, problem.suggestion);
  return false;
}

bool OptionReader::TakeScalar(const YamlNode& key, const YamlNode& value, const Option& option, Scalar& out) {
  if (value.kind == YamlNode::kText) return Take(value, out);
  if (const auto meant = IntentionOfMap(value, option, tables_)) return TellIntention(key, value, *meant, "R104", absl::StrCat("\"", key.text, "\" takes one value, not ", KindWord(value)));
  // `{{ team }}` was told when the tree was built.
  if (!(value.kind == YamlNode::kMap && value.flow && value.items.empty() && option.type == OptionType::kTemplate)) Add(value, "R104", absl::StrCat("\"", key.text, "\" takes one value, not ", KindWord(value)), Shape(option));
  return false;
}

void OptionReader::Report(const YamlNode& value, const Scalar& scalar, const Problem& problem) {
  // An invisible space was told when it was met.
  if (value.plain && absl::StrContains(value.text, "\xC2\xA0")) return;
  // What a reference was replaced with may be a secret: only the reference is shown, and no advice made from the text.
  if (scalar.expanded) return Add(value, problem.code, absl::StrCat("what \"", scalar.shown, "\" stands for ", problem.what), "check the value of the variable");
  Add(value, problem.code, absl::StrCat("\"", scalar.shown, "\" ", problem.what), problem.caret, problem.suggestion);
}

bool OptionReader::ReadShorthand(const YamlNode& value, const Option& option, OptionValues::Value& out) {
  auto map = std::make_shared<OptionValues>(option.fields);
  map->mark = sink_.text().MarkOf(value.begin, value.end);
  const Option* field = FindOption(*option.fields, option.shorthand);
  CHECK(field != nullptr && "the shorthand of an option is one of its fields");
  OptionValues::Entry entry{{}, map->mark, true};
  if (!ReadValue(value, value, *field, entry)) return false;
  map->Set(option.shorthand, std::move(entry));
  FillDefaults(*option.fields, *map);
  out = std::move(map);
  return true;
}

bool OptionReader::ReadMap(const YamlNode& value, const Option& option, OptionValues::Value& out) {
  if (value.kind == YamlNode::kText && option.shorthand != nullptr) return ReadShorthand(value, option, out);
  if (value.kind == YamlNode::kText && TellNoSpace(value)) return false;
  if (value.kind != YamlNode::kMap && value.kind != YamlNode::kNull) {
    const std::optional<std::string> meant = value.kind == YamlNode::kText ? MapOfValue(value.text, option, context_) : std::nullopt;
    Add(value, "R104", absl::StrCat("\"", option.name, "\" takes keys, not ", KindWord(value)), meant ? absl::StrCat("write ", option.name, ": ", *meant) : Shape(option), meant,
        absl::StrCat("keys allowed here: ", absl::StrJoin(KeysOf({&option.fields, 1}), ", ")));
    return false;
  }
  out = std::make_shared<OptionValues>(Read(value, *option.fields, option.name));
  return true;
}

// [2026-01-01 09:00, 40%]: the fields of the table in their order.
void OptionReader::ReadRow(const YamlNode& row, const Option& option, std::vector<OptionValues>& out) {
  const absl::Span<const Option> fields = option.fields->options;
  if (row.items.size() != fields.size()) {
    Add(row, "R104", absl::StrCat("a row of \"", option.name, "\" has ", fields.size(), " entries, this one has ", row.items.size()), Shape(option));
    return;
  }
  OptionValues values(option.fields);
  values.mark = sink_.text().MarkOf(row.begin, row.end);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const YamlNode& cell = *row.items[i];
    OptionValues::Entry entry{{}, sink_.text().MarkOf(cell.begin, cell.end), true};
    if (!ReadValue(cell, cell, fields[i], entry)) return;
    values.Set(fields[i].name, std::move(entry));
  }
  out.push_back(std::move(values));
}

bool OptionReader::ReadMapList(const YamlNode& value, const Option& option, OptionValues::Value& out) {
  if (value.kind == YamlNode::kText && option.shorthand != nullptr) {
    OptionValues::Value one;
    if (!ReadShorthand(value, option, one)) return false;
    out = std::vector<OptionValues>{*std::get<std::shared_ptr<OptionValues>>(one)};
    return true;
  }
  if (value.kind != YamlNode::kList) {
    Add(value, "R104", absl::StrCat("\"", option.name, "\" takes a list, not ", KindWord(value)), Shape(option));
    return false;
  }
  std::vector<OptionValues> all;
  for (const YamlNode* item : value.items) {
    if (item->kind == YamlNode::kMap || item->kind == YamlNode::kNull) {
      all.push_back(Read(*item, *option.fields, option.name));
    } else if (item->kind == YamlNode::kList && option.shorthand != nullptr) {
      ReadRow(*item, option, all);
    } else {
      Add(*item, "R104", absl::StrCat("an entry of \"", option.name, "\" takes keys, not ", KindWord(*item)),
          item->kind == YamlNode::kText && item->plain ? absl::StrCat("write - ", item->text, ": {}") : Shape(option));
    }
  }
  out = std::move(all);
  return true;
}

bool OptionReader::ReadNamedMaps(const YamlNode& value, const Option& option, OptionValues::Value& out) {
  if (value.kind != YamlNode::kMap) {
    Add(value, "R104", absl::StrCat("\"", option.name, "\" takes names and ", FindOption(*option.fields, "amount") == nullptr ? "keys" : "amounts", ", not ", KindWord(value)), Shape(option));
    return false;
  }
  std::vector<std::pair<std::string, OptionValues>> all;
  const Option* amount = FindOption(*option.fields, "amount");
  for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
    const YamlNode &key = *value.items[i], &item = *value.items[i + 1];
    OptionValues values(option.fields);
    if (item.kind == YamlNode::kMap || (amount == nullptr && item.kind == YamlNode::kNull)) {
      values = Read(item, *option.fields, option.name);
    } else if (amount == nullptr) {
      Add(item, "R104", absl::StrCat("\"", key.text, "\" takes keys, not ", KindWord(item)), Shape(option), std::nullopt,
          absl::StrCat("keys allowed here: ", absl::StrJoin(KeysOf({&option.fields, 1}), ", ")));
      continue;
    } else {
      OptionValues::Entry entry{{}, sink_.text().MarkOf(item.begin, item.end), true};
      ReadValue(key, item, *amount, entry);
      values.Set("amount", std::move(entry));
      FillDefaults(*option.fields, values);
    }
    values.mark = sink_.text().MarkOf(key.begin, key.end);
    all.emplace_back(std::string(key.text), std::move(values));
  }
  out = std::move(all);
  return true;
}

bool OptionReader::ReadTextList(const YamlNode& value, const Option& option, OptionValues::Value& out) {
  std::vector<std::string> all;
  const YamlNode* const self[] = {&value};
  const bool list = value.kind == YamlNode::kList;
  if (!list && value.kind != YamlNode::kText) {
    Add(value, "R104", absl::StrCat("\"", option.name, "\" takes a list, not ", KindWord(value)), Shape(option));
    return false;
  }
  bool good = true;
  for (std::size_t i = 0; i < (list ? value.items.size() : 1); ++i) {
    const YamlNode& item = list ? *value.items[i] : *self[0];
    Scalar scalar;
    if (item.kind != YamlNode::kText) {
      Add(item, "R104", absl::StrCat("an entry of \"", option.name, "\" is one value, not ", KindWord(item)), Shape(option));
      good = false;
    } else if (Take(item, scalar)) {
      all.push_back(std::move(scalar.text));
    } else {
      good = false;
    }
  }
  out = std::move(all);
  return good;
}

bool OptionReader::ReadTextMap(const YamlNode& value, const Option& option, OptionValues::Value& out) {
  if (value.kind != YamlNode::kMap) {
    Add(value, "R104", absl::StrCat("\"", option.name, "\" takes names and values, not ", KindWord(value)), Shape(option));
    return false;
  }
  std::vector<std::pair<std::string, std::string>> all;
  bool good = true;
  for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
    Scalar scalar;
    const Option entry{.name = option.name, .type = OptionType::kText, .sentence = option.sentence};
    const YamlNode& item = *value.items[i + 1];
    if (item.kind == YamlNode::kNull) {
      Add(*value.items[i], "R105", absl::StrCat("\"", value.items[i]->text, "\" has no value"), "write a text behind it");
      good = false;
    } else if (TakeScalar(*value.items[i], item, entry, scalar)) {
      all.emplace_back(std::string(value.items[i]->text), std::move(scalar.text));
    } else {
      good = false;
    }
  }
  out = std::move(all);
  return good;
}

}  // namespace nephoscope
