// Budgets whose periods are those of a fiscal calendar.
#include <boost/test/unit_test.hpp>

#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

std::vector<std::string> Told(const std::string& calendar) {
  KindRun run("  - alert: Spend\n    kind: budget\n    watch: {cost: billed, by: [team]}\n    budget: {amount: 1500 USD" + std::string(calendar.empty() ? "" : ", calendar: plant") +
              "}\n    when: {actual: 100%}\n" + (calendar.empty() ? "" : "calendars:\n  plant: " + calendar + "\n"));
  const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
  for (int day = 0; day < 18; ++day) {
    run.Cell(id, day, 100);
    run.Advance(RunDay(day + 1));
  }
  return run.Lines();
}

BOOST_AUTO_TEST_SUITE(budget_calendar_test)

// 100 USD a day from 5 January: 1,500 USD at the end of the 19th.
BOOST_AUTO_TEST_CASE(a_fiscal_month_ends_where_the_calendar_says) {
  const std::string fires = "20 00:00 firing warning Spend {team=\"a\"}", ends = "21 00:00 resolved warning Spend {team=\"a\"} (period_end)";
  BOOST_TEST(Told("") == std::vector<std::string>{fires}, boost::test_tools::per_element());
  BOOST_TEST(Told("{fiscal_year_starts: January 20}") == (std::vector<std::string>{fires, ends}), boost::test_tools::per_element());
  BOOST_TEST(Told("{fiscal_year_starts: April 20, timezone: Europe/Berlin}") == (std::vector<std::string>{fires, ends}), boost::test_tools::per_element());
  // It begins on the 10th: 1,500 are not reached by the 22nd.
  BOOST_TEST(Told("{fiscal_year_starts: January 10}").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
