#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

// Two rules; `more` is of the first, `rest` comes behind.
std::shared_ptr<const RuleSet> Load(const std::string& more, const std::string& rest) {
  const SourceFile file = {"a.yaml", absl::StrCat("apiVersion: rules/v1\nrules:\n  - {alert: A, kind: threshold, watch: {metric: m, by: [x]}, when: {above: 1}", more,
                                                  "}\n  - {alert: B, kind: threshold, watch: {metric: m, by: [x]}, when: {above: 1}}\n", rest)};
  const LoadedRules loaded = LoadRules({&file, 1});
  BOOST_TEST_REQUIRE(!HasErrors(loaded.diagnostics), RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
  return loaded.rules;
}

BOOST_AUTO_TEST_SUITE(keep_unchanged_test)

// Everything of a rule that a coordinator can write makes it another one.
BOOST_AUTO_TEST_CASE(a_rule_is_kept_where_nothing_about_it_is_different) {
  const std::string settings = "time_intervals: [{name: office, times: [\"09:00-17:00\"]}]\n";
  const auto before = Load("", settings);
  const auto same = KeepUnchanged(*before, Load("", settings));
  BOOST_TEST((same->rules == before->rules));
  for (const char* more : {", summary: s", ", for: 1m", ", notify: [account_owner]", ", mute_time_intervals: [office]", ", active_time_intervals: [office]", ", renamed_from: old", ", labels: {a: b}",
                           ", annotations: {a: b}", ", runbook: 'https://example.com'", ", owner: me", ", limit: 7", ", mode: shadow", ", every: 5m"}) {
    const auto after = KeepUnchanged(*before, Load(more, settings));
    BOOST_TEST((after->rules[0] != before->rules[0]), more);
    BOOST_TEST((after->rules[1] == before->rules[1]), more);
  }
}

BOOST_AUTO_TEST_CASE(another_rate_concerns_the_rules_that_see_money) {
  const auto rates = [](const char* euro) { return absl::StrCat("  - {alert: Cost, kind: threshold, watch: {cost: billed}, when: {above: 5 USD}}\ncurrency: {base: USD, rates: {EUR: ", euro, "}, as_of: 2026-11-01}\n"); };
  const auto before = Load("", rates("1.08")), same = KeepUnchanged(*before, Load("", rates("1.08"))), after = KeepUnchanged(*before, Load("", rates("1.09")));
  BOOST_TEST((same->rules == before->rules));
  BOOST_TEST((after->rules[0] == before->rules[0] && after->rules[1] == before->rules[1]));
  BOOST_TEST((after->rules[2] != before->rules[2]));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
