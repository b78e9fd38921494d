#include "rules/language/yaml/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "rules/language/yaml/yaml_hints.h"
#include "rules/language/yaml/yaml_scan.h"

namespace nephoscope {

const YamlNode* YamlNode::Find(absl::string_view key) const {
  if (kind != kMap) return nullptr;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2)
    if (items[i]->kind == kText && items[i]->text == key) return items[i + 1];
  return nullptr;
}

namespace {

constexpr absl::string_view kNoBreakSpace = "\xC2\xA0";
constexpr absl::string_view kCurlyQuotes[] = {"\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x9E", "\xE2\x80\x98", "\xE2\x80\x99"};

}  // namespace

bool IsToldInTree(const YamlNode& node) { return node.kind == YamlNode::kText && node.broken; }

namespace {

// Ends reading; thrown by YamlBuilder, caught by YamlTree::Read.
struct Refusal {
  Diagnostic diagnostic;
};

// Two texts, one behind the other.
class ViewBuffer : public std::streambuf {
 public:
  ViewBuffer(absl::string_view text, absl::string_view then) : then_(then) { Show(text); }

 private:
  int_type underflow() override {
    if (then_.empty()) return traits_type::eof();
    Show(std::exchange(then_, {}));
    return traits_type::to_int_type(*gptr());
  }
  void Show(absl::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }

  absl::string_view then_;
};

}  // namespace

