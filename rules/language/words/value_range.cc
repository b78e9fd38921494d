#include "rules/language/words/value_range.h"

namespace nephoscope {
namespace {

double NumberOf(const Quantity& quantity) { return quantity.micros != 0 ? static_cast<double>(quantity.micros) / 1e6 : quantity.value; }

std::optional<ValueRange> RangeOfWord(const std::string& word, double number) {
  ValueRange out;
  if (word == "above" || word == "at_least" || word == "equals") out.low = number, out.with_low = word != "above";
  if (word == "below" || word == "at_most" || word == "equals") out.high = number, out.with_high = word != "below";
  const bool known = word == "above" || word == "at_least" || word == "equals" || word == "below" || word == "at_most";
  return known ? std::optional<ValueRange>(out) : std::nullopt;
}

}  // namespace

ValueRange ValueRange::Both(const ValueRange& other) const {
  ValueRange out = *this;
  if (other.low > low || (other.low == low && !other.with_low)) out.low = other.low, out.with_low = other.with_low;
  if (other.high < high || (other.high == high && !other.with_high)) out.high = other.high, out.with_high = other.with_high;
  return out;
}

bool ValueRange::Contains(const ValueRange& other) const {
  const ValueRange both = Both(other);
  return other.empty() || (both.low == other.low && both.high == other.high && both.with_low == other.with_low && both.with_high == other.with_high);
}

std::optional<ValueRange> RangeOf(const OptionValues& condition) {
  std::optional<ValueRange> out;
  for (const auto& [name, entry] : condition.entries()) {
    if (std::holds_alternative<std::monostate>(entry.value)) continue;
    const auto* quantity = std::get_if<Quantity>(&entry.value);
    const std::optional<ValueRange> one = quantity == nullptr ? std::nullopt : RangeOfWord(name, NumberOf(*quantity));
    if (!one) return std::nullopt;
    out = out ? out->Both(*one) : *one;
  }
  return out;
}

}  // namespace nephoscope
