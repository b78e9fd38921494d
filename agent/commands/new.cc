#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/commands/commands.h"
#include "agent/config.h"
#include "rules/language/language.h"
#include "rules/language/out/skeleton.h"
#include "rules/language/words/wrap_text.h"

namespace nephoscope {
namespace {

void Entry(FILE* out, const char* name, const char* sentence) { std::fprintf(out, "%s", WrapText(sentence, absl::StrFormat("%-16s ", name), std::string(17, ' ')).c_str()); }

std::string AgentSkeleton() {
  return absl::StrCat("# Check it with: nephoscope check agent.yaml\napiVersion: agent/v1\n\n# Who this is, in alerts and metrics.\nname: cloud-agent\n\n# Files and folders of rules.\nrules: [rules]\n\n"
                      "# Where samples come from; each part has its own help, such as:\n# nephoscope help focus\ncollectors:\n  - focus: {files: [\"bills/*.csv.gz\"]}\n",
                      OfferedTable(AgentOptions(), {"apiVersion", "name", "rules", "collectors"}));
}

void PrintKinds(FILE* out) {
  for (const RuleKind* kind : AllKinds()) Entry(out, kind->name(), kind->sentence());
  Entry(out, "settings", "What one file says for all rules: receivers, calendars, owners, maintenance.");
  Entry(out, "agent", "The agent's own file: collectors, exporters, where the rules are.");
}

}  // namespace

int New(const std::string& name) {
  if (name.empty()) {
    PrintKinds(stdout);
    return kExitOk;
  }
  if (const RuleKind* kind = FindKind(name); kind != nullptr) {
    std::printf("%s", Skeleton(*kind).c_str());
    return kExitOk;
  }
  if (name == "settings" || name == "agent") {
    std::printf("%s", (name == "agent" ? AgentSkeleton() : SettingsSkeleton()).c_str());
    return kExitOk;
  }
  std::vector<std::string> names = {"settings", "agent"};
  for (const RuleKind* kind : AllKinds()) names.emplace_back(kind->name());
  const std::string nearest = Nearest(name, names);
  std::fprintf(stderr, "there is no kind \"%s\"%s\nkinds:\n", name.c_str(),
               nearest.empty() ? "" : ("; did you mean \"" + nearest + "\"?").c_str());
  PrintKinds(stderr);
  return kExitUsage;
}

}  // namespace nephoscope
