// YamlTree: a YAML file as a small tree that knows where each thing stands. Scalars stay text; option tables give them a type.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/language/sink.h"

namespace nephoscope {

struct YamlNode {
  enum Kind : std::uint8_t { kNull, kText, kList, kMap };

  Kind kind = kNull;
  bool plain = true;         // text without quotes
  bool flow = false;         // a list or map in brackets
  bool broken = false;       // a map with keys that were refused: what is missing in it cannot be told; a text that was told
  std::uint8_t height = 1;   // of the subtree
  std::uint32_t begin = 0, end = 0;  // bytes in the file; of an alias: its own place
  std::uint32_t size = 1;    // nodes of the subtree, aliases counted in full
  absl::string_view text;
  std::vector<YamlNode*> items;  // list: the items; map: key, value, key, value, ...

  // The value of this key; nullptr when absent or when this is no map.
  const YamlNode* Find(absl::string_view key) const;
};

// Whether this text was told when the tree was read (invisible spaces, curly quotes, a lost
// bracket): then its readers are silent about it.
bool IsToldInTree(const YamlNode& node);

// Nodes live as long as the tree, and point into the text it was read from.
class YamlTree {
 public:
  static constexpr std::uint32_t kMostNodes = 300'000;
  static constexpr std::uint32_t kMostAliasNodes = 10'000;

  // One document. On a problem that ends reading, root() is nullptr and `sink` says why; duplicate keys and the like are told and
  // the rest is read on.
  static YamlTree Read(DiagnosticSink& sink);
  // The same of a part of the text that Fits has let through: `lead`, which stands before it in place of what does, and text[begin, end). Nothing is added to
  // `sink` that a tree of the whole text would not have, unless there are more than `most` nodes; where that is so, marks are of the whole text. lead.size() <= begin.
  static YamlTree ReadPart(DiagnosticSink& sink, absl::string_view lead, std::size_t begin, std::size_t end, std::uint32_t most = kMostNodes);
  // What must be true before a library sees the text; what is not is told.
  static bool Fits(DiagnosticSink& sink);
  // Two maps of which the last value of this one and the first value of the other are halves of one list, under the same key: now one. False: they are
  // something else, or too large together; nothing has changed.
  bool TakeHalf(YamlTree other);

  const YamlNode* root() const { return root_; }

 private:
  friend class YamlBuilder;
  std::deque<YamlNode> nodes_;
  std::deque<std::string> texts_;  // scalars that do not stand in the file as they are (escapes, folded lines)
  YamlNode* root_ = nullptr;
  std::uint32_t alias_nodes_ = 0;
  std::unique_ptr<YamlTree> half_;  // whose nodes are part of the tree
};

}  // namespace nephoscope
