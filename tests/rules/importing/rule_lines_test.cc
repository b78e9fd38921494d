#include "rules/importing/rule_lines.h"

#include <boost/test/unit_test.hpp>

using namespace nephoscope;

BOOST_AUTO_TEST_SUITE(rule_lines_test)

BOOST_AUTO_TEST_CASE(any_text_comes_back_from_yaml_as_it_was) {
  for (const std::string text : {"checkout", "a b", "1234", "it's \"so\"", "back\\slash", "- x", "{a: b}, [c]", "# no comment", "a: b", "", "true", "\xC3\xBC", "*", "@x"}) {
    const SourceFile file{"a.yaml", "k: [" + Quoted(text) + "]\n"};
    ForeignFile read(file);
    BOOST_TEST_CONTEXT(file.text) {
      BOOST_REQUIRE(read.root() != nullptr);
      BOOST_TEST(TextsOf(read.root(), "k") == std::vector<std::string>{text}, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(escapes_of_json_are_read) {
  const SourceFile file{"a.json", "{\"k\": [\"\\ud83d\\ude00\", \"\\u00fc\\/\", \"\\\\ud83d\"]}"};
  ForeignFile read(file);
  BOOST_REQUIRE(read.root() != nullptr);
  const std::vector<std::string> want = {"\xF0\x9F\x98\x80", "\xC3\xBC/", "\\ud83d"};
  BOOST_TEST(TextsOf(read.root(), "k") == want, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(numbers_are_plain) {
  const struct { double number; const char* want; } rows[] = {{42000, "42000"}, {0.5, "0.5"}, {109.99999999, "110"}, {1234567.89, "1234567.89"}, {1e9, "1000000000"}};
  for (const auto& row : rows) BOOST_TEST(Plain(row.number) == row.want);
}

BOOST_AUTO_TEST_CASE(names_are_words_and_unique) {
  AlertNames names;
  BOOST_TEST(names.Make("platform - monthly (EU)") == "PlatformMonthlyEU");
  BOOST_TEST(names.Make("Platform monthly EU") == "PlatformMonthlyEU2");
  BOOST_TEST(names.Make("***") == "Imported");
}

BOOST_AUTO_TEST_CASE(a_label_stands_once_in_where) {
  WhereLines where;
  BOOST_TEST(where.Equal("account", {"1", "2"}));
  BOOST_TEST(where.Missing("team"));
  BOOST_TEST(!where.Not("account", {"3"}));
  BOOST_TEST(where.Yaml() == "{account: [\"1\", \"2\"], team: {missing: true}}");
}

BOOST_AUTO_TEST_CASE(a_rule_that_check_refuses_is_refused) {
  Imported imported;
  imported.items.push_back({"bad", "a:1", {RuleLines("Bad", "budget").Line("watch: {cost: billed}").Line("budget: {amount: 5 XYZ}").Line("when: {actual: 100%}").text()}, {}, ""});
  imported.items.push_back({"good", "a:2", {RuleLines("Good", "budget").Line("watch: {cost: billed}").Line("budget: {amount: 5 USD}").Line("when: {actual: 100%}").text()}, {}, ""});
  RefuseWhatCheckRefuses(imported);
  BOOST_TEST(!imported.items[0].converted());
  BOOST_TEST(imported.items[0].rules.empty());
  BOOST_TEST(imported.items[1].converted());
}

BOOST_AUTO_TEST_SUITE_END()
