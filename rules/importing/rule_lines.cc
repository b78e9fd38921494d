#include "rules/importing/rule_lines.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace nephoscope {
namespace {

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
// The code unit of \uXXXX at `at`; 0: none stands there.
std::uint32_t UnitAt(absl::string_view text, std::size_t at) {
  std::uint32_t unit = 0;
  const bool escape = text.substr(std::min(at, text.size()), 2) == "\\u" && at + 6 <= text.size();
  return escape && absl::SimpleHexAtoi(text.substr(at + 2, 4), &unit) ? unit : 0;
}

// JSON writes what is beyond U+FFFF as two escapes (\ud83d\ude00), YAML as one (\U0001f600).
std::string JoinSurrogates(absl::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint32_t high = text[i] == '\\' ? UnitAt(text, i) : 0, low = high == 0 ? 0 : UnitAt(text, i + 6);
    if (high >= 0xD800 && high < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
      absl::StrAppendFormat(&out, "\\U%08x", 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
      i += 11;
    } else {
      out += text[i];
      if (text[i] == '\\' && i + 1 < text.size()) out += text[++i];  // \\u is a backslash and a letter
    }
  }
  return out;
}

bool IsWordByte(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

std::string Quoted(absl::string_view text) {
  const auto safe = [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '/' || c == '-'; };
  if (!text.empty() && absl::ascii_isalpha(static_cast<unsigned char>(text[0])) && std::all_of(text.begin(), text.end(), safe)) return std::string(text);
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += IsControl(c) ? ' ' : c;
  }
  return out + "\"";
}

std::string OneOrList(const std::vector<std::string>& values) {
  if (values.size() == 1) return Quoted(values[0]);
  return absl::StrCat("[", absl::StrJoin(values, ", ", [](std::string* out, const std::string& value) { absl::StrAppend(out, Quoted(value)); }), "]");
}

std::string OneLine(absl::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (IsControl(c)) c = ' ';
  return out;
}

std::string Plain(double number) {
  std::string out = absl::StrFormat("%.4f", number);
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out;
}

std::string AlertNames::Make(absl::string_view text) {
  std::string name;
  bool begins = true;
  for (char c : text) {
    if (!IsWordByte(c)) {
      begins = true;
      continue;
    }
    name += begins ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c;
    begins = false;
  }
  if (name.empty()) name = "Imported";
  std::string out = name;
  for (int i = 2; !taken_.insert(out).second; ++i) out = absl::StrCat(name, i);
  return out;
}

bool WhereLines::Has(const std::string& label) const {
  return std::any_of(all_.begin(), all_.end(), [&](const auto& one) { return one.first == label; });
}

bool WhereLines::Add(const std::string& label, std::string value) {
  for (const auto& [known, asked] : all_)
    if (known == label) return asked == value;
  all_.emplace_back(label, std::move(value));
  return true;
}

std::string WhereLines::Yaml() const {
  return absl::StrCat("{", absl::StrJoin(all_, ", ", [](std::string* out, const auto& one) { absl::StrAppend(out, Quoted(one.first), ": ", one.second); }), "}");
}

RuleLines::RuleLines(const std::string& alert, absl::string_view kind) {
  absl::StrAppend(&text_, "  - alert: ", Quoted(alert), "\n    kind: ", kind, "\n");
}

RuleLines& RuleLines::Line(absl::string_view text, int depth) {
  absl::StrAppend(&text_, std::string(static_cast<std::size_t>(4 + 2 * depth), ' '), text, "\n");
  return *this;
}

ForeignFile::ForeignFile(const SourceFile& file) : path_(file.path), joined_(JoinSurrogates(file.text)), text_(joined_), sink_(file.path, text_), tree_(YamlTree::Read(sink_)) {}

std::string ForeignFile::PlaceOf(const YamlNode& node) const { return absl::StrCat(path_, ":", text_.LineAt(node.begin)); }

Diagnostic ForeignFile::Nothing(std::string message, std::string help) const {
  Diagnostic out;
  out.code = "R102";
  out.file = path_;
  out.mark = {1, 1, 2};
  out.message = std::move(message);
  out.help = std::move(help);
  return out;
}

std::deque<ForeignFile> ReadForeign(absl::Span<const SourceFile> files, std::vector<Diagnostic>& told) {
  std::deque<ForeignFile> out;
  for (const SourceFile& file : files) {
    for (Diagnostic& wrong : out.emplace_back(file).diagnostics()) told.push_back(std::move(wrong));
    if (out.back().root() == nullptr) out.pop_back();
  }
  return out;
}

std::string TextOf(const YamlNode* node, absl::string_view key) {
  const YamlNode* found = node == nullptr ? nullptr : node->Find(key);
  return found != nullptr && found->kind == YamlNode::kText ? std::string(found->text) : "";
}

std::vector<std::string> TextsOf(const YamlNode* node, absl::string_view key) {
  std::vector<std::string> out;
  const YamlNode* found = node == nullptr ? nullptr : node->Find(key);
  if (found == nullptr) return out;
  if (found->kind == YamlNode::kText) out.emplace_back(found->text);
  for (const YamlNode* item : ItemsOf(found))
    if (item->kind == YamlNode::kText) out.emplace_back(item->text);
  return out;
}

std::vector<const YamlNode*> ItemsOf(const YamlNode* node) {
  if (node == nullptr || node->kind != YamlNode::kList) return {};
  return {node->items.begin(), node->items.end()};
}

bool NumberOf(absl::string_view text, double& number) { return absl::SimpleAtod(text, &number) && std::isfinite(number); }

}  // namespace nephoscope
