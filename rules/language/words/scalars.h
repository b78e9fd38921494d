// Scalars: what a person writes for a number, a time, an amount, and what is wrong with it when it is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/model/money.h"
#include "rules/model/option_table.h"

namespace nephoscope {

// Why a scalar cannot be taken. A sentence is `"TEXT" ` + what.
struct Problem {
  const char* code = "";
  std::string what;                       // is not a duration
  std::string caret;                      // write a number and a unit, such as 30s
  std::optional<std::string> suggestion;  // 30s
};

// What a scalar may lean on.
struct ScalarContext {
  Currency base = Currency::Usd();  // of the settings; `$` means USD only when it is the base
};

// Each returns nullopt and sets `problem` when `text` is not one.
std::optional<double> ReadNumber(absl::string_view text, Problem& problem);            // 12, -0.5, 6_800, 6.8k
std::optional<std::int64_t> ReadInteger(absl::string_view text, Problem& problem);
std::optional<bool> ReadFlag(absl::string_view text, Problem& problem);
std::optional<double> ReadRatio(absl::string_view text, Problem& problem);             // 80% -> 0.8
std::optional<absl::Duration> ReadDuration(absl::string_view text, Problem& problem);  // 30s, 1h30m, 15 minutes; >= 0
std::optional<std::int64_t> ReadBytes(absl::string_view text, Problem& problem);       // 64 MiB
std::optional<absl::CivilSecond> ReadDate(absl::string_view text, Problem& problem);
std::optional<std::string> ReadUrl(absl::string_view text, Problem& problem);
// A number with any unit we know, or bare.
std::optional<Quantity> ReadQuantity(absl::string_view text, const ScalarContext& context, Problem& problem);
// An amount (42000 USD), or with `rate` an amount per time (1200 USD/hour).
std::optional<Quantity> ReadMoney(absl::string_view text, const ScalarContext& context, bool rate, Problem& problem);

// A written number apart from what follows: "6_800 USD" -> "6800", "USD"; "6.8k" -> "6.8e3", "".
struct NumberAndUnit {
  std::string number;  // decimal, perhaps with an exponent
  std::string unit;
};
std::optional<NumberAndUnit> SplitNumber(absl::string_view text, Problem& problem);

// R204 for a percentage that lacks its sign; the readings there are in problem.caret.
std::nullopt_t FailBarePercentage(absl::string_view text, double value, std::string what, Problem& problem);

// Seconds of a time unit (ms, s, minutes, ...); nullopt: none.
std::optional<double> SecondsOf(absl::string_view unit);

// ISO 4217.
bool IsCurrencyCode(absl::string_view code);
absl::Span<const std::string> CurrencyCodes();

}  // namespace nephoscope
