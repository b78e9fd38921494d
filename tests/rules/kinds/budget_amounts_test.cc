// Amounts of budgets that change from period to period.
#include "rules/kinds/budget_amounts.h"

#include <boost/test/unit_test.hpp>

#include "rules/engine/kind.h"
#include "rules/kinds/spoken.h"
#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

std::string Budget(const std::string& budget, const std::string& calendar = "") {
  return absl::StrCat("  - alert: Spend\n    kind: budget\n    watch: {cost: billed, by: [team]}\n    budget: ", budget, "\n    when: {actual: 100%}\n",
                      calendar.empty() ? "" : absl::StrCat("calendars: {plant: ", calendar, "}\n"));
}

std::shared_ptr<const Rule> RuleOf(const std::string& text) {
  const LoadedRules loaded = LoadRunRules(text);
  BOOST_REQUIRE_MESSAGE(loaded.diagnostics.empty(), Problems(text));
  return loaded.rules->rules[0];
}

// What team a may spend in the period of this day.
std::string In(const Rule& rule, absl::CivilDay day) {
  return BudgetAmounts(rule, Labels(std::vector<Label>{{"team", "a"}})).In(FiscalPeriodOf(CalendarOf(rule), rule.options.Map("budget").Text("period"), day).from).ToText();
}

BOOST_AUTO_TEST_SUITE(budget_amounts_test)

BOOST_AUTO_TEST_CASE(an_amount_grows_from_its_first_period_on) {
  const struct { const char *what, *budget, *calendar; absl::CivilDay day; const char* want; } rows[] = {
      {"a plain one does not", "{amounts: {a: 9000 USD}}", "", absl::CivilDay(2026, 5, 1), "9,000.00 USD"},
      {"the first month of the year", "{amounts: {a: {amount: 9000 USD, grows: 2% per period}}}", "", absl::CivilDay(2026, 1, 31), "9,000.00 USD"},
      {"the second", "{amounts: {a: {amount: 9000 USD, grows: 2% per period}}}", "", absl::CivilDay(2026, 2, 1), "9,180.00 USD"},
      {"the last: rounded to the cent eleven times", "{amounts: {a: {amount: 9000 USD, grows: 2% per period}}}", "", absl::CivilDay(2026, 12, 5), "11,190.37 USD"},
      {"the next year begins anew", "{amounts: {a: {amount: 9000 USD, grows: 2% per month}}}", "", absl::CivilDay(2027, 1, 5), "9,000.00 USD"},
      {"a fiscal year", "{calendar: plant, amounts: {a: {amount: 9000 USD, grows: 2% per period}}}", "{fiscal_year_starts: October 1}", absl::CivilDay(2026, 1, 5), "9,550.87 USD"},
      {"since a month", "{amounts: {a: {amount: 9000 USD, grows: 2% per period, since: 2025-12}}}", "", absl::CivilDay(2026, 1, 5), "9,180.00 USD"},
      {"before it", "{amounts: {a: {amount: 9000 USD, grows: 2% per period, since: 2026-03}}}", "", absl::CivilDay(2026, 1, 5), "9,000.00 USD"},
      {"since a month that begins on the day 20 of the one before", "{calendar: plant, amounts: {a: {amount: 9000 USD, grows: 2% per period, since: 2026-03}}}", "{fiscal_year_starts: January 20}",
       absl::CivilDay(2026, 3, 20), "9,180.00 USD"},
      {"since a day", "{calendar: plant, amounts: {a: {amount: 9000 USD, grows: 2% per period, since: 2026-03-20}}}", "{fiscal_year_starts: January 20}", absl::CivilDay(2026, 3, 20), "9,000.00 USD"},
      {"quarters", "{period: quarter, amounts: {a: {amount: 1000 USD, grows: 10 % per quarter}}}", "", absl::CivilDay(2026, 10, 1), "1,331.00 USD"},
      {"years", "{period: year, amounts: {a: {amount: 1000 USD, grows: 2.5% per year, since: 2024-01}}}", "", absl::CivilDay(2026, 10, 1), "1,050.63 USD"},
      {"less each time", "{amounts: {a: {amount: 100 USD, grows: -10% per period}}}", "", absl::CivilDay(2026, 3, 1), "81.00 USD"},
      {"half a cent is a cent", "{amounts: {a: {amount: 0.50 USD, grows: 1% per period}}}", "", absl::CivilDay(2026, 2, 1), "0.51 USD"},
      {"to the end of the range", "{amounts: {a: {amount: 9000000000000 USD, grows: 100% per period}}}", "", absl::CivilDay(2026, 9, 1), "9,223,372,036,854.77 USD"},
  };
  for (const auto& row : rows)
    BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(In(*RuleOf(Budget(row.budget, row.calendar)), row.day) == row.want); }
}