// Takes the library's events and makes nodes of them.
class YamlBuilder : public YAML::EventHandler {
 public:
  // `skipped`: bytes before the text that the library sees (a byte order mark); `end`: the byte behind it; `most`: nodes.
  YamlBuilder(YamlTree& tree, DiagnosticSink& sink, std::size_t skipped, std::size_t end, std::uint32_t most) : tree_(tree), sink_(sink), skipped_(skipped), end_(end), most_(most) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    const bool line = absl::StartsWith(sink_.text().text().substr(std::min<std::size_t>(At(mark), sink_.text().text().size())), "---");
    Refuse(At(mark), 1, "R011", line ? "a second document begins here; a file holds one document" : "what stands above is a whole document, and here more follows",
           line ? "remove the line --- and what follows, or move it to a file of its own" : "perhaps a bracket or a quote above is closed too early, or a line --- or ... ends the document there");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode* node = New(YamlNode::kNull, mark);
    // The library marks the next token; an empty value stands where its key does.
    const absl::string_view here = sink_.text().text().substr(node->begin);
    const bool written = absl::StartsWith(here, "~") || absl::StartsWithIgnoreCase(here, "null");
    if (!written && !open_.empty() && !open_.back()->items.empty()) {
      node->begin = open_.back()->items.back()->begin;
      node->end = open_.back()->items.back()->end;
    }
    Remember(anchor, node);
    Attach(node);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto it = anchors_.find(anchor);
    if (it == anchors_.end()) Refuse(At(mark), 1, "R010", "this anchor holds itself: it would never end", "write the values out");
    YamlNode* node = New(YamlNode::kNull, mark);
    const std::uint32_t begin = node->begin;
    *node = *it->second;
    node->begin = begin;
    node->end = EndOfWord(begin);
    tree_.alias_nodes_ += node->size;
    if (tree_.alias_nodes_ > YamlTree::kMostAliasNodes)
      Refuse(begin, node->end - begin, "R010", absl::StrCat("the aliases of this file stand for more than ", YamlTree::kMostAliasNodes, " values"),
             "write the values out, or use fewer aliases");
    Attach(node);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    YamlNode* node = New(YamlNode::kText, mark);
    CheckTag(tag, node->begin);
    node->plain = tag != "!";
    Keep(*node, value);
    if (node->plain) CheckCharacters(*node), CheckPartners(*node);
    Remember(anchor, node);
    Attach(node);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override {
    Open(YamlNode::kList, mark, tag, anchor, style);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override {
    Open(YamlNode::kMap, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override {
    if (open_.back()->items.size() % 2 != 0) open_.back()->items.pop_back();
    CheckKeys(*open_.back());
    Close();
  }

 private:
  std::uint32_t At(const YAML::Mark& mark) const {
    return static_cast<std::uint32_t>(std::min(skipped_ + static_cast<std::size_t>(std::max(mark.pos, 0)), sink_.text().text().size()));
  }

  [[noreturn]] void Refuse(std::size_t at, std::size_t length, const char* code, std::string message, std::string help) {
    throw Refusal{Problem(at, at + length, code, std::move(message), std::move(help))};
  }

  Diagnostic Problem(std::size_t begin, std::size_t end, const char* code, std::string message, std::string help) const {
    Diagnostic out;
    out.code = code;
    out.mark = sink_.text().MarkOf(begin, end);
    out.message = std::move(message);
    out.help = std::move(help);
    return out;
  }

  YamlNode* New(YamlNode::Kind kind, const YAML::Mark& mark) {
    if (tree_.nodes_.size() >= most_)
      Refuse(At(mark), 1, "R024", absl::StrCat("the file holds more than ", YamlTree::kMostNodes, " values"), "split it into several files");
    if (open_.size() >= static_cast<std::size_t>(kMostDepth))
      Refuse(At(mark), 1, "R006", absl::StrCat("values are nested more than ", kMostDepth, " deep"), "");
    YamlNode& node = tree_.nodes_.emplace_back();
    node.kind = kind;
    node.begin = SkipAnchor(At(mark));
    node.end = node.begin + 1;
    return &node;
  }

  // The mark of `&name value` is at the `&`.
  std::uint32_t SkipAnchor(std::uint32_t at) const {
    const absl::string_view text = sink_.text().text();
    if (at >= text.size() || text[at] != '&') return at;
    const std::size_t value = text.find_first_not_of(" \n\r", EndOfWord(at));
    return value == absl::string_view::npos ? at : static_cast<std::uint32_t>(value);
  }
  std::uint32_t EndOfWord(std::uint32_t at) const {
    const std::size_t end = sink_.text().text().find_first_of(" \t\r\n,]}", at);
    return static_cast<std::uint32_t>(end == absl::string_view::npos ? sink_.text().text().size() : end);
  }

  void CheckTag(const std::string& tag, std::uint32_t at) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    Refuse(at, EndOfWord(at) - at, "R012", "tags (a word that begins with !) are not part of this language", "leave the tag out; each key knows its type");
  }

  void Keep(YamlNode& node, const std::string& value) {
    const absl::string_view text = sink_.text().text().substr(0, end_).substr(node.begin);
    const bool quoted = !text.empty() && (text[0] == '"' || text[0] == '\'');
    const absl::string_view inside = text.substr(std::min<std::size_t>(quoted, text.size()), value.size());
    if (inside == value) {
      node.text = inside;
    } else {
      node.text = tree_.texts_.emplace_back(value);
    }
    const std::size_t length = quoted ? QuotedLength(text) : node.plain ? PlainLength(text, value) : 1;
    // The library takes the end of the file for the end of the text.
    if (length == absl::string_view::npos) throw Refusal{ExplainSyntax(sink_.text(), "a quote is never closed", node.begin)};
    node.end = static_cast<std::uint32_t>(node.begin + length);
  }
  // With its quotes; npos: the closing one is missing.
  static std::size_t QuotedLength(absl::string_view text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[0] == '"' && text[i] == '\\') {
        ++i;
      } else if (text[i] == text[0]) {
        if (text[0] == '"' || i + 1 >= text.size() || text[i + 1] != '\'') return i + 1;
        ++i;
      }
    }
    return absl::string_view::npos;
  }
  static std::size_t PlainLength(absl::string_view text, const std::string& value) {
    const absl::string_view written = text.substr(0, value.size());  // looking further would cost the rest of the line for each value
    return std::max<std::size_t>(1, std::min(written.find_first_of("\r\n"), written.size()));
  }

