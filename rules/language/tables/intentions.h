// What people write who come from other tools, and how it is written here. Each remedy is made by
// the option tables: one that they do not take is never given.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/language/words/scalars.h"
#include "rules/language/source_text.h"
#include "rules/language/yaml/yaml_tree.h"
#include "rules/model/option_table.h"

namespace nephoscope {

struct Intention {
  std::string caret;                   // write repeat: 60m
  std::optional<std::string> instead;  // repeat: 60m
  bool with_value =
      false;  // `instead` stands for the key and its value; otherwise for the key alone
};

// A key that no table here has: items[index] of `map`. nullopt: nothing is known of it.
std::optional<Intention> IntentionOfKey(const YamlNode& map, std::size_t index,
                                        absl::Span<const OptionTable* const> tables,
                                        const SourceText& text, const ScalarContext& context);

// A comparison in two keys, such as `operator: "<"` and `threshold: 20%`: where they stand in
// `map`, and what is meant. nullopt: there is none.
struct ComparisonKeys {
  std::size_t sign, number;
  std::string instead;  // below: 20%
};
std::optional<ComparisonKeys> ComparisonIn(const YamlNode& map,
                                           absl::Span<const OptionTable* const> tables,
                                           const SourceText& text, const ScalarContext& context);

// Whether the key `written` is one of another tool that is put in place of our key `ours`.
bool IsIntentionOf(absl::string_view written, absl::string_view ours);

// A condition in one value: `above: ">= 80%"`, `above: 80% for 10 minutes`. nullopt: it is none.
std::optional<Intention> IntentionOfValue(const YamlNode& key, absl::string_view value,
                                          const Option& option, const SourceText& text,
                                          const ScalarContext& context);

// One value where the keys of `option` belong: `when: value > 80%` -> {above: 80%}, `budget: 1000
// USD` -> {amount: 1000 USD}.
std::optional<std::string> MapOfValue(absl::string_view value, const Option& option,
                                      const ScalarContext& context);

// A map where one value belongs: `amount: {value: 1000, currency: USD}`, `amount:` with groups
// below it.
std::optional<Intention> IntentionOfMap(const YamlNode& map, const Option& option,
                                        absl::Span<const OptionTable* const> tables);

// `text` as a value of `option`, perhaps in our words; `unit`: of a number without one ("m", "s",
// "": none). nullopt: it cannot be one.
std::optional<std::string> AsValueOf(const Option& option, absl::string_view text,
                                     absl::string_view unit, const ScalarContext& context);

// The choice that was meant by a word of another tool: P1 -> critical; empty: none.
std::string MeantChoice(absl::string_view word, absl::Span<const char* const> choices);

// Of option_scalars.cc: whether `text` is a value of a scalar option.
bool IsValueOf(const Option& option, absl::string_view text, const ScalarContext& context,
               Problem& problem);

// A remedy must itself be taken: puts one in place of it that is, and takes it out where there is
// none.
void SettleRemedy(const Option& option, const ScalarContext& context, Problem& problem);

}  // namespace nephoscope
