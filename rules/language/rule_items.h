// The items of the list of rules of one file, each by itself.
#pragma once

#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "rules/language/language.h"
#include "rules/language/rule_reader.h"
#include "rules/language/tests/rule_test.h"
#include "rules/language/sink.h"
#include "rules/language/yaml/yaml_tree.h"
#include "rules/model/money.h"

namespace nephoscope {

// Without what other items have to do with it.
struct RuleItem {
  std::shared_ptr<Rule> rule;  // nullptr: it has an error
  RuleReader::Identity identity;
  std::vector<RuleTest> tests;
  std::vector<Diagnostic> of_tables;  // what is wrong with tables that it names
};

// `defaults`: the map, without errors; nullptr: there is none. `files`: among which tables are looked for. `both`: as LoadRules.
std::vector<RuleItem> ReadRuleItems(absl::Span<YamlNode* const> items, Currency base, const YamlNode* defaults, absl::Span<const SourceFile> files, DoBoth both, DiagnosticSink& sink);

}  // namespace nephoscope