  // Characters that look like others and come from word processors. The text goes on without them,
  // so that its reader has nothing to add.
  void CheckCharacters(YamlNode& node) {
    if (absl::StrContains(node.text, kNoBreakSpace)) {
      const std::size_t at = sink_.text().text().find(kNoBreakSpace, node.begin);
      Diagnostic out = Problem(at, at + 1, "R014", "an invisible no-break space stands here, shown as a dot", "");
      out.caret_text = "write an ordinary space";
      sink_.Add(std::move(out));
      Heal(node, std::string(absl::StripAsciiWhitespace(absl::StrReplaceAll(node.text, {{kNoBreakSpace, " "}}))));
    }
    for (absl::string_view quote : kCurlyQuotes) {
      if (!absl::StartsWith(node.text, quote)) continue;
      Diagnostic out = Problem(node.begin, node.end, "R013", "curly quotes are part of the text; straight ones are meant, probably", "");
      std::string inner(node.text.substr(quote.size()));
      for (absl::string_view end : kCurlyQuotes)
        if (absl::EndsWith(inner, end)) inner.resize(inner.size() - end.size());
      out.suggestion = absl::StrCat("\"", inner, "\"");
      out.caret_text = absl::StrCat("write ", *out.suggestion);
      sink_.Add(std::move(out));
      return Heal(node, std::move(inner));
    }
  }

  // What was told is read as it was meant.
  void Heal(YamlNode& node, std::string meant) {
    node.text = tree_.texts_.emplace_back(std::move(meant));
    node.broken = true;
  }

  // A value that ends with a bracket or quote whose partner was forgotten.
  void CheckPartners(YamlNode& node) {
    const absl::string_view text = node.text;
    if (text.size() < 2 || absl::StrContains(text, '\n')) return;
    const char last = text.back(), partner = last == ']' ? '[' : last == '}' ? '{' : '"';
    if (last != ']' && last != '}' && last != '"') return;
    const absl::string_view line = sink_.text().Line(sink_.text().LineAt(node.begin));
    const auto times = [&](char c) { return std::count(line.begin(), line.end(), c); };
    const bool alone = last == '"' ? times('"') % 2 != 0 && !absl::StrContains(text, ' ') : times(last) > times(partner);
    if (!alone) return;
    Diagnostic out = Problem(node.begin, node.end, "R020", absl::StrCat("the ", std::string(1, partner), " before this value is missing"), "");
    // `- expires_within: 30d}`: the whole entry stood in braces.
    const std::size_t entry = last == '}' ? BeginOfEntry(node.begin) : node.begin;
    const bool pairs = last != '}' || entry < node.begin || absl::StrContains(text, ": ");
    if (pairs) out.suggestion = absl::StrCat(std::string(1, partner), sink_.text().text().substr(entry, node.begin - entry), text);
    out.caret_text = pairs ? absl::StrCat("write ", *out.suggestion) : absl::StrCat("write ", std::string(1, partner), " where it begins");
    out.mark = sink_.text().MarkOf(entry, node.end);
    sink_.Add(std::move(out));
    node.broken = true;
    if (last == ']') AsList(node, text.substr(0, text.size() - 1));
    if (last == '"') Heal(node, std::string(text.substr(0, text.size() - 1)));
  }

  // Byte of the first key on a line `- key: value`; `at` itself where it is no such line.
  std::size_t BeginOfEntry(std::size_t at) const {
    const std::size_t start = sink_.text().StartOf(sink_.text().LineAt(at));
    const absl::string_view line = sink_.text().text().substr(start, at - start);
    const std::size_t dash = line.find_first_not_of(' ');
    if (dash == absl::string_view::npos || !absl::StartsWith(line.substr(dash), "- ")) return at;
    return start + std::min(line.find_first_not_of(' ', dash + 1), line.size());
  }

  // `a, b]` as the list that was meant.
  void AsList(YamlNode& node, absl::string_view entries) {
    const absl::string_view whole = sink_.text().text();
    if (entries.data() < whole.data() || entries.data() >= whole.data() + whole.size()) return;
    for (absl::string_view one : absl::StrSplit(entries, ',')) {
      one = absl::StripAsciiWhitespace(one);
      YamlNode& item = tree_.nodes_.emplace_back();
      item.kind = YamlNode::kText;
      item.begin = static_cast<std::uint32_t>(one.data() - whole.data());
      item.end = static_cast<std::uint32_t>(item.begin + std::max<std::size_t>(one.size(), 1));
      item.text = one;
      node.items.push_back(&item);
    }
    node.kind = YamlNode::kList;
    node.size += static_cast<std::uint32_t>(node.items.size());
    node.height = 2;
  }

