#include "agent/collectors/text/exposition.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

bool IsNameStart(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_' || c == ':'; }
bool IsName(char c) { return IsNameStart(c) || absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsBlank(char c) { return c == ' ' || c == '\t'; }

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

void SkipBlanks(absl::string_view& text) {
  while (!text.empty() && IsBlank(text[0])) text.remove_prefix(1);
}

// Bytes of name and labels at the beginning of a line; 0: it does not begin with a name. Braces inside quotes do not count.
std::size_t SeriesLength(absl::string_view line) {
  std::size_t i = 0;
  if (line.empty() || !(IsNameStart(line[0]) || line[0] == '{')) return 0;
  while (i < line.size() && IsName(line[i])) ++i;
  std::size_t brace = i;
  while (brace < line.size() && IsBlank(line[brace])) ++brace;
  if (brace >= line.size() || line[brace] != '{') return i;
  bool quoted = false;
  for (i = brace + 1; i < line.size(); ++i) {
    if (quoted && line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == '}' && !quoted) {
      return i + 1;
    }
  }
  return 0;
}

// At most 15 digits, perhaps with a point, as nearly all values are: both the digits and the power of ten are exact, so one division rounds as from_chars does.
bool ParseShort(absl::string_view text, double& out) {
  static constexpr double kPowers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const bool negative = text[0] == '-';
  std::int64_t digits = 0;
  std::size_t count = 0, point = text.size();
  for (std::size_t i = negative; i < text.size(); ++i) {
    if (text[i] == '.' && point == text.size()) {
      point = i;
    } else if (absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) {
      digits = digits * 10 + (text[i] - '0');
      if (++count > 15) return false;
    } else {
      return false;
    }
  }
  if (count == 0) return false;
  const double whole = static_cast<double>(digits) / kPowers[point == text.size() ? 0 : text.size() - point - 1];
  out = negative ? -whole : whole;
  return true;
}

bool ParseValue(absl::string_view text, double& out) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  if (text.empty()) return false;
  if (ParseShort(text, out)) return true;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc::result_out_of_range) {
    out = text[0] == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    return true;
  }
  return error == std::errc() && end == text.data() + text.size() && text.back() != ')';  // nan(...) is of C alone
}

absl::string_view NextWord(absl::string_view& rest) {
  SkipBlanks(rest);
  std::size_t end = 0;
  while (end < rest.size() && !IsBlank(rest[end])) ++end;
  const absl::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  SkipBlanks(rest);
  return word;
}

// `length`: of name and labels; 0: to be found.
absl::Status ReadSample(absl::string_view line, std::size_t length, bool openmetrics, ExpositionLine& out) {
  if (length == 0) length = SeriesLength(line);
  if (length == 0) return Wrong(absl::StrCat("\"", line.substr(0, 60), "\" is not a sample; expected a metric name, labels in {}, and a value"));
  out.series = line.substr(0, length);
  absl::string_view rest = line.substr(length);
  if (!rest.empty() && !IsBlank(rest[0])) return Wrong(absl::StrCat("a space is missing behind ", out.series.substr(0, 60)));
  const absl::string_view value = NextWord(rest);
  if (!ParseValue(value, out.value)) return Wrong(absl::StrCat("\"", value.substr(0, 40), "\" is not a number (value of ", out.series.substr(0, 60), ")"));
  if (openmetrics && absl::StartsWith(rest, "#")) rest = {};  // an exemplar
  out.has_time = !rest.empty();
  if (!out.has_time) return absl::OkStatus();
  const absl::string_view time = NextWord(rest);
  double number = 0;
  if (!ParseValue(time, number) || !std::isfinite(number) || std::fabs(number) > 1e15) return Wrong(absl::StrCat("\"", time.substr(0, 40), "\" is not a time"));
  if (!rest.empty() && !(openmetrics && rest[0] == '#')) return Wrong(absl::StrCat("\"", rest.substr(0, 40), "\" is left over behind the time"));
  out.time_ms = static_cast<std::int64_t>(openmetrics ? std::llround(number * 1000) : std::llround(number));
  return absl::OkStatus();
}

// Text in quotes at the beginning of `rest`, which goes on behind it. `of`: what it is, for the message.
absl::Status ParseQuoted(absl::string_view& rest, absl::string_view of, std::string& out) {
  std::size_t i = 1;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i, out += rest[i] == 'n' ? '\n' : rest[i];
    else out += rest[i];
  }
  if (i >= rest.size()) return Wrong(absl::StrCat("the ", of, " has no closing quote"));
  rest.remove_prefix(i + 1);
  return absl::OkStatus();
}

absl::Status ParseLabelName(absl::string_view& rest, std::string& out) {
  if (!rest.empty() && rest[0] == '"') {
    if (absl::Status status = ParseQuoted(rest, "name", out); !status.ok()) return status;
    return out.empty() ? Wrong("a name in quotes is empty") : absl::OkStatus();
  }
  std::size_t end = 0;
  if (rest.empty() || !IsNameStart(rest[0]) || rest[0] == ':') return Wrong(absl::StrCat("\"", rest.substr(0, 30), "\" is not a label name"));
  while (end < rest.size() && IsName(rest[end])) ++end;
  out = std::string(rest.substr(0, end));
  rest.remove_prefix(end);
  return absl::OkStatus();
}

