#include <boost/test/unit_test.hpp>

#include "rules/engine/kind.h"
#include "rules/kinds/spoken.h"
#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

const char kRule[] = "  - alert: Silent\n    kind: absence\n    watch: {cost: billed, by: [account]}\n    expected: seen in the last 30d\n    when: {no_data_for: 36h}\n";

// The bill of one account, its first three days.
struct Bill : KindRun {
  Bill() : KindRun(kRule), account(Cost("cost.billed", {{"account", "1"}})) {
    for (int day = 0; day < 3; ++day) Cell(account, day, 10), Advance(RunDay(day + 1));
  }
  SeriesId account;
};

BOOST_AUTO_TEST_SUITE(absence_test)

BOOST_AUTO_TEST_CASE(who_was_heard_before_a_restart_is_expected_after_it) {
  Bill run;
  run.Restart();
  run.Advance(RunDay(4.5));
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  run.Advance(RunHour(24 * 4.5 + 1));
  BOOST_TEST(run.Lines() == (Texts{"09 12:00 firing warning Silent {account=\"1\"}"}), boost::test_tools::per_element());
}

// The agent itself was away for three days; what it missed comes within minutes.
BOOST_AUTO_TEST_CASE(nobody_is_silent_before_all_were_asked) {
  Bill run;
  run.Restart();
  run.Advance(RunDay(6));
  run.Advance(RunDay(6) + absl::Minutes(9));
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  for (int day = 3; day < 6; ++day) run.Cell(run.account, day, 10);
  run.Advance(RunDay(6) + absl::Minutes(20));
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  run.Advance(RunDay(7.6));
  BOOST_TEST(run.Lines() == (Texts{"12 12:00 firing warning Silent {account=\"1\"}"}), boost::test_tools::per_element());
  // And a restart while it fires.
  run.Restart();
  run.Cell(run.account, 6, 10);
  run.Advance(RunDay(8));
  BOOST_TEST(run.Lines() == (Texts{"12 12:00 resolved warning Silent {account=\"1\"}"}), boost::test_tools::per_element());
}

// What nobody sees now was as much a week before; a longer silence has that week more than once.
BOOST_AUTO_TEST_CASE(the_spend_that_nobody_sees_is_at_stake) {
  KindRun run(kRule);
  const SeriesId account = run.Cost("cost.billed", {{"account", "1"}});
  for (int day = 0; day < 10; ++day) run.Cell(account, day, 10 + day);  // days 3 to 9 are the last week: 13 to 19
  run.Advance(RunDay(10));
  run.Advance(RunDay(12));
  BOOST_TEST(run.Last("Silent").impact.basis == "blind_spend");
  BOOST_TEST(run.Last("Silent").impact.amount.ToText() == "27.00 USD");
  KindRun patient("  - {alert: Silent, kind: absence, watch: {cost: billed, by: [account]}, when: {no_data_for: 252h}}\n");
  const SeriesId same = patient.Cost("cost.billed", {{"account", "1"}});
  for (int day = 0; day < 10; ++day) patient.Cell(same, day, 10 + day);
  patient.Advance(RunDay(10));
  patient.Restart();
  patient.Advance(RunDay(20.4));
  patient.Advance(RunDay(20.5) + absl::Seconds(1));
  BOOST_TEST(patient.Last("Silent").impact.amount.ToText() == "170.00 USD");  // a week, and four days that began in the next half
  KindRun loads("  - {alert: Silent, kind: absence, watch: {metric: load}, when: {no_data_for: 1h}}\n");
  const SeriesId load = loads.Metric("load", {}, absl::Minutes(1));
  loads.Value(load, RunDay(0), 1);
  loads.Advance(RunHour(2));
  BOOST_TEST(loads.Last("Silent").impact.basis == "");
}

std::string Listed(const std::string& who) {
  return absl::StrCat("  - alert: Silent\n    kind: absence\n    watch: {cost: billed, by: [account]}\n    expected: ", who, "\n    when: {no_data_for: 36h}\n    summary: nothing from ${account} since ${last_seen}\n");
}