  // `expr: |` whose text stands no further right than its key: the first line of it became the key
  // at `next`, which has no value.
  bool IsEmptyBlock(YamlNode& block, const YamlNode& map, std::size_t next) {
    const char sign = block.begin < end_ ? sink_.text().text()[block.begin] : ' ';
    const bool empty = block.kind == YamlNode::kText && !block.plain && block.text.empty();
    if (!empty || map.flow || map.items[next + 1]->kind != YamlNode::kNull || (sign != '|' && sign != '>')) return false;
    block.broken = true;
    Diagnostic out = Problem(block.begin, block.begin + 1, "R022", EmptyBlockSentence(sign), "");
    out.caret_text = kEmptyBlockAdvice;
    sink_.Add(std::move(out));
    return true;
  }

  void Remember(YAML::anchor_t anchor, YamlNode* node) {
    if (anchor != 0) anchors_[anchor] = node;
  }

  void Open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
    YamlNode* node = New(kind, mark);
    CheckTag(tag, node->begin);
    node->flow = style == YAML::EmitterStyle::Flow;
    open_.push_back(node);
    open_anchors_.push_back(anchor);
  }

  void Close() {
    YamlNode* node = open_.back();
    const YAML::anchor_t anchor = open_anchors_.back();
    open_.pop_back();
    open_anchors_.pop_back();
    for (const YamlNode* item : node->items) {
      node->size += item->size;
      node->height = std::max<std::uint8_t>(node->height, static_cast<std::uint8_t>(item->height + 1));
    }
    if (node->height + open_.size() > static_cast<std::size_t>(kMostDepth))
      Refuse(node->begin, 1, "R006", absl::StrCat("values are nested more than ", kMostDepth, " deep"), "");
    Remember(anchor, node);
    Attach(node);
  }

  void Attach(YamlNode* node) {
    if (open_.empty()) {
      tree_.root_ = node;
    } else {
      open_.back()->items.push_back(node);
    }
  }

  void CheckKeys(YamlNode& map) {
    absl::flat_hash_map<absl::string_view, const YamlNode*> seen;
    std::vector<YamlNode*> kept;
    for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
      const YamlNode* key = map.items[i];
      if (!IsGoodKey(*key)) {
        map.broken = true;
        continue;
      }
      // The first line of a text whose block was told as empty.
      if (i > 0 && IsEmptyBlock(*map.items[i - 1], map, i)) {
        map.broken = true;
        continue;
      }
      const auto [it, fresh] = seen.emplace(key->text, key);
      // {a: 42,000 USD, b: 18,000 USD}: two keys "000 USD"; who reads the numbers tells it.
      if (!fresh && !IsRestOfNumber(map, i)) {
        sink_.Add(Duplicate(*key, *it->second));
        continue;
      }
      kept.push_back(map.items[i]);
      kept.push_back(map.items[i + 1]);
    }
    map.items = std::move(kept);
  }

  static bool IsRestOfNumber(const YamlNode& map, std::size_t key) {
    if (!map.flow || key < 2 || map.items[key + 1]->kind != YamlNode::kNull) return false;
    const YamlNode& value = *map.items[key - 1];
    const absl::string_view front =
        value.kind == YamlNode::kNull ? map.items[key - 2]->text : value.text;
    return !front.empty() && absl::ascii_isdigit(front.back()) &&
           !map.items[key]->text.empty() && absl::ascii_isdigit(map.items[key]->text[0]);
  }

  bool IsGoodKey(const YamlNode& key) {
    if (key.kind != YamlNode::kText) {
      if (key.kind == YamlNode::kMap && key.flow && key.begin > 0 && sink_.text().text()[key.begin - 1] == '{') {
        sink_.Add(Problem(key.begin - 1, key.begin + 1, "R017", "places in a text are written ${team}, not {{ team }}", "write ${name}; text that begins with { needs quotes"));
      } else {
        sink_.Add(Problem(key.begin, key.end, "R023", "a key must be a word", "write key: value"));
      }
      return false;
    }
    if (key.plain && key.text == "<<") {
      sink_.Add(Problem(key.begin, key.end, "R009", "merge keys (<<) are not part of this language", "write the keys out; anchors and aliases of whole values work"));
      return false;
    }
    return true;
  }

  Diagnostic Duplicate(const YamlNode& key, const YamlNode& first) const {
    const int line = sink_.text().LineAt(first.begin);
    Diagnostic out = Problem(key.begin, key.end, "R008", absl::StrCat("\"", key.text, "\" is here a second time; the first is on line ", line), "");
    out.caret_text = "keep one of the two";
    return out;
  }

  YamlTree& tree_;
  DiagnosticSink& sink_;
  const std::size_t skipped_, end_;
  const std::uint32_t most_;
  int documents_ = 0;
  std::vector<YamlNode*> open_;
  std::vector<YAML::anchor_t> open_anchors_;
  absl::flat_hash_map<YAML::anchor_t, const YamlNode*> anchors_;
};

