#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "agent/commands/commands.h"
#include "agent/files/rule_files.h"
#include "rules/language/out/format.h"

namespace nephoscope {
namespace {

// Another file takes the place of the old one, so that nobody reads half of it.
bool Replace(const std::string& path, const std::string& text) {
  const std::string other = path + ".nephoscope-fmt";
  std::ofstream out(other, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  std::error_code error;
  if (out.good()) {
    std::filesystem::permissions(other, std::filesystem::status(path, error).permissions(), error);
    std::filesystem::rename(other, path, error);
  }
  if (out.good() && !error) return true;
  std::fprintf(stderr, "cannot write %s: %s\n", path.c_str(), error ? error.message().c_str() : std::strerror(errno));
  std::filesystem::remove(other, error);
  return false;
}

// What became of one file.
enum class Outcome { kSame, kChanged, kFailed };

Outcome FormatOne(const SourceFile& file, const FormatArguments& arguments) {
  const Formatted made = FormatYaml(file);
  if (!made.diagnostics.empty()) {
    std::fprintf(stderr, "%s", RenderDiagnostics(made.diagnostics, {&file, 1}, arguments.colour).c_str());
    return Outcome::kFailed;
  }
  const bool stream = file.path == "-";
  if (stream && !arguments.check) std::printf("%s", made.text.c_str());
  if (made.text == file.text) return Outcome::kSame;
  if (!stream || arguments.check) std::printf("%s\n", file.path.c_str());
  if (stream || arguments.check) return Outcome::kChanged;
  return Replace(file.path, made.text) ? Outcome::kChanged : Outcome::kFailed;
}

}  // namespace

int Format(const FormatArguments& arguments) {
  const ReadFiles read = ReadRuleFiles(arguments.paths);
  std::fprintf(stderr, "%s", RenderDiagnostics(read.problems, {}, arguments.colour).c_str());
  bool failed = !read.problems.empty(), changed = false;
  for (const SourceFile& file : read.files) {
    const Outcome outcome = FormatOne(file, arguments);
    failed = failed || outcome == Outcome::kFailed;
    changed = changed || outcome == Outcome::kChanged;
  }
  return failed || (arguments.check && changed) ? kExitFindings : kExitOk;
}

}  // namespace nephoscope