BOOST_AUTO_TEST_CASE(who_stands_in_a_list_is_expected_though_never_heard) {
  KindRun run(Listed("[1, 2]"));
  const SeriesId one = run.Cost("cost.billed", {{"account", "1"}}), three = run.Cost("cost.billed", {{"account", "3"}});
  for (int day = 0; day < 2; ++day) run.Cell(one, day, 10), run.Cell(three, day, 10), run.Advance(RunDay(day + 1)), run.Advance(RunDay(day + 1.2));
  run.Restart();
  run.Advance(RunDay(2.3));
  BOOST_TEST(run.Lines() == (Texts{"06 12:00 firing warning Silent {account=\"2\"}"}), boost::test_tools::per_element());
  BOOST_TEST(run.Last("Silent").summary == "nothing from 2 since the rule began (2026-01-05 00:00 UTC)");
  BOOST_TEST(run.Last("Silent").explanation == "Nothing was ever heard; something has been expected since 2026-01-05 00:00 UTC.");
  // Account 1 is silent for more than the 30 days of those that are not in a list; account 3 is nobody's concern.
  run.Restart();
  run.Advance(RunDay(50));
  run.Advance(RunDay(50.1));
  BOOST_TEST(run.Lines() == (Texts{"08 12:00 firing warning Silent {account=\"1\"}"}), boost::test_tools::per_element());
  const SeriesId two = run.Cost("cost.billed", {{"account", "2"}});
  run.Cell(two, 49, 10);
  run.Advance(RunDay(50.2));
  run.Advance(RunDay(50.3));
  BOOST_TEST(run.Lines() == (Texts{"24 00:00 resolved warning Silent {account=\"2\"}"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_list_that_is_edited_begins_and_ends_what_is_expected) {
  KindRun run(Listed("[1]"));
  run.Advance(RunDay(1));
  run.Reload(Listed("[1, 2]"), RunDay(1));
  run.Advance(RunDay(2));
  BOOST_TEST(run.Lines() == (Texts{"06 12:00 firing warning Silent {account=\"1\"}"}), boost::test_tools::per_element());
  run.Advance(RunDay(3));
  BOOST_TEST(run.Lines() == (Texts{"07 12:00 firing warning Silent {account=\"2\"}"}), boost::test_tools::per_element());
  run.Reload(Listed("[2]"), RunDay(4));
  BOOST_TEST(run.Lines() == (Texts{"06 12:00 resolved warning Silent {account=\"1\"} (rule_changed)"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_table_names_groups_of_several_labels) {
  const SourceFile files[] = {{"team/rules.yaml", "apiVersion: rules/v1\nrules:\n  - {alert: Silent, kind: absence, watch: {cost: billed, by: [provider, account]}, accounts_file: accounts.csv, when: {no_data_for: 36h}}\n"},
                              {"team/accounts.csv", "Account,Provider,Owner\n11,AWS,ann\n7,GCP,bob\n11,AWS,joe\n"}};
  const LoadedRules loaded = LoadRules(files);
  BOOST_REQUIRE(loaded.diagnostics.empty());
  const std::vector<std::vector<std::string>> want = {{"11", "AWS"}, {"7", "GCP"}};
  BOOST_TEST((loaded.rules->rules.at(0)->expected == want));
  BOOST_TEST(SayRule(*loaded.rules->rules[0]) == "Warning when the billed cost is silent for 36 hours. 2 members of accounts.csv must report. One alert for each account and provider. The owner is notified.");
  const SourceFile empty[] = {files[0], {"team/accounts.csv", "provider,account\n"}}, without[] = {files[0], {"team/accounts.csv", "provider,acount\n1,2\n"}};
  BOOST_TEST(LoadRules(empty).diagnostics.at(1).message == "nobody stands in this table");
  BOOST_TEST(LoadRules(without).diagnostics.at(1).message == "there is no column \"account\"");
}

BOOST_AUTO_TEST_CASE(what_says_nothing_of_who_is_expected_is_refused) {
  BOOST_TEST(Problems(Listed("[]")) == "R407 6 nobody is expected: the list is empty; write: seen in the last 30d");
  BOOST_TEST(Problems(Listed("seen in the lst 30d")) == "R407 6 \"seen in the lst 30d\" does not say who is expected; write: seen in the last 30d");
  BOOST_TEST(Problems("  - {alert: S, kind: absence, watch: {cost: billed}, expected: [1, 2], when: {no_data_for: 36h}}\n") ==
             "R407 3 a list gives values of one label, so `by` names exactly one; a table (accounts_file) may have several");
  BOOST_TEST(Problems("  - {alert: S, kind: absence, watch: {cost: billed, by: [account]}, expected: [1, 2], accounts_file: a.csv, when: {no_data_for: 36h}}\n") ==
             "R407 3 expected and accounts_file both say who has to report: keep one");
}

// Field case 25: a credit that does not come any more is paid; money at stake is never less than nothing.
BOOST_AUTO_TEST_CASE(credits_that_have_run_out_are_at_stake_as_what_is_paid) {
  const struct { const char* what; int days, silent; double each; const char *stake, *basis; } rows[] = {
      {"credits", 30, 4, -4, "16.00 USD", "missing_credit"}, {"credits of a short past", 3, 4, -4, "16.00 USD", "missing_credit"}, {"costs", 30, 4, 4, "16.00 USD", "blind_spend"}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    KindRun run("\n  - alert: CreditsGone\n    kind: absence\n    watch: {cost: billed, by: [provider]}\n    expected: seen in the last 60d\n    when: {no_data_for: 3d}\n");
    const SeriesId id = run.Cost("cost.billed", {{"provider", "AWS"}});
    for (int day = 0; day < row.days; ++day) run.Cell(id, day, row.each), run.Advance(RunDay(day + 1));
    run.Advance(RunDay(row.days + row.silent));
    BOOST_TEST((run.Last("CreditsGone").type == EventType::kFiring));
    BOOST_TEST(run.Last("CreditsGone").impact.amount.ToText() == row.stake);
    BOOST_TEST(run.Last("CreditsGone").impact.basis == row.basis);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
