#include "rules/language/words/scalars.h"

#include <cctype>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "rules/language/language.h"
#include "rules/language/words/meant.h"

namespace nephoscope {
namespace {

bool Digit(char c) { return c >= '0' && c <= '9'; }
bool Letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

std::nullopt_t Fail(Problem& problem, const char* code, std::string what, std::string caret, std::optional<std::string> suggestion = std::nullopt) {
  problem = {code, std::move(what), std::move(caret), std::move(suggestion)};
  return std::nullopt;
}

// A number whose thousands are set apart, or whose decimal sign is a comma.
std::nullopt_t FailGrouped(const MeantNumber& meant, absl::string_view text, Problem& problem) {
  const bool comma = absl::StrContains(text, ',');
  const bool one = meant.other.empty() && !meant.usual.empty();
  return Fail(problem, "R015", comma ? "has a comma in its number" : "has signs in its number that set thousands apart", AdviceOf(meant), one ? std::optional<std::string>(meant.usual) : std::nullopt);
}

// Digits with single `_` between them and one point. Returns where the number ends.
std::size_t TakeDigits(absl::string_view text, std::size_t at, std::string& digits) {
  bool point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    const bool between = at > 0 && at + 1 < text.size() && Digit(text[at - 1]) && Digit(text[at + 1]);
    if (Digit(c)) {
      digits += c;
    } else if (c == '.' && !point) {
      digits += c;
      point = true;
    } else if (c != '_' || !between) {
      break;
    }
  }
  return at;
}

// `e-7` behind the digits, or a `k` or `M` that sticks to them and begins no unit.
std::size_t TakeScale(absl::string_view text, std::size_t at, std::string& digits) {
  if (at >= text.size()) return at;
  const char next = at + 1 < text.size() ? text[at + 1] : ' ';
  if (text[at] == 'e' || text[at] == 'E') {
    const std::size_t first = at + (next == '-' || next == '+' ? 2 : 1);
    std::size_t end = first;
    while (end < text.size() && Digit(text[end])) ++end;
    if (end == first || end - first > 3) return at;
    absl::StrAppend(&digits, text.substr(at, end - at));
    return end;
  }
  if ((text[at] != 'k' && text[at] != 'M') || Letter(next) || next == '/') return at;
  digits += text[at] == 'k' ? "e3" : "e6";
  return at + 1;
}

constexpr double kLongest = 200.0 * 366 * 86400;  // seconds; longer durations are slips
constexpr char kDurationHint[] = "write a number and a unit, such as 30s, 5m, 2h or 1d";

struct TimeUnit {
  const char* name;
  double seconds;
};
constexpr TimeUnit kTimeUnits[] = {
    {"ms", 0.001},     {"s", 1},      {"m", 60},      {"h", 3600},     {"d", 86400},          {"w", 604800},           {"y", 31536000},
    {"sec", 1},        {"secs", 1},   {"min", 60},    {"mins", 60},    {"hr", 3600},          {"hrs", 3600},           {"second", 1},
    {"seconds", 1},    {"minute", 60}, {"minutes", 60}, {"hour", 3600}, {"hours", 3600},      {"day", 86400},          {"days", 86400},
    {"week", 604800},  {"weeks", 604800}, {"year", 31536000}, {"years", 31536000}, {"millisecond", 0.001}, {"milliseconds", 0.001},
};

std::nullopt_t FailDurationUnit(absl::string_view text, absl::string_view number, const std::string& unit, Problem& problem) {
  if (unit.empty())
    return Fail(problem, "R204", "needs a unit of time", absl::StrCat("write ", number, "s, ", number, "m, ", number, "h or ", number, "d"));
  if (absl::StartsWith(unit, "month") || absl::StartsWith(unit, "quarter"))
    return Fail(problem, "R203", "is not a duration: months differ in length", "write days, such as 30d");
  const std::string lower = absl::AsciiStrToLower(absl::StripSuffix(unit, "."));
  if (!SecondsOf(lower)) return Fail(problem, "R203", "is not a duration", kDurationHint);
  std::string instead(text);
  instead.replace(instead.rfind(unit), unit.size(), lower);
  return Fail(problem, "R203", "is not a duration", absl::StrCat("did you mean ", instead, "?"), instead);
}

// One `number unit` from the front of `rest`, in seconds.
std::optional<double> TakeTime(absl::string_view text, absl::string_view& rest, Problem& problem) {
  std::size_t end = 0;
  while (end < rest.size() && !Letter(rest[end]) && rest[end] != ' ' && rest[end] != '%') ++end;
  const absl::string_view number = rest.substr(0, end);
  rest = absl::StripLeadingAsciiWhitespace(rest.substr(end));
  end = 0;
  while (end < rest.size() && !Digit(rest[end]) && rest[end] != ' ') ++end;
  const std::string unit(rest.substr(0, end));
  rest = absl::StripLeadingAsciiWhitespace(rest.substr(end));
  const auto parts = SplitNumber(number, problem);
  double value = 0;
  if (!parts && absl::string_view(problem.code) == "R015") return FailGrouped(ReadGrouped(text).value_or(MeantNumber()), text, problem);
  if (!parts || !parts->unit.empty() || !absl::SimpleAtod(parts->number, &value)) return Fail(problem, "R203", "is not a duration", kDurationHint);
  const std::optional<double> scale = SecondsOf(unit);
  if (!scale && !(unit.empty() && value == 0 && rest.empty())) return FailDurationUnit(text, number, unit, problem);
  if (value < 0) return Fail(problem, "R210", "is negative; a duration counts forward", "write it without -", std::string(text.substr(1)));
  return value * scale.value_or(0);
}

}  // namespace

