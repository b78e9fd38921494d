// Exchange: what a unit of one currency is worth in another, by the dated rates of the settings.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rules/model/money.h"

namespace nephoscope {

class Exchange {
 public:
  // `rates`: what one unit of each is worth in `base`; `as_of`: their day, 2026-11-01.
  Exchange(Currency base, std::vector<std::pair<Currency, double>> rates, std::string as_of) : base_(base), rates_(std::move(rates)), as_of_(std::move(as_of)) {}

  // What one unit of `from` is worth in `to`. Absent: one of them has no rate.
  std::optional<double> Rate(Currency from, Currency to) const;

  Currency base() const { return base_; }
  const std::string& as_of() const { return as_of_; }
  const std::vector<std::pair<Currency, double>>& rates() const { return rates_; }

 private:
  std::optional<double> InBase(Currency currency) const;

  Currency base_;
  std::vector<std::pair<Currency, double>> rates_;
  std::string as_of_;
};

}  // namespace nephoscope
