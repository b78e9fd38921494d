#include "rules/model/money.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

constexpr int kPicoDigits = 12;
constexpr __int128 kPicoPerUnit = 1'000'000'000'000;
constexpr __int128 kPicoPerMicro = 1'000'000;
constexpr __int128 kMaxUnits = 1'000'000'000'000'000'000;  // 1e18

absl::Status NotANumber(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("\"", text.substr(0, 40), "\" is not a number; expected one such as 42310.55"));
}

// The digits of a number without its point, and how many of them stand behind the point.
struct Decimal {
  bool negative = false;
  std::string digits;
  int scale = 0;
};

absl::StatusOr<int> ParseExponent(absl::string_view text, absl::string_view whole) {
  int exponent = 0;
  if (text.empty() || !absl::SimpleAtoi(text, &exponent) || exponent < -60 || exponent > 60) return NotANumber(whole);
  return exponent;
}

absl::StatusOr<Decimal> ParseDecimal(absl::string_view whole) {
  Decimal out;
  absl::string_view text = absl::StripAsciiWhitespace(whole);
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    out.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  bool point = false, any = false;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.' && !point) {
      point = true;
    } else if (absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) {
      any = true;
      if (out.digits.size() > 60) return NotANumber(whole);
      if (!(out.digits.empty() && text[i] == '0' && !point)) out.digits += text[i];
      if (point) ++out.scale;
    } else {
      return NotANumber(whole);
    }
  }
  if (!any) return NotANumber(whole);
  if (i < text.size()) {
    absl::StatusOr<int> exponent = ParseExponent(text.substr(i + 1), whole);
    if (!exponent.ok()) return exponent.status();
    out.scale -= *exponent;
  }
  return out;
}

// `decimal` in units of 10^-places, rounded half away from zero.
absl::StatusOr<__int128> Scale(const Decimal& decimal, int places, absl::string_view whole) {
  const __int128 limit = kMaxUnits * kPicoPerUnit;
  __int128 value = 0;
  const int shift = places - decimal.scale;  // > 0: append zeros; < 0: drop digits
  const int keep = static_cast<int>(decimal.digits.size()) + std::min(shift, 0);
  for (int i = 0; i < keep + std::max(shift, 0); ++i) {
    const int digit = i < static_cast<int>(decimal.digits.size()) ? decimal.digits[i] - '0' : 0;
    value = value * 10 + digit;
    if (value > limit) return absl::OutOfRangeError(absl::StrCat("\"", whole.substr(0, 40), "\" is too large"));
  }
  if (shift < 0 && keep >= 0 && keep < static_cast<int>(decimal.digits.size()) && decimal.digits[keep] >= '5') ++value;
  return decimal.negative ? -value : value;
}

// Plain numbers of at most 18 digits, 12 of them behind the point: what bills are made of. False: ParseDecimal knows.
bool FastPico(absl::string_view text, __int128& out) {
  constexpr std::int64_t kScale[] = {1'000'000'000'000, 100'000'000'000, 10'000'000'000, 1'000'000'000, 100'000'000, 10'000'000,
                                     1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::size_t places = point == text.size() ? 0 : text.size() - point - 1, digits = point + places;
  if (digits == 0 || digits > 18 || places > kPicoDigits) return false;
  std::int64_t value = 0;
  std::size_t seen = 0;
  for (const char c : text) {
    if (c == '.') continue;
    ++seen;
    const unsigned digit = static_cast<unsigned char>(c) - unsigned{'0'};
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  if (seen != digits) return false;  // a second point
  out = static_cast<__int128>(negative ? -value : value) * kScale[places];
  return true;
}

std::int64_t Saturate(__int128 value) {
  constexpr __int128 most = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp<__int128>(value, -most, most));
}

__int128 DivideRounded(__int128 value, __int128 by) {
  return value >= 0 ? (value + by / 2) / by : -((-value + by / 2) / by);
}

std::string PlainDecimal(__int128 value, int places, int least_places) {
  const bool negative = value < 0;
  unsigned __int128 rest = negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  std::string digits;
  while (rest > 0) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  }
  if (static_cast<int>(digits.size()) <= places) digits.insert(0, places + 1 - digits.size(), '0');
  std::string fraction = digits.substr(digits.size() - places);
  while (static_cast<int>(fraction.size()) > least_places && fraction.back() == '0') fraction.pop_back();
  std::string out = absl::StrCat(negative ? "-" : "", digits.substr(0, digits.size() - places));
  if (!fraction.empty()) absl::StrAppend(&out, ".", fraction);
  return out;
}

}  // namespace

