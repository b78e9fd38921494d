#include "agent/files/rule_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/language/tests/test_points.h"

namespace nephoscope {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 16;  // sub-folders in each other

Diagnostic CannotRead(const std::string& path, absl::string_view why) {
  Diagnostic out;
  out.code = "R001";
  out.file = path;
  out.message = absl::StrCat("cannot read ", path, ": ", why);
  out.help = "check the path and that the agent's user may read it";
  return out;
}

bool IsRuleFile(const fs::path& path) {
  const std::string name = path.filename().string();
  return !absl::StartsWith(name, ".") && (absl::EndsWith(name, ".yaml") || absl::EndsWith(name, ".yml"));
}

// Of a folder and its sub-folders; not of hidden ones (the ..data of a ConfigMap), nor of links, which could lead round in a circle.
std::vector<std::string> FilesIn(const std::string& folder, std::vector<Diagnostic>& problems, int depth = 0) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (IsRuleFile(at->path()) && fs::is_regular_file(at->path(), ignored)) out.push_back(at->path().string());
    if (depth >= kDeepest || at->is_symlink(ignored) || !at->is_directory(ignored) || absl::StartsWith(at->path().filename().string(), ".")) continue;
    for (std::string& file : FilesIn(at->path().string(), problems, depth + 1)) out.push_back(std::move(file));
  }
  if (error) problems.push_back(CannotRead(folder, error.message()));
  std::sort(out.begin(), out.end());
  return out;
}

void AddFoldersBelow(const std::string& folder, int depth, std::vector<std::string>& out) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (depth >= kDeepest || at->is_symlink(ignored) || !at->is_directory(ignored) || absl::StartsWith(at->path().filename().string(), ".")) continue;
    out.push_back(at->path().string());
    AddFoldersBelow(out.back(), depth + 1, out);
  }
}

}  // namespace

std::vector<std::string> FoldersOf(const std::string& folder) {
  std::vector<std::string> out = {folder};
  AddFoldersBelow(folder, 0, out);
  return out;
}

std::string NothingFoundIn(const std::vector<std::string>& paths) {
  return absl::StrCat("there are no rules in ", absl::StrJoin(paths, ", "), ": rules stand in files that end with .yaml or .yml, below `rules:`");
}

ReadText ReadTextFile(const std::string& path) {
  if (path == "-") return {true, std::string(std::istreambuf_iterator<char>(std::cin), {})};
  std::error_code error;
  if (fs::is_directory(path, error)) return {false, "it is a folder"};
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in) return {false, errno != 0 ? std::strerror(errno) : "it cannot be opened"};
  return {true, text.str()};
}

ReadFiles ReadRuleFiles(const std::vector<std::string>& paths) {
  ReadFiles out;
  for (const std::string& path : paths) {
    std::error_code error;
    const bool folder = fs::is_directory(path, error);
    for (const std::string& file : folder ? FilesIn(path, out.problems) : std::vector<std::string>{path}) {
      ReadText read = ReadTextFile(file);
      if (read.ok) {
        out.files.push_back({file, std::move(read.text)});
      } else {
        out.problems.push_back(CannotRead(file, read.text));
      }
    }
  }
  return out;
}

void AddTables(ReadFiles& read) {
  std::vector<std::string> paths;
  for (const SourceFile& file : read.files) paths.push_back(file.path);
  for (std::size_t i = 0, n = read.files.size(); i < n; ++i) {
    std::vector<std::string> named = TablesOf(read.files[i]);
    for (std::string& path : TablesNamedBy(read.files[i])) named.push_back(std::move(path));
    for (const std::string& path : named) {
      if (std::find(paths.begin(), paths.end(), path) != paths.end()) continue;
      ReadText text = ReadTextFile(path);
      if (!text.ok) continue;  // the reader of rules tells
      paths.push_back(path);
      read.files.push_back({path, std::move(text.text)});
    }
  }
}

