#include <cstdio>

#include "agent/commands/commands.h"
#include "agent/files/rule_files.h"
#include "rules/importing/export_prometheus.h"
#include "rules/language/language.h"

namespace nephoscope {

int ExportToPrometheus(const ExportArguments& arguments) {
  ReadFiles read = ReadRuleFiles(arguments.paths);
  AddTables(read);
  const LoadedRules loaded = LoadRules(read.files);
  std::vector<Diagnostic> all = read.problems;
  all.insert(all.end(), loaded.diagnostics.begin(), loaded.diagnostics.end());
  std::fprintf(stderr, "%s", RenderDiagnostics(all, read.files, arguments.colour).c_str());
  if (HasErrors(all)) return kExitFindings;
  const ExportedRules exported = ExportPrometheus(*loaded.rules);
  for (const std::string& line : exported.report) std::fprintf(stderr, "%s\n", line.c_str());
  std::printf("%s", exported.text.c_str());
  return kExitOk;
}

}  // namespace nephoscope
