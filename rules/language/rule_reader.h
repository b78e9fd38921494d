// RuleReader: one item of `rules:` as a Rule.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rules/engine/kind.h"
#include "rules/language/tables/option_reader.h"
#include "rules/language/tables/rule_tables.h"
#include "rules/model/rule.h"

namespace nephoscope {

class RuleReader {
 public:
  explicit RuleReader(OptionReader& options) : options_(options) {}

  // nullptr: it has an error, which was told. `tests` is left to TestReader.
  // `written`: the rule without what `defaults` add.
  std::shared_ptr<Rule> Read(const YamlNode& item, const YamlNode& written);

  // Name and id with their places, also of rules with errors, so that duplicates are found in all of them.
  struct Identity {
    std::string name, id;
    Mark name_mark, id_mark;
  };
  const Identity& identity() const { return identity_; }

 private:
  const RuleKind* FindKindOf(const YamlNode& item);
  void TellNoKind(const YamlNode& item, const std::string& allowed);
  void TellMisspelt(const YamlNode& item);
  // Every key of `watch` was understood.
  static bool IsWhole(const YamlNode* watch, const OptionValues& common);
  void TakeIdentity(const OptionValues& common, Rule& rule);
  void CheckExpiry(const YamlNode& written, const OptionValues& common, const Rule& rule);
  void CheckMembers(const YamlNode& written, const OptionValues& common, const std::shared_ptr<Rule>& rule);
  void TakeCommon(const YamlNode& item, const OptionValues& common, Rule& rule);
  void TakeEvents(const OptionValues& watch, Rule& rule);
  void TakeWindow(const OptionValues& watch, const RuleKind& kind, Rule& rule);
  void TakeWatch(const YamlNode& item, const OptionValues& common, const RuleKind& kind, Rule& rule);
  std::string OurWord(const OptionValues& values, const char* name, const char* whose);
  void CheckWatchNeed(const YamlNode& item, const OptionValues& common, const RuleKind& kind);
  // The rule has this key, or one that was meant as it.
  static bool Mentions(const YamlNode& item, const RuleKind& kind, absl::string_view key);
  void TakeDigest(const OptionValues& common, Rule& rule);
  void TakeOwner(const OptionValues& common, Rule& rule);
  void TakeLabels(const YamlNode* written, const OptionValues& common, Rule& rule);
  // Of expressions: labels.severity is the level, annotations.summary and .description are the texts, as in Prometheus.
  void TakePrometheusWords(const YamlNode& item, const OptionValues& common, Rule& rule);
  void TakeLevels(const YamlNode& item, const OptionValues& common, const OptionValues& conditions, const RuleKind& kind, Rule& rule);
  Level MakeLevel(Severity severity, const OptionValues& values, const OptionValues& common, const OptionValues& conditions, const RuleKind& kind);
  void TakeHold(const std::string& text, Mark mark, Level& level);
  void CheckUnits(const Rule& rule);
  void CheckUnit(const OptionValues& condition, const Rule& rule);
  void CheckTemplates(const OptionValues& common, const RuleKind& kind, const Rule& rule);
  void WarnOfComment(Mark mark);
  void AddAt(Mark mark, const char* code, std::string message, std::string caret = "", std::optional<std::string> suggestion = std::nullopt,
             std::string help = "");
  const SourceText& text() const { return options_.sink().text(); }

  OptionReader& options_;
  Identity identity_;
  int errors_before_ = 0;  // this rule
};

// "DatabaseCpuHigh" -> "database-cpu-high"; "SLO burn" -> "slo-burn".
std::string KebabCase(absl::string_view name);

}  // namespace nephoscope
