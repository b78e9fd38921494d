#include <cstdio>
#include <string>
#include <vector>

#include "agent/commands/commands.h"
#include "rules/language/language.h"
#include "rules/language/skeleton.h"

namespace nephoscope {
namespace {

void PrintKinds(FILE* out) {
  for (const RuleKind* kind : AllKinds()) std::fprintf(out, "%-16s %s\n", kind->name(), kind->sentence());
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
  std::vector<std::string> names;
  for (const RuleKind* kind : AllKinds()) names.emplace_back(kind->name());
  const std::string nearest = Nearest(name, names);
  std::fprintf(stderr, "there is no kind \"%s\"%s\nkinds:\n", name.c_str(),
               nearest.empty() ? "" : ("; did you mean \"" + nearest + "\"?").c_str());
  PrintKinds(stderr);
  return kExitUsage;
}

}  // namespace nephoscope
