#include "rules/language/option_reader.h"

#include <algorithm>
#include <utility>

#include "absl/container/node_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/language/expansion.h"
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

bool IsScalar(OptionType type) { return type <= OptionType::kChoice; }

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
        i += 2;
        CutByComma(value, *map.items[i]);
      } else if (!ReadValue(key, value, *option, entry)) {
        entry.value = std::monostate();
      }
      out[t].Set(key.text, std::move(entry));
    }
    if (!known) UnknownKey(map, i, tables, name);
  }
  for (std::size_t t = 0; t < tables.size(); ++t) {
    CheckRequired(map, *tables[t], out[t], name);
    FillDefaults(*tables[t], out[t]);
  }
  return out;
}

void OptionReader::CutByComma(const YamlNode& front, const YamlNode& back) {
  Diagnostic out = MakeDiagnostic(sink_.text(), front, "R015", "a comma separates entries here; it may not stand in a number");
  out.mark = sink_.text().MarkOf(front.begin, back.end);
  out.suggestion = absl::StrCat(front.text, back.text);
  out.caret_text = absl::StrCat("write ", *out.suggestion, " or ", front.text, "_", back.text);
  sink_.Add(std::move(out));
}

void OptionReader::UnknownKey(const YamlNode& map, std::size_t index, absl::Span<const OptionTable* const> tables, absl::string_view name) {
  const YamlNode& key = *map.items[index];
  if (const std::size_t colon = key.text.find(':'); key.plain && colon != absl::string_view::npos && colon > 0 && colon + 1 < key.text.size()) {
    const std::string instead = absl::StrCat(key.text.substr(0, colon), ": ", key.text.substr(colon + 1));
    return Add(key, "R018", "a space is missing after :", absl::StrCat("write ", instead), instead);
  }
  if (key.plain && !key.text.empty() && absl::StrContains("><=!", key.text[0]))
    return Add(key, "R022", absl::StrCat("conditions are written in words, not with ", key.text.substr(0, 1)), "write above, below, at_least, at_most or equals");
  const std::vector<std::string> keys = KeysOf(tables);
  const std::string nearest = Nearest(key.text, keys);
  const Option* home = HomeOf(tables, key.text);
  std::string caret;
  std::optional<std::string> suggestion;
  if (home != nullptr) {
    caret = absl::StrCat("this key belongs below ", home->name, ":");
  } else if (!nearest.empty()) {
    caret = absl::StrCat("did you mean \"", nearest, "\"?");
    suggestion = nearest;
  }
  Add(key, "R102", absl::StrCat("unknown key \"", key.text, "\" in ", name), std::move(caret), std::move(suggestion),
      absl::StrCat("keys allowed here: ", absl::StrJoin(keys, ", ")));
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
    return TakeScalar(key, value, option, scalar) && ReadScalar(value, scalar, option, out.value);
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
  // `{{ team }}` was told when the tree was built.
  if (!(value.kind == YamlNode::kMap && value.flow && value.items.empty() && option.type == OptionType::kTemplate)) Add(value, "R104", absl::StrCat("\"", key.text, "\" takes one value, not ", KindWord(value)), Shape(option));
  return false;
}

void OptionReader::Report(const YamlNode& value, const Scalar& scalar, const Problem& problem) {
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
  if (value.kind != YamlNode::kMap && value.kind != YamlNode::kNull) {
    Add(value, "R104", absl::StrCat("\"", option.name, "\" takes keys, not ", KindWord(value)), Shape(option), std::nullopt,
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
