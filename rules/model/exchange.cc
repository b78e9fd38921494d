#include "rules/model/exchange.h"

namespace nephoscope {

std::optional<double> Exchange::InBase(Currency currency) const {
  if (currency == base_) return 1;
  for (const auto& [other, rate] : rates_)
    if (other == currency) return rate;
  return std::nullopt;
}

std::optional<double> Exchange::Rate(Currency from, Currency to) const {
  if (from == to) return 1;
  const std::optional<double> one = InBase(from), other = InBase(to);
  return one && other ? std::optional<double>(*one / *other) : std::nullopt;
}

}  // namespace nephoscope