BOOST_AUTO_TEST_CASE(what_is_no_growth_is_told_where_it_stands) {
  const struct { const char *budget, *want; } rows[] = {
      {"{amounts: {a: {amount: 9 USD, grows: 2%}}}", "R409 6 \"2%\" is not a growth of a budget of a month"},
      {"{amounts: {a: {amount: 9 USD, grows: 2% per year}}}", "R409 6 \"2% per year\" is not a growth of a budget of a month"},
      {"{amounts: {a: {amount: 9 USD, grows: much per period}}}", "R409 6 \"much per period\" is not a growth of a budget of a month"},
      {"{amounts: {a: {amount: 9 USD, grows: -100% per period}}}", "R409 6 nothing grows by -100% per month"},
      {"{amounts: {a: {amount: 9 USD, grows: 101% per period}}}", "R409 6 nothing grows by 101% per month"},
      {"{amounts: {a: {amount: 9 USD, grows: 1% per period, since: soon}}}", "R409 6 \"soon\" names no month"},
      {"{amounts: {a: {amount: 9 USD, since: 2026-10}}}", "R409 6 since says from when on an amount grows, and this one does not"},
      {"{period: year, amounts: {a: {amount: 9 USD, grows: 1% per period}}}", "R409 6 an amount of a year grows from year to year, so its first year must be said"},
      {"{everyone_else: 0 USD}", "R210 6 nothing is a share of no money, so this budget would never say anything"},
      {"{amounts: {a: -5 USD}}", "R210 6 nothing is a share of no money, so this budget would never say anything"},
      {"{amounts: {a: {grows: 1% per period}}}", "R103 6 amounts needs \"amount\": what may be spent in one period"},
  };
  for (const auto& row : rows) BOOST_TEST(Problems(Budget(row.budget)) == row.want);
}

BOOST_AUTO_TEST_CASE(growth_is_read_back) {
  const auto say = [](const std::string& budget, const std::string& calendar = "") {
    const auto rule = RuleOf(Budget(budget, calendar));
    return SayRule(*rule);
  };
  BOOST_TEST(say("{amounts: {a: {amount: 9000 USD, grows: 2% per period}}}") ==
             "Warning when the billed cost reaches 100% of the budget. The budget is for each month. In it a has 9,000 USD in the first month of each fiscal year, and in each month after it 2% more. One alert for each team. Without data, the alert stays as it is. The owner is notified.");
  BOOST_TEST(say("{calendar: plant, amounts: {a: {amount: 9000 USD, grows: -2% per period, since: 2026-10}}}", "{fiscal_year_starts: April 1}") ==
             "Warning when the billed cost reaches 100% of the budget. The budget is for each month of the calendar plant. In it a has 9,000 USD up to the month from 1 October 2026, and in each month after it 2% less. One alert for each team. Without data, the alert stays as it is. The owner is notified.");
}

BOOST_AUTO_TEST_CASE(an_alert_says_where_its_amount_comes_from) {
  KindRun run(Budget("{amounts: {a: {amount: 1000 USD, grows: 50% per period, since: 2025-12}}}"));
  const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
  for (int day = 0; day < 15; ++day) run.Cell(id, day, 100);
  run.Advance(RunDay(14));
  BOOST_TEST(run.Lines().empty());
  run.Advance(RunDay(15));
  const std::string explanation = run.Last("Spend").explanation, end = "The budget is that of the month from 1 December 2025, 1,000.00 USD, grown by 50% per month once.";
  BOOST_REQUIRE(explanation.size() > end.size());
  BOOST_TEST(explanation.substr(explanation.size() - end.size()) == end);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
