// Durations and dates in other forms than ours.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "rules/language/words/meant.h"

namespace nephoscope {
namespace {

// A hundred years: a longer time is a slip of the keyboard, and what is shown of it fits a whole number.
constexpr double kLongestSeconds = 100.0 * 366 * 86400;

bool Digit(char c) { return c >= '0' && c <= '9'; }

// "1 d 2 h" as we write it; the largest units first, nothing that is zero.
std::string InOurUnits(double seconds) {
  static constexpr struct {
    const char* unit;
    double seconds;
  } kUnits[] = {{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}};
  std::string out;
  for (const auto& one : kUnits) {
    const auto whole = static_cast<long long>(seconds / one.seconds);
    if (whole > 0) absl::StrAppend(&out, whole, one.unit);
    seconds -= static_cast<double>(whole) * one.seconds;
  }
  return out.empty() ? "0s" : out;
}

// ISO 8601: P1DT12H. Months and years differ in length.
std::optional<double> IsoSeconds(absl::string_view text) {
  if (text.size() < 3 || (text[0] != 'P' && text[0] != 'p')) return std::nullopt;
  double out = 0;
  bool time = false;
  std::string number;
  for (const char lower : absl::AsciiStrToLower(text.substr(1))) {
    double value = 0;
    if (lower == 't') {
      time = true;
    } else if (Digit(lower) || lower == '.') {
      number += lower;
    } else {
      const double unit = lower == 'w'           ? 604800
                          : lower == 'd'         ? 86400
                          : lower == 'h'         ? 3600
                          : lower == 'm' && time ? 60
                          : lower == 's'         ? 1
                                                 : 0;
      if (unit == 0 || !absl::SimpleAtod(number, &value)) return std::nullopt;
      out += value * unit;
      number.clear();
    }
  }
  return number.empty() && out <= kLongestSeconds ? std::optional<double>(out) : std::nullopt;
}

// 00:15:00, as Azure writes it: hours, minutes, seconds.
std::optional<double> ClockSeconds(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  if (parts.size() != 3) return std::nullopt;
  double out = 0;
  for (const absl::string_view part : parts) {
    int number = 0;
    if (part.empty() || part.size() > 2 || !absl::SimpleAtoi(part, &number)) return std::nullopt;
    out = out * 60 + number;
  }
  return out;
}

int MonthOf(absl::string_view word) {
  static constexpr const char* kMonths[] = {"january",   "february", "march",    "april",
                                            "may",       "june",     "july",     "august",
                                            "september", "october",  "november", "december"};
  const std::string lower = absl::AsciiStrToLower(absl::StripSuffix(word, "."));
  for (int i = 0; i < 12; ++i)
    if (lower == kMonths[i] || (lower.size() >= 3 && absl::StartsWith(kMonths[i], lower)))
      return i + 1;
  return 0;
}

std::string Date(int year, int month, int day) {
  const absl::CivilDay out(year, month, day);
  return out.month() == month && out.day() == day
             ? absl::StrFormat("%04d-%02d-%02d", year, month, day)
             : "";
}

struct DateWord {
  std::string text;
  int number = 0;  // 0: none
  int month = 0;   // of a month's name
};

// "24.12.2026" or "Dec 24, 2026" as three words; `sign`: what stands between numbers; `end`: behind
// the third.
std::vector<DateWord> DateWords(absl::string_view text, char& sign, std::size_t& end) {
  std::vector<DateWord> out;
  sign = ' ';
  for (std::size_t at = 0; at < text.size() && out.size() < 3;) {
    if (!absl::ascii_isalnum(text[at])) {
      if (!absl::StrContains(" .,/-", text[at])) return {};
      if (out.size() == 1 && text[at] != ' ') sign = text[at];
      ++at;
      continue;
    }
    const bool digit = Digit(text[at]);
    std::size_t stop = at;
    while (stop < text.size() && absl::ascii_isalnum(text[stop]) && Digit(text[stop]) == digit)
      ++stop;
    DateWord word{std::string(text.substr(at, stop - at)), 0, 0};
    if (digit && !absl::SimpleAtoi(word.text, &word.number)) return {};
    // 24th of December
    const bool filler = word.text == "th" || word.text == "st" || word.text == "nd" ||
                        word.text == "rd" || word.text == "of";
    if (!digit && !filler && (word.month = MonthOf(word.text)) == 0) return {};
    if (!filler) out.push_back(word);
    at = end = stop;
  }
  return out;
}

// "T18:00:00Z", " 6pm" -> " 18:00"; nullopt: no time that we take.
std::optional<std::string> TimeBehind(absl::string_view rest) {
  rest = absl::StripAsciiWhitespace(rest);
  if (absl::StartsWith(rest, "T")) rest.remove_prefix(1);
  if (absl::EndsWith(rest, "Z")) rest.remove_suffix(1);
  if (rest.empty()) return "";
  const std::string lower = absl::AsciiStrToLower(rest);
  const bool afternoon = absl::EndsWith(lower, "pm"),
             half = afternoon || absl::EndsWith(lower, "am");
  const std::vector<std::string> parts =
      absl::StrSplit(absl::StripAsciiWhitespace(
                         half ? absl::string_view(lower).substr(0, lower.size() - 2) : lower),
                     ':');
  int hour = 0, minute = 0, second = 0;
  if (parts.size() > 3 || (parts.size() == 1 && !half) || !absl::SimpleAtoi(parts[0], &hour))
    return std::nullopt;
  if (parts.size() > 1 && !absl::SimpleAtoi(parts[1], &minute)) return std::nullopt;
  if (parts.size() > 2 && !absl::SimpleAtoi(parts[2].substr(0, parts[2].find('.')), &second))
    return std::nullopt;
  if (half) hour = hour % 12 + (afternoon ? 12 : 0);
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return absl::StrCat(absl::StrFormat(" %02d:%02d", hour, minute),
                      second > 0 ? absl::StrFormat(":%02d", second) : "");
}

}  // namespace

std::optional<std::string> MeantDuration(absl::string_view text) {
  std::optional<double> seconds = IsoSeconds(text);
  if (!seconds) seconds = ClockSeconds(text);
  return seconds ? std::optional<std::string>(InOurUnits(*seconds)) : std::nullopt;
}

std::string MeantPoints(absl::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : absl::AsciiStrToLower(text)) {
    const bool same = !word.empty() && Digit(c) == Digit(word.back()) && absl::ascii_isalnum(c);
    if (!same && !word.empty()) words.push_back(std::exchange(word, ""));
    if (absl::ascii_isalnum(c)) word += c;
    if (c == '/') words.emplace_back("of");
  }
  if (!word.empty()) words.push_back(word);
  // in a row, times, consecutive points: all of them.
  static constexpr absl::string_view kAll[] = {
      "times",  "x",     "consecutive", "periods", "period", "datapoints",
      "points", "point", "evaluations", "checks",  "samples"};
  int held = 0, of = 0;
  if (words.size() < 2 || !absl::SimpleAtoi(words[0], &held) || held < 1) return "";
  if (words[1] == "out") words.erase(words.begin() + 1);
  if (words.size() >= 3 && (words[1] == "of" || words[1] == "in") &&
      absl::SimpleAtoi(words[2], &of))
    return of >= held ? absl::StrCat(held, " of ", of, " points") : "";
  return std::find(std::begin(kAll), std::end(kAll), words[1]) != std::end(kAll)
             ? absl::StrCat(held, " of ", held, " points")
             : "";
}

