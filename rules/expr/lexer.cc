#include "rules/expr/lexer.h"

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace nephoscope {
namespace {

const std::map<std::string, double, std::less<>> kSeconds = {{"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}, {"y", 31536000}};
const std::map<std::string, double, std::less<>> kBytes = {{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}, {"TiB", 1099511627776.0}};

class Lexer {
 public:
  Lexer(absl::string_view text, std::vector<ExprToken>& out, ExprError& error) : text_(text), out_(out), error_(error) {}

  bool Read() {
    for (SkipBlank(); at_ < text_.size(); SkipBlank()) {
      ExprToken token;
      token.begin = static_cast<int>(at_);
      if (!One(token)) return false;
      token.end = static_cast<int>(at_);
      out_.push_back(std::move(token));
    }
    out_.push_back({.begin = static_cast<int>(at_), .end = static_cast<int>(at_)});
    return true;
  }

 private:
  char Peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void SkipBlank() {
    while (at_ < text_.size()) {
      if (absl::ascii_isspace(text_[at_])) {
        ++at_;
      } else if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else {
        return;
      }
    }
  }

  bool One(ExprToken& token) {
    const char c = Peek();
    if (absl::ascii_isdigit(c) || (c == '.' && absl::ascii_isdigit(Peek(1)))) return Number(token);
    if (absl::ascii_isalpha(c) || c == '_') return Name(token);
    if (c == '[' || c == ']') in_window_ = c == '[';
    if (c == ':' && !in_window_ && (absl::ascii_isalpha(Peek(1)) || Peek(1) == '_')) return Name(token);  // :node_memory:sum, which is recorded
    if (c == '"' || c == '\'' || c == '`') return Text(token, c);
    token.kind = ExprToken::Kind::kMark;
    for (const char* two : {"==", "!=", "=~", "!~", "<=", ">="})
      if (absl::StartsWith(text_.substr(at_), two)) return Take(token, 2);
    if (absl::string_view("+-*/%^<>=(){}[],:@").find(c) != absl::string_view::npos) return Take(token, 1);
    return Fail(static_cast<int>(at_), Width(), absl::StrCat("\"", text_.substr(at_, static_cast<std::size_t>(Width())), "\" has no meaning in an expression"), c == '&' ? "write and" : c == '|' ? "write or" : "");
  }

  // Of the character here, which may be several bytes.
  int Width() const {
    int width = 1;
    while (at_ + width < text_.size() && (static_cast<unsigned char>(text_[at_ + width]) & 0xC0) == 0x80) ++width;
    return width;
  }

  bool Take(ExprToken& token, std::size_t length) {
    token.text = std::string(text_.substr(at_, length));
    at_ += length;
    return true;
  }

  bool Name(ExprToken& token) {
    std::size_t end = at_;
    const auto in_name = [&](char c) { return absl::ascii_isalnum(c) || c == '_' || c == ':' || c == '.'; };
    while (end < text_.size() && in_name(text_[end])) ++end;
    const bool selects = !in_window_ && end < text_.size() && (text_[end] == '{' || text_[end] == '[');  // recorded:{a="b"}
    while (text_[end - 1] == '.' || (text_[end - 1] == ':' && !selects)) --end;
    token.kind = ExprToken::Kind::kName;
    return Take(token, end - at_);
  }

  bool Number(ExprToken& token) {
    const std::size_t begin = at_;
    if (Peek() == '0' && (Peek(1) == 'x' || Peek(1) == 'X')) {
      std::uint64_t value = 0;
      while (absl::ascii_isalnum(Peek())) ++at_;
      token.kind = ExprToken::Kind::kNumber;
      token.text = std::string(text_.substr(begin, at_ - begin));
      if (!absl::SimpleHexAtoi(token.text, &value)) return NoNumber(begin);
      token.number = static_cast<double>(value);
      return true;
    }
    SkipDigits();
    if (absl::ascii_isalpha(Peek()) && Peek() != 'e' && Peek() != 'E') return WithUnit(token, begin);
    if (Peek() == '.') ++at_, SkipDigits();
    if ((Peek() == 'e' || Peek() == 'E') && (absl::ascii_isdigit(Peek(1)) || ((Peek(1) == '+' || Peek(1) == '-') && absl::ascii_isdigit(Peek(2))))) at_ += 2, SkipDigits();
    if (absl::ascii_isalpha(Peek()) || Peek() == '_') return WithUnit(token, begin);
    token.kind = ExprToken::Kind::kNumber;
    return Value(begin, token);
  }

  bool Value(std::size_t begin, ExprToken& token) {
    token.text = std::string(text_.substr(begin, at_ - begin));
    return absl::SimpleAtod(absl::StrReplaceAll(token.text, {{"_", ""}}), &token.number) || NoNumber(begin);
  }

  void SkipDigits() {
    while (absl::ascii_isdigit(Peek()) || (Peek() == '_' && absl::ascii_isdigit(Peek(1)))) ++at_;
  }

  // 5m, 1h30m, 10GiB: bytes are numbers, lengths of time may be either.
  bool WithUnit(ExprToken& token, std::size_t begin) {
    double total = 0;
    std::size_t from = begin;
    while (true) {
      ExprToken part;
      if (!Value(from, part)) return false;
      const std::size_t unit_at = at_;
      while (absl::ascii_isalpha(Peek())) ++at_;
      const absl::string_view unit = text_.substr(unit_at, at_ - unit_at);
      const auto bytes = kBytes.find(unit), length = kSeconds.find(unit);
      if (bytes != kBytes.end() && from == begin) {
        token.kind = ExprToken::Kind::kNumber;
        token.number = part.number * bytes->second;
        break;
      }
      if (length == kSeconds.end()) return NoNumber(begin);
      token.kind = ExprToken::Kind::kLength;
      token.number = total += part.number * length->second;
      if (!absl::ascii_isdigit(Peek())) break;
      from = at_;
      SkipDigits();
    }
    token.text = std::string(text_.substr(begin, at_ - begin));
    return true;
  }

  bool NoNumber(std::size_t begin) {
    while (absl::ascii_isalnum(Peek()) || Peek() == '_' || Peek() == '.') ++at_;
    const absl::string_view written = text_.substr(begin, at_ - begin);
    return Fail(static_cast<int>(begin), static_cast<int>(written.size()), absl::StrCat("\"", written, "\" is not a number"), "write 0.25, 5m, 2h or 10GiB");
  }

  bool Text(ExprToken& token, char quote) {
    const std::size_t begin = at_++;
    token.kind = ExprToken::Kind::kText;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == quote) return ++at_, true;
      if (c == '\\' && quote != '`' && at_ + 1 < text_.size()) {
        const char next = text_[++at_];
        std::uint32_t byte = 0;
        if (next == 'x' && absl::SimpleHexAtoi(text_.substr(at_ + 1, 2), &byte)) token.text += static_cast<char>(byte), at_ += 2;
        else token.text += next == 'n' ? '\n' : next == 't' ? '\t' : next == 'r' ? '\r' : next;
        continue;
      }
      token.text += c;
    }
    return Fail(static_cast<int>(begin), 1, "the text that begins here does not end", absl::StrCat("close it with ", std::string(1, quote)));
  }

  bool Fail(int begin, int length, std::string message, std::string hint) {
    error_ = {"R510", begin, begin + length, std::move(message), std::move(hint)};
    return false;
  }

  absl::string_view text_;
  std::vector<ExprToken>& out_;
  ExprError& error_;
  std::size_t at_ = 0;
  bool in_window_ = false;  // where : is a mark, and elsewhere part of a name
};

}  // namespace

bool ReadExprTokens(absl::string_view text, std::vector<ExprToken>& out, ExprError& error) { return Lexer(text, out, error).Read(); }

}  // namespace nephoscope
