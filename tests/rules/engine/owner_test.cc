#include "rules/engine/owner.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

Settings Chain() {
  Settings out;
  out.owner_steps = {
      {{"Owner", "team"}, "", {}},
      {{"Owner", "team"}, "account", {}},
      {{}, "", {{{{"account", "1111"}, {"service", "Amazon*"}}, {"data", "data@example.com", "owners.csv line 2"}}, {{{"department", "research"}}, {"labs", "", "owners.csv line 3"}}}},
  };
  out.default_owner = {"cloud", "", "default"};
  return out;
}

BOOST_AUTO_TEST_SUITE(owner_test)

BOOST_AUTO_TEST_CASE(the_first_step_that_answers_wins) {
  const struct { const char* what; std::vector<Label> labels; const char *owner, *source; } rows[] = {
      {"a tag", {{"team", "shop"}, {"account", "1111"}}, "shop", "tag team"},
      {"in other letters", {{"OWNER", "ann"}}, "ann", "tag Owner"},
      {"an empty group is no answer", {{"team", "(none)"}}, "cloud", "default"},
      {"the tag of its account", {{"account", "1111"}, {"account_owner", "base"}}, "base", "tag Owner of account"},
      {"a row with a glob", {{"account", "1111"}, {"service", "AmazonEC2"}}, "data", "owners.csv line 2"},
      {"not a row of which one cell does not fit", {{"account", "1111"}, {"service", "Azure"}}, "cloud", "default"},
      {"a row with one cell", {{"account", "2"}, {"department", "research"}}, "labs", "owners.csv line 3"},
      {"nobody", {}, "cloud", "default"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const Labels labels(row.labels);
    const Owner owner = ResolveOwner(Rule(), Chain(), {OwnerLabels{OwnerLabels::Rule::kFirst, {&labels}}});
    BOOST_TEST(owner.name == row.owner);
    BOOST_TEST(owner.source == row.source);
  }
}

BOOST_AUTO_TEST_CASE(a_rule_knows_best) {
  Rule rule;
  rule.owner = Owner{"ann", "", "the rule itself"};
  BOOST_TEST(ResolveOwner(rule, Chain(), {}).name == "ann");
}

// What one of many series says is not true of all.
BOOST_AUTO_TEST_CASE(a_group_has_the_owner_that_its_series_agree_in) {
  using Rule = OwnerLabels::Rule;
  const Labels shop(std::vector<Label>{{"team", "shop"}}), search(std::vector<Label>{{"team", "search"}}), nobody(std::vector<Label>{{"host", "a"}});
  const struct { const char* what; Rule rule; std::vector<const Labels*> labels; const char* owner; } rows[] = {
      {"the first that answers", Rule::kFirst, {&nobody, &search, &shop}, "search"},
      {"one answers, the others do not know", Rule::kAgreed, {&nobody, &shop}, "shop"},
      {"two that differ", Rule::kAgreed, {&search, &shop}, "cloud"},
      {"all must know, and one does not", Rule::kAll, {&shop, &nobody}, "cloud"},
      {"all know the same", Rule::kAll, {&shop, &shop}, "shop"},
      {"all know, not the same", Rule::kAll, {&shop, &search}, "cloud"},
      {"none at all", Rule::kAll, {}, "cloud"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what)
    BOOST_TEST(ResolveOwner(nephoscope::Rule(), Chain(), {OwnerLabels{row.rule, row.labels}}).name == row.owner);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