absl::StatusOr<Currency> Currency::Parse(absl::string_view code) {
  Currency out;
  bool letters = code.size() == 3;
  for (std::size_t i = 0; letters && i < 3; ++i) {
    letters = absl::ascii_isalpha(static_cast<unsigned char>(code[i]));
    out.code_[i] = absl::ascii_toupper(static_cast<unsigned char>(code[i]));
  }
  if (!letters) return absl::InvalidArgumentError(absl::StrCat("\"", code.substr(0, 20), "\" is not a currency; expected three letters such as USD"));
  return out;
}

Currency Currency::Usd() { return *Parse("USD"); }

std::string Currency::code() const { return empty() ? "" : std::string(code_, 3); }

absl::StatusOr<Money> Money::Parse(absl::string_view number, Currency currency) {
  absl::StatusOr<Decimal> decimal = ParseDecimal(number);
  if (!decimal.ok()) return decimal.status();
  absl::StatusOr<__int128> micros = Scale(*decimal, 6, number);
  if (!micros.ok()) return micros.status();
  if (*micros > std::numeric_limits<std::int64_t>::max() || *micros < -std::numeric_limits<std::int64_t>::max())
    return absl::OutOfRangeError(absl::StrCat("\"", number.substr(0, 40), "\" is more money than we can count"));
  return Money{static_cast<std::int64_t>(*micros), currency};
}

std::string Money::ToDecimal() const { return PlainDecimal(micros, 6, 2); }

std::string Money::ToText() const {
  const std::string plain = PlainDecimal(DivideRounded(micros, 10'000), 2, 2);
  std::string out;
  const std::size_t begin = plain[0] == '-' ? 1 : 0;
  const std::size_t point = plain.find('.');
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (i > begin && i < point && (point - i) % 3 == 0) out += ',';
    out += plain[i];
  }
  return currency.empty() ? out : absl::StrCat(out, " ", currency.code());
}

Money operator+(Money a, Money b) {
  return {Saturate(static_cast<__int128>(a.micros) + b.micros), a.currency.empty() ? b.currency : a.currency};
}

Money operator-(Money a, Money b) {
  return {Saturate(static_cast<__int128>(a.micros) - b.micros), a.currency.empty() ? b.currency : a.currency};
}

std::int64_t ScaleMicros(std::int64_t micros, double ratio) {
  const double value = static_cast<double>(micros) * ratio;
  constexpr double most = 9.2e18;
  if (!(value > -most)) return -std::numeric_limits<std::int64_t>::max();  // NaN as well
  if (value > most) return std::numeric_limits<std::int64_t>::max();
  return std::llround(value);
}

absl::Status ExactSum::Add(absl::string_view number) {
  ExactSum one;
  if (!FastPico(number, one.pico_)) {
    absl::StatusOr<Decimal> decimal = ParseDecimal(number);
    if (!decimal.ok()) return decimal.status();
    absl::StatusOr<__int128> pico = Scale(*decimal, kPicoDigits, number);
    if (!pico.ok()) return pico.status();
    one.pico_ = *pico;
  }
  const __int128 sum = pico_ + one.pico_;
  if (sum > kMaxUnits * kPicoPerUnit || sum < -kMaxUnits * kPicoPerUnit) return absl::OutOfRangeError("the sum is too large");
  pico_ = sum;
  return absl::OkStatus();
}

std::int64_t ExactSum::micros() const { return Saturate(DivideRounded(pico_, kPicoPerMicro)); }

std::string ExactSum::ToDecimal() const { return PlainDecimal(pico_, kPicoDigits, kPicoDigits); }

}  // namespace nephoscope
