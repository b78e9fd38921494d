#include "tests/rules/kinds/kind_run.h"

#include "absl/strings/match.h"

namespace nephoscope {
namespace {

// Three parts, each above 10 of its own metric, by account; and a composite of them.
std::string Rules(const std::string& composite) {
  std::string out;
  for (const char* part : {"A", "B", "C"})
    absl::StrAppend(&out, "  - alert: ", part, "\n    kind: threshold\n    watch: {metric: queue_", part, ", by: [account]}\n    when: {above: 10}\n    no_data: {after: 2h}\n");
  return absl::StrCat(out, "  - alert: Whole\n    kind: composite\n    severity: critical\n", composite);
}

struct Bench {
  explicit Bench(const std::string& composite, bool restarts = false) : run(Rules(composite), restarts) {
    for (const char* account : {"1", "2"})
      for (const char* part : {"A", "B", "C"}) ids[absl::StrCat(part, account)] = run.Metric(absl::StrCat("queue_", part), {{"account", account}}, absl::Hours(1));
  }
  // One hour: all parts named ("A1 B1") are above their limit, the others below; those in `silent` say nothing.
  void Hour(int hour, const std::string& high, const std::string& silent = "") {
    for (const auto& [name, id] : ids)
      if (!absl::StrContains(silent, name)) run.Value(id, RunHour(hour), absl::StrContains(high, name) ? 20 : 5);
    run.Advance(RunHour(hour));
  }
  // What the composite said.
  Texts Whole() {
    Texts out;
    for (std::string& line : run.Lines())
      if (absl::StrContains(line, " Whole ")) out.push_back(std::move(line));
    return out;
  }
  KindRun run;
  std::map<std::string, SeriesId> ids;
};

BOOST_AUTO_TEST_SUITE(composite_test)

BOOST_AUTO_TEST_CASE(fires_when_all_parts_do_for_the_same_account_and_ends_with_the_first_of_them) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    Bench bench("    all_of: [A, B]\n    same: [account]\n", restarts);
    bench.Hour(1, "A1 B2");
    bench.Hour(2, "A1 B2");
    BOOST_TEST(bench.Whole() == Texts{}, boost::test_tools::per_element());
    bench.Hour(3, "A1 B1 B2");
    BOOST_TEST(bench.Whole() == Texts{"05 03:00 firing critical Whole {account=\"1\"}"}, boost::test_tools::per_element());
    bench.Hour(4, "A1 B1");
    bench.Hour(5, "B1");
    BOOST_TEST(bench.Whole() == Texts{"05 05:00 resolved critical Whole {account=\"1\"}"}, boost::test_tools::per_element());
    const Transition last = bench.run.Last("Whole");
    BOOST_TEST(last.sequence == 2u);
    BOOST_TEST((last.starts_at == RunHour(3)));
    BOOST_TEST((last.ends_at == RunHour(5)));
  }
}

