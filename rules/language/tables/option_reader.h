// OptionReader: a map of YAML against option tables. Every problem is told, each key is taken on its own.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/language/tables/intentions.h"
#include "rules/language/language.h"
#include "rules/language/words/scalars.h"
#include "rules/language/sink.h"
#include "rules/language/yaml/yaml_tree.h"
#include "rules/model/option_table.h"

namespace nephoscope {

// A diagnostic about bytes [begin, end).
Diagnostic MakeDiagnostic(const SourceText& text, const YamlNode& at, const char* code, std::string message);

class OptionReader {
 public:
  // `expand` may be null: then ${NAME} is ordinary text. `sink` outlives this.
  OptionReader(DiagnosticSink& sink, ScalarContext context, Expand expand) : sink_(sink), context_(context), expand_(expand) {}

  // `map` by one table. `name` is how messages call it ("budget").
  OptionValues Read(const YamlNode& map, const OptionTable& table, absl::string_view name);

  // `map` by several tables at once: each key belongs to the first that has it. One OptionValues per table, in their order.
  std::vector<OptionValues> ReadAll(const YamlNode& map, absl::Span<const OptionTable* const> tables, absl::string_view name);

  // One value by its option. False: a problem was told.
  bool ReadValue(const YamlNode& key, const YamlNode& value, const Option& option, OptionValues::Entry& out);

  // Everything that nobody wrote, with its default.
  static void FillDefaults(const OptionTable& table, OptionValues& out);

  // `where:` in its three forms: a map, or one text of PromQL matchers.
  bool ReadMatchers(const YamlNode& value, std::vector<Matcher>& out);

  // Whether `map` has this key, or one that was surely meant as it: then its lack needs no second complaint.
  static bool Mentions(const YamlNode& map, absl::string_view key, absl::Span<const OptionTable* const> tables);

  DiagnosticSink& sink() { return sink_; }
  const ScalarContext& context() const { return context_; }
  void Add(const YamlNode& at, const char* code, std::string message, std::string caret = "", std::optional<std::string> suggestion = std::nullopt,
           std::string help = "");

 private:
  // A scalar after ${NAME}; `shown` is what messages may quote (never what a secret was replaced with).
  struct Scalar {
    std::string text;
    std::string shown;
    bool expanded = false;
  };
  bool Take(const YamlNode& value, Scalar& out);
  bool TakeScalar(const YamlNode& key, const YamlNode& value, const Option& option, Scalar& out);
  bool ReadScalar(const YamlNode& key, const YamlNode& value, const Scalar& scalar, const Option& option, OptionValues::Value& out);
  bool ReadChoice(const YamlNode& value, const Scalar& scalar, const Option& option, OptionValues::Value& out);
  void WarnOfPoint(const YamlNode& value, const Scalar& scalar, const OptionValues::Value& read);
  bool InRange(const YamlNode& value, const Scalar& scalar, const Option& option, double number);
  void Report(const YamlNode& value, const Scalar& scalar, const Problem& problem);
  bool ReadTextList(const YamlNode& value, const Option& option, OptionValues::Value& out);
  bool ReadTextMap(const YamlNode& value, const Option& option, OptionValues::Value& out);
  bool ReadShorthand(const YamlNode& value, const Option& option, OptionValues::Value& out);
  bool ReadMap(const YamlNode& value, const Option& option, OptionValues::Value& out);
  // Where a kMapList has a shorthand, an entry may be a list: its values in the order of `fields`.
  void ReadRow(const YamlNode& row, const Option& option, std::vector<OptionValues>& out);
  bool ReadMapList(const YamlNode& value, const Option& option, OptionValues::Value& out);
  bool ReadNamedMaps(const YamlNode& value, const Option& option, OptionValues::Value& out);
  void CutByComma(const YamlNode& map, std::size_t& index, const Option& option);
  // `told`: the places of keys that were told with another one.
  void UnknownKey(const YamlNode& map, std::size_t index, absl::Span<const OptionTable* const> tables, absl::string_view name, std::vector<std::size_t>& told);
  bool TellNoSpace(const YamlNode& key);
  bool TellNoColon(const YamlNode& map, std::size_t index,
                   absl::Span<const OptionTable* const> tables);
  // An inhibit rule as Alertmanager writes it: all of its keys with one remedy.
  bool TellInhibition(const YamlNode& map, std::size_t index, absl::string_view name,
                      std::vector<std::size_t>& told);
  bool TellNearBelow(const YamlNode& key, absl::Span<const OptionTable* const> tables,
                     const std::string& what);
  // A key that is known, but not here. Those of `map` that belong to the same place are told with it, and taken into `told`.
  bool TellMisplaced(const YamlNode& map, std::size_t index, absl::Span<const OptionTable* const> tables, absl::string_view name, std::vector<std::size_t>& told);
  // False, for those who return it.
  bool TellIntention(const YamlNode& key, const YamlNode& value, const Intention& meant, const char* code, std::string message, std::string help = "");
  void CheckRequired(const YamlNode& map, const OptionTable& table, const OptionValues& values, absl::string_view name);

  bool ReadOneMatcher(const YamlNode& key, const YamlNode& value, std::vector<Matcher>& out);
  bool ReadMatcherMap(const YamlNode& key, const YamlNode& value, std::vector<Matcher>& out);
  bool ReadMatcherText(const YamlNode& value, std::vector<Matcher>& out);
  bool AddRegex(const YamlNode& at, const std::string& label, const std::string& regex, bool negated, std::vector<Matcher>& out);

  DiagnosticSink& sink_;
  ScalarContext context_;
  Expand expand_;
  absl::Span<const OptionTable* const> tables_;  // of the map that is read
};

// Where the key of this name stands in a map; `otherwise` when it does not.
Mark MarkOfKey(const SourceText& text, const YamlNode* map, absl::string_view key, Mark otherwise);

// A default or any other text of ours as a value of `option`; a text that is none is a CHECK failure.
OptionValues::Value ValueOf(const Option& option, absl::string_view text);

}  // namespace nephoscope
