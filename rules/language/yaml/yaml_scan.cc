#include "rules/language/yaml/yaml_scan.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace nephoscope {
namespace {

// Length of the valid UTF-8 sequence at the start of `s`; 0: invalid (also overlong forms, surrogates, above U+10FFFF).
int Utf8Length(absl::string_view s) {
  const auto byte = [&](std::size_t i) { return i < s.size() ? static_cast<std::uint8_t>(s[i]) : 0; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const int b = byte(0);
  if (b < 0x80) return 1;
  if (b >= 0xC2 && b <= 0xDF) return tail(1) ? 2 : 0;
  if (b >= 0xE0 && b <= 0xEF) {
    if (b == 0xE0 && byte(1) < 0xA0) return 0;
    if (b == 0xED && byte(1) > 0x9F) return 0;
    return tail(1) && tail(2) ? 3 : 0;
  }
  if (b >= 0xF0 && b <= 0xF4) {
    if (b == 0xF0 && byte(1) < 0x90) return 0;
    if (b == 0xF4 && byte(1) > 0x8F) return 0;
    return tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

Diagnostic Problem(const SourceText& text, std::size_t at, const char* code, std::string message) {
  Diagnostic out;
  out.code = code;
  out.mark = text.MarkOf(at, at + 1);
  out.message = std::move(message);
  return out;
}

std::optional<Diagnostic> ScanBytes(const SourceText& source) {
  const absl::string_view text = source.text();
  std::size_t line = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\n') line = i + 1;
    if (i - line == kMostInLine) {
      Diagnostic out = Problem(source, line, "R027", "this line is longer than 256 KiB");
      out.help = "rule files are written by lines; where did this one come from?";
      return out;
    }
    const int length = Utf8Length(text.substr(i));
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (length == 0) {
      Diagnostic out = Problem(source, i, "R003", absl::StrFormat("this is not UTF-8 text: byte 0x%02X", byte));
      out.help = "save the file with the encoding UTF-8";
      return out;
    }
    if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F)
      return Problem(source, i, "R004", absl::StrFormat("an invisible control character (U+%04X) may not stand in this file", byte));
    i += length;
  }
  return std::nullopt;
}

// Walks YAML text as far as brackets and quotes are concerned. In block style a bracket counts only where a value begins; inside
// brackets each one counts, as plain text cannot hold any there.
class BracketScanner {
 public:
  explicit BracketScanner(absl::string_view text) : text_(text) {}

  struct Result {
    std::size_t too_deep = absl::string_view::npos;
    std::size_t unclosed = absl::string_view::npos;
    std::size_t crowded = absl::string_view::npos;
  };

  Result Run() {
    constexpr std::size_t kNone = absl::string_view::npos;
    while (at_ < text_.size() && result_.too_deep == kNone && result_.unclosed == kNone && result_.crowded == kNone) Step();
    if (result_.unclosed == kNone && result_.crowded == kNone && !open_.empty()) result_.unclosed = open_.front();
    return result_;
  }

 private:
  void Step() {
    const char c = text_[at_];
    if (IsPlain(c)) return SkipPlain();
    if (c == '\n') return Newline();
    if (c == ' ' || c == '\t' || c == '\r') {
      spaced_ = true;
      ++at_;
      return;
    }
    if (c == '#' && (spaced_ || value_begins_)) return SkipLine();
    if ((c == '"' || c == '\'') && (value_begins_ || !open_.empty()) && (spaced_ || value_begins_)) return SkipQuoted(c);
    if (open_.empty() && value_begins_ && (c == '|' || c == '>')) return SkipBlock();
    Bracket(c);
  }

  static bool IsPlain(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; }
  void SkipPlain() {
    while (at_ < text_.size() && IsPlain(text_[at_])) ++at_;
    value_begins_ = spaced_ = false;
  }

  void Bracket(char c) {
    if ((c == '[' || c == '{') && (value_begins_ || !open_.empty())) {
      if (open_.empty()) entries_ = 0;
      open_.push_back(at_);
      if (open_.size() > static_cast<std::size_t>(kMostDepth)) result_.too_deep = at_;
    } else if ((c == ']' || c == '}') && !open_.empty()) {
      open_.pop_back();
    }
    if (!open_.empty() && (c == ',' || c == '[' || c == '{') && ++entries_ > kMostInBrackets) result_.crowded = open_.front();
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\n';
    const bool next_is_space = next == ' ' || next == '\n' || next == '\t' || next == '\r';
    const bool mark = (c == ':' || c == '-' || c == '?') && next_is_space;
    value_begins_ = mark || (!open_.empty() && (c == ',' || c == '[' || c == '{'));
    spaced_ = false;
    ++at_;
  }

  void Newline() {
    ++at_;
    line_start_ = at_;
    value_begins_ = spaced_ = true;
  }
  void SkipLine() {
    const std::size_t end = text_.find('\n', at_);
    at_ = end == absl::string_view::npos ? text_.size() : end;
  }
  void SkipQuoted(char quote) {
    const std::size_t begin = at_++;
    while (at_ < text_.size()) {
      if (quote == '"' && text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == quote) {
        if (quote == '"' || at_ + 1 >= text_.size() || text_[at_ + 1] != '\'') break;
        ++at_;
      }
      ++at_;
    }
    if (at_ >= text_.size()) result_.unclosed = begin;
    ++at_;
    value_begins_ = spaced_ = false;
  }
  std::size_t IndentAt(std::size_t at) const {
    const std::size_t first = text_.find_first_not_of(' ', at);
    return first == absl::string_view::npos ? 0 : first - at;
  }
  // A block text ends at the first line that is not blank and not indented further than the line it began on.
  void SkipBlock() {
    const std::size_t indent = IndentAt(line_start_);
    SkipLine();
    while (at_ < text_.size()) {
      const std::size_t next = at_ + 1;
      const std::size_t first = text_.find_first_not_of(" \r", next);
      if (first == absl::string_view::npos) {
        at_ = text_.size();
      } else if (text_[first] != '\n' && IndentAt(next) <= indent) {
        break;
      } else {
        at_ = next;
        SkipLine();
      }
    }
  }

  absl::string_view text_;
  std::size_t at_ = 0, line_start_ = 0;
  bool value_begins_ = true, spaced_ = true;
  std::vector<std::size_t> open_;
  int entries_ = 0;  // since the outermost bracket
  Result result_;
};

}  // namespace

std::optional<Diagnostic> ScanText(const SourceText& text) {
  if (text.text().size() > kMostBytes)
    return Problem(text, 0, "R002", absl::StrCat("the file has ", text.text().size(), " bytes; at most 4 MiB are read: split it into several files"));
  if (std::optional<Diagnostic> bad = ScanBytes(text)) return bad;
  const BracketScanner::Result brackets = BracketScanner(text.text()).Run();
  if (brackets.crowded != absl::string_view::npos) {
    Diagnostic out = Problem(text, brackets.crowded, "R027", absl::StrCat("these brackets hold more than ", kMostInBrackets, " entries"));
    out.help = "write the entries as lines: each with - in front, or as key: value";
    return out;
  }
  if (brackets.too_deep != absl::string_view::npos)
    return Problem(text, brackets.too_deep, "R006", absl::StrCat("brackets are nested more than ", kMostDepth, " deep"));
  return std::nullopt;
}

std::size_t FindUnclosed(absl::string_view text) { return BracketScanner(text).Run().unclosed; }

}  // namespace nephoscope
