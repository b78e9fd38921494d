#include "rules/language/amounts_table.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/kinds/budget_amounts.h"
#include "rules/language/group_table.h"
#include "rules/language/words/meant.h"

namespace nephoscope {
namespace {

class AmountsReader : public GroupTableReader {
 public:
  AmountsReader(Rule& rule, const ScalarContext& context, DiagnosticSink& sink) : GroupTableReader(rule, sink), context_(context) {}

  void Read() {
    if (!Open({"amount"}, {"currency", "period"})) return;
    amount_ = Find("amount"), currency_ = Find("currency"), period_ = Find("period");
    for (const Table::Row& row : table().rows)
      if (!full()) ReadRow(row);
    if (!good()) return;
    const auto key = [](const AmountRow& row) { return std::tie(row.group, row.since); };
    std::stable_sort(rule().amounts.begin(), rule().amounts.end(), [&](const AmountRow& a, const AmountRow& b) { return key(a) < key(b); });
  }

 private:
  void ReadRow(const Table::Row& row) {
    AmountRow out;
    out.group = GroupOf(row);
    if (!ReadAmount(row, out.amount) || !ReadPeriod(row, out.since)) return;
    const auto [first, is_new] = lines_.try_emplace(std::make_pair(out.group, out.since), row.line);
    if (!is_new) return Tell(MarkOfGroup(row), "R606", absl::StrCat(absl::StrJoin(out.group, ", "), " has an amount in line ", first->second, " already", out.since ? ", of the same period" : ""), "keep one of the two");
    rule().amounts.push_back(std::move(out));
  }

  bool ReadAmount(const Table::Row& row, Money& out) {
    const std::string& cell = row.cells[amount_];
    const std::string code = currency_ < 0 ? "" : absl::AsciiStrToUpper(row.cells[currency_]);
    if (!code.empty() && !IsCurrencyCode(code)) {
      const std::string nearest = MeantCurrency(code, context_.base.code());
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
    if (MayBeThousands(cell, read->base)) {
      const auto [message, caret] = SentencesOfPoint(cell);
      Tell(MarkOf(row, amount_), "R217", message, caret, std::nullopt, Diagnostic::Severity::kWarning);
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

  const ScalarContext context_;
  int amount_ = -1, currency_ = -1, period_ = -1;
  std::map<std::pair<std::vector<std::string>, std::optional<absl::CivilDay>>, int> lines_;
};

}  // namespace

void TakeAmounts(Rule& rule, const ScalarContext& context, absl::Span<const SourceFile> files, DiagnosticSink& sink, std::vector<Diagnostic>& of_table) {
  if (rule.kind != "budget" || !rule.options.Map("budget").Has("amounts_from")) return;
  const OptionValues& budget = rule.options.Map("budget");
  TakeGroupTable(rule, budget.Text("amounts_from"), budget.MarkOf("amounts_from"), files, sink, of_table, [&](DiagnosticSink& problems) { AmountsReader(rule, context, problems).Read(); });
}

}  // namespace nephoscope
