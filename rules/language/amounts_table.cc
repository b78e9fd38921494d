#include "rules/language/amounts_table.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/kinds/budget_amounts.h"
#include "rules/language/file_paths.h"
#include "rules/language/meaning.h"
#include "rules/model/labels.h"

namespace nephoscope {
namespace {

constexpr int kMostProblems = 10;  // of one table

class AmountsReader {
 public:
  AmountsReader(Rule& rule, const ScalarContext& context, DiagnosticSink& sink) : rule_(rule), context_(context), sink_(sink), text_(sink.text()) {}

  void Read() {
    int line = 1;
    const absl::StatusOr<Table> table = ReadTable(text_.text(), &line);
    if (!table.ok()) return Tell(text_.MarkOf(text_.StartOf(line), text_.StartOf(line) + text_.Line(line).size()), "R606", std::string(table.status().message()), "save it as CSV with one line for each row");
    table_ = &*table;
    if (!FindColumns()) return;
    for (const Table::Row& row : table_->rows)
      if (sink_.errors() < kMostProblems) ReadRow(row);
    if (sink_.errors() > 0) return;
    const auto key = [](const AmountRow& row) { return std::tie(row.group, row.since); };
    std::stable_sort(rule_.amounts.begin(), rule_.amounts.end(), [&](const AmountRow& a, const AmountRow& b) { return key(a) < key(b); });
  }

 private:
  void Tell(Mark mark, const char* code, std::string message, std::string caret, std::optional<std::string> suggestion = std::nullopt) {
    Diagnostic out;
    out.code = code;
    out.mark = mark;
    out.message = std::move(message);
    out.caret_text = std::move(caret);
    out.suggestion = std::move(suggestion);
    sink_.Add(std::move(out));
  }

  Mark MarkOf(std::size_t begin, const std::string& cell) const {
    const std::size_t quote = begin < text_.text().size() && text_.text()[begin] == '"' ? 1 : 0;
    return text_.MarkOf(begin + quote, begin + quote + std::max<std::size_t>(cell.size(), 1));
  }
  Mark MarkOf(const Table::Row& row, int column) const { return MarkOf(row.begins[column], row.cells[column]); }

  int Find(const std::string& label) const {
    for (std::size_t i = 0; i < table_->columns.size(); ++i)
      if (SanitiseLabelName(table_->columns[i]) == SanitiseLabelName(absl::AsciiStrToLower(label))) return static_cast<int>(i);
    return -1;
  }

  bool FindColumns() {
    std::vector<std::string> needed = rule_.watch.by;
    needed.push_back("amount");
    for (const std::string& name : needed) {
      columns_.push_back(Find(name));
      if (columns_.back() < 0)
        Tell(text_.MarkOf(table_->begins[0], table_->begins[0] + 1), "R606", absl::StrCat("there is no column \"", name, "\""), absl::StrCat("name the columns in the first line: ", absl::StrJoin(needed, ",")));
    }
    amount_ = columns_.back();
    columns_.pop_back();
    currency_ = table_->Find("currency");
    period_ = table_->Find("period");
    // Others are for people; one that is nearly ours is not.
    std::vector<std::string> ours = needed;
    ours.insert(ours.end(), {"currency", "period"});
    for (std::size_t i = 0; i < table_->columns.size(); ++i) {
      const int at = static_cast<int>(i);
      const std::string& name = table_->columns[i];
      const std::string nearest = Nearest(name, ours);
      if (at == amount_ || at == currency_ || at == period_ || std::find(columns_.begin(), columns_.end(), at) != columns_.end() || nearest.empty() || Find(nearest) >= 0) continue;
      Tell(MarkOf(table_->begins[i], name), "R606", absl::StrCat("the column \"", name, "\" is nearly one that counts"), absl::StrCat("did you mean \"", nearest, "\"?"), nearest);
    }
    return sink_.errors() == 0;
  }

