#include "rules/language/amounts_table.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/kinds/budget_amounts.h"
#include "rules/engine/kind.h"
#include "rules/kinds/spoken.h"

namespace nephoscope {
namespace {

LoadedRules Load(const std::string& table, const std::string& by = "department", const std::string& budget = "") {
  return LoadRules(std::vector<SourceFile>{{"team/budgets.yaml", absl::StrCat("apiVersion: rules/v1\nrules:\n  - alert: Spend\n    kind: budget\n    watch: {cost: effective, by: [", by,
                                                                             "]}\n    budget: {amounts_from: budgets.csv", budget, "}\n    when: {actual: 100%}\n")},
                                           {"team/budgets.csv", table}});
}

// "R606 budgets.csv:2:1 message"
std::string Problems(const LoadedRules& loaded) {
  std::vector<std::string> out;
  for (const Diagnostic& one : loaded.diagnostics) out.push_back(absl::StrCat(one.code, " ", one.file.substr(5), ":", one.mark.line, ":", one.mark.column, " ", one.message));
  return absl::StrJoin(out, " | ");
}

std::string In(const LoadedRules& loaded, std::vector<Label> labels, absl::CivilDay from) { return BudgetAmounts(*loaded.rules->rules.at(0), Labels(std::move(labels))).In(from).ToText(); }

BOOST_AUTO_TEST_SUITE(amounts_table_test)

BOOST_AUTO_TEST_CASE(amounts_come_from_a_table) {
  const LoadedRules loaded = Load("Department;Amount;Currency;comment\r\npayments;42000;USD;agreed with Ann\r\n\"search\";18000.50 USD;;\r\n", "department", ", everyone_else: 2500 USD");
  BOOST_REQUIRE_MESSAGE(loaded.diagnostics.empty(), Problems(loaded));
  const absl::CivilDay march(2026, 3, 1);
  BOOST_TEST(In(loaded, {{"department", "payments"}}, march) == "42,000.00 USD");
  BOOST_TEST(In(loaded, {{"department", "search"}}, march) == "18,000.50 USD");
  BOOST_TEST(In(loaded, {{"department", "web"}}, march) == "2,500.00 USD");
  BOOST_TEST(BudgetAmounts(*loaded.rules->rules[0], Labels(std::vector<Label>{{"department", "search"}})).Reason(march) == "The budget is that of budgets.csv.");
  BOOST_TEST(SayRule(*loaded.rules->rules[0]) ==
             "Warning when the effective cost reaches 100% of the budget. The budget is for each month. In it 2 groups have their amounts in budgets.csv, everyone else has 2,500 USD. One alert for each department. Without data, the alert stays as it is. The owner is notified.");
}

BOOST_AUTO_TEST_CASE(groups_may_have_several_labels) {
  const LoadedRules loaded = Load("cost-center,account,amount\n7,(none),1 USD\n7,11,2 USD\n8,11,3 USD\n", "cost_center, account");
  BOOST_REQUIRE_MESSAGE(loaded.diagnostics.empty(), Problems(loaded));
  const absl::CivilDay march(2026, 3, 1);
  BOOST_TEST(In(loaded, {{"cost_center", "7"}}, march) == "1.00 USD");
  BOOST_TEST(In(loaded, {{"cost_center", "7"}, {"account", "11"}}, march) == "2.00 USD");
  BOOST_TEST(In(loaded, {{"cost_center", "8"}, {"account", "11"}}, march) == "3.00 USD");
  BOOST_TEST(In(loaded, {{"cost_center", "8"}, {"account", "7"}}, march) == "0.00");  // no budget
}

BOOST_AUTO_TEST_CASE(an_amount_with_a_period_is_that_of_later_ones_too) {
  const LoadedRules loaded = Load("department,period,amount\npayments,2026-04,200 USD\npayments,2026-02-01,100 USD\nsearch,,5 USD\nsearch,2026-03,6 USD\n", "department", ", everyone_else: 1 USD");
  BOOST_REQUIRE_MESSAGE(loaded.diagnostics.empty(), Problems(loaded));
  const struct { const char* department; int month; const char* want; } rows[] = {{"payments", 1, "1.00 USD"},   {"payments", 2, "100.00 USD"}, {"payments", 3, "100.00 USD"}, {"payments", 4, "200.00 USD"},
                                                                                 {"payments", 12, "200.00 USD"}, {"search", 2, "5.00 USD"},     {"search", 3, "6.00 USD"}};
  for (const auto& row : rows) BOOST_TEST(In(loaded, {{"department", row.department}}, absl::CivilDay(2026, row.month, 1)) == row.want);
  BOOST_TEST(BudgetAmounts(*loaded.rules->rules[0], Labels(std::vector<Label>{{"department", "payments"}})).Reason(absl::CivilDay(2026, 5, 1)) ==
             "The budget is that of budgets.csv from the month of 1 April 2026 on.");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_the_table_is_told_there) {
  const std::string rule = "R606 budgets.yaml:6:28 the table budgets.csv cannot be read | ";
  const struct { const char *what, *table, *want; } rows[] = {
      {"nothing", "", "R606 budgets.csv:1:1 it is empty: the first line names the columns"},
      {"no amount", "department,cost\npayments,1\n", "R606 budgets.csv:1:1 there is no column \"amount\""},
      {"no label", "team,amount\npayments,1 USD\n", "R606 budgets.csv:1:1 there is no column \"department\""},
      {"a slip in a column", "department,amount,curency\npayments,1,USD\n", "R606 budgets.csv:1:19 the column \"curency\" is nearly one that counts"},
      {"a short line", "department,amount\npayments,1 USD\nsearch\n", "R606 budgets.csv:3:1 line 3 has 1 cells; the first line names 2"},
      {"no currency", "department,amount\npayments,42000\n", "R204 budgets.csv:2:10 \"42000\" needs a currency"},
      {"a comma", "department,amount\npayments,\"42,000 USD\"\n", "R015 budgets.csv:2:11 \"42,000 USD\" has a comma in its number"},
      {"no such currency", "department,amount,currency\npayments,42000, UDS\n", "R207 budgets.csv:2:17 \"UDS\" is not a currency"},
      {"two currencies", "department,amount,currency\npayments,42000 EUR,USD\n", "R215 budgets.csv:2:10 the amount is in EUR, its currency is USD"},
      {"no amount in a line", "department,amount\npayments,\n", "R206 budgets.csv:2:10 this row has no amount"},
      {"no money", "department,amount\npayments,0 USD\n", "R210 budgets.csv:2:10 nothing is a share of no money, so this budget would never say anything"},
      {"no group in a line", "department,amount\n,1 USD\n", "R606 budgets.csv:2:1 this row names no department"},
      {"a group twice", "department,amount\nb,1 USD\na,1 USD\nb,2 USD\n", "R606 budgets.csv:4:1 b has an amount in line 2 already"},
      {"no period", "department,amount,period\nb,1 USD,October\n", "R208 budgets.csv:2:9 \"October\" names no period"},
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(row.what) {
      const LoadedRules loaded = Load(row.table);
      BOOST_TEST(Problems(loaded) == rule + row.want);
      BOOST_TEST(loaded.rules->rules.empty());
      BOOST_TEST(loaded.rejected.size() == 2u);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_point_before_three_digits_is_read_as_decimals_and_warned_of) {
  const LoadedRules loaded = Load("department,amount,currency\npayments,42.000,USD\nsearch,0.500,USD\n");
  BOOST_REQUIRE(loaded.diagnostics.size() == 1u);
  BOOST_TEST(loaded.diagnostics[0].code == "R217");
  BOOST_TEST(loaded.diagnostics[0].file == "team/budgets.csv");
  BOOST_TEST(loaded.diagnostics[0].caret_text == "write 42, or 42000 if thousands are meant");
  BOOST_TEST(loaded.rules->rules.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_the_rule_is_told_there) {
  const std::string table = "department,amount\nb,1 USD\n";
  BOOST_TEST(Problems(Load(table, "department", ", amounts: {b: 2 USD}")) == "R107 budgets.yaml:6:28 the amounts stand in the rule and in a table: keep one of the two");
  BOOST_TEST(Problems(Load(table, "")) == "R404 budgets.yaml:6:28 amounts are given by group, so `by` names the labels of the groups");
  const std::string head = "apiVersion: rules/v1\nrules:\n  - {alert: A, kind: budget, watch: {cost: billed, by: [team]}, when: {actual: 1%}, budget: {amounts_from: ";
  BOOST_TEST(Problems(LoadRules(std::vector<SourceFile>{{"team/budgets.yaml", head + "budgets.csv}}\n"}})) == "R606 budgets.yaml:3:108 the table budgets.csv was not read");
  BOOST_TEST(Problems(LoadRules(std::vector<SourceFile>{{"team/budgets.yaml", head + "../budgets.csv}}\n"}})) == "R606 budgets.yaml:3:108 \"../budgets.csv\" is not a table beside this file");
  const SourceFile file{"team/budgets.yaml", head + "budgets.csv}}\n"};
  BOOST_TEST(TablesOf(file) == std::vector<std::string>{"team/budgets.csv"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(another_amount_is_another_revision_and_a_comment_is_none) {
  const auto revision = [](const std::string& table) { return Load(table).rules->rules.at(0)->revision; };
  BOOST_TEST(revision("department,amount\nb,1 USD\n") == revision("amount,department,comment\n1 USD,b,as agreed\n"));
  BOOST_TEST(revision("department,amount\nb,1 USD\n") != revision("department,amount\nb,2 USD\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
