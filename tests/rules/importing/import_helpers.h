// What the tests of the importers ask of what was imported.
#pragma once

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "rules/importing/importing.h"
#include "rules/engine/kind.h"
#include "rules/kinds/spoken.h"
#include "rules/language/language.h"

namespace nephoscope {

// Every rule read back as sentences, without what is usual, one a line; what `check` says of the file when it says anything.
inline std::string Sentences(const Imported& imported) {
  const SourceFile file{"imported.yaml", RulesOf(imported)};
  if (file.text.empty()) return "";
  const LoadedRules loaded = LoadRules({&file, 1});
  std::string out = RenderDiagnostics(loaded.diagnostics, {&file, 1}, false);
  for (const auto& rule : loaded.rules->rules) absl::StrAppend(&out, rule->name, ": ", absl::StrReplaceAll(SayRule(*rule), {{" Without data, the alert stays as it is. The owner is notified.", ""}}), "\n");
  return out;
}

inline bool HasNote(const ImportedItem& item, const std::string& words) {
  for (const std::string& note : item.notes)
    if (absl::StrContains(note, words)) return true;
  return false;
}

}  // namespace nephoscope
