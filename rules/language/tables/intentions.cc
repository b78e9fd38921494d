#include "rules/language/tables/intentions.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/language/tables/intention_words.h"
#include "rules/language/language.h"
#include "rules/language/words/nearest.h"
#include "rules/language/tables/option_keys.h"

namespace nephoscope {
namespace {

const Option* FindIn(absl::Span<const OptionTable* const> tables, absl::string_view name) {
  for (const OptionTable* table : tables)
    if (const Option* found = FindOption(*table, name)) return found;
  return nullptr;
}

// "EvaluationPeriods", "evaluation_periods" -> "evaluationperiods"; signs stay.
std::string Plain(absl::string_view key) {
  std::string out;
  for (const char c : absl::AsciiStrToLower(key))
    if (c != '_' && c != '-' && c != ' ') out += c;
  return out;
}

bool HasWord(absl::string_view words, absl::string_view word) {
  for (const absl::string_view one : absl::StrSplit(words, ' '))
    if (one == word) return true;
  return false;
}

// The option that a form such as "when: {above: $v}" ends at; nullptr: the tables cannot take it.
const Option* OptionOf(absl::string_view form, absl::Span<const OptionTable* const> tables) {
  const Option* at = nullptr;
  for (absl::string_view part : absl::StrSplit(form, ':')) {
    part = absl::StripAsciiWhitespace(absl::StripPrefix(absl::StripAsciiWhitespace(part), "{"));
    if (absl::StartsWith(part, "$")) return at;
    at = at == nullptr           ? FindIn(tables, part)
         : at->fields == nullptr ? nullptr
                                 : FindOption(*at->fields, part);
    if (at == nullptr) return nullptr;
  }
  return at;
}

bool IsBareNumber(absl::string_view text) {
  double number = 0;
  return absl::SimpleAtod(text, &number);
}

std::optional<std::string> AsDuration(absl::string_view text, absl::string_view unit) {
  Problem problem;
  if (ReadDuration(text, problem)) return std::string(text);
  if (IsBareNumber(text))
    return unit.empty() ? std::nullopt : std::optional<std::string>(absl::StrCat(text, unit));
  if (problem.suggestion && ReadDuration(*problem.suggestion, problem)) return problem.suggestion;
  return std::nullopt;
}

// `for`, `repeat` are texts whose readers take durations and a few words.
bool IsTime(const Option& option) {
  const absl::string_view name = option.name;
  return option.type == OptionType::kDuration || name == "for" || name == "repeat";
}

// What $v and its kin stand for; nullopt: this value has no counterpart.
std::optional<std::string> Filled(absl::string_view form, const Option& option,
                                  const YamlNode& value, const SourceText& text,
                                  const ScalarContext& context) {
  const bool yes = absl::EqualsIgnoreCase(value.text, "true") || value.text == "yes";
  const bool no = absl::EqualsIgnoreCase(value.text, "false") || value.text == "no";
  if (absl::StrContains(form, "$n"))
    return yes  ? std::optional<std::string>("no_data")
           : no ? std::optional<std::string>("keep_last")
                : std::nullopt;
  if (absl::StrContains(form, "$d"))
    return yes  ? std::optional<std::string>("shadow")
           : no ? std::optional<std::string>("live")
                : std::nullopt;
  if (absl::StrContains(form, "$o"))
    return yes  ? std::optional<std::string>("live")
           : no ? std::optional<std::string>("off")
                : std::nullopt;
  if (absl::StrContains(form, "$f"))
    return yes  ? std::optional<std::string>("off")
           : no ? std::optional<std::string>("live")
                : std::nullopt;
  if (absl::StrContains(form, "$p")) {
    int points = 0;
    return absl::SimpleAtoi(value.text, &points) && points > 0
               ? std::optional<std::string>(absl::StrCat(points, " of ", points, " points"))
               : std::nullopt;
  }
  const absl::string_view unit = absl::StrContains(form, "$m")   ? "m"
                                 : absl::StrContains(form, "$s") ? "s"
                                                                 : "";
  std::optional<std::string> out = AsValueOf(option, value.text, unit, context);
  // As it was written, with its quotes.
  if (out && *out == value.text && !value.plain)
    out = std::string(text.text().substr(value.begin, value.end - value.begin));
  return out;
}

std::string Form(absl::string_view form, absl::string_view value) {
  const std::size_t at = form.find('$');
  return absl::StrCat(form.substr(0, at), value, form.substr(at + 2));
}

bool IsOneLine(const YamlNode& value) {
  return value.kind == YamlNode::kText && !value.text.empty() &&
         !absl::StrContains(value.text, '\n');
}

// The key that the form puts in place: "when" of "when: {above: $v}".
absl::string_view FirstKey(absl::string_view form) { return form.substr(0, form.find(':')); }

Intention OfRow(const KeyWord& row, const Option& option, const YamlNode& value,
                const SourceText& text, const ScalarContext& context) {
  Intention out;
  const bool simple = !absl::StrContains(row.form, '{');
  if (IsOneLine(value)) {
    if (const auto filled = Filled(row.form, option, value, text, context)) {
      out.instead = Form(row.form, *filled);
      out.caret = absl::StrCat("write ", *out.instead);
      out.with_value = true;
      return out;
    }
  }
  const bool kept = simple && value.kind != YamlNode::kText && value.kind != YamlNode::kNull;
  if (kept) out.instead = std::string(FirstKey(row.form));
  out.caret =
      kept ? absl::StrCat("write ", *out.instead, ":")
           : absl::StrCat("write ",
                          Form(row.form, option.example == nullptr ? "..." : option.example));
  return out;
}

}  // namespace

std::string MeantChoice(absl::string_view word, absl::Span<const char* const> choices) {
  static constexpr struct {
    absl::string_view theirs, ours;
  } kWords[] = {{"keeplaststate", "keep_last"},
                {"keeplast", "keep_last"},
                {"ignore", "keep_last"},
                {"nodata", "no_data"},
                {"missing", "no_data"},
                {"showandnotifynodata", "no_data"},
                {"notify", "no_data"},
                {"shownodata", "keep_last"},
                {"resolve", "ok"},
                {"default", "keep_last"},
                {"breaching", "firing"},
                {"notbreaching", "ok"},
                {"alerting", "firing"},
                {"alert", "firing"},
                {"normal", "ok"},
                {"average", "avg"},
                {"mean", "avg"},
                {"maximum", "max"},
                {"minimum", "min"},
                {"total", "sum"},
                {"samplecount", "count"},
                {"latest", "last"},
                {"median", "p50"},
                {"monthly", "month"},
                {"quarterly", "quarter"},
                {"yearly", "year"},
                {"annual", "year"},
                {"annually", "year"},
                {"increase", "up"},
                {"decrease", "down"},
                {"disabled", "off"},
                {"paused", "off"},
                {"inactive", "off"},
                {"enabled", "live"},
                {"active", "live"},
                {"on", "live"},
                {"test", "shadow"},
                {"dryrun", "shadow"},
                {"page", "critical"},
                {"error", "critical"},
                {"p1", "critical"},
                {"p0", "critical"},
                {"sev1", "critical"},
                {"sev0", "critical"},
                {"high", "critical"},
                {"highest", "critical"},
                {"fatal", "critical"},
                {"major", "critical"},
                {"emergency", "critical"},
                {"urgent", "critical"},
                {"crit", "critical"},
                {"disaster", "critical"},
                {"alert", "critical"},
                {"red", "critical"},
                {"severe", "critical"},
                {"warn", "warning"},
                {"p2", "warning"},
                {"p3", "warning"},
                {"sev2", "warning"},
                {"sev3", "warning"},
                {"medium", "warning"},
                {"moderate", "warning"},
                {"minor", "warning"},
                {"ticket", "warning"},
                {"yellow", "warning"},
                {"p4", "info"},
                {"p5", "info"},
                {"sev4", "info"},
                {"sev5", "info"},
                {"low", "info"},
                {"lowest", "info"},
                {"notice", "info"},
                {"information", "info"},
                {"informational", "info"},
                {"debug", "info"},
                {"amortizedcost", "effective"},
                {"actual", "billed"},
                {"actualcost", "billed"},
                {"unblendedcost", "billed"},
                {"netamortized", "effective"},
                {"usage", "effective"}};
  const std::string plain = Plain(word);
  const auto is_choice = [&](absl::string_view one) {
    return std::find(choices.begin(), choices.end(), one) != choices.end();
  };
  for (const auto& known : kWords)
    if (plain == known.theirs && is_choice(known.ours)) return std::string(known.ours);
  const std::vector<std::string> near =
      NearestOf(word, std::vector<std::string>(choices.begin(), choices.end()));
  return near.size() == 1 ? near[0] : "";
}

std::optional<std::string> AsValueOf(const Option& option, absl::string_view text,
                                     absl::string_view unit, const ScalarContext& context) {
  if (IsTime(option)) return AsDuration(text, unit);
  switch (option.type) {
    case OptionType::kText:
    case OptionType::kTemplate:
    case OptionType::kTextList: return std::string(text);
    case OptionType::kChoice: {
      if (std::find(option.choices.begin(), option.choices.end(), text) != option.choices.end())
        return std::string(text);
      const std::string meant = MeantChoice(text, option.choices);
      return meant.empty() ? std::nullopt : std::optional<std::string>(meant);
    }
    case OptionType::kTextMap:
    case OptionType::kMoneyMap:
    case OptionType::kMatchers: return std::nullopt;
    case OptionType::kMap:
    case OptionType::kMapList: {
      if (option.shorthand != nullptr)
        if (const Option* field = FindOption(*option.fields, option.shorthand))
          return AsValueOf(*field, text, unit, context);
      return option.type == OptionType::kMap ? MapOfValue(text, option, context) : std::nullopt;
    }
    default: {
      Problem problem;
      if (IsValueOf(option, text, context, problem)) return std::string(text);
      const std::optional<std::string> settled = problem.suggestion;
      return settled && IsValueOf(option, *settled, context, problem) ? settled : std::nullopt;
    }
  }
}

bool IsIntentionOf(absl::string_view written, absl::string_view ours) {
  const std::string plain = Plain(written);
  for (const KeyWord& row : WordsOfKeys())
    if (FirstKey(row.form) == ours && HasWord(row.theirs, plain)) return true;
  for (const KeyWord& row : AdviceOnKeys())
    if (row.form == ours && HasWord(row.theirs, plain)) return true;
  return false;
}

std::optional<ComparisonKeys> ComparisonIn(const YamlNode& map,
                                           absl::Span<const OptionTable* const> tables,
                                           const SourceText& text, const ScalarContext& context) {
  ComparisonKeys out{map.items.size(), map.items.size(), ""};
  for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
    const std::string plain = Plain(map.items[i]->text);
    if (FindIn(tables, map.items[i]->text) != nullptr || !IsOneLine(*map.items[i + 1])) continue;
    if (HasWord("operator comparison comparisonoperator op evaluator", plain)) out.sign = i;
    if (HasWord("threshold value limit number", plain)) out.number = i;
  }
  if (out.sign == map.items.size() || out.number == map.items.size()) return std::nullopt;
  // The words that are keys elsewhere are values here: gt, GreaterThanThreshold.
  const std::string sign = Plain(map.items[out.sign + 1]->text);
  for (const KeyWord& row : WordsOfKeys()) {
    const bool ours = sign == Plain(FirstKey(row.form));
    const Option* option = OptionOf(row.form, tables);
    if (option == nullptr || option->type != OptionType::kQuantity ||
        !(ours || HasWord(row.theirs, sign)))
      continue;
    const auto filled = Filled(row.form, *option, *map.items[out.number + 1], text, context);
    if (!filled) return std::nullopt;
    out.instead = Form(row.form, *filled);
    return out;
  }
  return std::nullopt;
}

