#include "rules/language/tables/table_reader.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostRows = 100'000;

// Cuts one record from the front of `text`; a quoted cell may hold line breaks. False: a quote is not closed. `begins`: in `text`, of the first
// character of each cell that is no space.
bool CutRecord(absl::string_view& text, char separator, int& line, std::vector<std::string>& cells, std::vector<std::size_t>& begins) {
  cells.assign(1, "");
  begins.assign(1, 0);
  bool quoted = false;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n') ++line;
    if (quoted && c == '"' && at + 1 < text.size() && text[at + 1] == '"') {
      cells.back() += text[at++];
    } else if (c == '"' && (quoted || absl::StripAsciiWhitespace(cells.back()).empty())) {
      quoted = !quoted;
    } else if (!quoted && c == '\n') {
      break;
    } else if (!quoted && c == separator) {
      cells.emplace_back();
      begins.push_back(at + 1);
    } else {
      cells.back() += c;
    }
  }
  for (std::size_t& begin : begins)
    while (begin < at && text[begin] == ' ') ++begin;
  text.remove_prefix(std::min(at + 1, text.size()));
  for (std::string& cell : cells) cell = std::string(absl::StripAsciiWhitespace(cell));
  return !quoted;
}

bool IsBlank(const std::vector<std::string>& cells) {
  return std::all_of(cells.begin(), cells.end(), [](const std::string& cell) { return cell.empty(); });
}

}  // namespace

int Table::Find(absl::string_view column) const {
  const auto found = std::find(columns.begin(), columns.end(), column);
  return found == columns.end() ? -1 : static_cast<int>(found - columns.begin());
}

absl::StatusOr<Table> ReadTable(absl::string_view text, int* wrong_line) {
  const char* const whole = text.data();
  if (absl::StartsWith(text, "\xEF\xBB\xBF")) text.remove_prefix(3);
  const absl::string_view first = text.substr(0, text.find('\n'));
  const char separator = absl::StrContains(first, ';') && !absl::StrContains(first, ',') ? ';' : ',';
  Table out;
  int line = 1, begins = 1;
  const auto wrong = [&](std::string what) {
    if (wrong_line != nullptr) *wrong_line = begins;
    return absl::InvalidArgumentError(std::move(what));
  };
  Table::Row row;
  while (!text.empty()) {
    row.line = begins = line;
    const auto at = static_cast<std::size_t>(text.data() - whole);
    if (!CutRecord(text, separator, line, row.cells, row.begins)) return wrong(absl::StrCat("a quote that is opened in line ", begins, " is not closed"));
    if (IsBlank(row.cells)) continue;
    for (std::size_t& begin : row.begins) begin += at;
    if (out.columns.empty()) {
      for (std::string& cell : row.cells) out.columns.push_back(absl::AsciiStrToLower(cell));
      out.begins = row.begins;
      continue;
    }
    if (row.cells.size() != out.columns.size()) return wrong(absl::StrCat("line ", begins, " has ", row.cells.size(), " cells; the first line names ", out.columns.size()));
    if (out.rows.size() >= kMostRows) return wrong(absl::StrCat("there are more than ", kMostRows, " rows"));
    out.rows.push_back(row);
  }
  begins = 1;
  if (out.columns.empty()) return wrong("it is empty: the first line names the columns");
  return out;
}

}  // namespace nephoscope
