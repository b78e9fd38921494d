#include "rules/trial/rule_trial.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "rules/language/language.h"
#include "rules/trial/test_report.h"

using namespace nephoscope;

namespace {

constexpr char kQueue[] = R"(apiVersion: rules/v1
rules:
  - alert: QueueLong
    kind: threshold
    watch: {metric: queue_length, by: [queue]}
    levels:
      warning:  {at_least: 80, for: 15m, recover: {below: 70}}
      critical: {at_least: 95, for: 5m, recover: {below: 85}}
    owner: {team: shop}
    summary: ${queue} has ${value} waiting
    tests:
      - name: one
)";
constexpr char kSpend[] = R"(apiVersion: rules/v1
rules:
  - alert: Spend
    kind: budget
    watch: {cost: billed, by: [team]}
    budget: {period: month, everyone_else: 1000 USD}
    when: {actual: 100%}
    severity: critical
    tests:
      - name: one
)";
constexpr char kDown[] = R"(apiVersion: rules/v1
rules:
  - alert: Down
    kind: health_check
    check: {http: "https://example.com", every: 1m}
    when: {failures: 3}
    recover: {successes: 2}
    tests:
      - name: one
)";
constexpr char kSilent[] = R"(apiVersion: rules/v1
rules:
  - alert: Silent
    kind: absence
    watch: {cost: billed, by: [account]}
    when: {no_data_for: 36h}
    tests:
      - name: one
)";
constexpr char kQuiet[] = R"(apiVersion: rules/v1
rules:
  - alert: Part
    kind: threshold
    watch: {metric: queue_length, by: [queue]}
    when: {above: 80}
    notify: []
  - alert: Load
    kind: threshold
    watch: {metric: load, by: [queue]}
    when: {above: 1}
  - alert: Whole
    kind: composite
    all_of: [Part, Load]
    same: [queue]
    tests:
      - name: one
)";

// As the agent, as far as these tests need it.
class PlainHerald : public Herald {
 public:
  explicit PlainHerald(std::shared_ptr<const RuleSet> rules) : rules_(std::move(rules)) {}
  void Note(const Transition&) override {}
  std::string WhyNot(const Transition& transition) const override {
    for (const auto& rule : rules_->rules)
      if (rule->name == transition.rule.name && rule->notify.empty()) return "no_receiver";
    return DigestOf(transition) != nullptr && transition.severity != Severity::kCritical ? "in_digest" : "";
  }
  absl::Duration RepeatOf(const Transition& transition) const override {
    for (const auto& rule : rules_->rules)
      if (rule->name == transition.rule.name) return rule->repeat.value_or(absl::InfiniteDuration());
    return absl::InfiniteDuration();
  }
  void SetNow(absl::Time) override {}
  const Digest* DigestOf(const Transition& transition) const override {
    for (const auto& rule : rules_->rules)
      if (rule->name == transition.rule.name && rule->digest) return &*rule->digest;
    return nullptr;
  }

 private:
  std::shared_ptr<const RuleSet> rules_;
};

TestResult Run(const std::string& rules, const std::string& values, const std::string& expect) {
  const SourceFile file{"rules.yaml", absl::StrCat(rules, "        series: [", values, "]\n        expect: [", expect, "]\n")};
  const LoadedRules loaded = LoadRules({&file, 1});
  BOOST_REQUIRE_MESSAGE(loaded.tests.size() == 1u, RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
  return RunRuleTest(loaded.tests[0], *loaded.rules, [](std::shared_ptr<const RuleSet> set) { return std::make_unique<PlainHerald>(std::move(set)); });
}

// The differences, found behind expected.
std::string Said(const TestResult& result) {
  std::vector<std::string> out;
  for (const Difference& one : result.differences) out.push_back(absl::StrCat(one.expected, " -> ", one.found));
  return absl::StrJoin(out, " | ");
}

constexpr char kLoad[] = "{labels: {queue: orders}, values: \"40 for 1h, 85 for 1h, 97 for 30m, 75 for 30m, 60 for 1h\"}";
constexpr char kTwo[] = "{labels: {queue: a}, values: 90 for 1h}, {labels: {queue: b}, values: 90 for 1h}";

}  // namespace