  void ReadRow(const Table::Row& row) {
    AmountRow out;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      out.group.push_back(row.cells[columns_[i]]);
      if (out.group.back().empty())
        Tell(MarkOf(row, columns_[i]), "R606", absl::StrCat("this row names no ", rule_.watch.by[i]), "write one, or (none) for what has none");
    }
    if (!ReadAmount(row, out.amount) || !ReadPeriod(row, out.since)) return;
    const auto [first, is_new] = lines_.try_emplace(std::make_pair(out.group, out.since), row.line);
    if (!is_new) return Tell(MarkOf(row, columns_[0]), "R606", absl::StrCat(absl::StrJoin(out.group, ", "), " has an amount in line ", first->second, " already", out.since ? ", of the same period" : ""), "keep one of the two");
    rule_.amounts.push_back(std::move(out));
  }

  bool ReadAmount(const Table::Row& row, Money& out) {
    const std::string& cell = row.cells[amount_];
    const std::string code = currency_ < 0 ? "" : absl::AsciiStrToUpper(row.cells[currency_]);
    if (!code.empty() && !IsCurrencyCode(code)) {
      const std::string nearest = Nearest(code, CurrencyCodes());
      Tell(MarkOf(row, currency_), "R207", absl::StrCat("\"", row.cells[currency_], "\" is not a currency"), nearest.empty() ? "write an ISO code, such as USD or EUR" : absl::StrCat("did you mean ", nearest, "?"),
           nearest.empty() ? std::nullopt : std::optional<std::string>(nearest));
      return false;
    }
    Problem problem;
    const std::optional<NumberAndUnit> parts = SplitNumber(cell, problem);
    const std::optional<Quantity> read = ReadMoney(parts && parts->unit.empty() && !code.empty() ? absl::StrCat(cell, " ", code) : cell, context_, false, problem);
    if (!read) {
      Tell(MarkOf(row, amount_), problem.code, cell.empty() ? "this row has no amount" : absl::StrCat("\"", cell, "\" ", problem.what), absl::string_view(problem.code) == "R204" ? absl::StrCat(problem.caret, ", or add a column currency") : problem.caret,
           problem.suggestion);
      return false;
    }
    if (!code.empty() && read->base != code) {
      Tell(MarkOf(row, amount_), "R215", absl::StrCat("the amount is in ", read->base, ", its currency is ", code), "write the amount alone");
      return false;
    }
    out = {read->micros, *Currency::Parse(read->base)};
    if (out.micros > 0) return true;
    Tell(MarkOf(row, amount_), "R210", kNoBudget, kNoBudgetHint);
    return false;
  }

  bool ReadPeriod(const Table::Row& row, std::optional<absl::CivilDay>& out) {
    if (period_ < 0 || row.cells[period_].empty()) return true;
    out = ReadPeriodDay(row.cells[period_]);
    if (!out) Tell(MarkOf(row, period_), "R208", absl::StrCat("\"", row.cells[period_], "\" names no period"), "write a month or a day of it, such as 2026-10 or 2026-10-01");
    return out.has_value();
  }

  Rule& rule_;
  const ScalarContext context_;
  DiagnosticSink& sink_;
  const SourceText& text_;
  const Table* table_ = nullptr;
  std::vector<int> columns_;  // of the labels of `by`
  int amount_ = -1, currency_ = -1, period_ = -1;
  std::map<std::pair<std::vector<std::string>, std::optional<absl::CivilDay>>, int> lines_;
};

}  // namespace

void TakeAmounts(Rule& rule, const ScalarContext& context, absl::Span<const SourceFile> files, DiagnosticSink& sink, std::vector<Diagnostic>& of_table) {
  if (rule.kind != "budget" || !rule.options.Map("budget").Has("amounts_from")) return;
  const OptionValues& budget = rule.options.Map("budget");
  const std::string& name = budget.Text("amounts_from");
  const Mark mark = budget.MarkOf("amounts_from");
  const std::string* text = TakeTableText(name, mark, [&](const std::string& wanted) { return TableBeside(files, sink.file(), wanted); }, sink);
  if (text == nullptr) return;
  const auto file = std::find_if(files.begin(), files.end(), [&](const SourceFile& one) { return &one.text == text; });
  const SourceText source(*text);
  DiagnosticSink problems(file->path, source);
  AmountsReader(rule, context, problems).Read();
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
