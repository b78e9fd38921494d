// Money of several currencies: converted by the rates of the settings, and never compared one to one.
#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/engine/kind.h"
#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

const char kRates[] = "currency: {base: USD, rates: {EUR: 1.08, GBP: 1.27}, as_of: 2026-11-01}\n";

std::string Budget(const std::string& amount, const std::string& settings = kRates) {
  return absl::StrCat("  - alert: Spend\n    kind: budget\n    watch: {cost: effective, by: [team]}\n    budget: {period: month, amount: ", amount,
                      "}\n    levels:\n      warning: {actual: 80%}\n      info: {actual: 50%, forecast: 100%}\n", settings);
}
std::string Above(const std::string& amount, const std::string& settings = kRates) {
  return absl::StrCat("  - alert: Dear\n    kind: threshold\n    watch: {cost: effective, by: [team]}\n    when: {above: ", amount, "}\n", settings);
}

// What a bill of `daily` each day comes to.
Texts Course(const std::string& rules, const std::string& currency, double daily, bool restarts = false) {
  KindRun run(rules, restarts);
  const SeriesId id = run.Cost("cost.effective", {{"team", "a"}}, 0, currency);
  for (int day = 0; day < 27; ++day) run.Cell(id, day, daily), run.Advance(RunDay(day + 1));
  BOOST_TEST(run.no_rates().empty());
  return run.Lines();
}

BOOST_AUTO_TEST_SUITE(currency_test)

