// Rules for benches: a text that loads, or the bench ends with what is wrong with it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "rules/language/language.h"

namespace nephoscope::bench {

// `rules`: the list alone, each "  - {alert: ...}".
inline std::shared_ptr<const RuleSet> RulesOf(const std::string& rules) {
  const SourceFile file = {"bench.yaml", "apiVersion: rules/v1\nrules:\n" + rules};
  LoadedRules loaded = LoadRules({&file, 1});
  if (HasErrors(loaded.diagnostics)) std::fputs(RenderDiagnostics(loaded.diagnostics, {&file, 1}, false).c_str(), stderr), std::exit(1);
  return loaded.rules;
}

}  // namespace nephoscope::bench