bool YamlTree::Fits(DiagnosticSink& sink) {
  std::optional<Diagnostic> bad = ScanText(sink.text());
  if (bad) sink.Add(*std::move(bad));
  return !bad;
}

YamlTree YamlTree::Read(DiagnosticSink& sink) {
  if (!Fits(sink)) return {};
  const absl::string_view text = sink.text().text();
  return ReadPart(sink, "", absl::StartsWith(text, "\xEF\xBB\xBF") ? 3 : 0, text.size());
}

YamlTree YamlTree::ReadPart(DiagnosticSink& sink, absl::string_view lead, std::size_t begin, std::size_t end, std::uint32_t most) {
  YamlTree tree;
  const std::size_t skipped = begin - lead.size();
  ViewBuffer buffer(lead.empty() ? sink.text().text().substr(begin, end - begin) : lead, lead.empty() ? "" : sink.text().text().substr(begin, end - begin));
  std::istream stream(&buffer);
  try {
    YAML::Parser parser(stream);
    YamlBuilder builder(tree, sink, skipped, end, most);
    if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);
  } catch (const Refusal& refusal) {
    tree.root_ = nullptr;
    sink.Add(refusal.diagnostic);
  } catch (const YAML::Exception& error) {
    tree.root_ = nullptr;
    Diagnostic told = ExplainSyntax(sink.text(), error.msg, skipped + static_cast<std::size_t>(std::max(error.mark.pos, 0)));
    // `{{ team }} is high` was told when its braces were met.
    // What cannot be read behind an invisible space that was told is its doing.
    const bool again = told.code == "R017" || told.code == "R007" || told.code == "R018";
    if (!again || sink.errors() == 0) sink.Add(std::move(told));
  }
  return tree;
}

bool YamlTree::TakeHalf(YamlTree other) {
  if (root_ == nullptr || other.root_ == nullptr || root_->kind != YamlNode::kMap || other.root_->kind != YamlNode::kMap || root_->items.size() < 2 || other.root_->items.size() < 2) return false;
  if (nodes_.size() + other.nodes_.size() > kMostNodes || alias_nodes_ + other.alias_nodes_ > kMostAliasNodes) return false;
  const YamlNode& key = *root_->items[root_->items.size() - 2];
  YamlNode &list = *root_->items.back(), &more = *other.root_->items[1];
  if (key.text != other.root_->items[0]->text || list.kind != YamlNode::kList || more.kind != YamlNode::kList || list.flow || more.flow) return false;
  for (std::size_t i = 2; i < other.root_->items.size(); i += 2)
    if (root_->Find(other.root_->items[i]->text) != nullptr) return false;
  list.items.insert(list.items.end(), more.items.begin(), more.items.end());
  list.size += more.size - 1;
  list.height = std::max(list.height, more.height);
  root_->items.insert(root_->items.end(), other.root_->items.begin() + 2, other.root_->items.end());
  root_->size += other.root_->size - 2 - 1;
  root_->height = std::max(root_->height, other.root_->height);
  half_ = std::make_unique<YamlTree>(std::move(other));
  return true;
}

}  // namespace nephoscope
