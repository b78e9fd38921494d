#include "rules/language/file_paths.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/match.h"
#include "rules/language/yaml/yaml_tree.h"

namespace nephoscope {
namespace {

std::string PlainPath(const std::string& path) { return std::filesystem::path(path).lexically_normal().string(); }

void AddTables(const YamlNode& node, const std::filesystem::path& folder, std::vector<std::string>& out) {
  if (node.kind == YamlNode::kText && IsTableFile(node.text) && !absl::StrContains(node.text, '/')) out.push_back((folder / std::string(node.text)).string());
  for (const YamlNode* item : node.items) AddTables(*item, folder, out);
}

}  // namespace

bool SamePath(const std::string& a, const std::string& b) { return a == b || PlainPath(a) == PlainPath(b); }

const std::string* TableBeside(absl::Span<const SourceFile> files, const std::string& file, const std::string& name) {
  const std::string path = (std::filesystem::path(file).parent_path() / name).string();
  const auto found = std::find_if(files.begin(), files.end(), [&](const SourceFile& one) { return SamePath(one.path, path); });
  return found == files.end() ? nullptr : &found->text;
}

bool IsTestFile(absl::string_view path) { return absl::EndsWith(path, "_test.yml") || absl::EndsWith(path, "_test.yaml"); }

bool IsTableFile(absl::string_view path) { return absl::EndsWith(path, ".csv"); }

std::vector<std::string> TablesOf(const SourceFile& rule_file) {
  std::vector<std::string> out;
  if (IsTableFile(rule_file.path) || !absl::StrContains(rule_file.text, ".csv")) return out;
  const SourceText text(rule_file.text);
  DiagnosticSink sink(rule_file.path, text);
  const YamlTree tree = YamlTree::Read(sink);
  if (tree.root() != nullptr) AddTables(*tree.root(), std::filesystem::path(rule_file.path).parent_path(), out);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<std::string> RuleFilesOf(const SourceFile& test_file) {
  const SourceText text(test_file.text);
  DiagnosticSink sink(test_file.path, text);
  const YamlTree tree = YamlTree::Read(sink);
  const YamlNode* rules = tree.root() == nullptr ? nullptr : tree.root()->Find("rules");
  std::vector<std::string> out;
  const auto add = [&](const YamlNode& node) {
    if (node.kind == YamlNode::kText) out.push_back(PlainPath((std::filesystem::path(test_file.path).parent_path() / std::string(node.text)).string()));
  };
  if (rules != nullptr && rules->kind == YamlNode::kText) add(*rules);
  if (rules != nullptr && rules->kind == YamlNode::kList)
    for (const YamlNode* item : rules->items) add(*item);
  return out;
}

}  // namespace nephoscope
