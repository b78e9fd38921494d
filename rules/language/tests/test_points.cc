#include "rules/language/tests/test_points.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/language/yaml/yaml_tree.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
constexpr std::size_t kMostProblems = 10;  // of one table

Diagnostic Problem501(Mark mark, std::string message, std::string caret) {
  Diagnostic out;
  out.code = "R501";
  out.mark = mark;
  out.message = std::move(message);
  out.caret_text = std::move(caret);
  return out;
}

std::optional<absl::Time> ReadDay(absl::string_view text) {
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) return time;
  Problem ignored;
  const std::optional<absl::CivilSecond> date = ReadDate(text, ignored);
  return date ? std::optional<absl::Time>(absl::FromCivil(*date, absl::UTCTimeZone())) : std::nullopt;
}

// The cells of a line; quotes around one are taken off, and a comma inside of them does not end it.
std::vector<absl::string_view> Cells(absl::string_view line) {
  std::vector<absl::string_view> out;
  for (std::size_t at = 0; at <= line.size();) {
    std::size_t end = line.find(',', at);
    if (at < line.size() && line[at] == '"')
      if (const std::size_t quote = line.find('"', at + 1); quote != absl::string_view::npos) end = line.find(',', quote);
    end = std::min(end, line.size());
    absl::string_view cell = absl::StripAsciiWhitespace(line.substr(at, end - at));
    if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
    out.push_back(cell);
    at = end + 1;
  }
  return out;
}

Mark PlaceOf(absl::string_view cell, absl::string_view line, const SourceText& text, int number) {
  const std::size_t at = text.StartOf(number) + static_cast<std::size_t>(cell.data() - line.data());
  return text.MarkOf(at, at + cell.size());
}

void NamedIn(const YamlNode& node, const std::filesystem::path& folder, std::vector<std::string>& out) {
  for (const YamlNode* item : node.items) NamedIn(*item, folder, out);
  const YamlNode* from = node.kind == YamlNode::kMap ? node.Find("from") : nullptr;
  if (from != nullptr && from->kind == YamlNode::kText && IsTableFile(from->text)) out.push_back((folder / std::string(from->text)).lexically_normal().string());
}

}  // namespace

std::optional<absl::Time> ReadMoment(absl::string_view text, absl::Time start) {
  Problem ignored;
  if (const std::optional<absl::Duration> since = ReadDuration(text, ignored)) return start + *since;
  if (!absl::ConsumePrefix(&text, "day ")) return ReadDay(text);
  const std::size_t space = std::min(text.find(' '), text.size());
  int day = 0;
  const std::optional<absl::CivilSecond> clock = ReadDate(absl::StrCat("2026-01-05", text.substr(space)), ignored);
  if (!absl::SimpleAtoi(text.substr(0, space), &day) || day < 1 || !clock) return std::nullopt;
  return start + kDay * (day - 1) + absl::Seconds(*clock - absl::CivilSecond(2026, 1, 5));
}

std::vector<PointRow> ReadTable(const SourceFile& file, const Labels& labels, DiagnosticSink& sink) {
  const SourceText text(file.text);
  std::vector<absl::string_view> names = Cells(text.Line(1));
  const auto column = [&](absl::string_view name) { return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin()); };
  const std::size_t time = column("time"), value = column("value");
  std::vector<PointRow> out;
  if (time == names.size() || value == names.size()) {
    sink.Add(Problem501({1, 1, 2}, "a table of points has the columns time and value, named in its first line", "write time,value"));
    return out;
  }
  for (int number = 2; number <= text.lines() && sink.errors() < static_cast<int>(kMostProblems); ++number) {
    const absl::string_view line = text.Line(number);
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    const std::vector<absl::string_view> cells = Cells(line);
    if (cells.size() != names.size()) {
      sink.Add(Problem501({number, 1, 2}, absl::StrCat("this row has ", cells.size(), " entries, the first line names ", names.size()), ""));
      continue;
    }
    bool meant = true;
    for (std::size_t i = 0; i < cells.size(); ++i) meant = meant && (i == time || i == value || !labels.Has(names[i]) || labels.Get(names[i]) == cells[i]);
    if (meant) out.push_back({std::string(cells[time]), std::string(cells[value]), PlaceOf(cells[time], line, text, number), PlaceOf(cells[value], line, text, number)});
  }
  return out;
}

bool ReadPoints(const std::vector<PointRow>& rows, absl::Time start, const PhraseContext& context, bool bare, DiagnosticSink& sink, std::vector<TestPoint>& out) {
  const int before = sink.errors();
  std::vector<std::pair<absl::Time, Mark>> times;
  for (const PointRow& row : rows) {
    if (sink.errors() >= before + static_cast<int>(kMostProblems)) return false;
    std::optional<absl::Time> at = ReadMoment(row.time, start);
    if (!at) {
      sink.Add(Problem501(row.time_mark, absl::StrCat("\"", row.time, "\" is not a moment of the test"), "write 2026-01-07 09:00, day 3 09:00, or 1h30m (since the start)"));
      continue;
    }
    if (context.money) at = GridDown(*at, kDay);  // one cell of the bill a day
    if (*at < start) sink.Add(Problem501(row.time_mark, absl::StrCat(row.time, " is before the test begins: ", absl::FormatTime("%Y-%m-%d %H:%M UTC", start, absl::UTCTimeZone())), "write a later time, or set start"));
    TestPoint point{*at, {}};
    if (!ReadTestValue(row.value, row.value_mark, context, bare, sink, point.value)) continue;
    out.push_back(point);
    times.emplace_back(*at, row.time_mark);
  }
  std::stable_sort(times.begin(), times.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 1; i < times.size(); ++i)
    if (times[i].first == times[i - 1].first)
      return sink.Add(Problem501(times[i].second, context.money ? "there is another row of this day: a bill has one cell a day" : "there is another row of this moment", "keep one of the two")), false;
  std::sort(out.begin(), out.end(), [](const TestPoint& a, const TestPoint& b) { return a.at < b.at; });
  return sink.errors() == before;
}

std::optional<absl::Time> FirstDay(const std::vector<PointRow>& rows) {
  std::optional<absl::Time> out;
  for (const PointRow& row : rows)
    if (const std::optional<absl::Time> at = ReadDay(row.time); at && (!out || *at < *out)) out = at;
  return out ? std::optional<absl::Time>(GridDown(*out, kDay)) : std::nullopt;
}

std::vector<std::string> TablesNamedBy(const SourceFile& file) {
  std::vector<std::string> out;
  if (!absl::StrContains(file.text, "from:")) return out;
  const SourceText text(file.text);
  DiagnosticSink sink(file.path, text);
  const YamlTree tree = YamlTree::Read(sink);
  if (tree.root() != nullptr) NamedIn(*tree.root(), std::filesystem::path(file.path).parent_path(), out);
  return out;
}

}  // namespace nephoscope
