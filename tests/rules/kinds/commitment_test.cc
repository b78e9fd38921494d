#include "tests/rules/kinds/kind_run.h"

#include "absl/strings/match.h"

namespace nephoscope {
namespace {

constexpr char kAll[] = R"(
  - alert: Bad
    kind: commitment
    watch: {commitment: [savings_plan], by: [account]}
    when: {any_of: [{utilization: {below: 90%}}, {coverage: {below: 70%}}, {expires_within: 30d}]}
    every: 1d
)";

// The bill of one account: what its plan and its other machines cost on a day.
struct Account {
  SeriesId used, used_list, unused, on_demand;
};
Account OpenAccount(KindRun& run) {
  const auto labels = [](const char* status) { return std::vector<Label>{{"account", "1"}, {"commitment_discount_status", status}, {"commitment_discount_id", "sp-1"}, {"commitment_discount_type", "savings_plan"}}; };
  return {run.Cost("commitment.effective", labels("used")), run.Cost("commitment.list", labels("used")), run.Cost("commitment.effective", labels("unused")),
          run.Cost("commitment.list", {{"account", "1"}, {"commitment_discount_status", "on_demand"}})};
}
void Day(KindRun& run, const Account& account, int day, double used, double unused, double on_demand) {
  run.Cell(account.used, day, used);
  run.Cell(account.used_list, day, used * 2);
  run.Cell(account.unused, day, unused);
  run.Cell(account.on_demand, day, on_demand);
  run.Advance(RunDay(day + 1));
}

BOOST_AUTO_TEST_SUITE(commitment_test)

BOOST_AUTO_TEST_CASE(seven_full_days_are_judged_and_what_is_true_is_told_with_its_price) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(kAll, restarts);
    const Account account = OpenAccount(run);
    for (int day = 0; day < 6; ++day) Day(run, account, day, 80, 20, 40);
    BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
    Day(run, account, 6, 80, 20, 40);
    BOOST_TEST(run.Lines() == Texts{"12 00:00 firing warning Bad {account=\"1\"}"}, boost::test_tools::per_element());
    BOOST_TEST(run.Last("Bad").summary == "account 1: utilization is 80% (below 90%)");  // coverage 160 / 200 = 80 %
    BOOST_TEST(run.Last("Bad").impact.amount.ToText() == "608.80 USD");       // 20 a day
    for (int day = 7; day < 14; ++day) Day(run, account, day, 100, 0, 100);
    // On the way utilization passes 90 % and is over; coverage stays above 66.7 %, which is below 70 % in the end.
    const std::vector<std::string> lines = run.Lines();
    BOOST_TEST_REQUIRE(!lines.empty());
    BOOST_TEST(absl::StrContains(run.Last("Bad").summary, "coverage is"), run.Last("Bad").summary);
    BOOST_TEST(!absl::StrContains(run.Last("Bad").summary, "utilization"));
    BOOST_TEST(absl::StrContains(run.Last("Bad").explanation, "Commitments save 50% of the list price here."), run.Last("Bad").explanation);
  }
}

