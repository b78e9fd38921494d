// `where: 'TEXT'`, the matchers that engineers write: any text gives matchers or a place inside it.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "rules/language/language.h"
#include "rules/model/check.h"

using namespace nephoscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find_first_of("\n\r") != std::string::npos) return 0;
  const SourceFile file = {"a.yaml", absl::StrCat("apiVersion: rules/v1\nrules:\n  - alert: A\n    kind: threshold\n    watch:\n      metric: up\n      where: '",
                                                  absl::StrReplaceAll(text, {{"'", "''"}}), "'\n    when: {above: 3}\n")};
  const LoadedRules loaded = LoadRules({&file, 1});
  for (const Diagnostic& d : loaded.diagnostics) CHECK(d.severity == Diagnostic::Severity::kWarning || d.mark.line >= 1);
  if (!loaded.rules->rules.empty())
    for (const Matcher& matcher : loaded.rules->rules[0]->watch.where) CHECK(!matcher.label.empty());
  return 0;
}
