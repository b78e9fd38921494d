#include "rules/engine/template.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

constexpr const char* kFilters[] = {"money", "percent", "bytes", "duration", "date", "upper", "default"};

void ParseInside(absl::string_view inside, TemplatePlace& place) {
  const std::size_t bar = inside.find('|');
  place.name = std::string(absl::StripAsciiWhitespace(inside.substr(0, bar)));
  if (bar == absl::string_view::npos) return;
  absl::string_view filter = absl::StripAsciiWhitespace(inside.substr(bar + 1));
  if (const std::size_t open = filter.find('('); open != absl::string_view::npos) {
    absl::string_view argument = filter.substr(open + 1);
    while (!argument.empty() && (argument.back() == ')' || argument.back() == '"')) argument.remove_suffix(1);
    while (!argument.empty() && argument.front() == '"') argument.remove_prefix(1);
    place.argument = std::string(argument);
    filter = absl::StripAsciiWhitespace(filter.substr(0, open));
  }
  place.filter = std::string(filter);
}

std::string Thousands(std::string plain) {
  const std::size_t begin = plain[0] == '-' ? 1 : 0;
  const std::size_t point = std::min(plain.find('.'), plain.size());
  for (std::size_t i = point; i > begin + 3; i -= 3) plain.insert(i - 3, ",");
  return plain;
}

std::string Filtered(const TemplatePlace& place, const std::string& value) {
  if (place.filter == "default") return value.empty() ? place.argument : value;
  if (place.filter == "upper") return absl::AsciiStrToUpper(value);
  double number = 0;
  if (place.filter.empty() || !absl::SimpleAtod(value, &number)) return value;
  if (place.filter == "percent") return ValueText(number, "ratio");
  if (place.filter == "bytes") return ValueText(number, "B");
  if (place.filter == "duration") return LengthText(number);
  if (place.filter == "money") return Thousands(absl::StrCat(std::llround(number * 100) / 100, ".", std::llabs(std::llround(number * 100)) % 100 < 10 ? "0" : "", std::llabs(std::llround(number * 100)) % 100));
  return value;
}

}  // namespace

absl::Span<const char* const> TemplateFilters() { return kFilters; }

std::vector<TemplatePlace> TemplatePlaces(absl::string_view text) {
  std::vector<TemplatePlace> out;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != '$') continue;
    if (text[i + 1] == '$') {
      ++i;
      continue;
    }
    if (text[i + 1] != '{') continue;
    TemplatePlace place;
    place.begin = i;
    const std::size_t close = text.find('}', i);
    place.closed = close != absl::string_view::npos;
    place.end = place.closed ? close + 1 : text.size();
    ParseInside(text.substr(i + 2, place.end - (place.closed ? 1 : 0) - i - 2), place);
    i = place.end - 1;
    out.push_back(std::move(place));
  }
  return out;
}

std::string RenderTemplate(absl::string_view text, const Places& places) {
  std::string out;
  std::size_t at = 0;
  const auto plain = [&](absl::string_view part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      out += part[i];
      if (part[i] == '$' && i + 1 < part.size() && part[i + 1] == '$') ++i;
    }
  };
  for (const TemplatePlace& place : TemplatePlaces(text)) {
    plain(text.substr(at, place.begin - at));
    const auto found = std::find_if(places.begin(), places.end(), [&](const auto& p) { return p.first == place.name; });
    out += Filtered(place, found == places.end() ? std::string() : found->second);
    at = place.end;
  }
  plain(text.substr(at));
  return out;
}

std::string NumberText(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "no number" : value > 0 ? "infinity" : "-infinity";
  char buffer[400];
  std::snprintf(buffer, sizeof buffer, std::fabs(value) < 0.001 && value != 0 ? "%.3g" : "%.3f", value);
  std::string out = buffer;
  if (out.find('e') != std::string::npos) return out;
  while (out.find('.') != std::string::npos && (out.back() == '0' || out.back() == '.')) {
    const bool point = out.back() == '.';
    out.pop_back();
    if (point) break;
  }
  return Thousands(std::move(out));
}

std::string LengthText(double seconds) {
  static constexpr struct { double size; const char* one; } kParts[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
  if (!(seconds >= 1)) return absl::StrCat(NumberText(seconds), " seconds");
  std::string out;
  int parts = 0;
  for (const auto& part : kParts) {
    const double n = std::floor(seconds / part.size);
    if (n < 1 || parts == 2) continue;
    seconds -= n * part.size;
    absl::StrAppend(&out, out.empty() ? "" : " ", NumberText(n), " ", part.one, n == 1 ? "" : "s");
    ++parts;
  }
  return out;
}

std::string ValueText(double value, absl::string_view unit) {
  if (unit == "%" ) return absl::StrCat(NumberText(value), "%");
  if (unit == "ratio") return absl::StrCat(NumberText(value * 100), "%");
  if (unit == "s") return LengthText(value);
  if (unit == "B") {
    static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    int i = 0;
    for (; std::fabs(value) >= 1024 && i < 5; ++i) value /= 1024;
    return absl::StrCat(NumberText(value), " ", kUnits[i]);
  }
  return unit.empty() || unit == "count" ? NumberText(value) : absl::StrCat(NumberText(value), " ", unit);
}

}  // namespace nephoscope
