#include "rules/language/words/time_words.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

struct Abbreviation {
  const char *word, *zones;  // the three that are usually meant
};
constexpr Abbreviation kAbbreviations[] = {
    {"EST", "America/New_York America/Toronto America/Panama"}, {"EDT", "America/New_York America/Toronto America/Detroit"},
    {"ET", "America/New_York America/Toronto America/Detroit"}, {"CST", "America/Chicago America/Mexico_City Asia/Shanghai"},
    {"CDT", "America/Chicago America/Winnipeg America/Havana"}, {"CT", "America/Chicago America/Winnipeg America/Mexico_City"},
    {"MST", "America/Denver America/Phoenix America/Edmonton"}, {"MDT", "America/Denver America/Edmonton America/Boise"},
    {"PST", "America/Los_Angeles America/Vancouver Asia/Manila"}, {"PDT", "America/Los_Angeles America/Vancouver America/Tijuana"},
    {"PT", "America/Los_Angeles America/Vancouver America/Tijuana"}, {"GMT", "UTC Europe/London Africa/Abidjan"},
    {"BST", "Europe/London Asia/Dhaka Pacific/Bougainville"}, {"IST", "Asia/Kolkata Europe/Dublin Asia/Jerusalem"},
    {"CET", "Europe/Berlin Europe/Paris Europe/Madrid"}, {"CEST", "Europe/Berlin Europe/Paris Europe/Madrid"},
    {"EET", "Europe/Helsinki Europe/Athens Africa/Cairo"}, {"WET", "Europe/Lisbon Atlantic/Canary Atlantic/Faroe"},
    {"MET", "Europe/Berlin Europe/Paris Europe/Madrid"}, {"MSK", "Europe/Moscow Europe/Minsk Europe/Simferopol"},
    {"JST", "Asia/Tokyo Asia/Seoul Pacific/Palau"}, {"AEST", "Australia/Sydney Australia/Melbourne Australia/Brisbane"},
    {"HST", "Pacific/Honolulu Pacific/Tahiti Pacific/Rarotonga"},
};
constexpr const char* kDays[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr const char* kMonths[] = {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"};

std::nullopt_t Fail(Problem& problem, const char* code, std::string what, std::string caret, std::optional<std::string> suggestion = std::nullopt) {
  problem = {code, std::move(what), std::move(caret), std::move(suggestion)};
  return std::nullopt;
}

template <std::size_t n>
int IndexOf(const char* const (&words)[n], absl::string_view word) {
  for (std::size_t i = 0; i < n; ++i)
    if (absl::EqualsIgnoreCase(word, words[i]) || (word.size() == 3 && absl::EqualsIgnoreCase(word, absl::string_view(words[i]).substr(0, 3)))) return static_cast<int>(i);
  return -1;
}

// The zone that was meant: by its last word too, as people write new_york or berlin.
std::string MeantZone(absl::string_view text) {
  std::string word(text);
  std::replace(word.begin(), word.end(), ' ', '_');
  for (const std::string& zone : ZoneNames())
    if (absl::EqualsIgnoreCase(zone, word) || absl::EqualsIgnoreCase(absl::string_view(zone).substr(zone.rfind('/') + 1), word)) return zone;
  return Nearest(word, ZoneNames());
}

bool IsZoneName(absl::string_view text) {
  const auto good = [](char c) { return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '+' || c == '/'; };
  return text.size() < 64 && (text == "UTC" || absl::StrContains(text, '/')) && text[0] != '/' && std::all_of(text.begin(), text.end(), good);
}

// 2am, 10:30 pm, 14h, 14.30 -> 14:30; empty: none of these.
std::string MeantClock(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  const bool afternoon = absl::EndsWith(lower, "pm"), half = afternoon || absl::EndsWith(lower, "am");
  std::string rest(absl::StripAsciiWhitespace(half ? absl::string_view(lower).substr(0, lower.size() - 2) : lower));
  if (!half && absl::EndsWith(rest, "h")) rest.pop_back();
  const std::vector<std::string> parts = absl::StrSplit(rest, absl::ByAnyChar(":.h"));
  int hours = 0, minutes = 0;
  if (parts.size() > 2 || !absl::SimpleAtoi(parts[0], &hours) || (parts.size() == 2 && !absl::SimpleAtoi(parts[1], &minutes))) return "";
  if (hours < 0 || minutes < 0 || hours > (half ? 12 : 24) || minutes > 59 || rest == lower) return parts.size() == 2 && hours < 24 && minutes < 60 && rest == lower ? absl::StrFormat("%02d:%02d", hours, minutes) : "";
  return absl::StrFormat("%02d:%02d", half ? hours % 12 + (afternoon ? 12 : 0) : hours, minutes);
}

std::nullopt_t FailClock(Problem& problem, absl::string_view text, absl::string_view what) {
  if (const std::string meant = MeantClock(text); what.empty() && !meant.empty()) return Fail(problem, "R605", "is not a time of the day", absl::StrCat("write \"", meant, "\""), absl::StrCat("\"", meant, "\""));
  return Fail(problem, "R605", absl::StrCat("is not a time of the day", what), "write hours and minutes in quotes, such as \"08:00\"");
}

std::nullopt_t FailDay(absl::string_view word, Problem& problem) {
  // A week has seven of them.
  if (absl::EqualsIgnoreCase(word, "weekly") || absl::EqualsIgnoreCase(word, "week")) return Fail(problem, "R605", "is not a day of the week", "write the day, such as monday");
  std::vector<std::string> words(std::begin(kDays), std::end(kDays));
  for (const char* other : {"weekday", "weekend", "day"}) words.emplace_back(other);
  const std::string nearest = Nearest(absl::AsciiStrToLower(word), words);
  return Fail(problem, "R605", "is not a day of the week", nearest.empty() ? "write monday, or monday-friday" : absl::StrCat("did you mean ", nearest, "?"),
              nearest.empty() ? std::nullopt : std::optional<std::string>(nearest));
}

}  // namespace

std::optional<absl::TimeZone> ReadZone(absl::string_view text, Problem& problem) {
  for (const Abbreviation& one : kAbbreviations) {
    if (!absl::EqualsIgnoreCase(text, one.word)) continue;
    const std::vector<std::string> zones = absl::StrSplit(one.zones, ' ');
    return Fail(problem, "R604", "is an abbreviation that several zones share, and that changes with summer time", absl::StrCat("write ", zones[0], ", ", zones[1], " or ", zones[2]));
  }
  absl::TimeZone zone;
  if (IsZoneName(text) && absl::LoadTimeZone(std::string(text), &zone)) return zone;
  const std::string meant = MeantZone(text);
  return Fail(problem, "R604", "is not a time zone", meant.empty() ? "write a name of the IANA list, such as Europe/Berlin" : absl::StrCat("did you mean ", meant, "?"),
              meant.empty() ? std::nullopt : std::optional<std::string>(meant));
}

std::optional<int> ReadClock(absl::string_view text, Problem& problem) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  int hours = 0, minutes = 0;
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isdigit(c) || c == ':'; });
  if (parts.size() != 2 || parts[0].size() > 2 || parts[1].size() != 2 || !digits || !absl::SimpleAtoi(parts[0], &hours) || !absl::SimpleAtoi(parts[1], &minutes)) return FailClock(problem, text, "");
  if (hours > 24 || minutes > 59 || hours * 60 + minutes > 24 * 60) return FailClock(problem, text, ": a day ends at 24:00");
  return hours * 60 + minutes;
}

