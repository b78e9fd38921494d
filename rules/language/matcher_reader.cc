// `where` and `leave_out`: conditions on labels.
#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/language/checks/label_check.h"
#include "rules/language/tables/option_keys.h"
#include "rules/language/tables/option_reader.h"

namespace nephoscope {
namespace {

bool IsGlob(absl::string_view text) { return absl::StrContains(text, '*'); }

// A list with globs in it becomes one expression.
std::string GlobsAsRegex(const std::vector<std::string>& globs) {
  std::string out = "(?:";
  for (std::size_t i = 0; i < globs.size(); ++i) {
    if (i > 0) out += '|';
    for (char c : globs[i]) absl::StrAppend(&out, c == '*' ? std::string("(?s:.*)") : RE2::QuoteMeta(re2::StringPiece(&c, 1)));
  }
  return out + ")";
}

Matcher OfTexts(const std::string& label, std::vector<std::string> values, bool list, bool negated) {
  using Op = Matcher::Op;
  const bool glob = std::any_of(values.begin(), values.end(), [](const std::string& v) { return IsGlob(v); });
  if (!list) return {label, glob ? (negated ? Op::kNotGlob : Op::kGlob) : (negated ? Op::kNotEqual : Op::kEqual), std::move(values)};
  if (glob) return {label, negated ? Op::kNotRegex : Op::kRegex, {GlobsAsRegex(values)}};
  return {label, negated ? Op::kNotAnyOf : Op::kAnyOf, std::move(values)};
}

// Labels that are numbers.
std::optional<Matcher::Op> ComparisonOf(absl::string_view word) {
  if (word == "at_least") return Matcher::Op::kAtLeast;
  if (word == "at_most") return Matcher::Op::kAtMost;
  if (word == "above") return Matcher::Op::kAbove;
  if (word == "below") return Matcher::Op::kBelow;
  return std::nullopt;
}

// One `name op "value"` of a PromQL selector, cut from the front of `rest`.
struct PromMatcher {
  std::string label, op, value;
};
std::optional<PromMatcher> CutPromMatcher(absl::string_view& rest) {
  PromMatcher out;
  std::size_t at = 0;
  while (at < rest.size() && (absl::ascii_isalnum(rest[at]) || rest[at] == '_')) ++at;
  out.label = std::string(rest.substr(0, at));
  rest = absl::StripLeadingAsciiWhitespace(rest.substr(at));
  for (const char* op : {"=~", "!~", "!=", "="})
    if (out.op.empty() && absl::StartsWith(rest, op)) out.op = op;
  rest = absl::StripLeadingAsciiWhitespace(rest.substr(out.op.size()));
  if (out.label.empty() || out.op.empty() || rest.empty() || (rest[0] != '"' && rest[0] != '\'')) return std::nullopt;
  const char quote = rest[0];
  std::size_t end = 1;
  for (; end < rest.size() && rest[end] != quote; ++end) {
    if (rest[end] == '\\' && end + 1 < rest.size()) ++end;
    out.value += rest[end];
  }
  if (end >= rest.size()) return std::nullopt;
  rest = absl::StripLeadingAsciiWhitespace(rest.substr(end + 1));
  if (absl::StartsWith(rest, ",")) rest = absl::StripLeadingAsciiWhitespace(rest.substr(1));
  return out;
}

}  // namespace

bool OptionReader::AddRegex(const YamlNode& at, const std::string& label, const std::string& regex, bool negated, std::vector<Matcher>& out) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  const RE2 compiled(regex, options);
  if (!compiled.ok()) {
    Add(at, "R211", absl::StrCat("\"", regex, "\" is not a regular expression: ", compiled.error()), "the syntax is RE2's");
    return false;
  }
  out.push_back({label, negated ? Matcher::Op::kNotRegex : Matcher::Op::kRegex, {regex}});
  return true;
}

bool OptionReader::ReadMatchers(const YamlNode& value, std::vector<Matcher>& out) {
  // `where:` with env:prod below it.
  const bool words = value.kind == YamlNode::kText && value.plain && value.text.find_first_of(" =~{") == absl::string_view::npos;
  if (words && TellNoSpace(value)) return false;
  if (value.kind == YamlNode::kText) return ReadMatcherText(value, out);
  if (value.kind != YamlNode::kMap) {
    Add(value, "R104", "a choice of labels takes label: value pairs", "write {env: prod}");
    return false;
  }
  bool good = true;
  for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
    const bool cut = IsCutByComma(value, i);
    if (cut) CutByComma(value, i, {.name = "where", .type = OptionType::kText, .sentence = ""});
    good = !cut && ReadOneMatcher(*value.items[i], *value.items[i + 1], out) && good;
  }
  return good;
}

bool OptionReader::ReadOneMatcher(const YamlNode& key, const YamlNode& value, std::vector<Matcher>& out) {
  const std::string label(key.text);
  if (value.kind == YamlNode::kMap) return ReadMatcherMap(key, value, out);
  if (value.kind == YamlNode::kNull || (value.kind == YamlNode::kText && value.text.empty())) {
    Add(value.kind == YamlNode::kNull ? key : value, "R105", absl::StrCat("\"", label, "\" has no value"),
        absl::StrCat("for series without this label write ", label, ": {missing: true}"));
    return false;
  }
  OptionValues::Value texts;
  const Option option{.name = "where", .type = OptionType::kTextList, .sentence = "", .example = "{env: [prod, stage]}"};
  if (!ReadTextList(value, option, texts)) return false;
  if (value.kind == YamlNode::kText) CheckMatcherText(value, sink_);
  for (const YamlNode* item : value.kind == YamlNode::kList ? value.items : std::vector<YamlNode*>()) CheckMatcherText(*item, sink_);
  out.push_back(OfTexts(label, std::get<std::vector<std::string>>(texts), value.kind == YamlNode::kList, false));
  return true;
}