std::optional<MeantNumber> MeantDate(absl::string_view text) {
  char sign = ' ';
  std::size_t end = 0;
  std::vector<DateWord> words = DateWords(text, sign, end);
  if (words.size() == 1 && words[0].text.size() == 8 && words[0].number > 0) {
    words = {{"", words[0].number / 10000, 0},
             {"", words[0].number / 100 % 100, 0},
             {"", words[0].number % 100, 0}};
  } else if (words.size() != 3) {
    return std::nullopt;
  }
  const std::optional<std::string> time = TimeBehind(text.substr(end));
  if (!time) return std::nullopt;
  const auto with = [&](const std::string& date) {
    return date.empty() ? "" : absl::StrCat(date, *time);
  };
  const auto named =
      std::find_if(words.begin(), words.end(), [](const DateWord& word) { return word.month > 0; });
  if (named != words.end()) {
    const int month = named->month;
    words.erase(named);
    if (words[0].number > 31) std::swap(words[0], words[1]);
    return MeantNumber{
        words[1].number < 1000 ? "" : with(Date(words[1].number, month, words[0].number)), ""};
  }
  if (words[0].number > 1000)
    return MeantNumber{with(Date(words[0].number, words[1].number, words[2].number)), ""};
  if (words[2].number < 1000) return std::nullopt;
  const std::string day_first = with(Date(words[2].number, words[1].number, words[0].number));
  const std::string month_first = with(Date(words[2].number, words[0].number, words[1].number));
  // With points the day comes first everywhere; with other signs it depends on the country.
  if (sign == '.' || month_first.empty() || month_first == day_first)
    return MeantNumber{day_first, ""};
  if (day_first.empty()) return MeantNumber{month_first, ""};
  return MeantNumber{day_first, month_first};
}

}  // namespace nephoscope
