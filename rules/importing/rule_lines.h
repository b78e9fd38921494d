// Pieces of YAML that importers write, and the trees they read.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/importing/importing.h"
#include "rules/language/source_text.h"
#include "rules/language/yaml/yaml_tree.h"

namespace nephoscope {

// A scalar as YAML reads it back, inside brackets too.
std::string Quoted(absl::string_view text);
// "a" or "[a, b]".
std::string OneOrList(const std::vector<std::string>& values);
// Without line ends and control characters, for comments and reports.
std::string OneLine(absl::string_view text);
// "1234.5": at most four digits behind the point, no zeros at the end.
std::string Plain(double number);

// Names of alerts: words of any text, each with a capital letter, every name once.
class AlertNames {
 public:
  std::string Make(absl::string_view text);

 private:
  std::set<std::string> taken_;
};

// `where`: labels and what they must be. Each label once; Add says false for a second time that asks something else.
class WhereLines {
 public:
  bool Equal(const std::string& label, const std::vector<std::string>& values) { return Add(label, OneOrList(values)); }
  bool Not(const std::string& label, const std::vector<std::string>& values) { return Add(label, "{not: " + OneOrList(values) + "}"); }
  bool Matches(const std::string& label, const std::string& pattern) { return Add(label, "{matches: " + Quoted(pattern) + "}"); }
  bool Missing(const std::string& label) { return Add(label, "{missing: true}"); }
  bool Present(const std::string& label) { return Add(label, "{matches: \".+\"}"); }
  bool Has(const std::string& label) const;
  bool empty() const { return all_.empty(); }
  // "{account: \"1234\", service: [a, b]}".
  std::string Yaml() const;

 private:
  bool Add(const std::string& label, std::string value);

  std::vector<std::pair<std::string, std::string>> all_;
};

// One entry of `rules:`, line by line.
class RuleLines {
 public:
  RuleLines(const std::string& alert, absl::string_view kind);
  // `depth`: levels below the keys of the rule.
  RuleLines& Line(absl::string_view text, int depth = 0);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// A file of another program as a tree. root is nullptr when it cannot be read; `diagnostics` says why.
class ForeignFile {
 public:
  explicit ForeignFile(const SourceFile& file);
  ForeignFile(const ForeignFile&) = delete;
  ForeignFile& operator=(const ForeignFile&) = delete;

  const YamlNode* root() const { return tree_.root(); }
  std::string PlaceOf(const YamlNode& node) const;
  std::size_t LineOf(const YamlNode& node) const { return static_cast<std::size_t>(text_.LineAt(node.begin)); }
  // That it holds nothing of what is looked for.
  Diagnostic Nothing(std::string message, std::string help) const;
  std::vector<Diagnostic> diagnostics() { return sink_.Take(); }

 private:
  const std::string path_, joined_;  // joined_: the text as YAML can read it
  SourceText text_;
  DiagnosticSink sink_;
  YamlTree tree_;
};

// The files that can be read, in their order; what is wrong with the others is told.
std::deque<ForeignFile> ReadForeign(absl::Span<const SourceFile> files, std::vector<Diagnostic>& told);

// The text under this key; empty: no such key, or no text. `node` may be nullptr.
std::string TextOf(const YamlNode* node, absl::string_view key);
// The texts under this key: a list's, or the one.
std::vector<std::string> TextsOf(const YamlNode* node, absl::string_view key);
// The items of a list; none for anything else.
std::vector<const YamlNode*> ItemsOf(const YamlNode* node);
// A number as programs write it; false: it is none.
bool NumberOf(absl::string_view text, double& number);

// Loads the rules of each item by themselves: an error becomes its refusal, a warning a note. What is refused keeps no notes.
void RefuseWhatCheckRefuses(Imported& imported);

}  // namespace nephoscope
