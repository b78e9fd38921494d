#include "agent/collectors/bills/focus_time.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace nephoscope {
namespace {

// Takes exactly `digits` digits off the front.
bool Number(absl::string_view& text, int digits, int& out) {
  if (static_cast<int>(text.size()) < digits) return false;
  out = 0;
  for (int i = 0; i < digits; ++i) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return false;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool Take(absl::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

bool Day(absl::string_view& text, absl::CivilDay& out) {
  int year = 0, month = 0, day = 0;
  if (!Number(text, 4, year)) return false;
  const char between = text.empty() ? '\0' : text[0];
  const bool marked = between == '-' || between == '/';
  if (marked) text.remove_prefix(1);
  if (!Number(text, 2, month) || (marked && !Take(text, between)) || !Number(text, 2, day)) return false;
  out = absl::CivilDay(year, month, day);
  return out.month() == month && out.day() == day;  // 30 February is none
}

// The rest behind the decimal point.
bool Fraction(absl::string_view& text, absl::Duration& out) {
  std::int64_t nanos = 0, unit = 100'000'000;
  if (text.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(text[0]))) return false;
  for (; !text.empty() && absl::ascii_isdigit(static_cast<unsigned char>(text[0])); unit /= 10) {
    nanos += unit * (text[0] - '0');
    text.remove_prefix(1);
  }
  out = absl::Nanoseconds(nanos);
  return true;
}

bool Clock(absl::string_view& text, absl::Duration& out) {
  int hours = 0, minutes = 0, seconds = 0;
  absl::Duration fraction = absl::ZeroDuration();
  if (!Number(text, 2, hours)) return false;
  const bool marked = Take(text, ':');
  if (!Number(text, 2, minutes)) return false;
  const bool more = marked ? Take(text, ':') : !text.empty() && absl::ascii_isdigit(static_cast<unsigned char>(text[0]));
  if (more && !Number(text, 2, seconds)) return false;
  if (more && (Take(text, '.') || Take(text, ',')) && !Fraction(text, fraction)) return false;
  out = absl::Hours(hours) + absl::Minutes(minutes) + absl::Seconds(seconds) + fraction;
  return hours <= 24 && minutes < 60 && seconds <= 60 && out <= absl::Hours(24);
}

// How far the time is ahead of UTC.
bool Zone(absl::string_view text, absl::Duration& out) {
  out = absl::ZeroDuration();
  for (const char* utc : {"", "Z", "UTC", "GMT", "Etc/UTC"})
    if (absl::EqualsIgnoreCase(text, utc)) return true;
  const bool west = Take(text, '-');
  int hours = 0, minutes = 0;
  if ((!west && !Take(text, '+')) || !Number(text, 2, hours)) return false;
  if (!text.empty() && (Take(text, ':'), !Number(text, 2, minutes))) return false;
  out = (absl::Hours(hours) + absl::Minutes(minutes)) * (west ? -1 : 1);
  return text.empty() && hours <= 14 && minutes < 60;
}

bool Read(absl::string_view text, absl::Time& out) {
  absl::CivilDay day;
  absl::Duration clock = absl::ZeroDuration(), ahead = absl::ZeroDuration();
  if (!Day(text, day)) return false;
  const bool apart = Take(text, 'T') || Take(text, 't') || (!text.empty() && text[0] == ' ');
  text = absl::StripLeadingAsciiWhitespace(text);
  if (apart && !text.empty() && absl::ascii_isdigit(static_cast<unsigned char>(text[0])) && !Clock(text, clock))
    return false;
  if (!Zone(absl::StripLeadingAsciiWhitespace(text), ahead)) return false;
  out = absl::FromCivil(day, absl::UTCTimeZone()) + clock - ahead;
  return true;
}

bool SlashesAtTheEndOfNumbers(absl::string_view text) {
  const std::size_t first = text.find_first_not_of("0123456789");
  return first != absl::string_view::npos && first > 0 && first <= 2 && (text[first] == '/' || text[first] == '.');
}

}  // namespace

absl::StatusOr<absl::Time> FocusTime(absl::string_view text) {
  absl::Time out;
  if (Read(text, out)) return out;
  const std::string found = absl::StrCat("\"", text.substr(0, 40), "\"");
  if (SlashesAtTheEndOfNumbers(text))
    return absl::InvalidArgumentError(absl::StrCat(
        found, " does not say which number is the month; export times as 2026-01-31T00:00:00Z (a spreadsheet rewrites them: "
               "take the provider's own file)"));
  return absl::InvalidArgumentError(
      absl::StrCat(found, " is not a time; expected one such as 2026-01-31 00:00:00 or 2026-01-31T00:00:00Z"));
}

}  // namespace nephoscope
