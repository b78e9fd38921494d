#include "rules/language/yaml/yaml_halves.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

constexpr std::size_t kLarge = 16 << 10;  // bytes; less is read sooner than a second thread begins
constexpr std::size_t kHuge = 2 << 20;    // of more it is likely that something is wrong, and two trees and then a third would be too much memory
constexpr absl::string_view kLead = "rules:\n";

absl::string_view LineAt(absl::string_view text, std::size_t begin) { return text.substr(begin, text.find('\n', begin) - begin); }

// Where the list of rules begins, behind its key; npos: not found.
std::size_t BeginOfRules(absl::string_view text) {
  if (absl::StartsWith(text, kLead)) return kLead.size();
  const std::size_t at = text.find(absl::StrCat("\n", kLead));
  return at == absl::string_view::npos ? at : at + 1 + kLead.size();
}

// Byte at which a rule begins, about in the middle of the list; nullopt: it is not certain that one does. A line with the indent of the first rule's dash is one,
// unless it stands in brackets or quotes that are open, then the first half cannot be read, or in another list, then the halves are not of one.
std::optional<std::size_t> Middle(absl::string_view text) {
  const std::size_t rules = BeginOfRules(text);
  if (absl::StartsWith(text, "\xEF\xBB\xBF") || rules == absl::string_view::npos || text.size() - rules < kLarge || text.size() > kHuge) return std::nullopt;
  const absl::string_view first = LineAt(text, rules);
  const std::size_t indent = first.find_first_not_of(' ');
  if (indent == absl::string_view::npos || !absl::StartsWith(first.substr(indent), "- ")) return std::nullopt;
  const std::string dash = absl::StrCat("\n", std::string(indent, ' '), "- ");
  const std::size_t middle = text.find(dash, rules + (text.size() - rules) / 2);
  return middle == absl::string_view::npos ? std::nullopt : std::optional(middle + 1);
}

}  // namespace

YamlTree ReadYaml(DiagnosticSink& sink, DoBoth both) {
  const std::optional<std::size_t> middle = both == nullptr ? std::nullopt : Middle(sink.text().text());
  if (!middle) return YamlTree::Read(sink);
  if (!YamlTree::Fits(sink)) return {};
  const absl::string_view text = sink.text().text();
  {
    const SourceText text_again(sink.text());  // it is for one thread
    DiagnosticSink of_first(sink.file(), sink.text()), of_second(sink.file(), text_again);
    YamlTree first, second;
    constexpr std::uint32_t kMost = YamlTree::kMostNodes / 2;
    both([&] { first = YamlTree::ReadPart(of_first, "", 0, *middle, kMost); }, [&] { second = YamlTree::ReadPart(of_second, kLead, *middle, text.size(), kMost); });
    if (!of_first.any() && !of_second.any() && first.TakeHalf(std::move(second))) return first;
  }
  return YamlTree::Read(sink);  // what is wrong is said in the order of the whole
}

}  // namespace nephoscope