BOOST_AUTO_TEST_CASE(a_budget_in_euros_over_a_bill_in_dollars_is_that_over_one_in_euros) {
  const Texts want = Course(Budget("200 EUR"), "EUR", 10);
  BOOST_TEST(want.size() >= 2u);
  for (const bool restarts : {false, true}) BOOST_TEST(Course(Budget("200 EUR"), "USD", 10.8, restarts) == want, boost::test_tools::per_element());
  // Neither is the base currency: by way of it.
  BOOST_TEST(Course(Budget("200 EUR"), "GBP", 10 * 1.08 / 1.27) == want, boost::test_tools::per_element());
  // Without rates a budget is of the bill's own currency, as it was.
  BOOST_TEST(Course(Budget("200 EUR", ""), "EUR", 10) == want, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_limit_is_compared_in_its_own_currency_and_the_rate_is_said) {
  BOOST_TEST(Course(Above("5 EUR"), "USD", 5.3) == Texts{}, boost::test_tools::per_element());
  BOOST_TEST(Course(Above("5 EUR"), "USD", 5.5).size() == 1u);
  KindRun run(Above("5 EUR"));
  const SeriesId id = run.Cost("cost.effective", {{"team", "a"}});
  run.Cell(id, 0, 10.8);
  run.Advance(RunDay(1));
  const Transition said = run.Last("Dear");
  BOOST_TEST(absl::StrContains(said.summary, "10.00 EUR"), said.summary);
  BOOST_TEST(absl::StrContains(said.explanation, "USD is converted at 0.925926 EUR, the rate of 2026-11-01."), said.explanation);
}

BOOST_AUTO_TEST_CASE(bills_of_several_currencies_add_up) {
  KindRun run(Above("25 USD"));
  const SeriesId dollars = run.Cost("cost.effective", {{"team", "a"}, {"account", "1"}}), euros = run.Cost("cost.effective", {{"team", "a"}, {"account", "2"}}, 0, "EUR"),
                 pounds = run.Cost("cost.effective", {{"team", "a"}, {"account", "3"}}, 0, "GBP");
  const auto day = [&](int at, double of_each) {
    for (const SeriesId id : {dollars, euros, pounds}) run.Cell(id, at, of_each);
    run.Advance(RunDay(at + 1));
  };
  day(0, 7);  // 7 + 7.56 + 8.89 = 23.45
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  day(1, 8);  // 26.80
  BOOST_TEST(run.Lines().size() == 1u);
  BOOST_TEST(absl::StrContains(run.Last("Dear").summary, "26.80 USD"), run.Last("Dear").summary);
}

// 10 USD and 10 EUR, then 10 USD and 20 EUR: one to one that is half as much again, at 1.08 it is 52 %.
BOOST_AUTO_TEST_CASE(a_rule_without_amounts_compares_in_the_base_currency) {
  KindRun run(absl::StrCat("  - alert: More\n    kind: change\n    watch: {cost: effective, window: 1d, by: [team]}\n    when: {increase: {at_least: 51%}}\n", kRates));
  const SeriesId dollars = run.Cost("cost.effective", {{"team", "a"}, {"account", "1"}}), euros = run.Cost("cost.effective", {{"team", "a"}, {"account", "2"}}, 0, "EUR");
  for (int day = 0; day < 4; ++day) run.Cell(dollars, day, 10), run.Cell(euros, day, day == 3 ? 20 : 10), run.Advance(RunDay(day + 1));
  BOOST_TEST(run.Lines() == (Texts{"09 00:00 firing warning More {team=\"a\"}"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_a_rate_costs_are_left_out_and_that_is_told) {
  for (const std::string& rules : {Above("5 USD", ""), Above("5 USD", "currency: {base: USD, rates: {GBP: 1.27}, as_of: 2026-11-01}\n")}) {
    KindRun run(rules);
    const SeriesId euros = run.Cost("cost.effective", {{"team", "a"}, {"account", "1"}}, 0, "EUR"), dollars = run.Cost("cost.effective", {{"team", "a"}, {"account", "2"}});
    run.Cost("cost.effective", {{"team", "b"}}, 0, "EUR");
    for (int day = 0; day < 3; ++day) run.Cell(euros, day, 100), run.Cell(dollars, day, day < 2 ? 4 : 6), run.Advance(RunDay(day + 1));
    BOOST_TEST(run.no_rates().size() == 1u);
    BOOST_TEST(ToText(run.no_rates()[0]) == "costs in EUR are left out of Dear, which compares in USD: there is no rate for them; write what 1 EUR is worth in rates of currency");
    BOOST_TEST(run.Lines().size() == 1u);
    BOOST_TEST(absl::StrContains(run.Last("Dear").summary, "6.00 USD"), run.Last("Dear").summary);
    BOOST_TEST(absl::StrContains(run.Last("Dear").explanation, "Costs in EUR are left out: there is no rate for them."), run.Last("Dear").explanation);
  }
}

BOOST_AUTO_TEST_CASE(amounts_of_several_currencies_need_rates) {
  const auto amounts = [](const std::string& settings) {
    return absl::StrCat("  - alert: Spend\n    kind: budget\n    watch: {cost: effective, by: [team]}\n    budget: {period: month, amounts: {a: 100 EUR, b: 108 USD}}\n    when: {actual: 80%}\n", settings);
  };
  BOOST_TEST(absl::StrContains(Problems(amounts("")), "there is no rate for EUR, so its amounts cannot be compared with others: add rates: {EUR: ...} to currency, what 1 EUR is worth in USD"), Problems(amounts("")));
  BOOST_TEST(Problems(amounts(kRates)) == "");
  BOOST_TEST(absl::StrContains(Problems(Above("5 CHF")), "R610"), Problems(Above("5 CHF")));
  KindRun run(amounts(kRates));
  const SeriesId a = run.Cost("cost.effective", {{"team", "a"}}), b = run.Cost("cost.effective", {{"team", "b"}}, 0, "EUR");
  for (int day = 0; day < 9; ++day) run.Cell(a, day, 10.8), run.Cell(b, day, 10), run.Advance(RunDay(day + 1));
  Texts both = run.Lines();
  std::sort(both.begin(), both.end());
  BOOST_TEST(both == (Texts{"13 00:00 firing warning Spend {team=\"a\"}", "13 00:00 firing warning Spend {team=\"b\"}"}), boost::test_tools::per_element());
  BOOST_TEST(absl::StrContains(run.Last("Spend").summary, "108.00 USD"), run.Last("Spend").summary);
}

BOOST_AUTO_TEST_CASE(a_new_rate_counts_for_what_comes_after_it) {
  KindRun run(Above("20 USD"));
  const SeriesId id = run.Cost("cost.effective", {{"team", "a"}}, 0, "EUR");
  run.Cell(id, 0, 18);
  run.Advance(RunDay(1));
  run.Reload(Above("20 USD", "currency: {base: USD, rates: {EUR: 1.2}, as_of: 2026-12-01}\n"), RunDay(1));
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  run.Cell(id, 1, 18);
  run.Advance(RunDay(2));
  BOOST_TEST(run.Lines() == (Texts{"07 00:00 firing warning Dear {team=\"a\"}"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_rule_that_counts_in_another_currency_begins_anew) {
  KindRun run(Above("5 USD"));
  const SeriesId id = run.Cost("cost.effective", {{"team", "a"}});
  run.Cell(id, 0, 10);
  run.Advance(RunDay(1));
  run.Reload(Above("5 EUR"), RunDay(1));
  run.Cell(id, 1, 10);
  run.Advance(RunDay(2));
  BOOST_TEST(run.Lines() == (Texts{"06 00:00 firing warning Dear {team=\"a\"}", "06 00:00 resolved warning Dear {team=\"a\"} (rule_removed)", "07 00:00 firing warning Dear {team=\"a\"}"}),
             boost::test_tools::per_element());
  BOOST_TEST(absl::StrContains(run.Last("Dear").summary, "9.26 EUR"), run.Last("Dear").summary);
}

BOOST_AUTO_TEST_CASE(who_is_silent_is_silent_in_any_currency) {
  KindRun run("  - alert: Silent\n    kind: absence\n    watch: {cost: billed, by: [account]}\n    when: {no_data_for: 36h}\n    expected: seen in the last 30d\n");
  const SeriesId one = run.Cost("cost.billed", {{"account", "1"}}), two = run.Cost("cost.billed", {{"account", "1"}, {"service", "x"}}, 0, "EUR");
  for (int day = 0; day < 6; ++day) run.Cell(day < 3 ? one : two, day, 1), run.Advance(RunDay(day + 1));
  BOOST_TEST(run.no_rates().empty());
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