// Mail and web addresses, #channels, numbers and the like in a value, its list or its keys.
bool HasAddress(const YamlNode& value) {
  if (value.kind == YamlNode::kText)
    return value.text.find_first_of("@#/: +") != absl::string_view::npos ||
           (!value.text.empty() && absl::ascii_isdigit(value.text[0]));
  if (value.kind == YamlNode::kMap) return true;
  return std::any_of(value.items.begin(), value.items.end(),
                     [](const YamlNode* item) { return HasAddress(*item); });
}

// Labels that people write where only the keys of watch may stand.
constexpr absl::string_view kLabels =
    "service account region env environment stage team department project app application product "
    "costcenter cost_center instance instance_id db_instance cluster namespace provider owner";

std::optional<Intention> IntentionOfKey(const YamlNode& map, std::size_t index,
                                        absl::Span<const OptionTable* const> tables,
                                        const SourceText& text, const ScalarContext& context) {
  const YamlNode &key = *map.items[index], &value = *map.items[index + 1];
  const std::string plain = Plain(key.text);
  for (const KeyWord& row : WordsOfKeys()) {
    if (!HasWord(row.theirs, plain)) continue;
    const Option* option = OptionOf(row.form, tables);
    // What the map has already cannot be meant a second time, and yes and no have no other values.
    const bool flag = absl::StrContains(row.form, "$n") || absl::StrContains(row.form, "$d") ||
                      absl::StrContains(row.form, "$o") || absl::StrContains(row.form, "$f");
    if (option != nullptr && flag && !Filled(row.form, *option, value, text, context)) continue;
    // An address is no name of a receiver; the advice below says so.
    if (FirstKey(row.form) == "notify" && HasAddress(value)) continue;
    if (option != nullptr && map.Find(FirstKey(row.form)) == nullptr)
      return OfRow(row, *option, value, text, context);
  }
  // `by: team, service` in brackets: the second is no key.
  if (index >= 2 && map.flow && value.kind == YamlNode::kNull &&
      map.items[index - 2]->text == "by" && map.items[index - 1]->kind == YamlNode::kText)
    return Intention{absl::StrCat("write by: [", map.items[index - 1]->text, ", ", key.text, "]"),
                     std::nullopt, false};
  if (FindIn(tables, "leave_out") != nullptr && HasWord(kLabels, absl::AsciiStrToLower(key.text))) {
    Intention out{absl::StrCat("labels stand below where: write where: {", key.text, ": ",
                               IsOneLine(value) ? value.text : "...", "}"),
                  std::nullopt, true};
    if (IsOneLine(value) && map.Find("where") == nullptr)
      out.instead = absl::StrCat("where: {", key.text, ": ",
                                 text.text().substr(value.begin, value.end - value.begin), "}");
    return out;
  }
  for (const KeyWord& row : AdviceOnKeys())
    if (HasWord(row.theirs, plain) && FindIn(tables, row.form) != nullptr)
      return Intention{row.advice, std::nullopt, false};
  return std::nullopt;
}

}  // namespace nephoscope