std::optional<std::pair<int, int>> ReadClockRange(absl::string_view text, Problem& problem) {
  const std::vector<absl::string_view> ends = absl::StrSplit(text, '-');
  if (ends.size() != 2) return Fail(problem, "R605", "is not a range of times", "write both ends in quotes, such as \"22:00-06:00\"");
  const auto from = ReadClock(absl::StripAsciiWhitespace(ends[0]), problem), to = ReadClock(absl::StripAsciiWhitespace(ends[1]), problem);
  if (!from || !to) {
    // One end is no remedy for both.
    const std::string first = MeantClock(ends[0]), second = MeantClock(ends[1]);
    const std::string both = first.empty() || second.empty() ? "" : absl::StrCat("\"", first, "-", second, "\"");
    if (both.empty()) return Fail(problem, "R605", "is not a range of times", "write both ends in quotes, such as \"22:00-06:00\"");
    return Fail(problem, "R605", "is not a range of times", absl::StrCat("write ", both), both);
  }
  if (*from == *to) return Fail(problem, "R605", "begins and ends at the same time", "write \"00:00-24:00\" for the whole day");
  return std::make_pair(*from, *to);
}

std::optional<std::uint8_t> ReadWeekdays(absl::string_view text, Problem& problem) {
  if (text == "day") return 0x7f;
  if (text == "weekday") return 0x1f;
  if (text == "weekend") return 0x60;
  const std::vector<absl::string_view> ends = absl::StrSplit(text, '-');
  if (ends.size() > 2) return FailDay(text, problem);
  const int first = IndexOf(kDays, absl::StripAsciiWhitespace(ends.front())), last = IndexOf(kDays, absl::StripAsciiWhitespace(ends.back()));
  if (first < 0 || last < 0) return FailDay(first < 0 ? ends.front() : ends.back(), problem);
  std::uint8_t out = 0;
  for (int day = first;; day = (day + 1) % 7) {
    out = static_cast<std::uint8_t>(out | 1 << day);
    if (day == last) return out;
  }
}

std::optional<std::pair<int, int>> ReadDayOfYear(absl::string_view text, Problem& problem) {
  std::vector<absl::string_view> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  int day = 1;
  if (words.size() == 2 && absl::ascii_isdigit(words[0][0])) std::swap(words[0], words[1]);
  const int month = words.empty() ? -1 : IndexOf(kMonths, words[0]);
  if (month < 0 || words.size() > 2 || (words.size() == 2 && (!absl::SimpleAtoi(words[1], &day) || day < 1)))
    return Fail(problem, "R605", "is not a day of the year", "write a month and a day, such as October 1");
  if (day > 28) return Fail(problem, "R605", "is not a day that every month has", "write a day from 1 to 28");
  return std::make_pair(month + 1, day);
}

std::optional<absl::Duration> ReadRepeat(absl::string_view text, Problem& problem) {
  if (text == "never") return absl::InfiniteDuration();
  const std::optional<absl::Duration> out = ReadDuration(text, problem);
  if (!out) problem.caret = "write a duration such as 4h, or never";
  if (out && *out < absl::Minutes(1)) return Fail(problem, "R210", "is too often", "write at least 1m, or never");
  return out;
}

}  // namespace nephoscope