std::optional<double> SecondsOf(absl::string_view unit) {
  for (const TimeUnit& known : kTimeUnits)
    if (unit == known.name) return known.seconds;
  return std::nullopt;
}

std::optional<NumberAndUnit> SplitNumber(absl::string_view text, Problem& problem) {
  // 1.2.3 is no number at all.
  const std::optional<MeantNumber> grouped = ReadGrouped(text);
  if (grouped && (!grouped->usual.empty() || absl::StrContains(text, ','))) return FailGrouped(*grouped, text, problem);
  std::string digits;
  const bool sign = !text.empty() && (text[0] == '-' || text[0] == '+');
  if (sign && text[0] == '-') digits += '-';
  const std::size_t end = TakeDigits(text, sign, digits);
  if (digits.find_first_of("0123456789") == std::string::npos) return Fail(problem, "R201", "is not a number", "write digits, such as 42 or 6.8k");
  const std::size_t behind = TakeScale(text, end, digits);
  return NumberAndUnit{digits, std::string(absl::StripAsciiWhitespace(text.substr(behind)))};
}

std::optional<double> ReadNumber(absl::string_view text, Problem& problem) {
  const auto parts = SplitNumber(text, problem);
  if (!parts) return std::nullopt;
  double value = 0;
  if (!parts->unit.empty()) {
    const std::string number(absl::StripTrailingAsciiWhitespace(text.substr(0, text.rfind(parts->unit))));
    return Fail(problem, "R201", "is not a plain number", absl::StrCat("write ", number), number);
  }
  if (!absl::SimpleAtod(parts->number, &value) || !std::isfinite(value)) return Fail(problem, "R201", "is not a number", "write digits, such as 42 or 0.5");
  return value;
}

std::optional<std::int64_t> ReadInteger(absl::string_view text, Problem& problem) {
  const std::optional<double> value = ReadNumber(text, problem);
  // Of a whole number, only one reading is one.
  if (const auto grouped = ReadGrouped(text); !value && grouped && !grouped->other.empty()) return FailGrouped({grouped->usual, ""}, text, problem);
  if (!value) return std::nullopt;
  if (*value != std::floor(*value)) return Fail(problem, "R201", "is not a whole number", "write a number without a point");
  if (std::fabs(*value) > 9e15) return Fail(problem, "R210", "is too large", "write a smaller number");
  return static_cast<std::int64_t>(*value);
}

std::optional<bool> ReadFlag(absl::string_view text, Problem& problem) {
  if (text == "true") return true;
  if (text == "false") return false;
  const std::string lower = absl::AsciiStrToLower(text);
  const bool yes = lower == "yes" || lower == "on" || lower == "1" || lower == "y" || lower == "true";
  const bool no = lower == "no" || lower == "off" || lower == "0" || lower == "n" || lower == "false";
  if (!yes && !no) return Fail(problem, "R202", "is neither true nor false", "write true or false");
  return Fail(problem, "R202", "is neither true nor false", absl::StrCat("write ", yes ? "true" : "false"), yes ? "true" : "false");
}