BOOST_AUTO_TEST_CASE(what_the_parts_must_do_is_a_matter_of_words) {
  const struct { const char* what; const char* composite; std::vector<const char*> hours; std::vector<int> fires; } rows[] = {
      {"any of two", "    any_of: [A, B]\n", {"", "B1", "A1 B1", "A1", ""}, {1, 2, 3}},
      {"two of three", "    at_least: 2 of [A, B, C]\n", {"A1", "A1 C1", "C1", "B1 C1", "A1 B1 C1"}, {1, 3, 4}},
      {"two alerts of one part are one part", "    at_least: 2 of [A, B, C]\n", {"A1 A2", "A1 A2 B2"}, {1}},
      {"one without the other", "    all_of: [A]\n    none_of: [B]\n", {"A1", "A1 B2", "A1", "B1", ""}, {0, 2}},
      {"in order", "    in_order: [A, B]\n", {"A1", "A1 B1", "B1", "A1 B1", ""}, {1}},
      {"at once is in order", "    in_order: [A, B]\n", {"", "A1 B1"}, {1}},
      {"in order with the labels of others", "    in_order: [A, B]\n    same: [account]\n", {"B1 A2", "B1 A1 B2 A2"}, {1}},
      {"begun too far apart", "    all_of: [A, B]\n    within: 2h\n", {"A1", "A1", "A1", "A1 B1", "A1 B1"}, {}},
      {"begun just near enough", "    all_of: [A, B]\n    within: 2h\n", {"A1", "A1", "A1 B1", "A1 B1"}, {2, 3}},
      {"of several begins the near ones count", "    all_of: [A, B]\n    within: 2h\n", {"A1", "A1", "A1", "A1 A2 B1", "A1 A2 B1"}, {3, 4}},
      {"order within a time", "    in_order: [A, B]\n    within: 2h\n", {"B1", "A1 B1", "A1 B1 B2", "A1 B1 B2"}, {2, 3}},
      {"clauses are added up", "    all_of: [A]\n    any_of: [B, C]\n", {"A1", "B1 C1", "A1 C1"}, {2}},
  };
  for (const auto& row : rows)
    for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT(row.what << ", restarts " << restarts) {
      Bench bench(row.composite, restarts);
      std::vector<int> fires;
      bool on = false;
      for (std::size_t hour = 0; hour < row.hours.size(); ++hour) {
        bench.Hour(static_cast<int>(hour), row.hours[hour]);
        for (const std::string& line : bench.Whole()) on = absl::StrContains(line, " firing ");
        if (on) fires.push_back(static_cast<int>(hour));
      }
      BOOST_TEST(fires == row.fires, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(hold_times_end_when_they_end_not_when_a_part_changes_next) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    Bench bench("    all_of: [A, B]\n    same: [account]\n    for: 90m\n    keep_firing_for: 30m\n", restarts);
    bench.Hour(1, "A1 B1");
    bench.Hour(2, "A1 B1");
    BOOST_TEST(bench.Whole() == Texts{}, boost::test_tools::per_element());
    bench.Hour(3, "A1 B1");
    BOOST_TEST(bench.Whole() == Texts{"05 02:30 firing critical Whole {account=\"1\"}"}, boost::test_tools::per_element());
    BOOST_TEST((bench.run.Last("Whole").starts_at == RunHour(1)));
    bench.Hour(4, "A1");
    BOOST_TEST(bench.Whole() == Texts{}, boost::test_tools::per_element());
    bench.Hour(5, "A1");
    BOOST_TEST(bench.Whole() == Texts{"05 04:30 resolved critical Whole {account=\"1\"}"}, boost::test_tools::per_element());
    BOOST_TEST((bench.run.Last("Whole").ends_at == RunHour(4)));
  }
}

// Nobody hears of a part that is replaced but by the whole: one that fires later is notified by it, once.
BOOST_AUTO_TEST_CASE(a_part_that_fires_later_is_notified_where_it_is_replaced) {
  for (const bool replaces : {false, true})
    for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("replaces " << replaces << ", restarts " << restarts) {
      Bench bench(absl::StrCat("    any_of: [A, B]\n    same: [account]\n", replaces ? "    replaces_parts: true\n" : ""), restarts);
      bench.Hour(1, "A1");
      BOOST_TEST(bench.Whole() == Texts{"05 01:00 firing critical Whole {account=\"1\"}"}, boost::test_tools::per_element());
      bench.Hour(2, "A1 B1");
      BOOST_TEST(bench.Whole() == (replaces ? Texts{"05 02:00 updated critical Whole {account=\"1\"} (condition_added)"} : Texts{}), boost::test_tools::per_element());
      if (replaces) BOOST_TEST(bench.run.Last("Whole").condition_text == "B fires as well");
      bench.Hour(3, "A1");
      bench.Hour(4, "A1 B1");
      BOOST_TEST(bench.Whole() == Texts{}, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_part_without_data_keeps_its_state_and_so_does_the_whole) {
  Bench bench("    all_of: [A, B]\n    same: [account]\n");
  bench.Hour(1, "A1 B1");
  bench.Whole();
  for (int hour = 2; hour < 8; ++hour) bench.Hour(hour, "A1", "B1");
  BOOST_TEST((bench.run.Last("B").type == EventType::kNoData));
  BOOST_TEST(bench.Whole() == Texts{}, boost::test_tools::per_element());
  bench.Hour(8, "A1");
  BOOST_TEST(bench.Whole() == Texts{"05 08:00 resolved critical Whole {account=\"1\"}"}, boost::test_tools::per_element());
}

constexpr char kBudgets[] = R"(
  - alert: Payments
    kind: budget
    watch: {cost: billed, by: [account]}
    budget: {period: month, amount: 100 USD}
    when: {actual: 100%}
    owner: {team: payments, contact: payexample.com}
  - alert: Search
    kind: budget
    watch: {cost: effective, by: [account]}
    budget: {period: month, amount: 100 USD}
    when: {actual: 100%}
  - alert: Both
    kind: composite
    all_of: [Payments, Search]
    same: [account]
    severity: critical
    labels: {topic: money}
    summary: "${account} has both: ${reason} (${value} of ${threshold}), ${impact}"
  - alert: BothAndMore
    kind: composite
    all_of: [Both]
    any_of: [Payments]
    same: [account]
)";

BOOST_AUTO_TEST_CASE(a_corrected_part_corrects_the_whole_and_what_is_made_of_it) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(kBudgets, restarts);
    const SeriesId billed = run.Cost("cost.billed", {{"account", "1"}, {"service", "EC2"}}), effective = run.Cost("cost.effective", {{"account", "1"}, {"service", "EC2"}});
    run.Cell(billed, 0, 150);
    run.Cell(effective, 0, 120);
    run.Advance(RunDay(1));
    const Texts want = {"06 00:00 firing warning Payments {account=\"1\"}", "06 00:00 firing warning Search {account=\"1\"}", "06 00:00 firing critical Both {account=\"1\",topic=\"money\"}",
                        "06 00:00 firing warning BothAndMore {account=\"1\"}"};
    Texts got = run.Lines();
    BOOST_TEST(std::is_permutation(got.begin(), got.end(), want.begin(), want.end()));
    run.Cell(effective, 0, 20);
    run.Advance(RunDay(1));
    got = run.Lines();
    const Texts then = {"06 00:00 corrected warning Search {account=\"1\"} (restated)", "06 00:00 corrected critical Both {account=\"1\",topic=\"money\"} (restated)",
                        "06 00:00 corrected warning BothAndMore {account=\"1\"} (restated)"};
    BOOST_TEST(got.size() == then.size());
    BOOST_TEST(std::is_permutation(got.begin(), got.end(), then.begin(), then.end()));
  }
}

