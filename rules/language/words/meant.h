// Numbers and units as people write them elsewhere, and what they surely mean here. A remedy made
// from these never stands for another number than the one that was meant: where there are two
// readings, both are named.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace nephoscope {

// What a written number means; both empty: it cannot be read.
struct MeantNumber {
  std::string usual;  // 42000.50 EUR
  std::string other;  // the second reading; empty: there is none
};

// `text` begins with a number whose thousands are set apart, or whose decimal sign is a
// comma: 42.000,50 EUR, 12,5%, 6,800 USD, 42 000 USD, 42'000 CHF. nullopt: it does not. What
// follows the number is kept.
std::optional<MeantNumber> ReadGrouped(absl::string_view text);
// "write 6800 USD, or 6.8 USD if the comma is a decimal sign".
std::string AdviceOf(const MeantNumber& meant);

// A percentage that lacks its sign: 0.8 -> 80%, 80 -> 80%; 1 and 1.5 have two readings.
MeantNumber MeantPercentage(absl::string_view text, double value);

// "42.000 USD" could be forty-two or forty-two thousand: three digits behind the point, one to
// three in front.
bool MayBeThousands(absl::string_view text, absl::string_view currency);

// What is said of such an amount: how it is read, and how to write it without doubt.
std::pair<std::string, std::string> SentencesOfPoint(absl::string_view text);

// Words for multiples: "5 million USD" -> "5M USD"; nullopt: there are none.
std::optional<std::string> WithoutNumberWords(absl::string_view text);

// The ISO 4217 code that was meant by a word, a sign or a slip in a code: euro, US$, UDS; empty:
// none for sure. `base`: the currency of the settings.
std::string MeantCurrency(absl::string_view word, absl::string_view base);

// "PT15M" and "00:15:00" -> "15m"; nullopt: in neither form, or with months.
std::optional<std::string> MeantDuration(absl::string_view text);

// "3/5", "3 out of 5", "5 times" -> "3 of 5 points"; empty: in no such form.
std::string MeantPoints(absl::string_view text);

// A date in another order, in words, or with a zone. One reading: 24.12.2026 -> 2026-12-24; two:
// 03/04/2026.
std::optional<MeantNumber> MeantDate(absl::string_view text);

}  // namespace nephoscope
