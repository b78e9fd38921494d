// Tables beside a rule file whose rows are of groups of a rule: a column for each label of `by`, and columns of their own.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "rules/language/language.h"
#include "rules/language/settings_reader.h"
#include "rules/language/sink.h"
#include "rules/model/rule.h"

namespace nephoscope {

// Reads one table; what is wrong is told in `sink`, which is that of the table.
class GroupTableReader {
 public:
  GroupTableReader(Rule& rule, DiagnosticSink& sink) : rule_(rule), sink_(sink), text_(sink.text()) {}

 protected:
  // Finds the columns. Besides the labels of `by` it needs `needed`; it may have `optional`, and others are for people. False: told.
  bool Open(std::initializer_list<const char*> needed, std::initializer_list<const char*> optional);
  const Table& table() const { return *table_; }
  int Find(const std::string& column) const;  // -1: there is none
  // The values of `by`; one that is empty is told.
  std::vector<std::string> GroupOf(const Table::Row& row);

  void Tell(Mark mark, const char* code, std::string message, std::string caret, std::optional<std::string> suggestion = std::nullopt,
            Diagnostic::Severity severity = Diagnostic::Severity::kError);
  Mark MarkOf(std::size_t begin, const std::string& cell) const;
  Mark MarkOf(const Table::Row& row, int column) const { return MarkOf(row.begins[column], row.cells[column]); }
  Mark MarkOfGroup(const Table::Row& row) const { return MarkOf(row, columns_[0]); }
  Mark MarkOfHead() const { return text_.MarkOf(table_->begins[0], table_->begins[0] + 1); }
  bool full() const;  // enough was told
  bool good() const { return sink_.errors() == 0; }
  Rule& rule() { return rule_; }

 private:
  Rule& rule_;
  DiagnosticSink& sink_;
  const SourceText& text_;
  std::optional<Table> table_;
  std::vector<int> columns_;  // of the labels of `by`
};

// `read` reads the table that a rule names at `mark` into the rule. A rule whose table is not there or not right is told of in `sink`, which is that of its
// file; what is wrong in the table is told in the table's own name, in `of_table`.
void TakeGroupTable(Rule& rule, const std::string& name, Mark mark, absl::Span<const SourceFile> files, DiagnosticSink& sink, std::vector<Diagnostic>& of_table,
                    const std::function<void(DiagnosticSink& problems)>& read);

}  // namespace nephoscope