BOOST_AUTO_TEST_CASE(what_is_at_stake_is_the_largest_of_the_parts_not_their_sum) {
  KindRun run(kBudgets);
  const SeriesId billed = run.Cost("cost.billed", {{"account", "1"}, {"service", "EC2"}}), effective = run.Cost("cost.effective", {{"account", "1"}, {"service", "EC2"}});
  run.Cell(billed, 0, 150);
  run.Cell(effective, 0, 120);
  run.Advance(RunDay(1));
  const Transition payments = run.Last("Payments"), search = run.Last("Search"), both = run.Last("Both");
  BOOST_TEST(payments.impact.amount.micros > search.impact.amount.micros);
  BOOST_TEST(both.impact.amount.micros == payments.impact.amount.micros);
  BOOST_TEST(both.impact.basis == payments.impact.basis);
  BOOST_TEST(both.impact.method.find("Payments") != std::string::npos);
  BOOST_TEST(both.owner.name == "payments");
  BOOST_TEST(both.owner.source == "the rule itself (Payments)");
  BOOST_TEST(!both.contributors.empty());
  BOOST_TEST(both.summary == absl::StrCat("1 has both: Payments: ", payments.summary, "; Search: ", search.summary, " (2 of 2), ", payments.impact.amount.ToText()));
  BOOST_TEST(both.condition_text == "all of Payments and Search");
  BOOST_TEST(absl::StrContains(both.explanation, "Search fires since 2026-01-06 00:00 UTC"));
}

