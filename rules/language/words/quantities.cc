#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "rules/language/words/meant.h"
#include "rules/language/words/scalars.h"

namespace nephoscope {
namespace {

std::nullopt_t Fail(Problem& problem, const char* code, std::string what, std::string caret, std::optional<std::string> suggestion = std::nullopt) {
  problem = {code, std::move(what), std::move(caret), std::move(suggestion)};
  return std::nullopt;
}

struct ByteUnit {
  const char* name;
  double bytes;
};
constexpr ByteUnit kByteUnits[] = {
    {"B", 1},           {"kB", 1e3},        {"MB", 1e6},           {"GB", 1e9},           {"TB", 1e12},
    {"KiB", 1024.0},    {"MiB", 1048576.0}, {"GiB", 1073741824.0}, {"TiB", 1099511627776.0},
};

std::optional<double> BytesOf(absl::string_view unit) {
  for (const ByteUnit& known : kByteUnits)
    if (unit == known.name) return known.bytes;
  return std::nullopt;
}

// The byte unit that was meant by KB, mib or gb; empty: none.
std::string MeantByteUnit(absl::string_view unit) {
  for (const ByteUnit& known : kByteUnits)
    if (absl::EqualsIgnoreCase(unit, known.name)) return known.name;
  return "";
}

struct Per {
  const char* name;     // as bases say it
  double seconds;
};

// "/h" -> hour; nullopt: not a time that rates are given in.
std::optional<Per> PerOf(absl::string_view word) {
  if (word == "s" || word == "second") return Per{"s", 1};
  if (word == "min" || word == "minute") return Per{"minute", 60};
  if (word == "h" || word == "hour") return Per{"hour", 3600};
  if (word == "d" || word == "day") return Per{"day", 86400};
  if (word == "month") return Per{"month", 30.44 * 86400};
  return std::nullopt;
}

// How a time that rates are given in is written elsewhere; empty: it is none.
std::string MeantPer(absl::string_view word) {
  static constexpr struct { absl::string_view theirs, ours; } kWords[] = {
      {"hr", "hour"},   {"hrs", "hour"},   {"hours", "hour"},   {"sec", "s"},  {"secs", "s"},  {"seconds", "s"}, {"m", "minute"},     {"mins", "minute"},
      {"minutes", "minute"}, {"days", "day"}, {"mo", "month"}, {"mon", "month"}, {"mth", "month"}, {"months", "month"}, {"ps", "s"}};
  const std::string lower = absl::AsciiStrToLower(word);
  if (PerOf(lower)) return lower;
  for (const auto& one : kWords)
    if (lower == one.theirs) return std::string(one.ours);
  return "";
}

struct Sign {
  const char *sign, *code;
};
constexpr Sign kSigns[] = {{"€", "EUR"}, {"£", "GBP"}, {"¥", "JPY"}, {"₹", "INR"}};

// "$420", "€5", "USD 420": number and unit exchanged, or a sign. Sets `text` to the usual order.
std::optional<std::string> UsualOrder(absl::string_view text, const ScalarContext& context, Problem& problem) {
  if (absl::StartsWith(text, "$")) {
    const std::string rest(absl::StripAsciiWhitespace(text.substr(1)));
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string instead = absl::StrCat(rest.substr(0, slash), " USD", rest.substr(slash));
    if (context.base == Currency::Usd()) return instead;
    return Fail(problem, "R207", absl::StrCat("is not clear: the base currency is ", context.base.code(), ", and many countries have a dollar"),
                absl::StrCat("write ", instead, " if that is meant"), instead);
  }
  for (const Sign& sign : kSigns) {
    if (!absl::StrContains(text, sign.sign)) continue;
    std::string number(text);
    number.erase(number.find(sign.sign), absl::string_view(sign.sign).size());
    const std::string instead = absl::StrCat(absl::StripAsciiWhitespace(number), " ", sign.code);
    return Fail(problem, "R207", "names its currency by a sign", absl::StrCat("write ", instead), instead);
  }
  const bool behind = text.size() > 4 && (text[3] == ' ' || absl::ascii_isdigit(text[3]));
  if (behind && IsCurrencyCode(absl::AsciiStrToUpper(text.substr(0, 3)))) {
    const std::string instead = absl::StrCat(absl::StripAsciiWhitespace(text.substr(3)), " ", absl::AsciiStrToUpper(text.substr(0, 3)));
    return Fail(problem, "R206", "has its currency in front", absl::StrCat("write ", instead), instead);
  }
  return std::string(text);
}

// The micros of `number`, or nullopt with a problem.
std::optional<std::int64_t> Micros(const std::string& number, absl::string_view code, Problem& problem) {
  const absl::StatusOr<Currency> currency = Currency::Parse(code);
  const absl::StatusOr<Money> money = Money::Parse(number, currency.ok() ? *currency : Currency());
  if (!money.ok()) return Fail(problem, "R210", "is beyond what amounts can hold (9 million million)", "write a smaller amount");
  return money->micros;
}

// Small b is a bit to those who measure lines: eight times less.
std::optional<std::string> InBytes(const NumberAndUnit& parts) {
  const bool bits = absl::StrContains(parts.unit, "bit") || absl::StrContains(parts.unit, "bps") || (parts.unit.size() > 1 && parts.unit[1] == 'b' && absl::StrContains("KMGTP", parts.unit[0]) && (parts.unit.size() == 2 || parts.unit[2] == '/'));
  double number = 0;
  if (!bits || !absl::SimpleAtod(parts.number, &number)) return std::nullopt;
  const char prefix = absl::ascii_toupper(parts.unit[0]);
  const std::string unit = prefix == 'K' ? "kB" : absl::StrContains("MGT", prefix) ? absl::StrCat(std::string(1, prefix), "B") : "B";
  const bool rate = absl::StrContains(parts.unit, "bps") || absl::StrContains(parts.unit, '/');
  return absl::StrCat(absl::StrFormat("%.10g", number / 8), " ", unit, rate ? "/s" : "");
}

// What was meant by a unit of other tools or a slip in one of ours; a whole value such as "5 MB". Empty: nothing for sure.
std::string MeantValue(const NumberAndUnit& parts, absl::string_view text, const ScalarContext& context) {
  const std::string number(absl::StripAsciiWhitespace(text.substr(0, text.size() - parts.unit.size())));
  if (const auto plain = WithoutNumberWords(text)) return *plain;
  // Rates: 5 USD per hour, 5 USD/hr.
  std::string unit = absl::StrReplaceAll(parts.unit, {{" per ", "/"}, {"per ", "/"}});
  const std::size_t slash = unit.find('/');
  const std::string per = slash == std::string::npos ? "" : MeantPer(absl::StripAsciiWhitespace(absl::string_view(unit).substr(slash + 1)));
  if (slash != std::string::npos && per.empty()) return "";
  const std::string rate = slash == std::string::npos ? "" : absl::StrCat("/", per);
  unit = std::string(absl::StripAsciiWhitespace(absl::string_view(unit).substr(0, slash)));
  if (unit.empty()) return absl::StrCat(number, rate);
  std::string ours = SecondsOf(unit) || BytesOf(unit) || unit == "%" ? unit : MeantByteUnit(unit);
  if (ours.empty()) ours = MeantCurrency(unit, context.base.code());
  if (ours.empty() && (absl::EqualsIgnoreCase(unit, "pct") || absl::EqualsIgnoreCase(unit, "per cent") || unit == "%%")) ours = "%";
  if (ours.empty() && SecondsOf(absl::AsciiStrToLower(unit))) ours = absl::AsciiStrToLower(unit);
  return ours.empty() ? "" : absl::StrCat(number, ours == "%" ? "" : " ", ours, rate);
}

std::nullopt_t FailUnit(const NumberAndUnit& parts, absl::string_view text, const ScalarContext& context, Problem& problem) {
  const std::string unit(absl::StripAsciiWhitespace(absl::string_view(parts.unit).substr(0, parts.unit.find('/'))));
  const bool letters = std::all_of(unit.begin(), unit.end(), [](char c) { return absl::ascii_isalpha(c); });
  const bool upper = std::all_of(unit.begin(), unit.end(), [](char c) { return absl::ascii_isupper(c); });
  const bool other = !MeantByteUnit(unit).empty() || SecondsOf(absl::AsciiStrToLower(unit));
  const bool code = unit.size() == 3 && letters && !MeantCurrency(unit, context.base.code()).empty();
  const bool money = letters && !other && (code || (upper && unit.size() > 2 && unit.size() < 6));
  if (const auto bytes = InBytes(parts)) {
    const std::string same = MeantByteUnit(unit);
    return Fail(problem, "R205", absl::StrCat("has a unit that is not known: ", parts.unit),
                absl::StrCat("write ", *bytes, same.empty() ? "" : absl::StrCat(", or ", text.substr(0, text.size() - parts.unit.size()), same, parts.unit.substr(unit.size()), " if bytes are meant, not bits")),
                same.empty() ? bytes : std::nullopt);
  }
  const std::string meant = MeantValue(parts, text, context);
  const std::string what = absl::StrCat(money ? "names a currency that is not known: " : "has a unit that is not known: ", parts.unit);
  const char* which = money ? "R207" : "R205";
  if (!meant.empty()) return Fail(problem, which, what, absl::StrCat("did you mean ", meant, "?"), meant);
  if (money) return Fail(problem, which, what, "write its ISO code, such as USD or EUR");
  return Fail(problem, which, what, "units are % · ms s m h d w · B kB MB GB TB KiB MiB GiB TiB · a currency such as USD · and any of these /s, /h, /day, /month");
}

// Unit `unit` (without "/time") into out.base and the factor to it; false: not known.
bool Scale(const std::string& unit, Quantity& out, double& factor) {
  if (unit == "%" || unit == "percent") {
    out.base = "ratio", factor = 0.01;
  } else if (const auto seconds = SecondsOf(unit)) {
    out.base = "s", factor = *seconds;
  } else if (const auto bytes = BytesOf(unit)) {
    out.base = "B", factor = *bytes;
  } else {
    return unit.empty();
  }
  return true;
}

}  // namespace

std::optional<Quantity> ReadQuantity(absl::string_view text, const ScalarContext& context, Problem& problem) {
  const std::optional<std::string> usual = UsualOrder(text, context, problem);
  if (!usual) return std::nullopt;
  const auto parts = SplitNumber(*usual, problem);
  Quantity out;
  if (!parts) {
    if (absl::StartsWith(text, "%")) problem = {"R201", "is not a percentage", absl::StrCat("write ", text.substr(1), "%"), absl::StrCat(text.substr(1), "%")};
    return std::nullopt;
  }
  if (!absl::SimpleAtod(parts->number, &out.value) || !std::isfinite(out.value)) return Fail(problem, "R201", "is not a number", "write digits, such as 42 or 0.5");
  out.text = std::string(text);
  out.unit = parts->unit;
  const std::size_t slash = parts->unit.find('/');
  const std::string unit(absl::StripAsciiWhitespace(parts->unit.substr(0, slash)));
  std::optional<Per> per;
  if (slash != std::string::npos) {
    per = PerOf(absl::StripAsciiWhitespace(parts->unit.substr(slash + 1)));
    if (!per) {
      const std::string meant = MeantValue(*parts, *usual, context);
      const char* known = "rates are per s, minute, hour, day or month";
      return Fail(problem, "R205", absl::StrCat("has a rate that is not known: ", parts->unit), meant.empty() ? known : absl::StrCat("did you mean ", meant, "?"), meant.empty() ? std::nullopt : std::optional<std::string>(meant));
    }
  }
  if (IsCurrencyCode(unit)) {
    const auto micros = Micros(parts->number, unit, problem);
    if (!micros) return std::nullopt;
    out.micros = *micros;
    out.base = per ? absl::StrCat(unit, "/", per->name) : unit;
    return out;
  }
  double factor = 1;
  if (!Scale(unit, out, factor)) return FailUnit(*parts, *usual, context, problem);
  out.value = factor < 1 ? out.value / std::round(1 / factor) : out.value * factor;  // 350 ms is 0.35 s, to the last digit
  if (per) out.value /= per->seconds, absl::StrAppend(&out.base, "/s");
  return out;
}

std::optional<Quantity> ReadMoney(absl::string_view text, const ScalarContext& context, bool rate, Problem& problem) {
  std::optional<Quantity> out = ReadQuantity(text, context, problem);
  const std::string base = context.base.code();
  if (!out) {
    if (absl::string_view(problem.code) == "R201") problem = {"R206", "is not an amount of money", absl::StrCat("write a number and a currency, such as 42000 ", base), std::nullopt};
    return std::nullopt;
  }
  if (out->base.empty() && out->value == 0 && !rate) {
    out->base = base;
    return out;
  }
  if (out->base.empty()) {
    const std::string instead = absl::StrCat(text, " ", base, rate ? "/hour" : "");
    return Fail(problem, "R204", "needs a currency", absl::StrCat("write ", instead), instead);
  }
  if (!IsCurrencyCode(out->base.substr(0, 3))) return Fail(problem, "R206", "is not an amount of money", absl::StrCat("write a number and a currency, such as 42000 ", base));
  const bool is_rate = absl::StrContains(out->base, '/');
  if (rate && !is_rate) return Fail(problem, "R206", "is an amount; an amount per time is needed", absl::StrCat("write ", text, "/hour"), absl::StrCat(text, "/hour"));
  if (!rate && is_rate) {
    const std::string instead(absl::StripAsciiWhitespace(text.substr(0, text.find('/'))));
    return Fail(problem, "R206", "is an amount per time; a plain amount is needed", absl::StrCat("write ", instead), instead);
  }
  return out;
}

std::optional<std::int64_t> ReadBytes(absl::string_view text, Problem& problem) {
  std::optional<Quantity> out = ReadQuantity(text, {}, problem);
  if (!out) {
    if (absl::string_view(problem.code) == "R201") problem = {"R205", "is not a size", "write a number and a unit, such as 64 MiB", std::nullopt};
    return std::nullopt;
  }
  if (out->base.empty() && out->value == 0) return 0;
  if (out->base.empty()) return Fail(problem, "R204", "needs a unit", absl::StrCat("write ", text, " B, ", text, " KiB or ", text, " MiB"));
  if (out->base != "B") return Fail(problem, "R205", "is not a size", "write a number and a unit, such as 64 MiB");
  if (out->value < 0 || out->value > 9e15) return Fail(problem, "R210", "is not a size that exists", "write a size between 0 B and 8000 TB");
  return std::llround(out->value);
}

}  // namespace nephoscope
