#include <utility>

#include "rules/model/check.h"
#include "rules/model/option_table.h"

namespace nephoscope {
namespace {

const Option* FindOption(const OptionTable* table, absl::string_view name) {
  if (table == nullptr) return nullptr;
  for (const Option& option : table->options)
    if (!name.empty() && name[0] == option.name[0] && name == option.name) return &option;
  return nullptr;
}

// The stored value of type T; nullptr when nothing is stored. Another type is a CHECK failure.
template <typename T>
const T* Stored(const OptionValues::Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return nullptr;
  const T* stored = std::get_if<T>(&value);
  CHECK(stored != nullptr && "the option has another type");
  return stored;
}

// What an absent value reads as: one immortal empty T.
template <typename T>
const T& Empty() {
  static const T& empty = *new T();
  return empty;
}

}  // namespace

template <typename T>
const T& OptionValues::As(absl::string_view name) const {
  const auto it = entries_.find(name);
  if (it == entries_.end()) {
    CHECK((table_ == nullptr || FindOption(table_, name) != nullptr) && "the option table has no such name");
    return Empty<T>();
  }
  const T* stored = Stored<T>(it->second.value);
  return stored == nullptr ? Empty<T>() : *stored;
}

// A map that nobody wrote is stored with its fields' defaults, so that Map() can answer, but does not count as a value.
bool OptionValues::Has(absl::string_view name) const {
  const auto it = entries_.find(name);
  if (it == entries_.end()) {
    CHECK((table_ == nullptr || FindOption(table_, name) != nullptr) && "the option table has no such name");
    return false;
  }
  const Entry& entry = it->second;
  if (std::holds_alternative<std::shared_ptr<OptionValues>>(entry.value)) return entry.given;
  return !std::holds_alternative<std::monostate>(entry.value);
}

bool OptionValues::Given(absl::string_view name) const { return Has(name) && entries_.find(name)->second.given; }

Mark OptionValues::MarkOf(absl::string_view name) const {
  const auto it = entries_.find(name);
  return it == entries_.end() || it->second.mark.line == 0 ? mark : it->second.mark;
}

const std::string& OptionValues::Text(absl::string_view name) const { return As<std::string>(name); }
bool OptionValues::Flag(absl::string_view name) const { return As<bool>(name); }
std::int64_t OptionValues::Integer(absl::string_view name) const { return As<std::int64_t>(name); }
double OptionValues::Number(absl::string_view name) const { return As<double>(name); }
absl::Duration OptionValues::Duration(absl::string_view name) const { return As<absl::Duration>(name); }
const Quantity& OptionValues::AsQuantity(absl::string_view name) const { return As<Quantity>(name); }
absl::CivilSecond OptionValues::Date(absl::string_view name) const { return As<absl::CivilSecond>(name); }
const std::vector<std::string>& OptionValues::TextList(absl::string_view name) const { return As<std::vector<std::string>>(name); }
const std::vector<std::pair<std::string, std::string>>& OptionValues::TextMap(absl::string_view name) const {
  return As<std::vector<std::pair<std::string, std::string>>>(name);
}
const std::vector<OptionValues>& OptionValues::MapList(absl::string_view name) const { return As<std::vector<OptionValues>>(name); }
const std::vector<std::pair<std::string, OptionValues>>& OptionValues::NamedMaps(absl::string_view name) const {
  return As<std::vector<std::pair<std::string, OptionValues>>>(name);
}
const std::vector<Matcher>& OptionValues::Matchers(absl::string_view name) const { return As<std::vector<Matcher>>(name); }

// Money is kept as a Quantity, because a rate (1200 USD/hour) has a unit of its own.
Money OptionValues::Amount(absl::string_view name) const {
  const auto it = entries_.find(name);
  if (it == entries_.end() || !std::holds_alternative<Quantity>(it->second.value)) return As<Money>(name);
  const Quantity& quantity = std::get<Quantity>(it->second.value);
  const absl::StatusOr<Currency> currency = Currency::Parse(quantity.base.substr(0, 3));
  return {quantity.micros, currency.ok() ? *currency : Currency()};
}

const OptionValues& OptionValues::Map(absl::string_view name) const {
  const std::shared_ptr<OptionValues>& map = As<std::shared_ptr<OptionValues>>(name);
  return map == nullptr ? Empty<OptionValues>() : *map;
}

void OptionValues::Set(absl::string_view name, Entry entry) {
  CHECK((table_ == nullptr || FindOption(table_, name) != nullptr) && "the option table has no such name");
  entries_.insert_or_assign(std::string(name), std::move(entry));
}

}  // namespace nephoscope