BOOST_AUTO_TEST_CASE(a_reload_is_judged_at_once) {
  const std::string all = "    all_of: [A, B]\n    same: [account]\n", any = "    any_of: [A, B]\n    same: [account]\n";
  Bench bench(all);
  bench.Hour(1, "A1");
  bench.run.Lines();
  bench.run.Reload(Rules(any), RunHour(1));
  BOOST_TEST(bench.Whole() == Texts{"05 01:00 firing critical Whole {account=\"1\"} (rule_changed)"}, boost::test_tools::per_element());
  bench.run.Reload(Rules(all), RunHour(1));
  BOOST_TEST(bench.Whole() == Texts{"05 01:00 resolved critical Whole {account=\"1\"} (rule_changed)"}, boost::test_tools::per_element());
  bench.run.Reload(Rules("    any_of: [C, A]\n"), RunHour(1));  // another `same`: another question
  BOOST_TEST(bench.Whole() == Texts{"05 01:00 firing critical Whole {}"}, boost::test_tools::per_element());
  const std::string parts = Rules("");
  bench.run.Reload(parts.substr(0, parts.find("  - alert: Whole")), RunHour(2));
  BOOST_TEST(bench.Whole() == Texts{"05 02:00 resolved critical Whole {} (rule_removed)"}, boost::test_tools::per_element());
  bench.run.Reload(Rules(any), RunHour(2));  // its parts fire already
  BOOST_TEST(bench.Whole().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_part_that_is_taken_out_of_the_rules_fires_no_more) {
  Bench bench("    all_of: [A, B]\n    same: [account]\n");
  bench.Hour(1, "A1 B1");
  bench.run.Lines();
  std::string rules = Rules("    all_of: [A, C]\n    same: [account]\n");
  const std::size_t b = rules.find("  - alert: B"), c = rules.find("  - alert: C");
  rules.erase(b, c - b);
  bench.run.Reload(rules, RunHour(1));
  BOOST_TEST(bench.Whole() == Texts{"05 01:00 resolved critical Whole {account=\"1\"} (rule_changed)"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(everything_wrong_with_a_composite_is_said_with_a_way_out) {
  const struct { const char* what; const char* composite; const char* want; } rows[] = {
      {"nothing", "", "R440 18 a composite is made of other alerts"},
      {"only none", "    none_of: [A]\n", "R440 18 none_of alone is true whenever nothing happens"},
      {"a typo", "    all_of: [A, Bs]\n", "R320 21 there is no alert \"Bs\""},
      {"a typo in at_least", "    at_least: 2 of [A, B, Cx]\n", "R320 21 there is no alert \"Cx\""},
      {"itself", "    any_of: [A, Whole]\n", "R321 21 Whole is made of itself: Whole -> Whole"},
      {"a label that a part lacks", "    all_of: [A, B]\n    same: [region]\n", "R322 21 the alerts of A have no label \"region\""},
      {"more than there are", "    at_least: 4 of [A, B, C]\n", "R441 21 4 of 3 alerts can never fire"},
      {"none of many", "    at_least: 0 of [A, B]\n", "R441 21"},
      {"a negative number", "    at_least: -1 of [A, B]\n", "R441 21"},
      {"a number alone", "    at_least: 2\n", "R441 21 \"2\" does not say how many of which alerts"},
      {"no brackets", "    at_least: 2 of A, B\n", "R441 21"},
      {"a hole in the list", "    at_least: 2 of [A, , B]\n", "R441 21"},
      {"twice", "    all_of: [A, A]\n", "R442 21 \"A\" stands twice in all_of"},
      {"both ways", "    all_of: [A]\n    none_of: [A]\n", "R442 22 \"A\" must fire and must not fire"},
      {"an order of one", "    in_order: [A]\n", "R442 21 an order needs two alerts"},
      {"within of one", "    all_of: [A]\n    within: 2h\n", "R442 22 within compares when several alerts began"},
      {"every", "    all_of: [A, B]\n    every: 5m\n", "R443 18 a composite cannot have `every`"},
      {"no_data", "    all_of: [A, B]\n    no_data: firing\n", "R443 18 a composite cannot have `no_data`"},
      {"evaluation_delay", "    all_of: [A, B]\n    evaluation_delay: 5m\n", "R443 18 a composite cannot have `evaluation_delay`"},
      {"members_may_leave", "    all_of: [A, B]\n    members_may_leave: true\n", "R443 18 a composite cannot have `members_may_leave`"},
      {"points", "    all_of: [A, B]\n    for: 2 of 3 points\n", "R443 18 a composite cannot have `for: n of m points`"},
      {"watch", "    all_of: [A, B]\n    watch: {metric: queue_A}\n", "R108 22 the kind composite is made of other alerts"},
      {"a condition", "    all_of: [A, B]\n    when: {above: 5}\n", "R102 22 unknown key \"above\""},
      {"a place that is none", "    all_of: [A, B]\n    summary: ${account}\n", "R310 22 ${account} is not known in this rule"},
      {"a part that is a list", "    all_of: [[A], B]\n", "R104 21"},
      {"zero time", "    all_of: [A, B]\n    within: 0s\n", "R210 22"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const std::string got = Problems(Rules(row.composite));
    BOOST_TEST(absl::StartsWith(got, row.want), got);
    BOOST_TEST(got.find(" | ") == std::string::npos, "one mistake is told once: " << got);
  }
  BOOST_TEST(Problems("  - alert: Spend\n    kind: threshold\n    watch: {metric: a}\n    when: {above: 1}\n  - alert: Whole\n    kind: composite\n    all_of: [Spend, Spent]\n") == "R320 9 there is no alert \"Spent\" -> Spend");
}

BOOST_AUTO_TEST_CASE(a_cycle_is_told_once_and_a_part_with_an_error_of_its_own_is_not_unknown) {
  const auto composite = [](const std::string& name, const std::string& parts) { return absl::StrCat("  - alert: ", name, "\n    kind: composite\n    all_of: [", parts, "]\n"); };
  BOOST_TEST(Problems(composite("X", "Y") + composite("Y", "Z") + composite("Z", "X")) == "R321 5 X is made of itself: X -> Y -> Z -> X");
  const std::string broken = "  - alert: Broken\n    kind: threshold\n    watch: {metric: a}\n    when: {abov: 1}\n";
  BOOST_TEST(absl::StartsWith(Problems(broken + composite("Whole", "Broken")), "R102"));
  BOOST_TEST(Problems(broken + composite("Whole", "Broken")).find(" | ") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_with_spaces_and_commas_in_quotes_are_parts_too) {
  BOOST_TEST(Problems("  - alert: Very high\n    kind: threshold\n    watch: {metric: a}\n    when: {above: 1}\n  - alert: Whole\n    kind: composite\n    at_least: 1 of [\"Very high\"]\n") == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