BOOST_AUTO_TEST_SUITE(rule_trial_test)

BOOST_AUTO_TEST_CASE(a_budget_is_tested_with_the_table_of_its_amounts) {
  const std::vector<SourceFile> files = {{"rules.yaml", R"(apiVersion: rules/v1
rules:
  - alert: Spend
    kind: budget
    watch: {cost: billed, by: [team]}
    budget: {amounts_from: budgets.csv, everyone_else: 300 USD}
    when: {actual: 100%}
    tests:
      - name: each team by its own amount
        series: [{labels: {team: shop}, values: 100 USD for 8d}, {labels: {team: data}, values: 100 USD for 8d}, {labels: {team: web}, values: 100 USD for 8d}]
        expect: [{at: 5d, labels: {team: shop}}, {at: 4d, labels: {team: shop}, state: inactive}, {at: 8d, labels: {team: data}, state: inactive}, {at: 3d, labels: {team: web}}]
)"},
                                         {"budgets.csv", "team,amount,currency\nshop,500,USD\ndata,900,USD\n"}};
  const LoadedRules loaded = LoadRules(files);
  BOOST_REQUIRE_MESSAGE(loaded.tests.size() == 1u, RenderDiagnostics(loaded.diagnostics, files, false));
  BOOST_TEST(Said(RunRuleTest(loaded.tests[0], *loaded.rules, [](std::shared_ptr<const RuleSet> set) { return std::make_unique<PlainHerald>(std::move(set)); })) == "");
}