// Each line of any_of is notified once when it comes true, although the level was reached by another.
BOOST_AUTO_TEST_CASE(each_line_of_any_of_is_notified_once) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(kAll, restarts);
    const Account account = OpenAccount(run);
    for (int day = 0; day < 7; ++day) Day(run, account, day, 80, 20, 40);  // coverage 80 %
    BOOST_TEST(run.Lines() == Texts{"12 00:00 firing warning Bad {account=\"1\"}"}, boost::test_tools::per_element());
    BOOST_TEST(run.Last("Bad").condition_text == "utilization below 90%");
    for (int day = 7; day < 14; ++day) Day(run, account, day, 80, 20, 400);
    BOOST_TEST(run.Lines() == Texts{"13 00:00 updated warning Bad {account=\"1\"} (condition_added)"}, boost::test_tools::per_element());
    BOOST_TEST(run.Last("Bad").condition_text == "coverage below 70%");
    BOOST_TEST(absl::StartsWith(run.Last("Bad").explanation, "New: coverage below 70%. "), run.Last("Bad").explanation);
    for (int day = 14; day < 21; ++day) Day(run, account, day, 80, 20, 40);  // covered again
    for (int day = 21; day < 28; ++day) Day(run, account, day, 80, 20, 400);
    BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(an_end_is_told_a_month_a_week_and_a_day_before_and_is_over_when_it_came) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run("\n  - alert: Ends\n    kind: commitment\n    watch: {commitment: \"*\", by: [account]}\n    when: {expires_within: 30d}\n", restarts);
    const Account account = OpenAccount(run);
    const SeriesId end = run.Metric("commitment.end", {{"account", "1"}, {"commitment_discount_id", "sp-1"}, {"commitment_discount_type", "savings_plan"}}, absl::ZeroDuration());
    run.Value(end, RunDay(0), absl::ToDoubleSeconds(RunDay(40) - absl::UnixEpoch()));
    for (int day = 0; day < 42; ++day) Day(run, account, day, 100, 0, 0);
    BOOST_TEST((run.Lines() == Texts{"15 00:00 firing warning Ends {account=\"1\"}", "07 00:00 updated warning Ends {account=\"1\"}", "13 00:00 updated warning Ends {account=\"1\"}", "14 00:00 resolved warning Ends {account=\"1\"}"}));
    BOOST_TEST(run.said()[0].summary == "account 1: sp-1 ends in 30 days (2026-02-14)");
  }
}

// A bill of ninety days that is read at once: every end is known before any day is judged.
BOOST_AUTO_TEST_CASE(each_day_is_judged_by_the_term_that_it_knew) {
  for (const int term : {30, 40}) BOOST_TEST_CONTEXT("terms of " << term << " days") {
    KindRun run("\n  - alert: Ends\n    kind: commitment\n    watch: {commitment: \"*\", by: [account]}\n    when: {expires_within: 7d}\n", false);
    const Account account = OpenAccount(run);
    const SeriesId end = run.Metric("commitment.end", {{"account", "1"}, {"commitment_discount_id", "sp-1"}, {"commitment_discount_type", "savings_plan"}}, absl::ZeroDuration());
    for (int from = 0; from < 2 * term; from += term)
      run.Value(end, RunDay(from), absl::ToDoubleSeconds(RunDay(from + term) - absl::UnixEpoch()));
    int fired = 0, resolved = 0;
    for (int day = 0; day < 2 * term + 2; ++day) Day(run, account, day, 100, 0, 0);
    for (const std::string& line : run.Lines()) {
      fired += absl::StrContains(line, " firing ");
      resolved += absl::StrContains(line, " resolved ");
    }
    BOOST_TEST(fired == 2);
    BOOST_TEST(resolved == 2);
  }
}

BOOST_AUTO_TEST_CASE(without_any_commitment_nothing_is_badly_used) {
  KindRun run("\n  - alert: Bad\n    kind: commitment\n    watch: {commitment: \"*\", by: [account]}\n    when: {utilization: {below: 90%}}\n");
  const SeriesId on_demand = run.Cost("commitment.list", {{"account", "1"}, {"commitment_discount_status", "on_demand"}});
  for (int day = 0; day < 10; ++day) run.Cell(on_demand, day, 100), run.Advance(RunDay(day + 1));
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_told) {
  const struct { const char* when; const char* want; } rows[] = {
      {"{utilization: {below: 90%}}", ""},
      {"{utilization: {below: 90%}, coverage: {below: 50%}}", ""},
      {"{}", "R401"},
      {"{any_of: []}", "R401"},
      {"{any_of: [{}]}", "R401"},
      {"{utilization: {}}", "R401"},
      {"{utilization: {below: 90 USD}}", "R215"},
      {"{utilization: {below: 90}}", "R204"},
      {"{expires_within: 30d, any_of: [{coverage: {below: 50%}}]}", "R461"},
      {"{expires_within: 1h}", "R2"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.when) {
    const std::string said = Problems(absl::StrCat("\n  - alert: A\n    kind: commitment\n    watch: {commitment: \"*\"}\n    when: ", row.when, "\n"));
    BOOST_TEST((*row.want == 0 ? said.empty() : absl::StartsWith(said, row.want)), said);
  }
  BOOST_TEST(absl::StartsWith(Problems("\n  - alert: A\n    kind: commitment\n    watch: {commitment: \"*\", stat: max}\n    when: {coverage: {below: 5%}}\n"), "R452"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
