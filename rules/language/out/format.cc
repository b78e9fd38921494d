#include "rules/language/out/format.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "rules/language/yaml/yaml_tree.h"

namespace nephoscope {
namespace {

constexpr int kStep = 2;

std::size_t IndentOf(absl::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

bool SameValues(const YamlNode* a, const YamlNode* b) {
  if (a == nullptr || b == nullptr) return a == b;
  if (a->kind != b->kind || a->text != b->text || a->items.size() != b->items.size()) return false;
  for (std::size_t i = 0; i < a->items.size(); ++i)
    if (!SameValues(a->items[i], b->items[i])) return false;
  return true;
}

// The end of a bracket on its own line, one past it; npos: it goes on, or holds a comment.
std::size_t EndOfBracket(absl::string_view line, std::size_t begin) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = begin; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == '\\' && quote == '"') ++i;
      if (c == quote) quote = 0;
    } else if ((c == '"' || c == '\'') && absl::StrContains(" [{,:", line[i == 0 ? 0 : i - 1])) {
      quote = c;
    } else if (c == '#' && i > 0 && line[i - 1] == ' ') {
      return absl::string_view::npos;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if ((c == ']' || c == '}') && --depth == 0) {
      return i + 1;
    }
  }
  return absl::string_view::npos;
}

// `{ a : 1,b:  2 }` -> `{a: 1, b: 2}`; what stands in quotes stays.
std::string TidyBracket(absl::string_view bracket) {
  std::string out;
  char quote = 0;
  const auto trim = [&out] { out.resize(absl::StripTrailingAsciiWhitespace(out).size()); };
  for (std::size_t i = 0; i < bracket.size(); ++i) {
    const char c = bracket[i], before = out.empty() ? ' ' : out.back();
    if (quote != 0) {
      out += c;
      if (c == '\\' && quote == '"' && i + 1 < bracket.size()) out += bracket[++i];
      if (c == quote) quote = 0;
      continue;
    }
    if ((c == '"' || c == '\'') && absl::StrContains(" [{,:", before)) quote = c;
    if (c == ']' || c == '}' || c == ',') trim();
    if (c == ' ' && (before == '[' || before == '{' || (before == ' ' && out.size() > 1 && absl::StrContains(":,", out[out.size() - 2]))))
      continue;
    out += c;
    if (c == ',' && i + 1 < bracket.size() && bracket[i + 1] != ' ') out += ' ';
  }
  return out;
}

// Where each line goes, and what of it changes. Lines count from 1.
class Layout {
 public:
  Layout(const SourceText& text, const YamlNode& root) : text_(text), moves_(text.lines() + 2) { Visit(root, 0); }

  std::string Write() {
    std::string out;
    for (int line = 1; line <= text_.lines(); ++line) WriteLine(line, out);
    while (absl::EndsWith(out, "\n\n")) out.pop_back();
    if (!out.empty() && out.back() != '\n') out += '\n';
    return out;
  }

 private:
  struct Move {
    std::optional<int> column;  // of the first character; none: a comment, a blank line, or a line that goes on
    std::vector<std::pair<std::size_t, std::size_t>> brackets;  // bytes of the line
    std::size_t dash_spaces = 0;                                // behind the dash of an entry, beyond the first
  };

  void Place(std::size_t offset, int column) {
    const int line = text_.LineAt(offset);
    if (offset - text_.StartOf(line) == IndentOf(text_.Line(line))) moves_[line].column = column;
  }

  void Bracket(const YamlNode& node) {
    const int line = text_.LineAt(node.begin);
    const std::size_t begin = node.begin - text_.StartOf(line), end = EndOfBracket(text_.Line(line), begin);
    if (end != absl::string_view::npos) moves_[line].brackets.emplace_back(begin, end);
  }

  bool IsAlias(const YamlNode& node) const { return node.begin < text_.text().size() && text_.text()[node.begin] == '*'; }

  void Visit(const YamlNode& node, int column) {
    if (IsAlias(node) || node.kind == YamlNode::kText || node.kind == YamlNode::kNull) return;
    if (node.flow) return Bracket(node);
    if (node.kind == YamlNode::kMap) {
      for (std::size_t i = 0; i + 1 < node.items.size(); i += 2) {
        Place(node.items[i]->begin, column);
        Visit(*node.items[i + 1], column + kStep);
      }
      return;
    }
    for (const YamlNode* item : node.items) Entry(*item, column);
  }

