#include "rules/language/group_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/language/file_paths.h"
#include "rules/language/tables/meaning.h"
#include "rules/model/labels.h"

namespace nephoscope {
namespace {

constexpr int kMostProblems = 10;  // of one table

}  // namespace

void GroupTableReader::Tell(Mark mark, const char* code, std::string message, std::string caret, std::optional<std::string> suggestion,
                            Diagnostic::Severity severity) {
  Diagnostic out;
  out.severity = severity;
  out.code = code;
  out.mark = mark;
  out.message = std::move(message);
  out.caret_text = std::move(caret);
  out.suggestion = std::move(suggestion);
  sink_.Add(std::move(out));
}

Mark GroupTableReader::MarkOf(std::size_t begin, const std::string& cell) const {
  const std::size_t quote = begin < text_.text().size() && text_.text()[begin] == '"' ? 1 : 0;
  return text_.MarkOf(begin + quote, begin + quote + std::max<std::size_t>(cell.size(), 1));
}

int GroupTableReader::Find(const std::string& column) const {
  for (std::size_t i = 0; i < table_->columns.size(); ++i)
    if (SanitiseLabelName(table_->columns[i]) == SanitiseLabelName(absl::AsciiStrToLower(column))) return static_cast<int>(i);
  return -1;
}

bool GroupTableReader::full() const { return sink_.errors() >= kMostProblems; }

bool GroupTableReader::Open(std::initializer_list<const char*> needed, std::initializer_list<const char*> optional) {
  int line = 1;
  absl::StatusOr<Table> read = ReadTable(text_.text(), &line);
  if (!read.ok()) {
    Tell(text_.MarkOf(text_.StartOf(line), text_.StartOf(line) + text_.Line(line).size()), "R606", std::string(read.status().message()), "save it as CSV with one line for each row");
    return false;
  }
  table_ = *std::move(read);
  std::vector<std::string> ours = rule_.watch.by;
  ours.insert(ours.end(), needed.begin(), needed.end());
  const std::string all = absl::StrJoin(ours, ",");
  std::vector<int> known;
  for (const std::string& name : ours) {
    known.push_back(Find(name));
    if (known.back() < 0) Tell(MarkOfHead(), "R606", absl::StrCat("there is no column \"", name, "\""), absl::StrCat("name the columns in the first line: ", all));
  }
  columns_.assign(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(rule_.watch.by.size()));
  for (const char* name : optional) ours.emplace_back(name), known.push_back(Find(name));
  // Others are for people; one that is nearly ours is not.
  for (std::size_t i = 0; i < table_->columns.size(); ++i) {
    const std::string& name = table_->columns[i];
    const std::string nearest = Nearest(name, ours);
    if (std::find(known.begin(), known.end(), static_cast<int>(i)) != known.end() || nearest.empty() || Find(nearest) >= 0) continue;
    Tell(MarkOf(table_->begins[i], name), "R606", absl::StrCat("the column \"", name, "\" is nearly one that counts"), absl::StrCat("did you mean \"", nearest, "\"?"), nearest);
  }
  return good();
}

std::vector<std::string> GroupTableReader::GroupOf(const Table::Row& row) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    out.push_back(row.cells[columns_[i]]);
    if (out.back().empty()) Tell(MarkOf(row, columns_[i]), "R606", absl::StrCat("this row names no ", rule_.watch.by[i]), "write one, or (none) for what has none");
  }
  return out;
}

void TakeGroupTable(Rule& rule, const std::string& name, Mark mark, absl::Span<const SourceFile> files, DiagnosticSink& sink, std::vector<Diagnostic>& of_table,
                    const std::function<void(DiagnosticSink& problems)>& read) {
  const std::string* text = TakeTableText(name, mark, [&](const std::string& wanted) { return TableBeside(files, sink.file(), wanted); }, sink);
  if (text == nullptr) return;
  const auto file = std::find_if(files.begin(), files.end(), [&](const SourceFile& one) { return &one.text == text; });
  const SourceText source(*text);
  DiagnosticSink problems(file->path, source);
  read(problems);
  const bool good = problems.errors() == 0;
  for (Diagnostic& one : problems.Take()) of_table.push_back(std::move(one));
  if (good) {
    rule.revision = Revision(rule);
    return;
  }
  Diagnostic out;
  out.code = "R606";
  out.mark = mark;
  out.message = absl::StrCat("the table ", name, " cannot be read");
  out.caret_text = "see what is told of it";
  sink.Add(std::move(out));
}

}  // namespace nephoscope
