// Tables of points in tests: rows of `points`, and files of comma-separated values that `from` names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rules/language/language.h"
#include "rules/language/tests/rule_test.h"
#include "rules/language/tests/test_phrases.h"

namespace nephoscope {

// "1h30m", "day 3 09:00", "2026-01-07 09:00", 2026-01-07T09:00:00Z; nullopt: none of these.
std::optional<absl::Time> ReadMoment(absl::string_view text, absl::Time start);

// A row of a table, as written.
struct PointRow {
  std::string time, value;
  Mark time_mark, value_mark;
};

// Of a file with the columns time and value, separated by commas. `labels`: where a further column has one of these names, only rows with its value
// count. Told in the file's own name: no such columns, a row that is too short.
std::vector<PointRow> ReadTable(const SourceFile& file, const Labels& labels, DiagnosticSink& sink);

// Rows as points in order of time. What cannot be read, comes before `start` or twice, is told; false then.
bool ReadPoints(const std::vector<PointRow>& rows, absl::Time start, const PhraseContext& context, bool bare, DiagnosticSink& sink, std::vector<TestPoint>& out);

// The midnight before the first row that has a date; nullopt: none has.
std::optional<absl::Time> FirstDay(const std::vector<PointRow>& rows);

// The tables that the tests of a file name, as paths like its own.
std::vector<std::string> TablesNamedBy(const SourceFile& file);

}  // namespace nephoscope