  // `- value`: the dash stands before the value, on the same line or above.
  void Entry(const YamlNode& item, int column) {
    std::size_t dash = item.begin;
    while (dash > 0 && absl::StrContains(" \t\r\n", text_.text()[dash - 1])) --dash;
    if (item.kind == YamlNode::kNull || dash == 0 || text_.text()[dash - 1] != '-') {
      strange_ = true;
      return;
    }
    --dash;
    Place(dash, column);
    const int line = text_.LineAt(dash);
    const std::size_t spaces = item.begin - dash - 1;
    if (text_.LineAt(item.begin) == line && spaces > 1 && dash - text_.StartOf(line) == IndentOf(text_.Line(line)))
      moves_[line].dash_spaces = spaces - 1;
    if (text_.LineAt(item.begin) != line) Place(item.begin, column + kStep);
    Visit(item, column + kStep);
  }

  // `key: |` and `key: >`: what follows further in is the text itself.
  static bool OpensBlock(absl::string_view line) {
    line = absl::StripTrailingAsciiWhitespace(line.substr(0, std::min(line.find(" #"), line.size())));
    std::size_t at = line.size();
    while (at > 0 && (absl::ascii_isdigit(line[at - 1]) || line[at - 1] == '+' || line[at - 1] == '-')) --at;
    return at > 1 && (line[at - 1] == '|' || line[at - 1] == '>') && line[at - 2] == ' ';
  }

  // Comments go with what they stand above; those further in than that with what they stand below.
  int CommentColumn(int line, std::size_t indent) const {
    const int column = std::max(0, static_cast<int>(indent) + delta_);
    for (int next = line + 1; next <= text_.lines(); ++next) {
      if (!moves_[next].column) continue;
      // One that would come to stand no further in than the next line belongs to it as well: formatting again would say so.
      return indent <= IndentOf(text_.Line(next)) || column <= *moves_[next].column ? *moves_[next].column : column;
    }
    return column;
  }

  void WriteLine(int line, std::string& out) {
    const absl::string_view raw = absl::StripSuffix(text_.Line(line), "\r");
    const std::size_t indent = IndentOf(raw);
    const bool blank = absl::StripAsciiWhitespace(raw).empty();
    if (in_block_ && !blank && indent <= block_indent_) in_block_ = false;
    const Move& move = moves_[line];
    if (in_block_) {
      out += blank && indent <= block_indent_
                 ? ""
                 : absl::StrCat(std::string(std::max(0, static_cast<int>(indent) + delta_), ' '), raw.substr(indent));
      out += '\n';
      return;
    }
    if (blank) {
      if (!out.empty() && !absl::EndsWith(out, "\n\n")) out += '\n';
      return;
    }
    int column = std::max(0, static_cast<int>(indent) + delta_);
    if (move.column && !strange_) {
      column = *move.column;
      delta_ = column - static_cast<int>(indent);
    } else if (raw[indent] == '#' && !strange_) {
      column = CommentColumn(line, indent);
    }
    absl::StrAppend(&out, std::string(column, ' '), absl::StripTrailingAsciiWhitespace(Rewritten(raw, move).substr(indent)), "\n");
    if (move.column && OpensBlock(raw)) in_block_ = true, block_indent_ = BlockIndent(raw, indent);
  }

  // The text of a block is further in than its key, which may stand behind dashes.
  static std::size_t BlockIndent(absl::string_view raw, std::size_t indent) {
    while (absl::StartsWith(raw.substr(indent), "- ")) indent = std::min(raw.find_first_not_of(' ', indent + 1), raw.size());
    return indent;
  }

  std::string Rewritten(absl::string_view raw, const Move& move) const {
    std::string out(raw);
    for (auto bracket = move.brackets.rbegin(); bracket != move.brackets.rend(); ++bracket)
      out.replace(bracket->first, bracket->second - bracket->first,
                  TidyBracket(raw.substr(bracket->first, bracket->second - bracket->first)));
    if (move.dash_spaces > 0 && !strange_) out.erase(IndentOf(raw) + 2, move.dash_spaces);
    return out;
  }

  const SourceText& text_;
  std::vector<Move> moves_;
  bool strange_ = false;  // an entry that is not understood: columns stay as they are
  int delta_ = 0;         // of the last line that was placed
  bool in_block_ = false;
  std::size_t block_indent_ = 0;
};

}  // namespace

Formatted FormatYaml(const SourceFile& file) {
  Formatted out;
  out.text = file.text;
  const SourceText text(file.text);
  DiagnosticSink sink(file.path, text);
  const YamlTree tree = YamlTree::Read(sink);
  if (sink.errors() > 0) {
    out.diagnostics = sink.Take();
    return out;
  }
  if (tree.root() == nullptr) return out;
  const std::string made = Layout(text, *tree.root()).Write();
  // Formatting must never change what a file says: where it would, the file is right as it is.
  const SourceText made_text(made);
  DiagnosticSink made_sink(file.path, made_text);
  const YamlTree made_tree = YamlTree::Read(made_sink);
  if (made_sink.errors() == 0 && SameValues(tree.root(), made_tree.root())) out.text = made;
  return out;
}

}  // namespace nephoscope
