#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "agent/commands/commands.h"
#include "agent/config.h"
#include "agent/config_check.h"
#include "agent/files/rule_files.h"
#include "agent/seams/clock.h"
#include "rules/kinds/spoken.h"
#include "rules/language/language.h"
#include "rules/language/checks/lint.h"
#include "rules/language/tables/rule_tables.h"
#include "rules/language/out/say_windows.h"
#include "rules/language/words/wrap_text.h"
#include "rules/model/count_text.h"

namespace nephoscope {
namespace {

// A file says what it is in its first key.
bool IsAgentConfig(const SourceFile& file) { return absl::StrContains(absl::string_view(file.text).substr(0, 4096), "apiVersion: agent/"); }

std::string Summary(const ReadFiles& read, const LoadedRules& loaded, const std::vector<Diagnostic>& all) {
  std::size_t errors = 0, warnings = 0;
  for (const Diagnostic& d : all) ++(d.severity == Diagnostic::Severity::kError ? errors : warnings);
  std::string out = absl::StrCat(CountText(read.files.size(), "file"), ", ", CountText(loaded.rules->rules.size(), "rule"), ": ");
  if (errors + warnings == 0) return out + "no problems found\n";
  absl::StrAppend(&out, CountText(errors, "error"), ", ", CountText(warnings, "warning"), "\n");
  return out;
}

void SayRules(const RuleSet& rules) {
  for (const auto& rule : rules.rules) std::printf("%s", WrapText(absl::StrCat(rule->name, ": ", SayRule(*rule)), "", "    ").c_str());
}

// When the settings hold next: a line for each.
void SayTimes(const RuleSet& rules, absl::Time now) {
  const std::string all = absl::StrCat(SayWindows(rules.settings, now), SayDigests(rules, now));
  for (const absl::string_view line : absl::StrSplit(all, '\n', absl::SkipEmpty()))
    std::printf("%s", WrapText(line, "", "    ").c_str());
}

// Each file's lints come among what else is said of it.
void AddLints(const RuleSet& rules, const std::vector<SourceFile>& files, std::vector<Diagnostic>& all) {
  std::vector<Diagnostic> lints = LintRules(rules, files, absl::ToCivilDay(SystemClock().Now(), absl::LocalTimeZone()));
  if (lints.empty()) return;
  std::map<std::string, std::size_t> order;
  for (const Diagnostic& one : all) order.emplace(one.file, 0);  // files that cannot be read come first
  for (std::size_t i = 0; i < files.size(); ++i) order[files[i].path] = i + 1;
  for (Diagnostic& one : lints) all.push_back(std::move(one));
  std::stable_sort(all.begin(), all.end(), [&](const Diagnostic& a, const Diagnostic& b) { return std::make_pair(order[a.file], a.mark.line) < std::make_pair(order[b.file], b.mark.line); });
}

// A file of settings has no rules, and needs none.
bool HasSettings(const SourceFile& file) {
  const std::string text = absl::StrCat("\n", file.text);
  return std::any_of(FileOptions().options.begin(), FileOptions().options.end(), [&](const Option& option) {
    return option.name != absl::string_view("apiVersion") && option.name != absl::string_view("rules") && absl::StrContains(text, absl::StrCat("\n", option.name, ":"));
  });
}

// Nothing was checked, which must not look like a good answer.
bool IsNothing(const ReadFiles& read, const RuleSet& rules, const std::vector<Diagnostic>& all) {
  return rules.rules.empty() && !HasErrors(all) && std::none_of(read.files.begin(), read.files.end(), [](const SourceFile& file) { return IsAgentConfig(file) || HasSettings(file); });
}

int ExitCode(const std::vector<Diagnostic>& all, bool deny_warnings) {
  if (HasErrors(all)) return kExitFindings;
  return deny_warnings && !all.empty() ? kExitWarnings : kExitOk;
}

}  // namespace

int Check(const CheckArguments& arguments) {
  ReadFiles read = ReadRuleFiles(arguments.paths);
  AddTestedFiles(read);
  AddTables(read);
  std::vector<SourceFile> rule_texts;
  std::vector<std::pair<const SourceFile*, AgentConfig>> configs;
  std::vector<Diagnostic> all = read.problems;
  for (const SourceFile& file : read.files) {
    if (!IsAgentConfig(file)) {
      rule_texts.push_back(file);
      continue;
    }
    LoadedConfig config = ParseAgentConfig(file);
    all.insert(all.end(), config.diagnostics.begin(), config.diagnostics.end());
    if (!HasErrors(config.diagnostics)) configs.emplace_back(&file, std::move(config.config));
  }
  const LoadedRules loaded = LoadRules(rule_texts, Both);
  all.insert(all.end(), loaded.diagnostics.begin(), loaded.diagnostics.end());
  for (const auto& [file, config] : configs)
    for (Diagnostic& one : CheckConfig(config, *file, *loaded.rules, rule_texts)) all.push_back(std::move(one));
  AddLints(*loaded.rules, rule_texts, all);

  const bool nothing = IsNothing(read, *loaded.rules, all);
  switch (arguments.output) {
    case CheckArguments::Output::kJson:
      std::printf("%s\n", DiagnosticsToJson(all, static_cast<int>(read.files.size()), static_cast<int>(loaded.rules->rules.size())).c_str());
      break;
    case CheckArguments::Output::kSarif: std::printf("%s", DiagnosticsToSarif(all, NEPHOSCOPE_VERSION).c_str()); break;
    case CheckArguments::Output::kText:
      for (SourceFile& file : read.files)
        if (IsAgentConfig(file)) file.text = WithoutSecrets(std::move(file.text));
      std::printf("%s", RenderDiagnostics(all, read.files, arguments.colour).c_str());
      if (arguments.say) SayRules(*loaded.rules);
      SayTimes(*loaded.rules, SystemClock().Now());
      if (!nothing) std::printf("%s", Summary(read, loaded, all).c_str());
  }
  if (nothing) {
    std::fprintf(stderr, "%s", WrapText(NothingFoundIn(arguments.paths), "", "").c_str());
    return kExitFindings;
  }
  return ExitCode(all, arguments.deny_warnings);
}

}  // namespace nephoscope