// A label; or, in quotes and without a value, the name of the metric.
absl::Status ParseLabel(absl::string_view& rest, SeriesText& out) {
  const bool quoted = !rest.empty() && rest[0] == '"';
  std::string name, value;
  if (absl::Status status = ParseLabelName(rest, name); !status.ok()) return status;
  SkipBlanks(rest);
  if (quoted && (rest.empty() || rest[0] == ',')) {
    if (!out.name.empty()) return Wrong(absl::StrCat("the metric has two names, ", out.name, " and ", name));
    out.name = std::move(name);
    return absl::OkStatus();
  }
  if (rest.empty() || rest[0] != '=') return Wrong(absl::StrCat("a = is missing behind the label ", name));
  rest.remove_prefix(1);
  SkipBlanks(rest);
  if (rest.empty() || rest[0] != '"') return Wrong(absl::StrCat("the value of the label ", name, " is not in quotes"));
  if (absl::Status status = ParseQuoted(rest, absl::StrCat("value of the label ", name), value); !status.ok()) return status;
  for (const auto& [other, ignored] : out.labels)
    if (other == name) return Wrong(absl::StrCat("the label ", name, " stands there twice"));
  out.labels.emplace_back(std::move(name), std::move(value));
  return absl::OkStatus();
}

absl::Status ParseLabels(absl::string_view rest, SeriesText& out) {
  for (SkipBlanks(rest); !rest.empty(); SkipBlanks(rest)) {
    if (absl::Status status = ParseLabel(rest, out); !status.ok()) return status;
    SkipBlanks(rest);
    if (rest.empty()) break;
    if (rest[0] != ',') return Wrong(absl::StrCat("a comma is missing before \"", rest.substr(0, 30), "\""));
    rest.remove_prefix(1);
  }
  return absl::OkStatus();
}

// The last line of a page says that it is whole.
absl::Status CheckEof(absl::string_view page) {
  while (!page.empty() && (page.back() == '\n' || page.back() == '\r')) page.remove_suffix(1);
  const std::size_t last = page.rfind('\n');
  const std::size_t eof = page.rfind("# EOF");
  const bool begins_line = eof == 0 || (eof != absl::string_view::npos && page[eof - 1] == '\n');
  const bool is_last = last == absl::string_view::npos || last < eof;
  if (!begins_line || (is_last && page.substr(eof) != "# EOF")) return Wrong("the page ends without # EOF: it was cut short");
  if (is_last) return absl::OkStatus();
  const auto before = std::count(page.begin(), page.begin() + static_cast<std::ptrdiff_t>(eof), '\n');
  return Wrong(absl::StrCat("line ", before + 2, ": text behind # EOF"));
}

}  // namespace

absl::Status ParseSeriesText(absl::string_view text, SeriesText& out) {
  std::size_t end = 0;
  while (end < text.size() && IsName(text[end])) ++end;
  out.name = std::string(text.substr(0, end));
  out.labels.clear();
  absl::string_view rest = text.substr(end);
  SkipBlanks(rest);
  if (rest.empty()) return absl::OkStatus();
  if (absl::Status status = ParseLabels(rest.substr(1, rest.size() - 2), out); !status.ok()) return status;  // without the braces
  return out.name.empty() ? Wrong("a metric without a name") : absl::OkStatus();
}

absl::Status ReadExpositionSlice(absl::string_view whole, bool openmetrics, ExpositionPlace& place, std::size_t most, absl::FunctionRef<void(const ExpositionLine&)> take,
                                 absl::FunctionRef<std::size_t(absl::string_view)> known, absl::FunctionRef<bool(std::int64_t, const absl::Status&)> reject) {
  if (place.at == 0 && openmetrics)
    if (absl::Status status = CheckEof(whole); !status.ok()) return status;
  absl::string_view page = whole.substr(place.at);
  const std::size_t left = page.size() > most ? page.size() - most : 0;  // when so much is left, the slice is over
  ExpositionLine sample;
  sample.number = place.line;
  absl::Status out;
  while (page.size() > left) {
    ++sample.number;
    if (!openmetrics) SkipBlanks(page);
    const std::size_t length = place.ended || page.empty() || page[0] == '#' ? 0 : known(page);
    const std::size_t end = page.find('\n', length);
    absl::string_view line = page.substr(0, end);
    page.remove_prefix(end == absl::string_view::npos ? page.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    absl::Status status;
    if (place.ended) status = Wrong("text behind # EOF");
    else if (line.empty() && openmetrics) status = Wrong("an empty line");
    else if (line.empty() || line[0] == '#') place.ended = openmetrics && line == "# EOF";
    else if (status = ReadSample(line, length, openmetrics, sample); status.ok()) take(sample);
    if (status.ok() || reject(sample.number, status)) continue;
    out = Wrong(absl::StrCat("line ", sample.number, ": ", status.message()));
    break;
  }
  place.line = sample.number;
  place.at = whole.size() - page.size();
  return out;
}

absl::Status ReadExposition(absl::string_view page, bool openmetrics, absl::FunctionRef<void(const ExpositionLine&)> take, absl::FunctionRef<std::size_t(absl::string_view)> known,
                            absl::FunctionRef<bool(std::int64_t, const absl::Status&)> reject) {
  ExpositionPlace place;
  return ReadExpositionSlice(page, openmetrics, place, page.size(), take, known, reject);
}

}  // namespace nephoscope