bool OptionReader::ReadMatcherMap(const YamlNode& key, const YamlNode& value, std::vector<Matcher>& out) {
  const std::string label(key.text);
  if (value.items.size() != 2) {
    Add(value, "R104", absl::StrCat("the condition on \"", label, "\" has one word"), "write {not: x}, {matches: \"a.*\"} or {missing: true}");
    return false;
  }
  const YamlNode &word = *value.items[0], &operand = *value.items[1];
  const bool inner_regex = word.text == "not" && operand.kind == YamlNode::kMap && operand.items.size() == 2 && operand.items[0]->text == "matches";
  if (word.text == "matches" || inner_regex) {
    const YamlNode& regex = inner_regex ? *operand.items[1] : operand;
    if (regex.kind == YamlNode::kText) return AddRegex(regex, label, std::string(regex.text), inner_regex, out);
  }
  if (word.text == "missing" && operand.kind == YamlNode::kText) {
    Problem problem;
    const std::optional<bool> missing = ReadFlag(operand.text, problem);
    if (missing) out.push_back({label, *missing ? Matcher::Op::kMissing : Matcher::Op::kPresent, {}});
    if (!missing) Add(operand, problem.code, absl::StrCat("\"", operand.text, "\" ", problem.what), problem.caret, problem.suggestion);
    return missing.has_value();
  }
  if (word.text == "not" && (operand.kind == YamlNode::kText || operand.kind == YamlNode::kList)) {
    OptionValues::Value texts;
    const Option option{.name = "not", .type = OptionType::kTextList, .sentence = "", .example = "[prod, stage]"};
    if (!ReadTextList(operand, option, texts)) return false;
    out.push_back(OfTexts(label, std::get<std::vector<std::string>>(texts), operand.kind == YamlNode::kList, true));
    return true;
  }
  if (const std::optional<Matcher::Op> op = ComparisonOf(word.text); op && operand.kind == YamlNode::kText) {
    Problem problem;
    const std::optional<double> number = ReadNumber(operand.text, problem);
    if (number) out.push_back({label, *op, {absl::StrCat(*number)}});
    if (!number) Add(operand, problem.code, absl::StrCat("\"", operand.text, "\" ", problem.what), problem.caret, problem.suggestion);
    return number.has_value();
  }
  const std::vector<std::string> words = {"not", "matches", "missing", "at_least", "at_most", "above", "below"};
  static constexpr struct { absl::string_view theirs, ours; } kTheirs[] = {
      {"regex", "matches"}, {"re", "matches"}, {"like", "matches"}, {"pattern", "matches"}, {"regexp", "matches"}, {"ne", "not"}, {"neq", "not"}, {"not_equal", "not"}, {"not_equals", "not"}, {"not_in", "not"}, {"notin", "not"},
      {"nin", "not"}, {"exclude", "not"}, {"is_not", "not"}, {"absent", "missing"}, {"gt", "above"}, {"gte", "at_least"}, {"ge", "at_least"}, {"lt", "below"}, {"lte", "at_most"}, {"le", "at_most"}};
  std::string nearest = Nearest(word.text, words);
  for (const auto& one : kTheirs)
    if (word.text == one.theirs) nearest = std::string(one.ours);
  const bool equal = word.text == "eq" || word.text == "equals" || word.text == "equal" || word.text == "is" || word.text == "in" || word.text == "any_of" || word.text == "one_of";
  const std::string way = equal ? absl::StrCat("write ", label, operand.kind == YamlNode::kText ? absl::StrCat(": ", operand.text) : ": [a, b]", " without this word") : "";
  const bool known = std::find(words.begin(), words.end(), word.text) != words.end();
  if (known) {
    Add(operand, "R104", absl::StrCat("\"", word.text, "\" takes one value"), word.text == "missing" ? "write {missing: true}" : ComparisonOf(word.text) ? "write a number" : "write a text");
  } else {
    Add(word, "R102", absl::StrCat("unknown key \"", word.text, "\" in the condition on ", label), equal ? way : nearest.empty() ? "" : absl::StrCat("did you mean \"", nearest, "\"?"),
        nearest.empty() || equal ? std::nullopt : std::optional<std::string>(nearest), "keys allowed here: not, matches, missing, at_least, at_most, above, below");
  }
  return false;
}

bool OptionReader::ReadMatcherText(const YamlNode& value, std::vector<Matcher>& out) {
  absl::string_view rest = absl::StripAsciiWhitespace(value.text);
  if (absl::StartsWith(rest, "{") && absl::EndsWith(rest, "}")) rest = absl::StripAsciiWhitespace(rest.substr(1, rest.size() - 2));
  bool good = !rest.empty();
  while (good && !rest.empty()) {
    const std::optional<PromMatcher> one = CutPromMatcher(rest);
    if (!one) {
      good = false;
    } else if (one->op == "=~" || one->op == "!~") {
      if (!AddRegex(value, one->label, one->value, one->op == "!~", out)) return false;
    } else if (one->value.empty()) {
      out.push_back({one->label, one->op == "=" ? Matcher::Op::kMissing : Matcher::Op::kPresent, {}});
    } else {
      out.push_back({one->label, one->op == "=" ? Matcher::Op::kEqual : Matcher::Op::kNotEqual, {one->value}});
    }
  }
  if (!good) Add(value, "R104", absl::StrCat("\"", value.text, "\" is not a choice of labels"), "write {env: prod}, or 'env=~\"prod|stage\", team!=\"\"'");
  return good;
}

}  // namespace nephoscope