void AddTestedFiles(ReadFiles& read) {
  std::vector<std::string> paths;
  for (const SourceFile& file : read.files) paths.push_back(fs::path(file.path).lexically_normal().string());
  for (std::size_t i = 0; i < read.files.size(); ++i) {
    if (!IsTestFile(read.files[i].path)) continue;
    for (const std::string& path : RuleFilesOf(read.files[i])) {
      if (std::find(paths.begin(), paths.end(), path) != paths.end()) continue;
      ReadText text = ReadTextFile(path);
      if (!text.ok) continue;
      paths.push_back(path);
      read.files.push_back({path, std::move(text.text)});
    }
  }
}

void Both(const std::function<void()>& one, const std::function<void()>& other) {
  std::thread beside;
  try {
    beside = std::thread(other);
  } catch (const std::system_error&) {  // no more threads are to be had
    other();
  }
  one();
  if (beside.joinable()) beside.join();
}

std::string RuleFiles::Result::Refused() const {
  std::vector<std::string> out;
  for (const auto& [path, ok] : files) {
    if (ok) continue;
    const auto wrong = std::find_if(diagnostics.begin(), diagnostics.end(), [&path = path](const Diagnostic& one) {
      return one.file == path && one.severity == Diagnostic::Severity::kError;
    });
    out.push_back(absl::StrCat(path, wrong == diagnostics.end() ? "" : absl::StrCat(":", wrong->mark.line, ": ", wrong->message),
                               in_force.count(path) != 0 ? " (its last good version is used)" : " (it is left out)"));
  }
  for (const Diagnostic& one : diagnostics)
    if (one.code == "R001" && files.count(one.file) == 0) out.push_back(one.message);
  return absl::StrJoin(out, "; ");
}

bool RuleFiles::Result::all_good() const {
  return !HasErrors(diagnostics) && std::all_of(files.begin(), files.end(), [](const auto& file) { return file.second; });
}

RuleFiles::Result RuleFiles::Load() {
  ReadFiles read = ReadRuleFiles(paths_);
  read.files.erase(std::remove_if(read.files.begin(), read.files.end(), [](const SourceFile& file) { return IsTestFile(file.path); }), read.files.end());  // they are for nephoscope test
  AddTables(read);
  Result out;
  out.texts = read.files;
  LoadedRules loaded = LoadRules(read.files, Both);
  // Tests are not run here, so their tables need not be there.
  loaded.diagnostics.erase(std::remove_if(loaded.diagnostics.begin(), loaded.diagnostics.end(), [](const Diagnostic& one) { return one.code == "R507" && one.severity == Diagnostic::Severity::kWarning; }), loaded.diagnostics.end());
  out.diagnostics = std::move(read.problems);
  out.diagnostics.insert(out.diagnostics.end(), loaded.diagnostics.begin(), loaded.diagnostics.end());

  std::vector<SourceFile> in_force;
  for (SourceFile& file : read.files) {
    const bool rejected = std::find(loaded.rejected.begin(), loaded.rejected.end(), file.path) != loaded.rejected.end();
    out.files[file.path] = !rejected;
    if (!rejected) {
      last_good_[file.path] = file.text;
      in_force.push_back(std::move(file));
    } else if (auto good = last_good_.find(file.path); good != last_good_.end()) {
      in_force.push_back({file.path, good->second});
    }
  }
  // A file that could not be read this time (a ConfigMap in the middle of its swap) keeps its last version as well.
  for (const Diagnostic& problem : out.diagnostics) {
    auto good = problem.code == "R001" ? last_good_.find(problem.file) : last_good_.end();
    if (good != last_good_.end()) in_force.push_back({good->first, good->second}), out.files[good->first] = false;
  }
  out.rules = loaded.rejected.empty() && in_force.size() == read.files.size() ? loaded.rules : LoadRules(in_force, Both).rules;
  for (SourceFile& file : in_force) out.in_force[file.path] = std::move(file.text);
  if (last_ != nullptr) out.rules = KeepUnchanged(*last_, out.rules);
  last_ = out.rules;
  return out;
}

}  // namespace nephoscope
