// BudgetAmounts: what one group may spend, period by period.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "rules/model/calendar.h"
#include "rules/model/diagnostic.h"
#include "rules/model/labels.h"
#include "rules/model/option_table.h"
#include "rules/model/rule.h"

namespace nephoscope {

// `budget.amounts`: by the value of the one `by` label.
extern const OptionTable kBudgetAmountOptions;

// What is said of an amount that is not above zero.
extern const char kNoBudget[];
extern const char kNoBudgetHint[];

// The calendar of a budget; without one, calendar months in UTC.
const Calendar& CalendarOf(const Rule& rule);

// An amount that changes by a percentage from each period to the next: the one before and so much of it, rounded to the cent (half away from
// zero), in decimal. Before the first period it is the first amount.
struct Growth {
  std::int64_t millionths = 0;  // of a per cent, per period
  std::optional<absl::CivilDay> since;  // a day of the first period; absent: the first period of the fiscal year, every year anew

  Money After(Money first, int periods) const;
};

class BudgetAmounts {
 public:
  BudgetAmounts() = default;
  // Of the group that has these labels.
  BudgetAmounts(const Rule& rule, const Labels& labels);

  // In the period that begins on `from`; without a currency: no budget.
  Money In(absl::CivilDay from) const;
  // Where that amount comes from, as a sentence; empty: it is as the rule says it.
  std::string Reason(absl::CivilDay from) const;

 private:
  int PeriodsUntil(absl::CivilDay from) const;
  const AmountRow* RowIn(absl::CivilDay from) const;

  Calendar calendar_;
  std::string length_;  // month, quarter or year
  Money amount_;
  std::optional<Growth> growth_;
  std::vector<AmountRow> rows_;  // of the table
  std::string table_;
};

// A month or a day of a period: "2026-10" (its 15th), "2026-10-20"; nullopt: neither.
std::optional<absl::CivilDay> ReadPeriodDay(absl::string_view text);

// What the tables of options cannot say of `amounts`.
void CheckBudgetAmounts(const Rule& rule, std::vector<Diagnostic>& out);
// "The budget is 42,000 USD for each month.", and what single groups have.
std::vector<std::string> SayBudgetAmounts(const Rule& rule);

}  // namespace nephoscope
