#include "rules/language/expected_table.h"

#include <algorithm>

#include "rules/language/group_table.h"

namespace nephoscope {
namespace {

class ExpectedReader : public GroupTableReader {
 public:
  using GroupTableReader::GroupTableReader;

  // A member may stand in several rows: lists of accounts have other columns too.
  void Read() {
    if (!Open({}, {})) return;
    for (const Table::Row& row : table().rows)
      if (!full()) rule().expected.push_back(GroupOf(row));
    if (table().rows.empty()) Tell(MarkOfHead(), "R606", "nobody stands in this table", "add a row for each that is expected");
    std::sort(rule().expected.begin(), rule().expected.end());
    rule().expected.erase(std::unique(rule().expected.begin(), rule().expected.end()), rule().expected.end());
  }
};

}  // namespace

void TakeExpected(Rule& rule, absl::Span<const SourceFile> files, DiagnosticSink& sink, std::vector<Diagnostic>& of_table) {
  if (rule.kind != "absence" || !rule.options.Has("accounts_file") || rule.watch.by.empty()) return;
  TakeGroupTable(rule, rule.options.Text("accounts_file"), rule.options.MarkOf("accounts_file"), files, sink, of_table, [&](DiagnosticSink& problems) { ExpectedReader(rule, problems).Read(); });
}

}  // namespace nephoscope