BOOST_AUTO_TEST_CASE(a_right_expectation_holds) {
  const struct { const char *what, *rules, *series, *expect; } rows[] = {
      {"before", kQueue, kLoad, "{at: 30m, state: inactive}, {at: 1h10m, state: pending}, {at: 4h}"},
      {"the ladder", kQueue, kLoad, "{at: 1h30m, severity: warning}, {at: 2h10m, state: firing, severity: critical}, {at: 2h45m, severity: warning}, {at: 3h30m, state: resolved}, {notifications: 4}"},
      {"what it says", kQueue, kLoad, "{at: 1h30m, owner: shop, summary: orders has 85 waiting, text: has 85, notified: true}"},
      {"never", kQueue, "{values: 90 for 14m}", "{never: firing}, {never: resolved}"},
      {"nothing", kQueue, "{values: 90 for 14m}", ""},
      {"one of two", kQueue, kTwo, "{at: 30m, labels: {queue: a}}, {at: 30m, labels: {queue: b}}"},
      {"a budget", kSpend, "{labels: {team: a}, values: \"100 USD for 9d, 200 USD for 2d\"}", "{at: day 10, state: inactive}, {at: day 12, state: firing, severity: critical}"},
      {"a credit", kSpend, "{labels: {team: a}, values: \"50 USD for 5d, 900 USD, 10 USD for 2d, restated day 6 to 100 USD\"}", "{at: day 7, state: firing}, {at: day 9 02:00, state: corrected}, {notifications: 2}"},
      {"a table", kSpend, "{labels: {team: a}, points: [[2026-01-01 09:00, 100 USD], [2026-01-02, 950 USD]]}", "{at: 2026-01-02 23:00, state: inactive}, {at: 2026-01-03 01:00, state: firing, severity: critical}"},
      {"a check", kDown, "{values: \"ok for 5m, refused for 4m, ok for 5m\"}", "{at: 6m, state: inactive}, {at: 7m, text: the connection was refused}, {at: 10m, state: resolved}"},
      {"a check that did not run is no failure", kDown, "{values: \"ok for 5m, not_run for 10m\"}", ""},
      {"silence, by the hour", kSilent, "{labels: {account: \"1\"}, values: 5 USD for 3d}", "{at: day 5 11:00, state: inactive}, {at: day 5 14:00, state: firing, labels: {account: \"1\"}}"},
      {"of parts", kQuiet, "{metric: queue_length, labels: {queue: a}, values: 90 for 10m}, {metric: load, labels: {queue: a}, values: \"0 for 5m, 2 for 5m\"}",
       "{at: 3m, state: inactive}, {at: 6m, state: firing, labels: {queue: a}}, {at: 3m, alert: Part}, {notifications: 1}, {notifications: 0, alert: Part}"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    // The first row ends with what does not hold, so that a verdict which is always yes is seen.
    const std::string said = Said(Run(row.rules, row.series, row.expect));
    if (&row == rows) {
      BOOST_TEST(said == "at 4h firing -> QueueLong{queue=\"orders\"} is resolved at 3h; value 60");
    } else {
      BOOST_TEST(said == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_expectation_is_answered_in_words) {
  const struct { const char *what, *rules, *series, *expect, *want; } rows[] = {
      {"too early", kQueue, kLoad, "{at: 1h10m}", "at 1h10m firing -> QueueLong{queue=\"orders\"} is pending, warning; value 85"},
      {"another severity", kQueue, kLoad, "{at: 1h30m, severity: critical}", "at 1h30m firing, critical -> QueueLong{queue=\"orders\"} is firing, warning since 1h; value 85; its severity is warning"},
      {"another owner", kQueue, kLoad, "{at: 1h30m, owner: data}", "at 1h30m firing, owner data -> QueueLong{queue=\"orders\"} is firing, warning since 1h; value 85; its owner is shop (the rule itself)"},
      {"another text", kQueue, kLoad, "{at: 1h30m, summary: much}", "at 1h30m firing, summary: much -> QueueLong{queue=\"orders\"} is firing, warning since 1h; value 85; its summary is: orders has 85 waiting"},
      {"nothing at stake", kQueue, kLoad, "{at: 1h30m, impact: 5 USD}", "at 1h30m firing, 5.00 USD at stake -> QueueLong{queue=\"orders\"} is firing, warning since 1h; value 85; no money is at stake"},
      {"told", kQueue, kLoad, "{at: 1h30m, notified: false}", "at 1h30m firing, nobody was told -> QueueLong{queue=\"orders\"} is firing, warning since 1h; value 85; people were told of it"},
      {"another group", kQueue, kLoad, "{at: 1h30m, labels: {queue: bills}}, {never: firing, labels: {queue: orders}, severity: critical}",
       "at 1h30m firing {queue=\"bills\"} -> there is no such alert; there is QueueLong{queue=\"orders\"} | never firing, critical {queue=\"orders\"} -> QueueLong{queue=\"orders\"} is firing, critical at 2h5m: orders has 97 waiting"},
      {"notices", kQueue, kLoad, "{notifications: 1}", "1 notice -> people get 4: firing at 1h15m, escalated at 2h5m, deescalated at 2h30m, resolved at 3h"},
      {"never", kQueue, kLoad, "{never: resolved}", "never resolved -> QueueLong{queue=\"orders\"} is resolved at 3h: orders has 60 waiting"},
      {"never pending", kQueue, "{values: 90 for 5m}", "{never: pending}", "never pending -> QueueLong{queue=\"(none)\"} is pending at 0"},
      {"nothing fires", kQueue, "{values: 99 for 10m}", "", "nothing fires -> QueueLong{queue=\"(none)\"} fires at 5m, critical: (none) has 99 waiting"},
      {"one too many", kQueue, kTwo, "{at: 30m, labels: {queue: a}}", "nothing fires that the test does not speak of -> QueueLong{queue=\"b\"} fires at 15m, warning: b has 90 waiting"},
      {"not inactive", kQueue, kTwo, "{at: 30m, state: inactive, labels: {queue: a}}, {at: 30m, labels: {queue: b}}", "at 30m inactive {queue=\"a\"} -> QueueLong{queue=\"a\"} is firing, warning since 0; value 90"},
      {"nothing came", kQueue, "{metric: queue_lengths, values: 99 for 1h}", "{at: 30m}", "at 30m firing -> no alert has been looked at by then: no series reached the rule"},
      {"money at stake", kSpend, "{labels: {team: a}, values: 200 USD for 7d}", "{at: day 8, impact: 1 USD}",
       "at day 8 firing, 1.00 USD at stake -> Spend{team=\"a\"} is firing, critical since day 6 00:00; actual 1400.00 USD; 4,400.00 USD is at stake"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) BOOST_TEST(Said(Run(row.rules, row.series, row.expect)) == row.want);
}

BOOST_AUTO_TEST_CASE(what_people_are_told_again_counts) {
  const std::string repeats = absl::StrReplaceAll(kQueue, {{"    kind: threshold\n", "    kind: threshold\n    repeat: 20m\n"}});
  BOOST_TEST(Said(Run(repeats, kLoad, "{notifications: 1}")) ==
             "1 notice -> people get 8: firing at 1h15m, escalated at 2h5m, deescalated at 2h30m, resolved at 3h, reminder at 1h35m, reminder at 1h55m, reminder at 2h25m, reminder at 2h50m");
}

BOOST_AUTO_TEST_CASE(a_list_counts_as_one) {
  const std::string lists = absl::StrReplaceAll(kQueue, {{"    kind: threshold\n", "    kind: threshold\n    digest: {at: \"00:30\"}\n"}});
  BOOST_TEST(Said(Run(lists, kTwo, "{notifications: 0}")) == "0 notices -> people get 1: digest at 30m");
}

BOOST_AUTO_TEST_CASE(a_rule_that_was_off_until_before_the_test_is_live_in_it) {
  const std::string off = absl::StrReplaceAll(kQueue, {{"    kind: threshold\n", "    kind: threshold\n    mode: off\n    until: 2026-01-05\n"}});
  BOOST_TEST(Said(Run(off, kLoad, "{at: 1h30m, severity: warning}")) == "");
  const std::string still = absl::StrReplaceAll(off, {{"until: 2026-01-05", "until: 2026-01-06"}});
  BOOST_TEST(Said(Run(still, kLoad, "{never: firing}")) == "");
}

BOOST_AUTO_TEST_CASE(a_series_that_no_rule_looks_at_is_noted) {
  const TestResult result = Run(kQueue, "{metric: queue_lengths, values: 99 for 1h}", "{at: 30m}");
  BOOST_REQUIRE(result.notes.size() == 1u);
  BOOST_TEST(result.notes[0] == "no rule of the test looks at queue_lengths{}; compare it with `watch` of QueueLong");
}

BOOST_AUTO_TEST_CASE(a_bill_without_a_rate_is_noted) {
  const TestResult result = Run(absl::StrReplaceAll(kSpend, {{"1000 USD", "1000 EUR"}}), "{labels: {team: a}, values: 600 USD for 3d}", "{at: 2d, state: firing}");
  BOOST_TEST(!result.holds());
  BOOST_TEST_REQUIRE(result.notes.size() == 1u);
  BOOST_TEST(absl::StartsWith(result.notes[0], "costs in USD are left out of Spend, which compares in EUR"), result.notes[0]);
}

BOOST_AUTO_TEST_CASE(the_report_shows_what_happened_and_each_point_around_the_difference) {
  const std::string said = RenderTest(Run(kQueue, kLoad, "{at: 1h10m}, {at: 3h30m, state: resolved}"), false);
  for (const char* line : {"FAILED QueueLong: one  (rules.yaml:12)\n", "  line 14 expects: at 1h10m firing\n          but found: QueueLong{queue=\"orders\"} is pending, warning; value 85\n",
                           "    2h5m         escalated    critical QueueLong{queue=\"orders\"}  orders has 97 waiting\n", "    1h5m         pending    for 5m  value 85  [queue_length at least 80]\n",
                           "    1h15m        firing     since 1h  value 85  [queue_length at least 80]\n"})
    BOOST_TEST(absl::StrContains(said, line), line << "is not in\n" << said);
  BOOST_TEST(!absl::StrContains(said, "    1h4m "));
  BOOST_TEST(!absl::StrContains(said, "    1h16m "));
}

BOOST_AUTO_TEST_CASE(late_points_arrive_late_and_bills_at_the_end_of_the_day) {
  const SourceFile file{"rules.yaml", absl::StrCat(kQueue, "        series: [{values: \"1 for 2m, late 20m: 2 for 2m, missing 1m, rising from 3 to 5 over 3m\"}]\n        expect: []\n")};
  const RuleTest test = LoadRules({&file, 1}).tests.at(0);
  std::string got;
  for (const TrialPoint& point : InputOf(test).trial.points)
    absl::StrAppend(&got, absl::ToInt64Minutes(point.sample.time() - test.start), "@", absl::ToInt64Minutes(point.arrives - test.start), "=", point.sample.value, " ");
  BOOST_TEST(got == "0@0=1 1@1=1 2@22=2 3@23=2 5@5=3 6@6=4 7@7=5 ");

  const SourceFile bill{"bill.yaml", absl::StrCat(kSpend, "        series: [{values: \"100 USD for 2d, restated to 38 USD, restated day 1 to 5 USD\"}]\n        expect: []\n")};
  const RuleTest spend = LoadRules({&bill, 1}).tests.at(0);
  got.clear();
  for (const TrialPoint& point : InputOf(spend).trial.points)
    absl::StrAppend(&got, absl::ToInt64Hours(point.sample.time() - spend.start), "@", absl::ToInt64Hours(point.arrives - spend.start), "=", point.sample.micros / 1'000'000, " ");
  BOOST_TEST(got == "0@24=100 24@48=100 24@49=38 0@50=5 ");
}

BOOST_AUTO_TEST_CASE(time_goes_on_between_points_and_as_far_as_the_test_looks) {
  const SourceFile file{"bill.yaml", absl::StrCat(kSpend, "        series: [{values: 100 USD for 2d}]\n        expect: [{at: day 4 00:30, state: inactive}]\n")};
  const RuleTest test = LoadRules({&file, 1}).tests.at(0);
  TestInput input = InputOf(test);
  std::sort(input.trial.ticks.begin(), input.trial.ticks.end());
  BOOST_TEST((input.end == test.start + absl::Hours(72) + absl::Minutes(30)));
  BOOST_REQUIRE((input.trial.ticks.front() == test.start && input.trial.ticks.back() == input.end));
  for (std::size_t i = 1; i < input.trial.ticks.size(); ++i) BOOST_TEST((input.trial.ticks[i] - input.trial.ticks[i - 1] <= absl::Hours(1)));
}

BOOST_AUTO_TEST_CASE(junit_names_each_test_and_says_why_it_failed) {
  TestResult good{"a & b", "Cpu", "x.yaml", 3, {}, {}, {}, {}}, bad{"<two>", "Cpu", "x.yaml", 9, {{11, "at 1h firing", "a \"quoted\" text", {}}}, {}, {}, {}}, other{"three", "", "y_test.yaml", 1, {}, {}, {}, {}};
  const TestResult results[] = {good, bad, other};
  const std::string xml = JUnitReport(results);
  for (const char* part : {"<testsuites name=\"nephoscope test\" tests=\"3\" failures=\"1\">", "<testsuite name=\"x.yaml\" tests=\"2\" failures=\"1\" errors=\"0\">",
                           "<testcase classname=\"Cpu\" name=\"a &amp; b\" file=\"x.yaml\" line=\"3\"/>", "name=\"&lt;two&gt;\"", "<failure message=\"expected: at 1h firing; found: a &quot;quoted&quot; text\">",
                           "<testsuite name=\"y_test.yaml\" tests=\"1\" failures=\"0\" errors=\"0\">", "<testcase classname=\"y_test.yaml\" name=\"three\""})
    BOOST_TEST(absl::StrContains(xml, part), part << " is not in\n" << xml);
}

BOOST_AUTO_TEST_SUITE_END()
