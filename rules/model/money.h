// Money: decimal, with a currency, never a double.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nephoscope {

inline constexpr double kDaysPerMonth = 30.44;

// An ISO 4217 code such as USD; three upper-case letters, or empty (unknown).
class Currency {
 public:
  constexpr Currency() = default;
  // InvalidArgument unless three ASCII letters; lower case is folded.
  static absl::StatusOr<Currency> Parse(absl::string_view code);
  static Currency Usd();

  std::string code() const;
  bool empty() const { return code_[0] == 0; }
  friend bool operator==(const Currency&, const Currency&) = default;
  friend auto operator<=>(const Currency&, const Currency&) = default;

 private:
  char code_[3] = {0, 0, 0};
};

// An amount in millionths of its currency (range about +-9.2e12 units).
struct Money {
  std::int64_t micros = 0;
  Currency currency;

  // "42310.55", "-3", "1.2e-7" (rounded half away from zero to 6 digits). InvalidArgument: not a decimal number. OutOfRange.
  static absl::StatusOr<Money> Parse(absl::string_view number, Currency currency);

  // "42310.55": plain decimal, at least two digits after the point, no trailing zeros beyond them (for machines).
  std::string ToDecimal() const;
  // "42,310.55 USD": for people; cents, thousands separated.
  std::string ToText() const;
  double AsDouble() const { return static_cast<double>(micros) / 1e6; }

  // Saturates at the ends of the range.
  friend Money operator+(Money a, Money b);
  friend Money operator-(Money a, Money b);
  friend bool operator==(const Money&, const Money&) = default;
};

// `micros` times `ratio`, rounded to the nearest, saturating.
std::int64_t ScaleMicros(std::int64_t micros, double ratio);

// Sums of billing amounts, exact to 12 digits after the point (bills carry up to 11).
class ExactSum {
 public:
  // InvalidArgument: not a plain or scientific decimal number. OutOfRange: beyond +-1e18 units.
  absl::Status Add(absl::string_view number);
  // Rounded half away from zero.
  std::int64_t micros() const;
  // 12 digits after the point, for checks against a bill's own total.
  std::string ToDecimal() const;

 private:
  __int128 pico_ = 0;
};

}  // namespace nephoscope
