#include "agent/files/rule_files.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "absl/synchronization/notification.h"
#include "tests/agent/temp_dir.h"

namespace nephoscope {
namespace {

std::string RuleText(const std::string& name, const std::string& limit) {
  return "apiVersion: rules/v1\nrules:\n  - alert: " + name + "\n    kind: threshold\n    watch: {metric: queue_length, by: [queue]}\n    when: {above: " + limit + "}\n";
}

std::vector<std::string> Names(const RuleFiles::Result& loaded) {
  std::vector<std::string> out;
  for (const auto& rule : loaded.rules->rules) out.push_back(rule->name);
  return out;
}

BOOST_AUTO_TEST_SUITE(rule_files_test)

BOOST_AUTO_TEST_CASE(a_folder_gives_its_yaml_files_and_not_what_is_hidden) {
  TempDir dir;
  dir.Write("b.yml", RuleText("B", "1"));
  dir.Write("a.yaml", RuleText("A", "1"));
  dir.Write(".hidden.yaml", RuleText("Hidden", "1"));
  dir.Write("notes.txt", "not a rule");
  const RuleFiles::Result loaded = RuleFiles({dir.path()}).Load();
  BOOST_TEST(loaded.all_good());
  BOOST_TEST(Names(loaded) == (std::vector<std::string>{"A", "B"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_folder_gives_what_is_below_it_but_not_hidden_folders_nor_links) {
  namespace fs = std::filesystem;
  TempDir dir;
  for (const char* below : {"teams/web", "..data", "empty"}) fs::create_directories(fs::path(dir.path()) / below);
  dir.Write("a.yaml", RuleText("A", "1"));
  dir.Write("teams/web/b.yaml", RuleText("B", "1"));
  dir.Write("..data/c.yaml", RuleText("C", "1"));
  fs::create_directory_symlink(dir.path(), fs::path(dir.path()) / "round");
  const RuleFiles::Result loaded = RuleFiles({dir.path()}).Load();
  BOOST_TEST(loaded.all_good());
  BOOST_TEST(Names(loaded) == (std::vector<std::string>{"A", "B"}), boost::test_tools::per_element());
  BOOST_TEST(FoldersOf(dir.path()).size() == 4u);  // itself, teams, teams/web, empty
}

BOOST_AUTO_TEST_CASE(tables_of_tests_are_read_for_the_commands_and_not_missed_by_the_agent) {
  TempDir dir;
  dir.Write("a.yaml", RuleText("A", "1") + "    tests:\n      - name: one\n        series: [{from: a.csv}]\n        expect: []\n");
  const RuleFiles::Result loaded = RuleFiles({dir.path()}).Load();
  BOOST_TEST(loaded.all_good());
  BOOST_TEST(loaded.diagnostics.empty());
  BOOST_TEST(Names(loaded) == (std::vector<std::string>{"A"}), boost::test_tools::per_element());

  dir.Write("a.csv", "time,value\n1h,0\n");
  ReadFiles read = ReadRuleFiles({dir.path()});
  AddTables(read);
  BOOST_REQUIRE(read.files.size() == 2u);
  BOOST_TEST(read.files[1].text == "time,value\n1h,0\n");
  BOOST_TEST(LoadRules(read.files).tests.size() == 1u);
}

BOOST_AUTO_TEST_CASE(test_files_are_left_to_the_test_command_and_bring_the_rules_that_they_name) {
  TempDir dir;
  dir.Write("a.yaml", RuleText("A", "1"));
  dir.Write("a_test.yaml", "apiVersion: rules/v1\nrules: [a.yaml]\ntests: []\n");
  dir.Write("broken_test.yml", "no rules at all");
  const RuleFiles::Result loaded = RuleFiles({dir.path()}).Load();
  BOOST_TEST(loaded.all_good());
  BOOST_TEST(Names(loaded) == (std::vector<std::string>{"A"}), boost::test_tools::per_element());
  ReadFiles read = ReadRuleFiles({dir.path() + "/a_test.yaml"});
  AddTestedFiles(read);
  AddTestedFiles(read);
  BOOST_REQUIRE(read.files.size() == 2u);
  BOOST_TEST(read.files[1].text == RuleText("A", "1"));
}

// As owners.csv: read with the rules, watched with them, and a bad one changes nothing.
BOOST_AUTO_TEST_CASE(the_table_of_a_budget_is_read_again_and_a_bad_one_keeps_its_last_good_version) {
  TempDir dir;
  const auto amount = [](const RuleFiles::Result& loaded) { return loaded.rules->rules.at(0)->amounts.at(0).amount.ToText(); };
  dir.Write("a.yaml", "apiVersion: rules/v1\nrules:\n  - {alert: A, kind: budget, watch: {cost: billed, by: [team]}, budget: {amounts_from: budgets.csv}, when: {actual: 80%}}\n");
  RuleFiles files({dir.path()});
  BOOST_TEST(files.Load().rules->rules.empty());
  dir.Write("budgets.csv", "team,amount\nshop,100 USD\n");
  BOOST_TEST(amount(files.Load()) == "100.00 USD");
  dir.Write("budgets.csv", "team,amount\nshop,200 USD\n");
  BOOST_TEST(amount(files.Load()) == "200.00 USD");
  dir.Write("budgets.csv", "team,amount\nshop,much\n");
  const RuleFiles::Result bad = files.Load();
  BOOST_TEST(!bad.all_good());
  BOOST_TEST(!bad.files.at(dir / "budgets.csv"));
  BOOST_TEST(amount(bad) == "200.00 USD");
}

BOOST_AUTO_TEST_CASE(a_bad_file_keeps_its_last_good_version_and_the_others_load) {
  TempDir dir;
  dir.Write("a.yaml", RuleText("A", "1"));
  dir.Write("b.yaml", RuleText("B", "1"));
  RuleFiles files({dir.path()});
  BOOST_REQUIRE(files.Load().all_good());
  dir.Write("a.yaml", RuleText("A", "many"));
  dir.Write("b.yaml", RuleText("B2", "2"));
  const RuleFiles::Result loaded = files.Load();
  BOOST_TEST(!loaded.all_good());
  BOOST_TEST(!loaded.files.at(dir / "a.yaml"));
  BOOST_TEST(loaded.files.at(dir / "b.yaml"));
  BOOST_TEST(Names(loaded) == (std::vector<std::string>{"A", "B2"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_mended_file_is_taken_again) {
  TempDir dir;
  const std::string path = dir.Write("a.yaml", "apiVersion: rules/v1\nrules: [\n");
  RuleFiles files({path});
  BOOST_TEST(Names(files.Load()).empty());
  dir.Write("a.yaml", RuleText("A", "1"));
  const RuleFiles::Result loaded = files.Load();
  BOOST_TEST(loaded.all_good());
  BOOST_TEST(Names(loaded).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_removed_file_in_a_folder_takes_its_rules_along) {
  TempDir dir;
  dir.Write("a.yaml", RuleText("A", "1"));
  RuleFiles files({dir.path()});
  BOOST_REQUIRE(files.Load().all_good());
  std::filesystem::remove(dir / "a.yaml");
  const RuleFiles::Result loaded = files.Load();
  BOOST_TEST(loaded.all_good());
  BOOST_TEST(Names(loaded).empty());
}

BOOST_AUTO_TEST_CASE(a_named_file_that_is_missing_is_told_by_name) {
  const RuleFiles::Result loaded = RuleFiles({"/nowhere/rules.yaml"}).Load();
  BOOST_REQUIRE(loaded.diagnostics.size() == 1u);
  BOOST_TEST(loaded.diagnostics[0].message == "cannot read /nowhere/rules.yaml: No such file or directory");
}

BOOST_AUTO_TEST_CASE(rules_that_are_as_they_were_are_the_same_objects) {
  TempDir dir;
  dir.Write("a.yaml", RuleText("A", "1"));
  dir.Write("b.yaml", RuleText("B", "1"));
  RuleFiles files({dir.path()});
  const RuleFiles::Result first = files.Load();
  dir.Write("b.yaml", RuleText("B", "2"));
  const RuleFiles::Result second = files.Load();
  BOOST_TEST((second.rules->rules[0] == first.rules->rules[0]));
  BOOST_TEST((second.rules->rules[1] != first.rules->rules[1]));
  dir.Write("a.yaml", "# it stands a line further down\n" + RuleText("A", "1"));
  const RuleFiles::Result third = files.Load();
  BOOST_TEST(third.rules->rules[0]->line == first.rules->rules[0]->line + 1);
  BOOST_TEST((third.rules->rules[1] == second.rules->rules[1]));
}

// Each waits for the other, so one after the other would never end; after half a minute it gives up.
BOOST_AUTO_TEST_CASE(both_are_done_at_the_same_time) {
  absl::Notification one, other;
  bool one_met = false, other_met = false;
  Both([&] { one.Notify(), one_met = other.WaitForNotificationWithTimeout(absl::Seconds(30)); }, [&] { other.Notify(), other_met = one.WaitForNotificationWithTimeout(absl::Seconds(30)); });
  BOOST_TEST(one_met);
  BOOST_TEST(other_met);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
