#include "rules/language/words/meant.h"

#include <algorithm>
#include <array>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/language/language.h"
#include "rules/language/words/scalars.h"

namespace nephoscope {
namespace {

bool Digit(char c) { return c >= '0' && c <= '9'; }

// Signs that only ever set thousands apart: spaces of all kinds and the Swiss apostrophe.
constexpr absl::string_view kApart[] = {
    " ", "'", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89", "\xE2\x80\x99"};

// A number as groups of digits: group, sign, group, ... ; ' ' stands for every sign of kApart.
struct Groups {
  std::vector<std::string> digits;
  std::string signs;
  std::size_t end = 0;  // of the number in the text
};

// The sign at the front of `text`; its bytes in `length`. 0: none.
char SignAt(absl::string_view text, std::size_t& length) {
  length = 1;
  if (absl::StartsWith(text, ",") || absl::StartsWith(text, ".")) return text[0];
  for (absl::string_view apart : kApart)
    if (absl::StartsWith(text, apart)) return length = apart.size(), ' ';
  return 0;
}

std::size_t DigitsAt(absl::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && (Digit(text[end]) || (text[end] == '_' && end > at))) ++end;
  return end - at;
}

Groups TakeGroups(absl::string_view text) {
  Groups out;
  std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  std::size_t length = DigitsAt(text, at);
  while (length > 0) {
    std::string digits(text.substr(at, length));
    digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
    out.digits.push_back(digits);
    out.end = at + length;
    std::size_t bytes = 0;
    const char sign = SignAt(text.substr(out.end), bytes);
    length = sign == 0 ? 0 : DigitsAt(text, out.end + bytes);
    if (length == 0 || (sign == ' ' && length != 3)) break;
    out.signs += sign;
    at = out.end + bytes;
  }
  return out;
}

// Whether groups 1 to `last` have three digits each; in India all but the last have two.
bool InThousands(const Groups& groups, std::size_t last) {
  if (groups.digits[0].empty() || groups.digits[0].size() > 3) return false;
  for (std::size_t i = 1; i <= last; ++i)
    if (groups.digits[i].size() != 3 && (i == last || groups.digits[i].size() != 2)) return false;
  return true;
}

// All groups as one number; behind group `whole` come decimals.
std::string Joined(const Groups& groups, std::size_t whole) {
  std::string out;
  for (std::size_t i = 0; i < groups.digits.size(); ++i)
    absl::StrAppend(&out, i == whole + 1 ? "." : "", groups.digits[i]);
  return out;
}

std::string WithoutZeros(std::string decimal) {
  while (absl::EndsWith(decimal, "0")) decimal.pop_back();
  if (absl::EndsWith(decimal, ".")) decimal.pop_back();
  return decimal;
}

MeantNumber Read(const Groups& groups) {
  const std::size_t last = groups.signs.size() - 1;
  const char decimal = groups.signs[last];
  const auto of_it = std::count(groups.signs.begin(), groups.signs.end(), decimal);
  const std::string all = Joined(groups, groups.digits.size());
  if (decimal == ' ') return {InThousands(groups, last + 1) ? all : "", ""};
  // Two kinds of signs: the last one is that of decimals.
  if (of_it < static_cast<std::ptrdiff_t>(groups.signs.size()))
    return {of_it == 1 && InThousands(groups, last) ? Joined(groups, last) : "", ""};
  if (groups.signs.size() > 1) return {InThousands(groups, last + 1) ? all : "", ""};
  const bool both =
      groups.digits[1].size() == 3 && groups.digits[0].size() <= 3 && groups.digits[0] != "0";
  const std::string fraction = Joined(groups, 0);
  return both ? MeantNumber{all, WithoutZeros(fraction)} : MeantNumber{fraction, ""};
}

// Money that has no ISO code, or has one no more.
constexpr absl::string_view kNoIso[] = {"BTC", "XBT", "ETH", "LTC", "XRP",  "SOL", "ADA", "BNB",
                                        "DOT", "DAI", "TRX", "XMR", "DEM",  "FRF", "ITL", "ESP",
                                        "NLG", "ATS", "BEF", "PTE", "IEP",  "FIM", "GRD", "HRK",
                                        "XAU", "XAG", "XDR", "CNH", "USDT", "USDC"};
// What providers bill in, and what people there write: a slip in one of these is more likely than
// another currency.
constexpr absl::string_view kUsual[] = {"USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR",
                                        "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN",
                                        "CZK", "BRL", "MXN", "ZAR", "KRW", "SGD", "HKD",
                                        "TWD", "ILS", "AED", "SAR", "TRY", "IDR", "THB"};

struct CurrencyWord {
  absl::string_view word, code;
};
constexpr CurrencyWord kCurrencyWords[] = {
    {"euro", "EUR"},         {"euros", "EUR"},    {"us$", "USD"},   {"us-dollar", "USD"},
    {"us-dollars", "USD"},   {"usdollar", "USD"}, {"pound", "GBP"}, {"pounds", "GBP"},
    {"yen", "JPY"},          {"rmb", "CNY"},      {"yuan", "CNY"},  {"rupee", "INR"},
    {"rupees", "INR"},       {"sfr", "CHF"},      {"c$", "CAD"},    {"a$", "AUD"},
    {"\xE2\x82\xAC", "EUR"}, {"\xC2\xA3", "GBP"}, {"ukp", "GBP"},
};

// A code is short: one slip is all that can be told from another word.
std::string OneSlipAway(const std::string& word, const std::vector<std::string>& codes) {
  if (word.size() < 4) return Nearest(word, codes);
  for (const std::string& code : codes)
    for (std::size_t i = 0; i < word.size(); ++i)
      if (absl::StrCat(word.substr(0, i), word.substr(i + 1)) == code) return code;
  return "";
}

}  // namespace

std::optional<MeantNumber> ReadGrouped(absl::string_view text) {
  const Groups groups = TakeGroups(text);
  // 42.000,- EUR: a dash for no cents.
  absl::string_view behind = text.substr(groups.end);
  const bool dash = !groups.digits.empty() && behind.size() > 1 && behind[1] == '-' &&
                    (behind[0] == ',' || behind[0] == '.');
  if (dash) {
    const std::size_t cents = std::min(behind.find_first_not_of('-', 1), behind.size());
    const absl::string_view number = text.substr(0, groups.end);
    const auto whole = ReadGrouped(absl::StrCat(number, behind.substr(0, 1), "00"));
    std::string usual = whole ? whole->usual : absl::StrCat(number, ".00");
    if (!usual.empty()) usual = absl::StrCat(WithoutZeros(usual), behind.substr(cents));
    return MeantNumber{usual, ""};
  }
  if (groups.signs.empty() || groups.signs == ".") return std::nullopt;
  MeantNumber out = Read(groups);
  const std::string sign = absl::StartsWith(text, "-") ? "-" : "";
  for (std::string* one : {&out.usual, &out.other})
    if (!one->empty()) *one = absl::StrCat(sign, *one, text.substr(groups.end));
  return out;
}

std::string AdviceOf(const MeantNumber& meant) {
  if (meant.usual.empty()) return "write digits with a point before the decimals, such as 6800.50";
  if (meant.other.empty()) return absl::StrCat("write ", meant.usual);
  return absl::StrCat("write ", meant.usual, ", or ", meant.other,
                      " if the comma is a decimal sign");
}

MeantNumber MeantPercentage(absl::string_view text, double value) {
  const std::string share = absl::StrFormat("%.10g%%", value * 100),
                    whole = absl::StrFormat("%.10g%%", value);
  if (value > 0 && value < 1) return {share, whole};
  const bool fraction = absl::StrContains(text, '.');
  if (value == 1 || (fraction && value < 10)) return {share, whole};
  return {whole, ""};
}

bool MayBeThousands(absl::string_view text, absl::string_view currency) {
  static constexpr absl::string_view kThousandths[] = {"BHD", "IQD", "JOD", "KWD",
                                                       "LYD", "OMR", "TND"};
  if (std::find(std::begin(kThousandths), std::end(kThousandths), currency) !=
      std::end(kThousandths))
    return false;
  const Groups groups = TakeGroups(text);
  return groups.signs == "." && groups.digits[0].size() <= 3 && groups.digits[0][0] != '0' &&
         groups.digits[1].size() == 3;
}

std::pair<std::string, std::string> SentencesOfPoint(absl::string_view text) {
  const Groups groups = TakeGroups(text);
  const std::string behind(text.substr(groups.end)), read = WithoutZeros(Joined(groups, 0));
  const bool whole = !absl::StrContains(read, '.');
  return {absl::StrCat("\"", text, "\" is read as ", read, behind,
                       ": a point stands before the decimals"),
          absl::StrCat("write ", read, whole || groups.digits[1].back() == '0' ? "" : "0", behind,
                       ", or ", Joined(groups, groups.digits.size()), behind,
                       " if thousands are meant")};
}

std::optional<std::string> WithoutNumberWords(absl::string_view text) {
  static constexpr struct {
    absl::string_view word, ours;
  } kWords[] = {{"million", "M"}, {"millions", "M"}, {"mio", "M"}, {"mio.", "M"}, {"mn", "M"},
                {"mln", "M"},     {"thousand", "k"}, {"tsd", "k"}, {"tsd.", "k"}, {"K", "k"}};
  std::size_t end = 0;
  while (end < text.size() && (Digit(text[end]) || text[end] == '.' || text[end] == '_')) ++end;
  const absl::string_view rest = absl::StripLeadingAsciiWhitespace(text.substr(end));
  const std::size_t space = std::min(rest.find(' '), rest.size());
  for (const auto& [word, ours] : kWords) {
    const bool same = word == "K" ? rest.substr(0, space) == word
                                  : absl::EqualsIgnoreCase(rest.substr(0, space), word);
    // 1.5m USD: of money, nobody writes thousandths so.
    const bool million = word == "mn" && rest.substr(0, space) == "m" &&
                         IsCurrencyCode(absl::StripAsciiWhitespace(rest.substr(space)));
    if (end > 0 && (same || million))
      return absl::StrCat(text.substr(0, end), ours, rest.substr(space));
  }
  return std::nullopt;
}

std::string MeantCurrency(absl::string_view word, absl::string_view base) {
  const std::string upper = absl::AsciiStrToUpper(word);
  if (IsCurrencyCode(upper)) return upper;
  for (const CurrencyWord& known : kCurrencyWords)
    if (absl::EqualsIgnoreCase(word, known.word)) return std::string(known.code);
  if ((absl::EqualsIgnoreCase(word, "dollar") || absl::EqualsIgnoreCase(word, "dollars")) &&
      base == "USD")
    return "USD";
  if (std::find(std::begin(kNoIso), std::end(kNoIso), upper) != std::end(kNoIso)) return "";
  const auto letters = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (upper.size() < 2 || upper.size() > 4 || !std::all_of(upper.begin(), upper.end(), letters))
    return "";
  if (upper.size() == 2 && upper != word) return "";
  std::vector<std::string> usual = {std::string(base)};
  for (const absl::string_view code : kUsual) usual.emplace_back(code);
  return OneSlipAway(upper, usual);
}

}  // namespace nephoscope
