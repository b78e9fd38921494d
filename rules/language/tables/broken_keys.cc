// Keys that lost their colon, or the space behind it.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "rules/language/tables/option_keys.h"
#include "rules/language/tables/option_reader.h"
#include "rules/language/yaml/yaml_hints.h"

namespace nephoscope {

// `expr:|`, `cost:effective`: told on the line where it stands.
bool OptionReader::TellNoSpace(const YamlNode& key) {
  const absl::string_view written = sink_.text().text().substr(key.begin);
  const absl::string_view line =
      key.text.substr(0, std::min(written.find_first_of("\r\n"), key.text.size()));
  // `expr|`: with the lines below it, the library makes one key of it.
  const std::size_t word =
      std::min(line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), line.size());
  const absl::string_view sign = absl::StripAsciiWhitespace(line.substr(word));
  if (key.plain && word > 0 && (sign == "|" || sign == ">" || sign == "|-" || sign == ">-")) {
    const std::string instead = absl::StrCat(line.substr(0, word), ": ", sign);
    const std::string message = absl::StrCat("a colon is missing after ", line.substr(0, word));
    Diagnostic out = MakeDiagnostic(sink_.text(), key, "R019", message);
    out.mark = sink_.text().MarkOf(key.begin, key.begin + line.size());
    out.caret_text = absl::StrCat("write ", instead);
    out.suggestion = instead;
    sink_.Add(std::move(out));
    return true;
  }
  const std::size_t colon = line.find(':');
  if (!key.plain || colon == absl::string_view::npos || colon == 0 || colon + 1 >= line.size() ||
      line[colon + 1] == '/')
    return false;
  // An invisible space was told when it was met.
  if (IsToldInTree(key)) return true;
  const std::string instead = absl::StrCat(
      line.substr(0, colon), ": ", absl::StripTrailingAsciiWhitespace(line.substr(colon + 1)));
  Diagnostic out = MakeDiagnostic(sink_.text(), key, "R018", "a space is missing after :");
  out.mark = sink_.text().MarkOf(key.begin, key.begin + line.size());
  out.caret_text = absl::StrCat("write ", instead);
  out.suggestion = instead;
  sink_.Add(std::move(out));
  return true;
}

// `{above 80%}`, `{above = 80%}`: the text begins with a key of ours, and has no value. `when {above:
// 5}`: the bracket has become part of the key.
bool OptionReader::TellNoColon(const YamlNode& map, std::size_t index,
                               absl::Span<const OptionTable* const> tables) {
  const YamlNode &key = *map.items[index], &value = *map.items[index + 1];
  if (!key.plain) return false;
  const std::size_t word =
      std::min(key.text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), key.text.size());
  const absl::string_view name = key.text.substr(0, word);
  const bool known = std::any_of(tables.begin(), tables.end(), [&](const OptionTable* table) {
    return FindOption(*table, name) != nullptr;
  });
  const absl::string_view rest = WithoutEquals(key.text.substr(word));
  if (!known || rest.empty() || absl::StrContains(key.text, '\n')) return false;
  if (!map.flow && absl::StrContains("{[\"'", rest[0])) {
    const std::size_t from = key.begin + word, line = sink_.text().text().find('\n', from);
    const absl::string_view behind = absl::StripAsciiWhitespace(sink_.text().text().substr(from, line - from));
    Diagnostic out = MakeDiagnostic(sink_.text(), key, "R019", absl::StrCat("a colon is missing after ", name));
    out.suggestion = absl::StrCat(name, ": ", behind);
    out.caret_text = absl::StrCat("write ", *out.suggestion);
    out.mark = sink_.text().MarkOf(key.begin, behind.data() + behind.size() - sink_.text().text().data());
    sink_.Add(std::move(out));
    return true;
  }
  if (value.kind != YamlNode::kNull) return false;
  const std::string instead = absl::StrCat(name, ": ", rest);
  Add(key, "R019", absl::StrCat("a colon is missing after ", name), absl::StrCat("write ", instead),
      instead);
  return true;
}

namespace {

// `severity="critical"`, `team=~"a|b"` of Alertmanager as an entry of ours; empty: no matcher.
std::string MatcherEntry(absl::string_view text) {
  const std::size_t at = text.find_first_of("=!");
  if (at == absl::string_view::npos || at == 0) return "";
  const absl::string_view name = absl::StripAsciiWhitespace(text.substr(0, at));
  absl::string_view value = text.substr(at);
  const bool pattern = absl::StartsWith(value, "=~") || absl::StartsWith(value, "!~"),
             no = value[0] == '!';
  value = absl::StripAsciiWhitespace(value.substr(pattern || no ? 2 : 1));
  absl::ConsumePrefix(&value, "\""), absl::ConsumeSuffix(&value, "\"");
  const std::string plain =
      pattern ? absl::StrCat("{matches: \"", value, "\"}") : std::string(value);
  return absl::StrCat(name, ": ", no ? absl::StrCat("{not: ", plain, "}") : plain);
}

// The entries of source_match, source_match_re or source_matchers.
std::vector<std::string> MatchersBelow(const YamlNode& value, bool pattern) {
  std::vector<std::string> out;
  if (value.kind == YamlNode::kMap)
    for (std::size_t i = 0; i + 1 < value.items.size(); i += 2)
      out.push_back(MatcherEntry(absl::StrCat(value.items[i]->text, pattern ? "=~" : "=",
                                              value.items[i + 1]->text)));
  if (value.kind == YamlNode::kList)
    for (const YamlNode* item : value.items) out.push_back(MatcherEntry(item->text));
  return out;
}

}  // namespace

bool OptionReader::TellInhibition(const YamlNode& map, std::size_t index, absl::string_view name,
                                  std::vector<std::size_t>& told) {
  const absl::string_view first = map.items[index]->text;
  const auto theirs = [](absl::string_view key, absl::string_view side) {
    return absl::StartsWith(key, absl::StrCat(side, "_match"));
  };
  if (name != "inhibit_rules" || !(theirs(first, "source") || theirs(first, "target"))) return false;
  std::string instead = map.Find("name") == nullptr ? "name: NAME, " : "";
  for (const absl::string_view side : {"source", "target"}) {
    std::vector<std::string> entries;
    for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
      const absl::string_view key = map.items[i]->text;
      if (!theirs(key, side)) continue;
      for (std::string& one : MatchersBelow(*map.items[i + 1], absl::EndsWith(key, "_re")))
        entries.push_back(one.empty() ? "LABEL: VALUE" : std::move(one));
    }
    absl::StrAppend(&instead, side == "source" ? "" : ", ", side, ": {",
                    absl::StrJoin(entries, ", "), "}");
  }
  for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) told.push_back(i);
  Add(*map.items[index], "R102", absl::StrCat("\"", first, "\" is Alertmanager's; here it is source and target, with a name"),
      absl::StrCat("write ", instead));
  return true;
}

}  // namespace nephoscope
