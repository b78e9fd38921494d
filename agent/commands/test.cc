#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "agent/commands/commands.h"
#include "agent/stages/notify_herald.h"
#include "agent/files/rule_files.h"
#include "rules/language/language.h"
#include "rules/model/count_text.h"
#include "rules/trial/test_report.h"

namespace nephoscope {
namespace {

bool WriteReport(const std::string& path, const std::vector<TestResult>& results) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << JUnitReport(results);
  out.close();
  if (out.good()) return true;
  std::fprintf(stderr, "cannot write %s: %s; name a file in a folder that you may write to\n", path.c_str(), std::strerror(errno));
  return false;
}

std::string Summary(std::size_t tests, std::size_t failed) {
  if (failed == 0) return absl::StrCat(tests, " passed\n");
  return absl::StrCat(tests - failed, " passed, ", failed, " failed\n");
}

}  // namespace

int Test(const TestArguments& arguments) {
  ReadFiles read = ReadRuleFiles(arguments.paths);
  AddTestedFiles(read);
  AddTables(read);
  const LoadedRules loaded = LoadRules(read.files);
  std::vector<Diagnostic> all = read.problems;
  all.insert(all.end(), loaded.diagnostics.begin(), loaded.diagnostics.end());
  std::fprintf(stderr, "%s", RenderDiagnostics(all, read.files, arguments.colour).c_str());
  // A test whose table is not there did not hold.
  const bool whole = std::none_of(all.begin(), all.end(), [](const Diagnostic& one) { return one.code == "R507"; });
  if (HasErrors(all) || !whole) return kExitFindings;

  std::vector<TestResult> results;
  std::size_t failed = 0;
  for (const RuleTest& test : loaded.tests) {
    results.push_back(RunRuleTest(test, *loaded.rules, &NotifyHerald::Make));
    const TestResult& result = results.back();
    failed += !result.holds();
    if (!result.holds()) std::printf("%s\n", RenderTest(result, arguments.colour).c_str());
    if (result.holds() && arguments.verbose)
      std::printf("ok     %s: %s\n", result.alert.empty() ? result.file.c_str() : result.alert.c_str(), result.name.c_str());
  }
  const bool written = arguments.junit.empty() || WriteReport(arguments.junit, results);
  if (results.empty()) {
    std::fprintf(stderr, "there are no tests in these files; write tests: below a rule, or a file that ends with _test.yaml\n");
    return kExitFindings;
  }
  std::printf("%s", Summary(results.size(), failed).c_str());
  return failed > 0 || !written ? kExitFindings : kExitOk;
}

}  // namespace nephoscope
