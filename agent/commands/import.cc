#include <cstdio>
#include <string>
#include <vector>

#include "agent/commands/commands.h"
#include "agent/files/rule_files.h"
#include "rules/importing/importing.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

struct Importer {
  const char* word;
  Imported (*import)(absl::Span<const SourceFile>);
  const char* sentence;
};

constexpr Importer kImporters[] = {
    {"aws-budgets", ImportAwsBudgets, "AWS budgets: the JSON of aws budgets describe-budgets, and of describe-budget-notifications-for-account"},
    {"kubecost", ImportKubecost, "Kubecost alerts: Helm values with alertConfigs, or the list of alerts"},
    {"custodian", ImportCustodian, "Cloud Custodian policies: filters on metrics become rules of the kind idle, on tags of the kind tag_compliance"},
    {"prometheus", ImportPrometheus, "Prometheus alert rules: rule files, PrometheusRule objects, ConfigMaps, answers of /api/v1/rules"},
};

// False: one cannot be read, and was told.
bool ReadAll(const std::vector<std::string>& paths, std::vector<SourceFile>& files) {
  for (const std::string& path : paths) {
    ReadText read = ReadTextFile(path);
    if (!read.ok) {
      std::fprintf(stderr, "%s: %s\n", path.c_str(), read.text.c_str());
      return false;
    }
    files.push_back({path, std::move(read.text)});
  }
  return true;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> ImportWords() {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Importer& one : kImporters) out.emplace_back(one.word, one.sentence);
  return out;
}

int Import(const ImportArguments& arguments) {
  std::vector<SourceFile> files;
  if (!ReadAll(arguments.paths, files)) return kExitFindings;
  for (const Importer& one : kImporters) {
    if (arguments.word != one.word) continue;
    const Imported imported = one.import(files);
    std::fprintf(stderr, "%s", RenderDiagnostics(imported.diagnostics, files, arguments.colour).c_str());
    std::fprintf(stderr, "%s", ReportOf(imported).c_str());
    std::printf("%s", RulesOf(imported).c_str());
    bool all = !HasErrors(imported.diagnostics);
    for (const ImportedItem& item : imported.items) all = all && item.converted();
    return all ? kExitOk : kExitFindings;
  }
  return kExitUsage;  // the command line knows only words of the table
}

}  // namespace nephoscope
