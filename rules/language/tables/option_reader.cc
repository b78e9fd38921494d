#include "rules/language/tables/option_reader.h"

#include <algorithm>
#include <utility>

#include "absl/container/node_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/language/tables/expansion.h"
#include "rules/language/tables/intentions.h"
#include "rules/language/tables/option_keys.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

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

// `burn_alerts: [standard]`: what stands alone, in a list.
std::optional<Diagnostic> ShorthandInList(const SourceText& text, const ScalarContext& context,
                                          const YamlNode& list, const YamlNode& item,
                                          const Option& option) {
  const Option* field =
      option.shorthand == nullptr ? nullptr : FindOption(*option.fields, option.shorthand);
  Problem ignored;
  if (field == nullptr || item.kind != YamlNode::kText || !IsScalar(field->type) ||
      !IsValueOf(*field, item.text, context, ignored))
    return std::nullopt;
  const std::size_t close = text.text().find_first_not_of(' ', item.end);
  const bool whole = list.flow && list.items.size() == 1 && close != absl::string_view::npos &&
                     text.text()[close] == ']' && text.LineAt(list.begin) == text.LineAt(close);
  const std::string instead = whole ? std::string(item.text)
                                    : absl::StrCat("{", option.shorthand, ": ", item.text, "}");
  Diagnostic out = MakeDiagnostic(
      text, item, "R104",
      absl::StrCat("an entry of \"", option.name, "\" takes keys, not a single value"));
  if (whole) out.mark = text.MarkOf(list.begin, close + 1);
  out.caret_text = absl::StrCat("write ", whole ? absl::StrCat(option.name, ": ") : "", instead);
  out.suggestion = instead;
  return out;
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
    // What is missing where every key was told is part of that.
    if (misplaced.empty() || 2 * misplaced.size() < map.items.size()) CheckRequired(map, *tables[t], out[t], name);
    FillDefaults(*tables[t], out[t]);
  }
  tables_ = outer;
  return out;
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
  if (IsToldInTree(value)) return;
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
    const bool listed = value.kind == YamlNode::kList && value.items.size() == 1 && value.items[0]->kind == YamlNode::kMap;
    const std::optional<std::string> meant = value.kind == YamlNode::kText ? MapOfValue(value.text, option, context_) : std::nullopt;
    Add(value, "R104", absl::StrCat("\"", option.name, "\" takes keys, not ", KindWord(value)), meant ? absl::StrCat("write ", option.name, ": ", *meant) : listed ? "write its keys without the -" : Shape(option), meant,
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
    } else if (auto told = ShorthandInList(sink_.text(), context_, value, *item, option)) {
      sink_.Add(*std::move(told));
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
    if (amount != nullptr && IsCutByComma(value, i)) {
      CutByComma(value, i, *amount);
      continue;
    }
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
    const Option entry{.name = option.name, .type = OptionType::kText, .sentence = option.sentence, .form = option.form};
    if (IsCutByComma(value, i)) {
      CutByComma(value, i, entry);
      good = false;
      continue;
    }
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
