#include "rules/importing/prometheus_files.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostTexts = 1000;  // documents of one file, texts in it that are rule files themselves
constexpr int kMostWrappings = 2;         // a text in a text

// A line that begins a document: --- alone, or before a comment.
bool BeginsDocument(absl::string_view line) {
  return absl::StartsWith(line, "---") && (line.size() == 3 || absl::ascii_isspace(line[3]));
}

bool IsBlank(absl::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const absl::string_view line = absl::StripAsciiWhitespace(text.substr(0, end));
    if (!line.empty() && line[0] != '#' && line != "...") return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

// Behind so many line ends, so that places are those of the whole.
SourceFile Behind(const std::string& path, std::size_t lines, absl::string_view text) {
  return {path, absl::StrCat(std::string(lines, '\n'), text)};
}

class Reader {
 public:
  Reader(std::vector<Diagnostic>& told, PrometheusFiles& out) : told_(told), out_(out) {}

  void Read(const SourceFile& file) {
    const std::size_t before = out_.rules.size(), told_before = told_.size();
    texts_ = 0;
    Documents(file.path, 0, file.text, 0);
    if (out_.rules.size() == before && told_.size() == told_before) Nothing(file.path);
  }

 private:
  void Documents(const std::string& path, std::size_t first_line, absl::string_view text, int wrappings) {
    std::size_t begin = 0, line = first_line, begin_line = first_line;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      if (at > begin && BeginsDocument(text.substr(at, end - at))) {
        Document(path, begin_line, text.substr(begin, at - begin), wrappings);
        begin = at, begin_line = line;
      }
      at = end + 1;
      ++line;
    }
    Document(path, begin_line, text.substr(begin), wrappings);
  }

  void Document(const std::string& path, std::size_t first_line, absl::string_view text, int wrappings) {
    absl::string_view content = text;
    if (BeginsDocument(content.substr(0, content.find('\n')))) content.remove_prefix(3);
    if (IsBlank(content) && first_line + static_cast<std::size_t>(wrappings) > 0) return;
    if (++texts_ > kMostTexts) {
      if (texts_ == kMostTexts + 1) TooMany(path);
      return;
    }
    ForeignFile& read = out_.files.emplace_back(Behind(path, first_line, text));
    for (Diagnostic& wrong : read.diagnostics()) told_.push_back(std::move(wrong));
    if (read.root() != nullptr) Look(read, path, *read.root(), false, wrappings);
  }

  // Rules stand in lists called `rules`: all items of one below `groups`, else those that are named as rules are.
  void Look(const ForeignFile& file, const std::string& path, const YamlNode& node, bool in_groups, int wrappings) {
    if (node.kind == YamlNode::kText) return Text(file, path, node, wrappings);
    if (node.kind == YamlNode::kList)
      for (const YamlNode* item : node.items) Look(file, path, *item, in_groups, wrappings);
    if (node.kind != YamlNode::kMap) return;
    for (std::size_t i = 0; i + 1 < node.items.size(); i += 2) {
      const absl::string_view key = node.items[i]->text;
      const YamlNode& value = *node.items[i + 1];
      if (key == "rules" && value.kind == YamlNode::kList && (in_groups || HasNames(value))) Rules(file, value);
      else Look(file, path, value, key == "groups", wrappings);
    }
  }

  static bool HasNames(const YamlNode& list) {
    return std::any_of(list.items.begin(), list.items.end(), [](const YamlNode* item) {
      return item->Find("alert") != nullptr || item->Find("record") != nullptr;
    });
  }

  void Text(const ForeignFile& file, const std::string& path, const YamlNode& node, int wrappings) {
    const bool may_be = absl::StrContains(node.text, '\n') && absl::StrContains(node.text, "rules");
    if (wrappings < kMostWrappings && may_be) Documents(path, file.LineOf(node), node.text, wrappings + 1);
  }

  void Rules(const ForeignFile& file, const YamlNode& list) {
    for (const YamlNode* item : list.items) {
      PrometheusRule rule;
      const bool of_api = TextOf(item, "expr").empty() && !TextOf(item, "query").empty();
      const bool records = TextOf(item, "type") == "recording";
      rule.alert = of_api ? (records ? "" : TextOf(item, "name")) : TextOf(item, "alert");
      rule.record = of_api ? (records ? TextOf(item, "name") : "") : TextOf(item, "record");
      rule.expr = TextOf(item, of_api ? "query" : "expr");
      rule.hold = TextOf(item, of_api ? "duration" : "for");
      rule.keep_firing_for = TextOf(item, of_api ? "keepFiringFor" : "keep_firing_for");
      rule.node = item;
      rule.place = file.PlaceOf(*item);
      out_.rules.push_back(std::move(rule));
    }
  }

  void Tell(const std::string& path, std::string message, std::string help) {
    Diagnostic out;
    out.code = "R102";
    out.file = path;
    out.mark = {1, 1, 2};
    out.message = std::move(message);
    out.help = std::move(help);
    told_.push_back(std::move(out));
  }
  void Nothing(const std::string& path) {
    Tell(path, "the file holds no Prometheus rules",
         "they stand in lists called rules: below groups:, alone or in a PrometheusRule or a ConfigMap");
  }
  void TooMany(const std::string& path) {
    Tell(path, absl::StrCat("the file holds more than ", kMostTexts, " documents"), "split it: what comes behind is not read");
  }

  std::vector<Diagnostic>& told_;
  PrometheusFiles& out_;
  std::size_t texts_ = 0;
};

}  // namespace

PrometheusFiles ReadPrometheusFiles(absl::Span<const SourceFile> files, std::vector<Diagnostic>& told) {
  PrometheusFiles out;
  Reader reader(told, out);
  for (const SourceFile& file : files) reader.Read(file);
  return out;
}

}  // namespace nephoscope
