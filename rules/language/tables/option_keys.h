// Finding keys in option tables. Internal to rules/language.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/language/yaml/yaml_tree.h"
#include "rules/model/option_table.h"

namespace nephoscope {

// nullptr: the table has no option of this name.
const Option* FindOption(const OptionTable& table, absl::string_view name);
std::vector<std::string> KeysOf(absl::Span<const OptionTable* const> tables);
// The map option among these tables in whose fields `key` belongs; nullptr: none.
const Option* HomeOf(absl::Span<const OptionTable* const> tables, absl::string_view key);
// `{above: 6,800 USD}`: the entry at `index` is 6, and the next a key `800 USD` without a value.
bool IsCutByComma(const YamlNode& map, std::size_t index);
inline bool IsScalar(OptionType type) { return type <= OptionType::kChoice; }

}  // namespace nephoscope
