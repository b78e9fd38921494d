#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/collectors/collector.h"
#include "agent/commands/commands.h"
#include "agent/offline/reference.h"
#include "exporters/exporter.h"
#include "rules/engine/kind.h"
#include "rules/language/tables/code_examples.h"
#include "rules/language/tables/codes.h"
#include "rules/language/language.h"
#include "rules/language/tables/rule_tables.h"
#include "rules/language/words/wrap_text.h"

namespace nephoscope {
namespace {

std::vector<std::string> PartNames() {
  std::vector<std::string> out = {"agent", "rule", "settings"};
  for (const CollectorType* type : AllCollectors()) out.emplace_back(type->name);
  for (const ExporterType* type : AllExporters()) out.emplace_back(type->name);
  for (const RuleKind* kind : AllKinds()) out.emplace_back(kind->name());
  for (const Option& option : FileOptions().options)
    if (option.fields != nullptr && option.name != absl::string_view("rules")) out.emplace_back(option.name);
  return out;
}

void PrintExample(const char* what, absl::string_view text) {
  std::printf("\n%s\n", what);
  for (absl::string_view line : absl::StrSplit(text, '\n')) std::printf("    %s\n", Visible(line).c_str());
}

int NoSuchWord(const std::string& word) {
  const std::vector<std::string> names = PartNames();
  const std::string nearest = Nearest(word, names);
  std::fprintf(stderr, "there is no help for \"%s\"%s\n%s", word.c_str(), nearest.empty() ? "" : ("; did you mean \"" + nearest + "\"?").c_str(),
               WrapText(absl::StrCat("ask for the code of a message (R102), or for one of: ", absl::StrJoin(names, " ")), "", "    ").c_str());
  return kExitUsage;
}

}  // namespace

int Help(const std::string& word) {
  if (const char* meaning = HelpFor(word); meaning != nullptr) {
    std::printf("%s", WrapText(absl::StrCat(word, ": ", meaning), "", "    ").c_str());
    if (const CodeExample* example = ExampleFor(word); example != nullptr) {
      PrintExample("wrong:", example->bad);
      PrintExample("right:", example->good);
    }
    return kExitOk;
  }
  const std::string reference = PartReference(word);
  if (reference.empty()) return NoSuchWord(word);
  std::printf("%s", reference.c_str());
  return kExitOk;
}

}  // namespace nephoscope
