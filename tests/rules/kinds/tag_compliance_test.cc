#include "tests/rules/kinds/kind_run.h"

#include "absl/strings/match.h"

namespace nephoscope {
namespace {

constexpr char kRule[] = R"(
  - alert: SpendWithoutOwner
    kind: tag_compliance
    watch: {resource: "*", by: [provider, account]}
    tags:
      required: [Owner, CostCenter, Environment]
      allowed:  {Environment: [prod, staging, dev]}
      pattern:  {CostCenter: "CC-[0-9]{4}"}
      same_as:  {Owner: [owner, OWNER, "owner-email"]}
    grace: 24h
    when: {untagged_cost: {above: 3%}}
    severity: info
)";

std::vector<Label> Tagged(const std::string& id, std::vector<Label> tags) {
  std::vector<Label> out = {{"provider", "AWS"}, {"account", "1"}, {"resource_id", id}, {"resource_type", "aws.ec2.instance"}};
  for (Label& tag : tags) out.push_back({"tag." + tag.name, tag.value});
  return out;
}
std::vector<Label> Good(const std::string& id) { return Tagged(id, {{"Owner", "a"}, {"CostCenter", "CC-1234"}, {"Environment", "prod"}}); }
std::vector<Label> Bare(const std::string& id) { return Tagged(id, {}); }

BOOST_AUTO_TEST_SUITE(tag_compliance_test)

BOOST_AUTO_TEST_CASE(the_share_of_untagged_cost_fires_and_ends_a_tenth_below) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(kRule, restarts);
    const SeriesId good = run.Cost("resource.cost", Good("i-1")), bare = run.Cost("resource.cost", Bare("i-2"));
    const auto day = [&](int n, double untagged) {
      run.Cell(good, n, 1000);
      run.Cell(bare, n, untagged);
      run.Advance(RunDay(n + 1));
      return run.Lines();
    };
    BOOST_TEST(day(0, 30.9) == Texts{}, boost::test_tools::per_element());  // 2.997 %
    BOOST_TEST(day(1, 31.1) == Texts{"07 00:00 firing info SpendWithoutOwner {account=\"1\",provider=\"AWS\"}"}, boost::test_tools::per_element());
    BOOST_TEST(day(2, 27) == Texts{}, boost::test_tools::per_element());  // 2.88 %: between 2.7 and 3
    BOOST_TEST(day(3, 5) == Texts{"09 00:00 resolved info SpendWithoutOwner {account=\"1\",provider=\"AWS\"}"}, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(each_rule_on_tags_names_what_is_wrong) {
  const struct { const char* what; std::vector<Label> tags; const char* want; } rows[] = {
      {"all is well", {{"Owner", "a"}, {"CostCenter", "CC-1234"}, {"Environment", "prod"}}, ""},
      {"another spelling counts", {{"owner-email", "a"}, {"CostCenter", "CC-1234"}, {"Environment", "dev"}}, ""},
      {"a spelling nobody listed does not", {{"oWNER", "a"}, {"CostCenter", "CC-1234"}, {"Environment", "dev"}}, "Owner is missing"},
      {"an empty tag is none", {{"Owner", ""}, {"CostCenter", "CC-1234"}, {"Environment", "dev"}}, "Owner is missing"},
      {"a value that is not allowed", {{"Owner", "a"}, {"CostCenter", "CC-1234"}, {"Environment", "Prod"}}, "Environment \"Prod\" is not prod or staging or dev"},
      {"a form", {{"Owner", "a"}, {"CostCenter", "CC-12345"}, {"Environment", "dev"}}, "CostCenter \"CC-12345\" does not match CC-[0-9]{4}"},
      {"several at once", {{"CostCenter", "x"}}, "Owner is missing; Environment is missing; CostCenter \"x\" does not match CC-[0-9]{4}"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    KindRun run(kRule);
    const SeriesId id = run.Cost("resource.cost", Tagged("i-1", row.tags));
    run.Cell(id, 0, 10);
    run.Advance(RunDay(1));
    const Transition last = run.Last("SpendWithoutOwner");
    BOOST_TEST((last.contributors.empty() ? "" : std::string(last.contributors[0].labels.Get("problem"))) == row.want);
  }
}

BOOST_AUTO_TEST_CASE(what_it_says_counts_money_resources_and_spellings) {
  KindRun run(kRule);
  const SeriesId a = run.Cost("resource.cost", Bare("i-a")), b = run.Cost("resource.cost", Tagged("i-b", {{"CostCenter", "CC-1234"}, {"Environment", "prod"}}));
  const SeriesId c = run.Cost("resource.cost", Tagged("i-c", {{"owner", "x"}, {"CostCenter", "CC-1234"}, {"Environment", "prod"}}));
  const SeriesId tax = run.Cost("resource.cost", {{"provider", "AWS"}, {"account", "1"}, {"service", "Tax"}});
  run.Cell(a, 0, 20);
  run.Cell(b, 0, 30);
  run.Cell(c, 0, 150);
  run.Cell(tax, 0, 1000);
  run.Advance(RunDay(1));
  const Transition t = run.Last("SpendWithoutOwner");
  BOOST_TEST((t.type == EventType::kFiring));
  BOOST_TEST(t.summary == "account 1, provider AWS: 2 resources without the right tags cost 1,522.00 USD (25%)");
  BOOST_TEST(t.condition_text == "cost of resources without the right tags above 3%");
  BOOST_TEST(t.explanation ==
             "2 of 3 resources do not have the right tags; they cost 1,522.00 USD of 6,088.00 USD a month (25%), by the last 1 day of the bill. The costliest: i-b (913.20 USD): Owner is missing; i-a (608.80 USD): "
             "Owner is missing; CostCenter is missing; Environment is missing. Spelled differently on 1 resource: owner for Owner. 30,440.00 USD a month belongs to no resource and cannot be tagged.");
  BOOST_TEST(t.impact.amount.ToText() == "1,522.00 USD");  // 50 USD on the one day there is, 30.44 days a month: the figure of the sentence
  BOOST_TEST(t.impact.basis == "untagged");
  BOOST_REQUIRE(t.contributors.size() == 2u);
  BOOST_TEST(t.contributors[0].labels.Get("resource_id") == "i-b");
  BOOST_TEST(!t.contributors[0].labels.Has("tag.CostCenter"));
}

// Nobody owns what has no owner: without `by` it is the default's, unless all offenders are of one team.
BOOST_AUTO_TEST_CASE(without_groups_the_owner_is_not_that_of_any_one_resource) {
  const struct { const char* what; std::vector<std::string> teams; const char* owner; } rows[] = {
      {"one of them has a team, the costliest", {"shop", ""}, "unowned"}, {"of two teams", {"shop", "search"}, "unowned"}, {"all of one team", {"shop", "shop"}, "shop"}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    KindRun run("\n  - alert: Tags\n    kind: tag_compliance\n    watch: {resource: \"*\"}\n    tags: {required: [CostCenter]}\n    when: {resources: {at_least: 1}}\n");
    int dollars = 100;
    for (const std::string& team : row.teams) {
      std::vector<Label> labels = {{"provider", "AWS"}, {"resource_id", absl::StrCat("i-", dollars)}};
      if (!team.empty()) labels.push_back({"team", team});
      run.Cell(run.Cost("resource.cost", labels), 0, dollars--);
    }
    run.Cell(run.Cost("resource.cost", {{"provider", "AWS"}, {"resource_id", "i-good"}, {"team", "ops"}, {"tag.CostCenter", "CC-1"}}), 0, 500);
    run.Advance(RunDay(1));
    BOOST_TEST(run.Last("Tags").owner.name == row.owner);
  }
}

// One figure: what the sentence says is what is at stake, also where the bill is shorter than 30 days.
BOOST_AUTO_TEST_CASE(the_sentence_and_the_stake_are_one_figure) {
  for (const int days : {1, 10, 30, 40}) BOOST_TEST_CONTEXT(days) {
    KindRun run("\n  - alert: Tags\n    kind: tag_compliance\n    watch: {resource: \"*\"}\n    tags: {required: [CostCenter]}\n    when: {untagged_cost: {above: 500 USD}}\n    summary: ${untagged_cost} ${impact}\n");
    const SeriesId id = run.Cost("resource.cost", {{"provider", "AWS"}, {"resource_id", "i-1"}});
    for (int day = 0; day < days; ++day) run.Cell(id, day, 18), run.Advance(RunDay(day + 1));
    BOOST_TEST(run.Last("Tags").summary == "547.92 USD 547.92 USD");
  }
}

BOOST_AUTO_TEST_CASE(new_resources_have_time_and_mended_ones_are_forgiven) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    std::string rule = kRule;
    rule.replace(rule.find("24h"), 3, "48h");
    KindRun run(rule, restarts);
    const SeriesId good = run.Cost("resource.cost", Good("i-1")), late = run.Cost("resource.cost", Bare("i-2")), mended = run.Cost("resource.cost", Good("i-2"));
    run.Cell(good, 0, 100);
    run.Advance(RunDay(1));
    run.Cell(good, 1, 100);
    run.Cell(late, 1, 100);
    run.Advance(RunDay(2));
    BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
    run.Cell(late, 2, 100);
    run.Advance(RunDay(3));
    BOOST_TEST(run.Lines().size() == 1u);
    run.Cell(mended, 3, 100);  // all its cost is of a tagged resource now
    run.Advance(RunDay(4));
    BOOST_TEST(run.Lines() == Texts{"09 00:00 resolved info SpendWithoutOwner {account=\"1\",provider=\"AWS\"}"}, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_bill_that_is_restated_is_judged_again) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(kRule, restarts);
    const SeriesId good = run.Cost("resource.cost", Good("i-1")), bare = run.Cost("resource.cost", Bare("i-2"));
    run.Cell(good, 0, 100);
    run.Cell(bare, 0, 50);
    run.Advance(RunDay(1));
    BOOST_TEST(run.Lines().size() == 1u);
    run.Cell(bare, 0, 1);
    run.Advance(RunDay(1));
    BOOST_TEST(run.Lines() == Texts{"06 00:00 corrected info SpendWithoutOwner {account=\"1\",provider=\"AWS\"} (restated)"}, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(no_bill_keeps_the_state) {
  KindRun run(kRule);
  const SeriesId bare = run.Cost("resource.cost", Bare("i-2"));
  run.Cell(bare, 0, 50);
  run.Advance(RunDay(1));
  run.Lines();
  run.Clock(RunDay(2) + absl::Hours(12));
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  run.Clock(RunDay(2) + absl::Hours(13));
  BOOST_TEST(run.Lines() == Texts{"07 12:00 no_data info SpendWithoutOwner {account=\"1\",provider=\"AWS\"} (no_data)"}, boost::test_tools::per_element());
  run.Cell(bare, 2, 50);
  run.Advance(RunDay(3));
  BOOST_TEST(run.Lines() == Texts{"08 00:00 data_returned info SpendWithoutOwner {account=\"1\",provider=\"AWS\"}"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(conditions_may_count_resources_or_money_and_have_their_own_recovery) {
  const auto rule = [](const std::string& condition) {
    return absl::StrCat("  - alert: T\n    kind: tag_compliance\n    watch: {resource: [aws.ec2.instance, \"azure.*\"], window: 7d, where: {account: [1, 2]}, leave_out: {service: Lab}}\n    tags: {required: [Owner]}\n", condition);
  };
  const struct { const char* what; const char* condition; double dollars; int resources; bool fires; } rows[] = {
      {"one resource", "    when: {resources: {at_least: 1}}\n", 0, 1, true},
      {"two are asked for", "    when: {resources: {at_least: 2}}\n", 10, 1, false},
      {"money a month", "    when: {untagged_cost: {above: 304 USD}}\n", 10, 1, true},
      {"money a month, not enough", "    when: {untagged_cost: {above: 305 USD}}\n", 10, 1, false},
      {"both must hold", "    when: {untagged_cost: {above: 3%}, resources: {at_least: 2}}\n", 10, 1, false},
      {"both hold", "    when: {untagged_cost: {above: 3%}, resources: {at_least: 2}}\n", 10, 2, true},
      {"levels", "    levels: {info: {untagged_cost: {above: 99%}}, warning: {untagged_cost: {above: 100%}}}\n", 10, 1, true},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    KindRun run(rule(row.condition));
    for (int i = 0; i < row.resources; ++i) run.Cell(run.Cost("resource.cost", Bare(absl::StrCat("i-", i))), 0, row.dollars);
    run.Advance(RunDay(1));
    BOOST_TEST(!run.Lines().empty() == row.fires);
  }
  KindRun others(rule("    when: {resources: {at_least: 1}}\n"));
  std::vector<Label> volume = Bare("vol-1"), lab = Bare("i-9"), third = Bare("i-8");
  volume[3].value = "aws.ebs.volume";
  lab.push_back({"service", "Lab"});
  third[1].value = "3";
  for (const auto& labels : {volume, lab, third}) others.Cell(others.Cost("resource.cost", labels), 0, 10);
  others.Cell(others.Cost("cost.effective", Bare("i-7")), 0, 10);
  others.Advance(RunDay(1));
  BOOST_TEST(others.Lines().empty());
  KindRun recover(rule("    when: {resources: {at_least: 2}}\n    recover: {resources: {below: 1}}\n"));
  const SeriesId a = recover.Cost("resource.cost", Bare("a")), b = recover.Cost("resource.cost", Bare("b")), mended = recover.Cost("resource.cost", Good("b"));
  recover.Cell(a, 0, 1);
  recover.Cell(b, 0, 1);
  recover.Advance(RunDay(1));
  BOOST_TEST(recover.Lines().size() == 1u);
  recover.Cell(mended, 1, 1);
  recover.Advance(RunDay(2));
  BOOST_TEST(recover.Lines().empty());  // one is left
}

BOOST_AUTO_TEST_CASE(hostile_amounts_and_names_do_no_harm) {
  KindRun run(kRule, true);
  const double amounts[] = {-1e12, 9e12, 9e12, 0, -0.000001, 1e-6};
  for (int i = 0; i < 6; ++i) {
    const SeriesId id = run.Cost("resource.cost", Bare(absl::StrCat("i-\xff\n\"", i)));
    run.Cell(id, 0, amounts[i]);
    run.Cell(id, 1, amounts[5 - i]);
  }
  run.Cell(run.Cost("resource.cost", Good("credit")), 0, -5e11);
  run.Advance(RunDay(1));
  run.Advance(RunDay(2));
  BOOST_TEST(run.said().size() >= 1u);
  for (const Transition& t : run.said()) BOOST_TEST(t.contributors.size() <= 100u);
}

BOOST_AUTO_TEST_CASE(the_list_of_offenders_ends_at_a_hundred) {
  KindRun run(kRule);
  for (int i = 0; i < 130; ++i) run.Cell(run.Cost("resource.cost", Bare(absl::StrCat("i-", i))), 0, i);
  run.Advance(RunDay(1));
  const Transition t = run.Last("SpendWithoutOwner");
  BOOST_TEST(t.contributors.size() == 100u);
  BOOST_TEST(t.contributors[0].labels.Get("resource_id") == "i-129");
  BOOST_TEST(absl::StrContains(t.summary, ": 130 resources"));
}

BOOST_AUTO_TEST_CASE(everything_wrong_with_the_rule_is_said_with_a_way_out) {
  const auto rule = [](const std::string& watch, const std::string& rest) { return absl::StrCat("  - alert: T\n    kind: tag_compliance\n    watch: ", watch, "\n", rest); };
  const std::string tags = "    tags: {required: [Owner]}\n", when = "    when: {resources: {at_least: 1}}\n", all = "{resource: \"*\"}";
  const struct { const char* what; std::string text; const char* want; } rows[] = {
      {"no tags", rule(all, when), "R103 3 rule needs \"tags\""},
      {"nothing asked", rule(all, "    tags: {}\n" + when), "R450 6 nothing is asked of the tags"},
      {"a typo in a type", rule("{resource: [aws.ec2.instanse]}", tags + when), "R301 5 there is no type of resources \"aws.ec2.instanse\" -> aws.ec2.instance"},
      {"a pattern that fits nothing", rule("{resource: [\"aws.ec3.*\"]}", tags + when), "R301 5"},
      {"no type", rule("{resource: []}", tags + when), "R103 5 \"resource\" names nothing"},
      {"a cost", rule("{cost: effective}", tags + when), "R108 5 the kind tag_compliance watches resources (resource), not money (cost)"},
      {"a metric", rule("{metric: a}", tags + when), "R108 5 the kind tag_compliance watches resources (resource), not a metric (metric)"},
      {"two inputs", rule("{resource: \"*\", cost: billed}", tags + when), "R108 5 watch has cost and resource; a rule watches one of the two"},
      {"a regular expression", rule(all, "    tags: {pattern: {CostCenter: \"CC-[0-9\"}}\n" + when), "R211 6 \"CC-[0-9\" is not a regular expression"},
      {"same_as of nothing", rule(all, "    tags: {required: [Owner], same_as: {Team: [team]}}\n" + when), "R451 6 same_as names other spellings of \"Team\""},
      {"same_as with a pattern", rule(all, "    tags: {required: [Owner], same_as: {Owner: \"own*\"}}\n" + when), "R451 6 same_as lists spellings as they are"},
      {"nothing compared", rule(all, tags + "    when: {}\n"), "R401 7 nothing is compared here"},
      {"nothing compared below", rule(all, tags + "    when: {resources: {}}\n"), "R401 7 nothing is compared here"},
      {"a bare share", rule(all, tags + "    when: {untagged_cost: {above: 3}}\n"), "R204 7 \"3\" needs a unit"},
      {"a size", rule(all, tags + "    when: {untagged_cost: {above: 3 GB}}\n"), "R215 7 \"3 GB\" is neither a share nor an amount"},
      {"mixed", rule(all, tags + "    when: {untagged_cost: {above: 3%, below: 5 USD}}\n"), "R451 7 a share and an amount cannot be mixed"},
      {"a count in percent", rule(all, tags + "    when: {resources: {above: 3%}}\n"), "R215 7 \"3%\" is not a count"},
      {"levels the wrong way", rule(all, tags + "    levels: {info: {resources: {above: 5}}, warning: {resources: {above: 3}}}\n"), "R402 7"},
      {"a recovery of nothing", rule(all, tags + when + "    recover: {}\n"), "R401 8 nothing is compared here"},
      {"stat", rule("{resource: \"*\", stat: max}", tags + when), "R452 3 `stat` has no meaning for tag_compliance"},
      {"half a day", rule("{resource: \"*\", window: 36h}", tags + when), "R452 3 bills come by the day, so `window`"},
      {"every hour", rule(all, tags + when + "    every: 1h\n"), "R452 3 bills come by the day, so `every`"},
      {"a place", rule(all, tags + when + "    summary: ${account}\n"), "R310 8"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const std::string got = Problems(row.text);
    BOOST_TEST(absl::StartsWith(got, row.want), got);
    BOOST_TEST(got.find(" | ") == std::string::npos, "one mistake is told once: " << got);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
