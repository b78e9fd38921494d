#include "rules/language/yaml/yaml_hints.h"

#include <cctype>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/language/words/meant.h"
#include "rules/language/yaml/yaml_scan.h"

namespace nephoscope {
namespace {

constexpr std::size_t kNone = absl::string_view::npos;
constexpr absl::string_view kWideColon = "\xEF\xBC\x9A";  // full-width, of East Asian keyboards

// One line, taken apart as `- key: value # comment`. Offsets are bytes in the line.
struct Line {
  int number = 0;
  absl::string_view text;
  std::size_t first = 0;  // of the content behind spaces and `- `
  bool item = false;      // begins with `- `
  std::size_t colon = kNone;
  std::size_t value = kNone;  // where the value begins
  absl::string_view Value() const { return value == kNone ? absl::string_view() : text.substr(value); }
};

Line TakeApart(const SourceText& source, int number) {
  Line out;
  out.number = number;
  out.text = source.Line(number);
  out.first = std::min(out.text.find_first_not_of(" \t"), out.text.size());
  while (absl::StartsWith(out.text.substr(out.first), "- ")) {
    out.item = true;
    out.first = std::min(out.text.find_first_not_of(' ', out.first + 1), out.text.size());
  }
  for (std::size_t i = out.first; i < out.text.size(); ++i) {
    const char c = out.text[i];
    if (c == '"' || c == '\'' || c == '{' || c == '[') break;
    if (c != ':' || (i + 1 < out.text.size() && out.text[i + 1] != ' ')) continue;
    out.colon = i;
    const std::size_t value = out.text.find_first_not_of(' ', i + 1);
    if (value != kNone) out.value = value;
    break;
  }
  return out;
}

// What we say about a line: code, message, caret range, what to write.
struct Hint {
  const char* code;
  std::string message;
  std::size_t begin, end;
  std::string caret;
  std::optional<std::string> suggestion;
};
using MaybeHint = std::optional<Hint>;

std::string Quoted(absl::string_view text) {
  const char* quote = absl::StrContains(text, '"') ? "'" : "\"";
  return absl::StrCat(quote, text, quote);
}

absl::string_view WithoutComment(absl::string_view text) {
  const std::size_t at = text.find(" #");
  return absl::StripTrailingAsciiWhitespace(at == kNone ? text : text.substr(0, at));
}

// Byte behind the bracket that closes text[0]; kNone: not on this line.
std::size_t BehindBracket(absl::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[' || text[i] == '{') ++depth;
    if ((text[i] == ']' || text[i] == '}') && --depth == 0) return i + 1;
  }
  return kNone;
}

// Byte of the first bracket that closes none, or one of the other kind; kNone: there is none.
std::size_t OddBracket(absl::string_view text) {
  std::string open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[' || text[i] == '{') open += text[i] == '[' ? ']' : '}';
    if (text[i] != ']' && text[i] != '}') continue;
    if (open.empty() || open.back() != text[i]) return i;
    open.pop_back();
  }
  return kNone;
}

// `{cost: above: 3%}}`, `- coverage: {below: 70%}}`: where the brace that is missing belongs, as far as
// the line says; `odd`: byte of the one that closes none.
Hint LostBrace(const Line& line, absl::string_view value, std::size_t odd) {
  const auto hint = [&](std::size_t begin, std::string instead) {
    return Hint{"R020", "a { is missing on this line, or a } too many", begin, line.value + value.size(), absl::StrCat("write ", instead), instead};
  };
  for (std::size_t at = value.find(": "); at != kNone; at = value.find(": ", at + 2)) {
    std::size_t word = at + 2;
    while (word < value.size() && (std::isalnum(static_cast<unsigned char>(value[word])) || value[word] == '_')) ++word;
    if (word > at + 2 && absl::StartsWith(value.substr(word), ": ")) return hint(line.value, absl::StrCat(value.substr(0, at + 2), "{", value.substr(at + 2)));
  }
  if (line.item) return hint(line.first, absl::StrCat("{", line.text.substr(line.first, line.value + value.size() - line.first)));
  return Hint{"R020", "a { is missing on this line, or a } too many", line.value + odd, line.value + odd + 1, "write { where it begins, or take this one out", std::nullopt};
}

MaybeHint TabIndent(const Line& line) {
  const std::size_t tab = line.text.substr(0, line.first).find('\t');
  if (tab == kNone) return std::nullopt;
  return Hint{"R005", "tabs are not allowed here", tab, tab + 1, "use spaces", std::nullopt};
}

MaybeHint DashWithoutSpace(const Line& line) {
  const absl::string_view text = line.text.substr(line.first);
  if (text.size() < 2 || text[0] != '-' || !std::isalpha(static_cast<unsigned char>(text[1]))) return std::nullopt;
  return Hint{"R018", "a space is missing after -", line.first, line.first + text.size(), absl::StrCat("write - ", text.substr(1)), absl::StrCat("- ", text.substr(1))};
}

MaybeHint ColonWithoutSpace(const Line& line) {
  if (line.colon != kNone) return std::nullopt;
  const absl::string_view text = line.text;
  std::size_t at = line.first;
  while (at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_')) ++at;
  if (at == line.first || at + 1 >= text.size() || text[at] != ':' || text[at + 1] == '/') return std::nullopt;
  const absl::string_view key = text.substr(line.first, at - line.first);
  absl::string_view rest = text.substr(at + 1);
  const bool invisible = InvisibleSpaceAt(rest) > 0;
  while (const std::size_t space = InvisibleSpaceAt(rest)) rest = absl::StripLeadingAsciiWhitespace(rest.substr(space));
  rest = absl::StripLeadingAsciiWhitespace(absl::StartsWith(rest, "=") ? rest.substr(1) : rest);
  const std::string instead = absl::StrCat(key, ": ", rest);
  return Hint{"R018", invisible ? "behind : stands an invisible space, shown as a dot, and no ordinary one" : "a space is missing after :", line.first, text.size(), absl::StrCat("write ", instead), instead};
}

MaybeHint Braces(const Line& line) {
  const std::size_t at = line.Value().find("{{");
  if (at != 0) return std::nullopt;
  return Hint{"R017", "places in a text are written ${team}, not {{ team }}", line.value, line.value + 2,
              "write ${name}; text that begins with { needs quotes", std::nullopt};
}

MaybeHint BracketedText(const Line& line) {
  const absl::string_view value = WithoutComment(line.Value());
  if (value.empty() || (value[0] != '[' && value[0] != '{')) return std::nullopt;
  const std::size_t odd = OddBracket(value);
  if (odd != kNone && value[0] == '{' && value[odd] == '}' && (line.item || absl::StrContains(value, ": "))) return LostBrace(line, value, odd);
  if (odd != kNone && value[odd] != (value[0] == '[' ? ']' : '}'))
    return Hint{"R020", absl::StrCat("the ", value[odd] == ']' ? "[" : "{", " of this ", value.substr(odd, 1), " is missing"), line.value + odd, line.value + odd + 1, absl::StrCat("write ", value[odd] == ']' ? "[" : "{", " where it begins, or take it out"), std::nullopt};
  const std::size_t behind = BehindBracket(value);
  if (behind == kNone || behind >= value.size()) return std::nullopt;
  return Hint{"R016", absl::StrCat("text that begins with ", value.substr(0, 1), " needs quotes"), line.value, line.value + value.size(),
              absl::StrCat("write ", Quoted(value)), Quoted(value)};
}

MaybeHint BlockSign(const Line& line) {
  const absl::string_view value = line.Value();
  if (value.empty() || value[0] != '>') return std::nullopt;
  const absl::string_view rest = absl::StripLeadingAsciiWhitespace(value.substr(value.size() > 1 && value[1] == '=' ? 2 : 1));
  if (rest.empty() || !(std::isdigit(static_cast<unsigned char>(rest[0])) || rest[0] == '$')) return std::nullopt;
  const char* word = value.size() > 1 && value[1] == '=' ? "at_least" : "above";
  const std::string instead = absl::StrCat("{", word, ": ", rest, "}");
  return Hint{"R022", "> begins a block of text in YAML; conditions are written in words", line.value, line.text.size(), absl::StrCat("write ", instead), instead};
}

// `expr: | up == 0`: the text of a block stands below it.
MaybeHint TextBehindBlock(const Line& line) {
  const absl::string_view value = line.Value();
  if (value.size() < 3 || (value[0] != '|' && value[0] != '>')) return std::nullopt;
  const absl::string_view rest = WithoutComment(absl::StripLeadingAsciiWhitespace(value.substr(1)));
  if (rest.empty() || value[1] != ' ' || rest[0] == '#') return std::nullopt;
  const std::string instead = absl::StrContains(rest, ": ") || absl::StrContains("[{>|*&!%@`\"'", rest[0]) ? Quoted(rest) : std::string(rest);
  return Hint{"R022", absl::StrCat(value.substr(0, 1), " begins a block of text, which stands on the lines below"), line.value, line.value + WithoutComment(value).size(),
              absl::StrCat("write ", instead), instead};
}

MaybeHint StarText(const Line& line) {
  const absl::string_view value = WithoutComment(line.Value());
  if (value.empty() || value[0] != '*') return std::nullopt;
  // `*"`: one of its quotes is there.
  const std::string instead = Quoted(absl::StripSuffix(value, "\""));
  return Hint{"R016", "text that begins with * needs quotes", line.value, line.value + value.size(), absl::StrCat("write ", instead), instead};
}

// {amount: 42.000,- EUR}: a dash for no cents.
MaybeHint DashForCents(const Line& line) {
  std::size_t at = line.text.find(",- ");
  if (at == kNone || at == 0 || !std::isdigit(static_cast<unsigned char>(line.text[at - 1])))
    return std::nullopt;
  const std::size_t begin = line.text.find_last_of(" {[\"'", at - 1) + 1;
  const std::size_t end = std::min(line.text.find_first_of(",}]#\"'", at + 1), line.text.size());
  const absl::string_view whole =
      absl::StripTrailingAsciiWhitespace(line.text.substr(begin, end - begin));
  const MeantNumber meant = ReadGrouped(whole).value_or(MeantNumber());
  if (meant.usual.empty()) return std::nullopt;
  return Hint{"R015", "a comma separates entries here; it may not stand in a number", begin,
              begin + whole.size(), AdviceOf(meant), meant.usual};
}

MaybeHint ReservedStart(const Line& line) {
  const absl::string_view value = WithoutComment(line.Value());
  if (value.empty() || !absl::StrContains("%@`", value[0])) return std::nullopt;
  const bool percent = value[0] == '%' && value.size() > 1 && std::isdigit(static_cast<unsigned char>(value[1]));
  const std::string instead = percent ? absl::StrCat(value.substr(1), "%") : Quoted(value);
  return Hint{"R016", absl::StrCat("a value may not begin with ", value.substr(0, 1)), line.value, line.value + value.size(), absl::StrCat("write ", instead), instead};
}

MaybeHint QuoteInQuotes(const Line& line) {
  const absl::string_view value = line.Value();
  if (value.empty() || (value[0] != '"' && value[0] != '\'')) return std::nullopt;
  std::size_t end = 1;
  while (end < value.size() && value[end] != value[0]) end += value[end] == '\\' ? 2 : 1;
  if (end + 1 >= value.size()) return std::nullopt;
  const absl::string_view rest = absl::StripLeadingAsciiWhitespace(value.substr(end + 1));
  if (rest.empty() || rest[0] == '#') return std::nullopt;
  return Hint{"R021", "a quote inside quotes ends the text", line.value + end, line.value + end + 1,
              value[0] == '"' ? "put '...' around the whole text" : "put \"...\" around the whole text", std::nullopt};
}

MaybeHint ColonInText(const Line& line) {
  const absl::string_view value = WithoutComment(line.Value());
  if (value.empty() || absl::StrContains("\"'[{|>&!*", value[0]) || !absl::StrContains(value, ": ")) return std::nullopt;
  // `when: cost: {above: 3%}}`
  if (const std::size_t odd = OddBracket(value); odd + 1 == value.size() && value[odd] == '}') {
    const std::size_t begin = line.item ? line.first : line.value;
    const std::string instead = absl::StrCat("{", line.text.substr(begin, line.value + value.size() - begin));
    return Hint{"R020", "the { before this value is missing", begin, line.value + value.size(), absl::StrCat("write ", instead), instead};
  }
  return Hint{"R016", "text with \": \" in it needs quotes", line.value, line.value + value.size(), absl::StrCat("write ", Quoted(value)), Quoted(value)};
}

MaybeHint NoColon(const Line& line) {
  if (line.colon != kNone) return std::nullopt;
  const absl::string_view text = WithoutComment(line.text.substr(std::min(line.first, line.text.size())));
  std::size_t at = 0;
  while (at < text.size() && (std::isalpha(static_cast<unsigned char>(text[at])) || text[at] == '_')) ++at;
  const bool block = at < text.size() && absl::StrContains("|>=:", text[at]);  // expr|, kind=budget
  const bool wide = absl::StartsWith(text.substr(at), kWideColon);
  if (at == 0 || !std::islower(static_cast<unsigned char>(text[0])) || (at < text.size() && text[at] != ' ' && !block && !wide)) return std::nullopt;
  // metric :x
  absl::string_view rest = absl::StripLeadingAsciiWhitespace(text.substr(at + (wide ? kWideColon.size() : 0)));
  if (absl::StartsWith(rest, ":") && !absl::StartsWith(rest, ":=")) rest = absl::StripLeadingAsciiWhitespace(rest.substr(1));
  rest = WithoutEquals(rest);
  const std::string instead = absl::StrCat(text.substr(0, at), rest.empty() ? ":" : ": ", rest);
  return Hint{"R019", absl::StrCat("a colon is missing after ", text.substr(0, at)), line.first, line.first + text.size(), absl::StrCat("write ", instead), instead};
}

Diagnostic Make(const SourceText& source, const Line& line, Hint hint) {
  Diagnostic out;
  out.code = hint.code;
  const std::size_t start = source.StartOf(line.number);
  out.mark = source.MarkOf(start + hint.begin, start + hint.end);
  out.message = std::move(hint.message);
  out.caret_text = std::move(hint.caret);
  out.suggestion = std::move(hint.suggestion);
  return out;
}

std::optional<Diagnostic> Try(const SourceText& source, const Line& line) {
  static constexpr MaybeHint (*kHints[])(const Line&) = {DashForCents, TabIndent,     DashWithoutSpace, Braces,        BracketedText, BlockSign, TextBehindBlock,
                                                         StarText,      ReservedStart,    QuoteInQuotes, ColonInText,   ColonWithoutSpace};
  for (const auto hint : kHints)
    if (MaybeHint found = hint(line)) return Make(source, line, *std::move(found));
  return std::nullopt;
}

// The nearest line above that is neither blank nor a comment; 0: none.
int LineBefore(const SourceText& source, int number) {
  while (--number > 0) {
    const absl::string_view text = absl::StripLeadingAsciiWhitespace(source.Line(number));
    if (!text.empty() && text[0] != '#') return number;
  }
  return 0;
}

std::string InOurWords(absl::string_view message) {
  static constexpr struct { const char *theirs, *ours; } kWords[] = {
      {"illegal map value", "this is not a key with its value; is it indented like its neighbours?"},
      {"end of map not found", "this line does not fit the lines above; is it indented like its neighbours?"},
      {"end of sequence not found", "this line does not fit the list above; is it indented like its neighbours?"},
      {"end of map flow not found", "a } is missing"},
      {"end of sequence flow not found", "a ] is missing"},
      {"unknown token", "this character may not begin a value"},
      {"the referenced anchor is not defined", "there is no anchor of this name"},
      {"illegal block entry", "a list item (-) may not stand here"},
      {"illegal map key", "a key may not stand here"},
      {"illegal tab when looking for indentation", "tabs are not allowed here; use spaces"},
  };
  for (const auto& word : kWords)
    if (message == word.theirs) return word.ours;
  return absl::StrCat("this cannot be read as YAML: ", message);
}

std::size_t IndentOf(absl::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

// The line on which the text of line `number` began: deeper lines without a colon go on with it.
int BeginOfText(const SourceText& source, int number) {
  for (int above = LineBefore(source, number); above > 0; number = above, above = LineBefore(source, number))
    if (IndentOf(source.Line(number)) <= IndentOf(source.Line(above)) || TakeApart(source, above).colon != kNone) break;
  return number;
}

// `expr: |`, and below it a line that stands no further right: the block is empty.
std::optional<Diagnostic> EmptyBlock(const SourceText& source, int number) {
  const int above = LineBefore(source, number);
  if (above == 0) return std::nullopt;
  const Line line = TakeApart(source, above);
  const absl::string_view value = WithoutComment(line.Value());
  const bool block = !value.empty() && value.size() <= 3 && value.find_first_not_of("|>+-") == kNone && absl::StrContains("|>", value[0]);
  if (!block || IndentOf(source.Line(number)) > line.first) return std::nullopt;
  Diagnostic out;
  out.code = "R022";
  const std::size_t start = source.StartOf(above);
  out.mark = source.MarkOf(start + line.first, start + line.value + value.size());
  out.message = EmptyBlockSentence(value[0]);
  out.caret_text = kEmptyBlockAdvice;
  return out;
}

// Where a quote opens on this line that does not close on it; kNone: nowhere.
std::size_t OpensQuote(absl::string_view line) {
  for (std::size_t i = 1; i < line.size(); ++i) {
    if ((line[i] != '"' && line[i] != '\'') || !absl::StrContains(" {[,", line[i - 1])) continue;
    std::size_t end = i + 1;
    while (end < line.size() && line[end] != line[i]) end += line[end] == '\\' ? 2 : 1;
    if (end >= line.size()) return i;
    i = end;
  }
  return kNone;
}

// A quote that some later line closed by its own: the text between was swallowed, and the error comes behind it.
std::optional<Diagnostic> SwallowingQuote(const SourceText& source, int here) {
  constexpr int kFar = 60;  // lines
  for (int number = here; number > std::max(0, here - kFar); --number) {
    const std::size_t at = OpensQuote(source.Line(number));
    if (at == kNone) continue;
    Diagnostic out;
    out.code = "R020";
    out.mark = source.MarkOf(source.StartOf(number) + at, source.StartOf(number) + at + 1);
    out.message = "this quote is not closed on its line; all up to the next quote was taken for its text";
    out.caret_text = "the closing quote is missing";
    return out;
  }
  return std::nullopt;
}

Diagnostic Unclosed(const SourceText& source, std::size_t at) {
  const char c = source.text()[at];
  Diagnostic out;
  out.code = "R020";
  out.mark = source.MarkOf(at, at + 1);
  out.message = absl::StrCat("this ", std::string(1, c), " is never closed");
  out.caret_text = c == '[' ? "a ] is missing" : c == '{' ? "a } is missing" : "the closing quote is missing";
  return out;
}

}  // namespace

std::string EmptyBlockSentence(char sign) {
  return absl::StrCat(std::string(1, sign), " begins a block of text, and no line below it stands further right");
}

absl::string_view WithoutEquals(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  for (const absl::string_view sign : {":=", "=>", "->", "==", "="})
    if (absl::ConsumePrefix(&text, sign)) break;
  return absl::StripLeadingAsciiWhitespace(text);
}

std::size_t InvisibleSpaceAt(absl::string_view text) {
  // No-break, narrow no-break, thin, figure, em and ideographic spaces; zero width ones and joiners.
  for (const absl::string_view space : {"\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89", "\xE2\x80\x87", "\xE2\x80\x83", "\xE3\x80\x80", "\xE2\x80\x8B", "\xE2\x80\x8D", "\xE2\x81\xA0", "\xEF\xBB\xBF"})
    if (absl::StartsWith(text, space)) return space.size();
  return 0;
}

Diagnostic ExplainSyntax(const SourceText& text, absl::string_view message, std::size_t offset) {
  if (offset < text.text().size() && text.text()[offset] == '*') {
    const std::size_t end = std::min(text.text().find_first_of(" \t\r\n,]}", offset), text.text().size());
    Line line;
    line.number = text.LineAt(offset);
    line.text = text.Line(line.number).substr(0, end - text.StartOf(line.number));
    line.value = offset - text.StartOf(line.number);
    if (MaybeHint hint = StarText(line)) return Make(text, line, *std::move(hint));
  }
  const std::size_t unclosed = FindUnclosed(text.text());
  if (unclosed != kNone) {
    // A quote inside quotes leaves an odd one open: its line says more.
    if (auto found = Try(text, TakeApart(text, text.LineAt(unclosed)))) return *found;
    return Unclosed(text, unclosed);
  }
  const int here = text.LineAt(std::min(offset, text.text().size()));
  const int before = LineBefore(text, here);
  for (const int number : {here, before, LineBefore(text, before)})
    if (number > 0)
      if (auto found = Try(text, TakeApart(text, number))) return *found;
  if (auto found = SwallowingQuote(text, here)) return *found;
  for (const int number : {before, here})
    if (auto found = number == 0 ? std::nullopt : EmptyBlock(text, number)) return *found;
  for (const int number : {before == 0 ? 0 : BeginOfText(text, before), before, here}) {
    if (number == 0) continue;
    const Line line = TakeApart(text, number);
    if (MaybeHint hint = NoColon(line)) return Make(text, line, *std::move(hint));
  }
  Diagnostic out;
  out.code = "R007";
  out.mark = text.MarkOf(offset, offset + 1);
  out.message = InOurWords(message);
  return out;
}

}  // namespace nephoscope