std::optional<double> ReadRatio(absl::string_view text, Problem& problem) {
  const auto parts = SplitNumber(text, problem);
  if (!parts) {
    if (absl::StartsWith(text, "%")) return Fail(problem, "R201", "is not a percentage", absl::StrCat("write ", text.substr(1), "%"), absl::StrCat(text.substr(1), "%"));
    return std::nullopt;
  }
  double value = 0;
  if (!absl::SimpleAtod(parts->number, &value) || !std::isfinite(value)) return Fail(problem, "R201", "is not a number", "write a percentage, such as 80%");
  if (parts->unit == "%" || parts->unit == "percent") return value / 100;
  if (!parts->unit.empty()) return Fail(problem, "R205", "is not a percentage", "write a number and %, such as 80%");
  return FailBarePercentage(text, value, "needs a unit: percentages are written with %", problem);
}

std::nullopt_t FailBarePercentage(absl::string_view text, double value, std::string what, Problem& problem) {
  const MeantNumber meant = MeantPercentage(text, value);
  if (meant.other.empty()) return Fail(problem, "R204", std::move(what), absl::StrCat("write ", meant.usual, "  (", absl::StrFormat("%g", value / 100), " would be ", absl::StrFormat("%g", value), " % too: write ", meant.usual, ")"), meant.usual);
  return Fail(problem, "R204", std::move(what), absl::StrCat("write ", meant.usual, "  (or ", meant.other, " if that is meant)"));
}

std::optional<absl::Duration> ReadDuration(absl::string_view text, Problem& problem) {
  absl::string_view rest = absl::StripAsciiWhitespace(text);
  if (rest.empty()) return Fail(problem, "R203", "is not a duration", kDurationHint);
  if (const std::optional<std::string> meant = MeantDuration(rest)) return Fail(problem, "R203", "is not a duration as rules write it", absl::StrCat("write ", *meant), meant);
  double seconds = 0;
  while (!rest.empty()) {
    const std::optional<double> part = TakeTime(text, rest, problem);
    if (!part) return std::nullopt;
    seconds += *part;
  }
  if (seconds > kLongest) return Fail(problem, "R210", "is longer than 200 years", "write a shorter time");
  // Milliseconds are the finest that is written: no dust of binary fractions.
  return absl::Milliseconds(std::llround(seconds * 1000));
}

std::optional<absl::CivilSecond> ReadDate(absl::string_view text, Problem& problem) {
  const auto fail = [&](const char* what) {
    const MeantNumber meant = MeantDate(text).value_or(MeantNumber());
    if (meant.usual.empty()) return Fail(problem, "R208", what, "write year-month-day, such as 2026-11-26 or 2026-12-24 18:00");
    if (!meant.other.empty()) return Fail(problem, "R208", what, absl::StrCat("write ", meant.usual, ", or ", meant.other, " if the month comes first"));
    return Fail(problem, "R208", what, absl::StrCat("write ", meant.usual), meant.usual);
  };
  std::string same(text);
  if (same.size() > 10 && same[10] == ' ') same[10] = 'T';
  static constexpr absl::string_view kShapes[] = {"dddd-dd-dd", "dddd-dd-ddTdd:dd", "dddd-dd-ddTdd:dd:dd"};
  bool shaped = false;
  for (absl::string_view shape : kShapes) {
    bool fits = shape.size() == same.size();
    for (std::size_t i = 0; fits && i < shape.size(); ++i) fits = shape[i] == 'd' ? Digit(same[i]) : shape[i] == same[i];
    shaped = shaped || fits;
  }
  if (!shaped) return fail("is not a date");
  const auto number = [&](std::size_t at, std::size_t length) { return at < same.size() ? std::stoi(same.substr(at, length)) : 0; };
  const int month = number(5, 2), day = number(8, 2), hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  const absl::CivilSecond out(number(0, 4), month, day, hour, minute, second);
  if (out.month() != month || out.day() != day || out.hour() != hour || out.minute() != minute || out.second() != second) return fail("is not in the calendar");
  return out;
}

std::optional<std::string> ReadUrl(absl::string_view text, Problem& problem) {
  const bool http = absl::StartsWith(text, "http://"), https = absl::StartsWith(text, "https://");
  for (char c : text)
    if (static_cast<unsigned char>(c) <= ' ') return Fail(problem, "R209", "has a space in it", "write %20 for a space");
  if (!http && !https) {
    if (absl::StrContains(text, "://") || text.empty()) return Fail(problem, "R209", "is not a web address", "write http://... or https://...");
    const std::string instead = absl::StrCat("https://", text);
    return Fail(problem, "R209", "is not a web address", absl::StrCat("write ", instead, " or http://", text));
  }
  const absl::string_view host = text.substr(http ? 7 : 8);
  if (host.empty() || host[0] == '/' || host[0] == ':') return Fail(problem, "R209", "names no host", "write http://host/path");
  return std::string(text);
}

}  // namespace nephoscope
