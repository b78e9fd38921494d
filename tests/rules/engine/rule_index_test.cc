#include "rules/engine/rule_index.h"

#include <boost/test/unit_test.hpp>
#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "rules/engine/matcher.h"
#include "tests/rules/engine/rule_builder.h"

namespace nephoscope {
namespace {

Matcher Where(const std::string& label, Matcher::Op op, std::vector<std::string> values) { return {label, op, std::move(values)}; }

BOOST_AUTO_TEST_SUITE(rule_index_test)

BOOST_AUTO_TEST_CASE(no_rule_that_matches_is_passed_over) {
  std::mt19937 random(20261125);
  const auto any = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::size_t matches = 0, candidates = 0, pairs = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<Rule> rules;
    for (int i = 0; i < 20; ++i) {
      Rule rule = QueueRule();
      rule.watch.metric = absl::StrCat("m", any(3));
      for (int k = any(3); k > 0; --k) {
        const std::string label = absl::StrCat("l", any(3));
        switch (any(4)) {
          case 0: rule.watch.where.push_back(Where(label, Matcher::Op::kEqual, {absl::StrCat(any(3))})); break;
          case 1: rule.watch.where.push_back(Where(label, Matcher::Op::kAnyOf, {absl::StrCat(any(3)), absl::StrCat(any(3))})); break;
          case 2: rule.watch.where.push_back(Where(label, Matcher::Op::kNotEqual, {absl::StrCat(any(3))})); break;
          default: rule.watch.where.push_back(Where(label, Matcher::Op::kMissing, {}));
        }
      }
      if (any(6) == 0) rule.watch.metric.clear(), rule.watch.resources = {"*"};
      rules.push_back(std::move(rule));
    }
    RuleIndex index;
    std::vector<WatchMatcher> matchers;
    for (std::size_t i = 0; i < rules.size(); ++i) index.Add(i, rules[i]), matchers.emplace_back(rules[i]);
    for (int k = 0; k < 10; ++k) {
      Series series;
      series.metric = any(8) == 0 ? "resource.cost" : absl::StrCat("m", any(3));
      for (int l = 0; l < 3; ++l)
        if (any(4) != 0) series.labels = series.labels.With(absl::StrCat("l", l), absl::StrCat(any(3)));
      const auto found = index.Candidates(series);
      BOOST_TEST(std::is_sorted(found.begin(), found.end()));
      const std::set<std::size_t> asked(found.begin(), found.end());
      BOOST_TEST(asked.size() == found.size(), "each once");
      for (std::size_t i = 0; i < rules.size(); ++i) {
        const bool wanted = matchers[i].Matches(series);
        BOOST_TEST((!wanted || asked.count(i) != 0), "rule " << i << " of round " << round);
        matches += wanted;
      }
      candidates += found.size();
      pairs += rules.size();
    }
  }
  BOOST_TEST(matches > 1000u);
  BOOST_TEST(candidates < pairs / 2, candidates << " of " << pairs << " are asked");
}

BOOST_AUTO_TEST_CASE(rules_of_one_value_each_are_not_asked_about_others) {
  RuleIndex index;
  std::vector<Rule> rules(1000, QueueRule());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    rules[i].watch.where = {Where("queue", Matcher::Op::kEqual, {absl::StrCat("q", i)})};
    index.Add(i, rules[i]);
  }
  const auto found = index.Candidates(QueueSeries(0, "q17"));
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0] == 17u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
