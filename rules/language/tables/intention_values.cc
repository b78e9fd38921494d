// Conditions as people write them in one line, and single values where keys belong.
#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/language/tables/intentions.h"
#include "rules/language/words/meant.h"
#include "rules/language/tables/option_keys.h"
#include "rules/language/words/time_words.h"

namespace nephoscope {
namespace {

struct SignWord {
  absl::string_view sign, ours;
};
// The longer ones first.
constexpr SignWord kSigns[] = {
    {">=", "at_least"},
    {"=>", "at_least"},
    {"<=", "at_most"},
    {"=<", "at_most"},
    {"\xE2\x89\xA5", "at_least"},
    {"\xE2\x89\xA4", "at_most"},
    {"==", "equals"},
    {">", "above"},
    {"<", "below"},
    {"=", "equals"},
    {"greater than or equal to ", "at_least"},
    {"less than or equal to ", "at_most"},
    {"is greater than ", "above"},
    {"greater than ", "above"},
    {"more than ", "above"},
    {"higher than ", "above"},
    {"less than ", "below"},
    {"lower than ", "below"},
    {"at least ", "at_least"},
    {"at most ", "at_most"},
    {"is above ", "above"},
    {"is below ", "below"},
    {"above ", "above"},
    {"over ", "above"},
    {"exceeds ", "above"},
    {"below ", "below"},
    {"under ", "below"},
    {"equals ", "equals"},
};

// `value > 80% for 10m` taken apart.
struct Part {
  std::string subject;  // value
  std::string word;     // above; empty: no sign
  std::string number;   // 80%
};
struct Sentence {
  std::vector<Part> parts;
  std::string hold;  // 10m
};

Part TakePart(absl::string_view text) {
  Part out;
  text = absl::StripAsciiWhitespace(text);
  // A name in front, when a sign follows.
  std::size_t name = 0;
  while (name < text.size() &&
         (absl::ascii_isalnum(text[name]) || text[name] == '_' || text[name] == '.'))
    ++name;
  for (const std::size_t from : {std::size_t{0}, name}) {
    const absl::string_view rest = absl::StripLeadingAsciiWhitespace(text.substr(from));
    for (const SignWord& one : kSigns) {
      if (!absl::StartsWithIgnoreCase(rest, one.sign)) continue;
      out.subject = std::string(text.substr(0, from));
      out.word = std::string(one.ours);
      out.number = std::string(absl::StripAsciiWhitespace(rest.substr(one.sign.size())));
      return out;
    }
  }
  out.number = std::string(text);
  return out;
}

Sentence TakeSentence(absl::string_view text) {
  Sentence out;
  for (const absl::string_view hold : {" for at least ", " for ", " during ", " over the last "}) {
    const std::size_t at = text.find(hold);
    if (at == absl::string_view::npos) continue;
    out.hold = std::string(absl::StripAsciiWhitespace(text.substr(at + hold.size())));
    text = text.substr(0, at);
    break;
  }
  const bool between = absl::StartsWithIgnoreCase(text, "between ");
  if (between) text.remove_prefix(8);
  const std::size_t dots = text.find("..");
  std::vector<std::string> parts =
      dots == absl::string_view::npos
          ? std::vector<std::string>(absl::StrSplit(text, " and "))
          : std::vector<std::string>{std::string(text.substr(0, dots)),
                                     std::string(text.substr(dots + 2))};
  for (const std::string& part : parts)
    for (const absl::string_view one : absl::StrSplit(part, "&&"))
      out.parts.push_back(TakePart(one));
  const bool range = (between || dots != absl::string_view::npos) && out.parts.size() == 2 &&
                     out.parts[0].word.empty() && out.parts[1].word.empty();
  if (range) out.parts[0].word = "at_least", out.parts[1].word = "at_most";
  return out;
}

bool IsLimit(absl::string_view name) {
  return name == "above" || name == "below" || name == "at_least" || name == "at_most" ||
         name == "equals";
}
bool IsUpper(absl::string_view name) { return name == "above" || name == "at_least"; }

bool InBrackets(const SourceText& text, std::size_t at) {
  const absl::string_view line =
      text.text().substr(text.StartOf(text.LineAt(at)), at - text.StartOf(text.LineAt(at)));
  const absl::string_view before = absl::StripTrailingAsciiWhitespace(line);
  return absl::EndsWith(before, "{") || absl::EndsWith(before, ",");
}

// `first: 1` and `second: 2` as they stand beside each other where `key` stands.
std::string Beside(const std::vector<std::string>& entries, const YamlNode& key,
                   const SourceText& text) {
  if (InBrackets(text, key.begin)) return absl::StrJoin(entries, ", ");
  const std::size_t column = key.begin - text.StartOf(text.LineAt(key.begin));
  return absl::StrJoin(entries, absl::StrCat("\n", std::string(column, ' ')));
}

std::optional<std::string> Hold(const std::string& text) {
  const std::string points = MeantPoints(text);
  if (!points.empty()) return points;
  return AsValueOf(Option{.name = "for", .type = OptionType::kDuration, .sentence = ""}, text, "",
                   {});
}

// Each part as `word: number` by the fields of a condition; empty: they cannot take it.
std::vector<std::string> Entries(const Sentence& sentence, const OptionTable& fields,
                                 const ScalarContext& context) {
  std::vector<std::string> out;
  for (const Part& part : sentence.parts) {
    const Option* field = part.subject.empty() ? nullptr : FindOption(fields, part.subject);
    if (field == nullptr && !part.word.empty()) field = FindOption(fields, part.word);
    // Words of their own, such as actual, hold upwards.
    if (field == nullptr && (part.word.empty() || IsUpper(part.word)) && !fields.options.empty() &&
        (part.word.empty() || !IsLimit(fields.options[0].name)))
      field = &fields.options[0];
    if (field == nullptr || (field->type == OptionType::kMap) ||
        (IsLimit(field->name) && part.word.empty() && sentence.parts.size() > 1))
      return {};
    const std::optional<std::string> number = AsValueOf(*field, part.number, "", context);
    if (!number || field->type == OptionType::kText) return {};
    out.push_back(absl::StrCat(field->name, ": ", *number));
  }
  if (sentence.hold.empty()) return out;
  const std::optional<std::string> hold = Hold(sentence.hold);
  if (!hold || FindOption(fields, "for") == nullptr) return {};
  out.push_back(absl::StrCat("for: ", *hold));
  return out;
}

// `digest: daily`, `every: tuesday`, `digest: "08:00"`, as days and a time of the day. A week's day
// and the hour that nobody wrote are the first of them and the beginning of work.
std::optional<std::string> DaysAndTime(absl::string_view value, const OptionTable& fields) {
  const char* const days = FindOption(fields, "every") != nullptr ? "every" : "weekday";
  const std::string rest =
      FindOption(fields, "for") == nullptr ? "" : absl::StrCat(", for: ", FindOption(fields, "for")->example);
  const std::string lower = absl::AsciiStrToLower(value);
  Problem problem;
  if (ReadClock(value, problem)) return absl::StrCat("{at: \"", value, "\"", rest, "}");
  const std::string day = lower == "daily" || lower == "every day"       ? "day"
                          : lower == "weekly" || lower == "every week"   ? "monday"
                          : lower == "weekdays" || lower == "workdays"   ? "weekday"
                          : lower == "weekends"                          ? "weekend"
                                                                         : lower;
  if (!ReadWeekdays(day, problem)) return std::nullopt;
  return absl::StrCat("{", days, ": ", day, ", at: \"08:00\"", rest, "}");
}

}  // namespace

std::optional<std::string> MapOfValue(absl::string_view value, const Option& option,
                                      const ScalarContext& context) {
  if (option.fields == nullptr || absl::StrContains(value, '\n')) return std::nullopt;
  const OptionTable& fields = *option.fields;
  if (FindOption(fields, "for") != nullptr || FindOption(fields, "above") != nullptr) {
    const Sentence sentence = TakeSentence(value);
    // An end lies on the other side of its beginning: which one, a number alone does not say.
    const bool unsure = option.name == absl::string_view("recover") &&
                        std::any_of(sentence.parts.begin(), sentence.parts.end(),
                                    [](const Part& part) { return part.word.empty(); });
    const std::vector<std::string> entries =
        unsure ? std::vector<std::string>() : Entries(sentence, fields, context);
    return entries.empty()
               ? std::nullopt
               : std::optional<std::string>(absl::StrCat("{", absl::StrJoin(entries, ", "), "}"));
  }
  const auto written = [&](const Option& field, absl::string_view text) {
    return absl::StrCat("{", field.name, ": ", text, "}");
  };
  if (option.name == absl::string_view("watch")) {
    if (value == "cost" || value == "costs" || value == "spend") return "{cost: effective}";
    const Option* cost = FindOption(fields, "cost");
    if (cost != nullptr &&
        std::find(cost->choices.begin(), cost->choices.end(), value) != cost->choices.end())
      return written(*cost, value);
    const bool name = !value.empty() && value.find_first_of(" {}[]\"'") == absl::string_view::npos;
    return name ? std::optional<std::string>(written(*FindOption(fields, "metric"), value))
                : std::nullopt;
  }
  if (FindOption(fields, "at") != nullptr) return DaysAndTime(value, fields);
  if (const Option* base = FindOption(fields, "base"); base != nullptr && IsCurrencyCode(value))
    return written(*base, value);
  // What only one type can take says which field is meant.
  for (const Option& field : fields.options) {
    const bool typed = field.type == OptionType::kUrl || field.type == OptionType::kMoney ||
                       field.type == OptionType::kRatio || field.type == OptionType::kDuration ||
                       field.type == OptionType::kInteger || field.type == OptionType::kNumber ||
                       field.type == OptionType::kDate || field.type == OptionType::kQuantity;
    if (!typed) continue;
    if (const auto taken = AsValueOf(field, value, "", context)) return written(field, *taken);
  }
  for (const Option& field : fields.options) {
    if (field.type == OptionType::kChoice &&
        std::find(field.choices.begin(), field.choices.end(), value) != field.choices.end())
      return written(field, value);
    if (field.required &&
        (field.type == OptionType::kText || field.type == OptionType::kTextList) &&
        value.find_first_of("{}[]\"':#,") == absl::string_view::npos)
      return written(field, value);
  }
  return std::nullopt;
}

std::optional<Intention> IntentionOfValue(const YamlNode& key, absl::string_view value,
                                          const Option& option, const SourceText& text,
                                          const ScalarContext& context) {
  const bool number = option.type == OptionType::kQuantity || option.type == OptionType::kRatio ||
                      option.type == OptionType::kMoney || option.type == OptionType::kDuration ||
                      option.type == OptionType::kInteger;
  if (!number || absl::StrContains(value, '\n')) return std::nullopt;
  const Sentence sentence = TakeSentence(value);
  if (sentence.hold.empty() && sentence.parts.size() == 1 && sentence.parts[0].word.empty())
    return std::nullopt;
  std::vector<std::string> entries;
  for (const Part& part : sentence.parts) {
    const std::optional<std::string> taken = AsValueOf(option, part.number, "", context);
    if (!taken) return std::nullopt;
    const bool limit = IsLimit(option.name) && !part.word.empty();
    // `below: "> 80%"` contradicts itself.
    if (limit && sentence.parts.size() == 1 && part.word != "equals" &&
        IsUpper(part.word) != IsUpper(option.name))
      return Intention{
          absl::StrCat("write ", part.word, ": ", *taken, ", or ", option.name, ": ", *taken),
          std::nullopt, true};
    entries.push_back(
        absl::StrCat(limit ? part.word : absl::string_view(option.name), ": ", *taken));
  }
  if (entries.size() > 1 && !IsLimit(option.name)) return std::nullopt;
  if (!sentence.hold.empty()) {
    const std::optional<std::string> hold = Hold(sentence.hold);
    if (!hold) return std::nullopt;
    entries.push_back(absl::StrCat("for: ", *hold));
  }
  Intention out{"", Beside(entries, key, text), true};
  out.caret = absl::StrCat(
      "write ", absl::StrJoin(entries, InBrackets(text, key.begin) ? ", " : ", and below it "));
  return out;
}

std::optional<Intention> IntentionOfMap(const YamlNode& map, const Option& option,
                                        absl::Span<const OptionTable* const> tables) {
  if (map.kind != YamlNode::kMap || map.items.empty()) return std::nullopt;
  const YamlNode *number = map.Find("value") == nullptr ? map.Find("amount") : map.Find("value"),
                 *unit = map.Find("unit") == nullptr ? map.Find("currency") : map.Find("unit");
  if (number != nullptr && unit != nullptr && map.items.size() == 4) {
    const std::string one = absl::StrCat(number->text, unit->text == "%" ? "" : " ", unit->text);
    return Intention{absl::StrCat("write ", option.name, ": ", one), std::nullopt, true};
  }
  const std::string plural = absl::StrCat(option.name, "s");
  for (const OptionTable* table : tables)
    if (const Option* groups = FindOption(*table, plural); option.type == OptionType::kMoney &&
                                                           groups != nullptr &&
                                                           groups->type == OptionType::kMoneyMap)
      return Intention{absl::StrCat("one amount for each group is written ", plural, ":"), plural,
                       false};
  return std::nullopt;
}

}  // namespace nephoscope
