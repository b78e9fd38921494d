// Option tables: the one description of what a part (rule kind, collector, exporter, agent) can be told. The YAML reader,
// error hints, --help, skeletons and reference pages are all made from these tables.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/model/diagnostic.h"
#include "rules/model/money.h"

namespace nephoscope {

struct OptionTable;

enum class OptionType : std::uint8_t {
  kText,      // any scalar
  kTemplate,  // text with ${name} places
  kUrl,       // http:// or https://
  kFlag,      // true | false
  kInteger,   // whole number
  kNumber,    // plain number
  kRatio,     // a percentage such as 80%; kept as 0.8
  kDuration,  // number and unit: 30s, 5m, 2h, 1d, 1w; "15 minutes"; or `auto` where the default is auto (then absent)
  kMoney,     // 42000 USD; where `example` is a rate (1200 USD/hour), a rate; kept as a Quantity, read by Amount or AsQuantity
  kQuantity,  // number and whatever unit fits the metric: 80%, 5 MB, 800 ms, 0
  kBytes,     // 64 MiB
  kDate,      // 2026-11-26 or 2026-12-24 18:00
  kChoice,    // one of `choices`
  kTextList,  // [a, b] or one scalar
  kTextMap,   // name: text
  kMap,       // `fields`
  kMapList,   // list of `fields`
  kMoneyMap,  // name: money, or name: {amount: money, ...}: each entry is read by `fields` (a scalar is its `amount`); without such a field, name: {...}
  kMatchers,  // `where`: label: value | [values] | "glob*" | {not: x} | {matches: re2} | {missing: true} | {at_least: 3}
};

struct Option {
  const char* name;
  OptionType type;
  const char* sentence;               // what it does, one sentence in plain words
  const char* default_text = nullptr; // as one would write it; nullptr: none
  const char* example = nullptr;
  bool required = false;
  absl::Span<const char* const> choices = {};  // kChoice
  const OptionTable* fields = nullptr;         // kMap, kMapList, kMoneyMap
  double minimum = -1e300;                     // kInteger, kNumber, kRatio (as ratio), kDuration (in seconds)
  double maximum = 1e300;
  const char* form = nullptr;                  // kText, and each text of a kTextMap: a regular expression that all texts fit which its reader takes; editors go by it
  const char* shorthand = nullptr;             // kMap, kMapList (of one): the field that a single value, written in place of the map, is read as
};

struct OptionTable {
  const char* name;      // "budget": as it is called in messages
  const char* sentence;  // what the part is for
  absl::Span<const Option> options;
};

// A number with the unit it was written in, scaled to the base unit: bytes, seconds, ratio (80 % -> 0.8), currency micros.
struct Quantity {
  double value = 0;
  std::string unit;   // as written: "%", "MB", "ms", "USD", "USD/hour", "" (bare number)
  std::string base;   // "ratio", "B", "s", "USD", "USD/hour", "" (bare number)
  std::int64_t micros = 0;  // when base is a currency or currency per time
  std::string text;   // as written
};

// One condition on a label. All matchers of a `where` must hold.
struct Matcher {
  enum class Op : std::uint8_t { kEqual, kAnyOf, kGlob, kNotEqual, kNotAnyOf, kNotGlob, kRegex, kNotRegex, kMissing, kPresent, kAtLeast, kAtMost, kAbove, kBelow };
  std::string label;
  Op op = Op::kEqual;
  std::vector<std::string> values;  // one, but for kAnyOf and kNotAnyOf; none for kMissing and kPresent; a number for kAtLeast and those behind it
};

// What was written for one option table, typed and with defaults filled in. Asking for a name or type that the table does
// not have is a CHECK failure: a programmer erred.
class OptionValues {
 public:
  using Value = std::variant<std::monostate, std::string, bool, std::int64_t, double, absl::Duration, Money, Quantity, absl::CivilSecond,
                             std::vector<std::string>, std::vector<std::pair<std::string, std::string>>, std::shared_ptr<OptionValues>,
                             std::vector<OptionValues>, std::vector<std::pair<std::string, OptionValues>>, std::vector<Matcher>>;
  struct Entry {
    Value value;
    Mark mark;           // of the value; of the key where there is no value
    bool given = false;  // false: the default
  };

  OptionValues() = default;
  explicit OptionValues(const OptionTable* table) : table_(table) {}

  const OptionTable* table() const { return table_; }
  bool Has(absl::string_view name) const;    // a value is there, given or by default
  bool Given(absl::string_view name) const;  // the author wrote it
  Mark MarkOf(absl::string_view name) const;

  const std::string& Text(absl::string_view name) const;  // kText, kTemplate, kUrl, kChoice; "" when absent
  bool Flag(absl::string_view name) const;
  std::int64_t Integer(absl::string_view name) const;     // kInteger, kBytes
  double Number(absl::string_view name) const;            // kNumber, kRatio
  absl::Duration Duration(absl::string_view name) const;  // zero when absent
  Money Amount(absl::string_view name) const;
  const Quantity& AsQuantity(absl::string_view name) const;
  absl::CivilSecond Date(absl::string_view name) const;
  const std::vector<std::string>& TextList(absl::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& TextMap(absl::string_view name) const;
  const OptionValues& Map(absl::string_view name) const;  // an empty one when absent
  const std::vector<OptionValues>& MapList(absl::string_view name) const;
  const std::vector<std::pair<std::string, OptionValues>>& NamedMaps(absl::string_view name) const;  // kMoneyMap
  const std::vector<Matcher>& Matchers(absl::string_view name) const;

  void Set(absl::string_view name, Entry entry);
  const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }
  Mark mark;  // where the whole map begins

 private:
  template <typename T>
  const T& As(absl::string_view name) const;

  const OptionTable* table_ = nullptr;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace nephoscope
