#include "tests/rules/kinds/kind_run.h"

#include "absl/strings/match.h"

namespace nephoscope {
namespace {

constexpr char kRule[] = R"(
  - alert: Idle
    kind: idle
    watch: {resource: [aws.ec2.instance], where: {env: {not: prod}}}
    idle:
      over: 14d
      min_age: 14d
      data_coverage: 90%
      all_of:
        - {metric: cpu_utilization, stat: max, below: 5%}
        - {metric: network_bytes, stat: sum, per: day, below: 5 MB}
    when: {monthly_cost: {at_least: 20 USD}}
    severity: info
    summary: ${resource_name} did nothing for 14 days and costs ${monthly_cost} a month
)";

// A machine with its bill and its metrics, a point every six hours.
struct Machine {
  Machine(KindRun& the_run, const std::string& id, const std::string& env = "dev") : run(&the_run) {
    cost = run->Cost("resource.cost", {{"provider", "AWS"}, {"account", "1"}, {"resource_id", absl::StrCat("arn:aws:ec2:eu-west-1:1:instance/", id)}, {"resource_name", absl::StrCat("web ", id)},
                                       {"resource_type", "aws.ec2.instance"}, {"env", env}, {"team", "shop"}});
    cpu = run->Metric("aws.ec2.cpu_utilization", {{"instance_id", id}}, absl::Hours(6), "%");
    in = run->Metric("aws.ec2.network_in", {{"instance_id", id}}, absl::Hours(6), "B");
    out = run->Metric("aws.ec2.network_out", {{"instance_id", id}}, absl::Hours(6), "B");
  }
  void Day(int day, double dollars, double percent, double bytes, int points = 4) {
    for (int i = 0; i < points; ++i) {
      run->Value(cpu, RunHour(day * 24 + i * 6), percent);
      run->Value(in, RunHour(day * 24 + i * 6), bytes / 8);
      run->Value(out, RunHour(day * 24 + i * 6), bytes / 8);
    }
    if (dollars > 0) run->Cell(cost, day, dollars);
  }
  KindRun* run;
  SeriesId cost, cpu, in, out;
};

BOOST_AUTO_TEST_SUITE(idle_test)

BOOST_AUTO_TEST_CASE(a_machine_that_does_nothing_for_two_weeks_is_told_and_its_use_ends_it) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(kRule, restarts);
    Machine machine(run, "i-1");
    for (int day = 0; day < 14; ++day) {
      machine.Day(day, 2, 4.9, 4.9e6);
      BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
      run.Advance(RunDay(day + 1));
    }
    BOOST_TEST(run.Lines() == Texts{"19 00:00 firing info Idle {resource=\"i-1\"}"}, boost::test_tools::per_element());
    const Transition t = run.Last("Idle");
    BOOST_TEST(t.summary == "web i-1 did nothing for 14 days and costs 60.88 USD a month");
    BOOST_TEST(t.impact.amount.ToText() == "60.88 USD");
    BOOST_TEST(t.owner.name == "shop");
    BOOST_TEST(absl::StrContains(t.explanation, "cpu_utilization max below 5% (it was 4.9%) and network_bytes sum per day below 5 MB"), t.explanation);
    machine.Day(14, 2, 50, 1e9);
    run.Advance(RunDay(15));
    BOOST_TEST(run.Lines() == Texts{"20 00:00 resolved info Idle {resource=\"i-1\"} (in_use)"}, boost::test_tools::per_element());
    BOOST_TEST(absl::StrContains(run.Last("Idle").explanation, "in use again"));
  }
}

// Its provider tells of the evening's work after midnight, when the machine was reported as idle; what it told before, told again, is no news.
BOOST_AUTO_TEST_CASE(points_that_come_after_midnight_correct_what_was_told_of_the_day) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(kRule, restarts);
    Machine machine(run, "i-1");
    for (int day = 0; day < 13; ++day) machine.Day(day, 2, 4.9, 4.9e6), run.Advance(RunDay(day + 1));
    machine.Day(13, 2, 4.9, 4.9e6);
    run.Advance(RunDay(14));
    BOOST_TEST(run.Lines() == Texts{"19 00:00 firing info Idle {resource=\"i-1\"}"}, boost::test_tools::per_element());
    run.Value(machine.cpu, RunHour(13 * 24 + 18), 80);
    run.Advance(RunHour(14 * 24 + 1));
    BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
    run.Value(machine.cpu, RunHour(13 * 24 + 22), 80);
    run.Advance(RunHour(14 * 24 + 2));
    BOOST_TEST(run.Lines() == Texts{"19 00:00 corrected info Idle {resource=\"i-1\"} (restated)"}, boost::test_tools::per_element());
    BOOST_TEST(absl::StrContains(run.Last("Idle").explanation, "Points came late, and with them this alert was wrong: at 2026-01-19 00:00 UTC web i-1 (aws.ec2.instance) is in use again: cpu_utilization max below 5% (it was 80%)"), run.Last("Idle").explanation);
  }
}

// A machine that is younger than `over` is judged by the days that it has, and so is its cost.
BOOST_AUTO_TEST_CASE(a_young_machine_is_told_by_the_days_that_it_has) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    std::string rule = kRule;
    rule.replace(rule.find("over: 14d"), 9, "over: 5d");
    rule.replace(rule.find("min_age: 14d"), 12, "min_age: 3d");
    rule.replace(rule.find("did nothing for 14 days"), 23, "did nothing for ${days} days");
    KindRun run(rule, restarts);
    Machine machine(run, "i-1");
    for (int day = 0; day < 3; ++day) machine.Day(day, 3, 1, 1), run.Advance(RunDay(day + 1));
    BOOST_TEST(run.Lines() == Texts{"08 00:00 firing info Idle {resource=\"i-1\"}"}, boost::test_tools::per_element());
    const Transition t = run.Last("Idle");
    BOOST_TEST(t.summary == "web i-1 did nothing for 3 days and costs 91.32 USD a month");
    BOOST_TEST(t.impact.amount.ToText() == "91.32 USD");
    BOOST_TEST(t.impact.method == "what it cost in the last 3 days, per month");
    BOOST_TEST(absl::StrContains(t.explanation, "did nothing for 3 days: "), t.explanation);
    BOOST_TEST((t.window->first == RunDay(0)));
  }
}

// The bill is a day or two behind the metrics: its days are what it has.
BOOST_AUTO_TEST_CASE(a_bill_that_is_behind_is_divided_by_its_own_days) {
  KindRun run(kRule);
  Machine machine(run, "i-1");
  for (int day = 0; day < 14; ++day) machine.Day(day, day < 12 ? 2 : 0, 1, 1), run.Advance(RunDay(day + 1));
  BOOST_TEST(run.Last("Idle").impact.amount.ToText() == "60.88 USD");
}

// The catalogue says a point a minute; there is one every five minutes.
BOOST_AUTO_TEST_CASE(points_are_judged_as_far_apart_as_they_are) {
  const struct { const char* what; int apart, missing_days; bool idle; } rows[] = {
      {"every five minutes", 5, 0, true}, {"every minute", 1, 0, true}, {"three days of them are missing", 5, 3, false}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    KindRun run("\n  - alert: Idle\n    kind: idle\n    watch: {resource: [aws.ec2.instance]}\n    idle: {all_of: [{metric: cpu_utilization, stat: max, below: 5%}]}\n    when: {monthly_cost: {at_least: 20 USD}}\n");
    const SeriesId cost = run.Cost("resource.cost", {{"resource_id", "arn:aws:ec2:eu-west-1:1:instance/i-1"}, {"resource_type", "aws.ec2.instance"}});
    const SeriesId cpu = run.Metric("aws.ec2.cpu_utilization", {{"instance_id", "i-1"}}, absl::Minutes(1), "%");
    for (int day = 0; day < 14; ++day) {
      for (int minute = 0; minute < 1440 && (day < 5 || day >= 5 + row.missing_days); minute += row.apart) run.Value(cpu, RunDay(day) + absl::Minutes(minute), 1);
      run.Cell(cost, day, 2);
      run.Advance(RunDay(day + 1));
    }
    BOOST_TEST(run.Lines().size() == (row.idle ? 1u : 0u));
  }
}

BOOST_AUTO_TEST_CASE(what_was_deleted_ends_with_what_it_cost) {
  KindRun run(kRule);
  Machine machine(run, "i-1"), other(run, "i-2");
  for (int day = 0; day < 22; ++day) {
    if (day < 15) machine.Day(day, 2, 1, 1);
    other.Day(day, 2, 90, 1e9);
    run.Advance(RunDay(day + 1));
  }
  const Texts want = {"19 00:00 firing info Idle {resource=\"i-1\"}", "23 00:00 resolved info Idle {resource=\"i-1\"} (resource_gone)"};
  BOOST_TEST(run.Lines() == want, boost::test_tools::per_element());
  // Of its last fourteen judged days the bill has thirteen.
  BOOST_TEST(absl::StrContains(run.Last("Idle").explanation, "It cost 60.88 USD a month"), run.Last("Idle").explanation);
}

BOOST_AUTO_TEST_CASE(what_is_new_unknown_cheap_or_left_out_is_not_idle) {
  const struct { const char* what; const char* env; int from, points; double dollars, percent, bytes; bool idle; } rows[] = {
      {"idle", "dev", 0, 4, 2, 1, 1, true},
      {"production is left out", "prod", 0, 4, 2, 1, 1, false},
      {"younger than two weeks", "dev", 2, 4, 2, 1, 1, false},
      {"three of four points are missing", "dev", 0, 1, 2, 1, 1, false},
      {"too cheap to be told of", "dev", 0, 4, 0.6, 1, 1, false},
      {"busy", "dev", 0, 4, 2, 5, 1, false},
      {"busy on the network", "dev", 0, 4, 2, 1, 5.1e6, false},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    KindRun run(kRule);
    Machine machine(run, "i-1", row.env);
    for (int day = row.from; day < 15; ++day) {
      machine.Day(day, row.dollars, row.percent, row.bytes, row.points);
      run.Advance(RunDay(day + 1));
    }
    BOOST_TEST(run.said().empty() != row.idle);
  }
}

BOOST_AUTO_TEST_CASE(four_days_of_fourteen_are_enough_where_the_rule_says_so) {
  KindRun run(R"(
  - alert: Idle
    kind: idle
    watch: {resource: [aws.ec2.instance]}
    idle: {over: 14d, days: 4, all_of: [{metric: cpu_utilization, stat: avg, at_most: 10%}]}
    when: {monthly_cost: {above: 0 USD}}
)");
  Machine machine(run, "i-1");
  for (int day = 0; day < 14; ++day) {
    machine.Day(day, 2, day % 4 == 0 ? 5 : 80, 1e9);  // 0, 4, 8, 12
    run.Advance(RunDay(day + 1));
  }
  BOOST_TEST(run.Lines() == Texts{"19 00:00 firing warning Idle {resource=\"i-1\"}"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_told) {
  const auto problems = [](const std::string& idle, const std::string& when = "{monthly_cost: {at_least: 20 USD}}", const std::string& watch = "{resource: [aws.ec2.instance]}") {
    return Problems(absl::StrCat("\n  - alert: A\n    kind: idle\n    watch: ", watch, "\n    idle: ", idle, "\n    when: ", when, "\n"));
  };
  const std::string good = "{all_of: [{metric: cpu_utilization, below: 5%}]}";
  BOOST_TEST(problems(good) == "");
  BOOST_TEST(absl::StrContains(problems("{all_of: [{metric: cpu_utilisation, below: 5%}]}"), "cpu_utilization"));
  BOOST_TEST(absl::StartsWith(problems("{all_of: []}"), "R455"));
  BOOST_TEST(absl::StartsWith(problems("{all_of: [{metric: cpu_utilization}]}"), "R401"));
  BOOST_TEST(absl::StartsWith(problems("{all_of: [{metric: cpu_utilization, below: 5}]}"), "R204"));
  BOOST_TEST(absl::StartsWith(problems("{all_of: [{metric: cpu_utilization, below: 5 MB}]}"), "R215"));
  BOOST_TEST(absl::StartsWith(problems("{over: 36h, all_of: [{metric: cpu_utilization, below: 5%}]}"), "R456"));
  BOOST_TEST(absl::StartsWith(problems("{over: 3d, days: 4, all_of: [{metric: cpu_utilization, below: 5%}]}"), "R456"));
  BOOST_TEST(absl::StartsWith(problems(good, "{monthly_cost: {at_least: 20%}}"), "R215"));
  BOOST_TEST(absl::StartsWith(problems(good, "{monthly_cost: {at_least: 20}}"), "R204"));
  BOOST_TEST(absl::StartsWith(problems(good, "{monthly_cost: {at_least: 20 USD}}", "{resource: [aws.ec2.instance], by: [account]}"), "R452"));
}


// CloudWatch has no point of RequestCount where there was no request.
BOOST_AUTO_TEST_CASE(a_load_balancer_without_a_point_serves_nobody_while_others_have_points) {
  constexpr char kUnused[] = R"(
  - alert: LoadBalancerUnused
    kind: idle
    watch: {resource: [aws.alb.load_balancer]}
    idle:
      over: 14d
      all_of:
        - {metric: request_count, stat: sum, per: day, below: 10}
    when: {monthly_cost: {at_least: 5 USD}}
    severity: info
)";
  for (const bool collected : {false, true})
    for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("collected " << collected << " restarts " << restarts) {
      KindRun run(kUnused, restarts);
      const auto bill = [&](const std::string& id) { return run.Cost("resource.cost", {{"provider", "AWS"}, {"resource_id", id}, {"resource_name", id}, {"resource_type", "aws.alb.load_balancer"}}); };
      const SeriesId old = bill("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/old/50dc6c495c0c9188");
      const SeriesId busy = bill("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/shop/60dc6c495c0c9188");
      const SeriesId requests = run.Metric("aws.alb.request_count", {{"load_balancer", "app/shop/60dc6c495c0c9188"}}, absl::Hours(1), "count");
      for (int day = 0; day < 30; ++day) {
        for (int hour = 0; hour < 24 && collected; ++hour) run.Value(requests, RunHour(day * 24 + hour), 500);
        run.Cell(old, day, 0.6);
        run.Cell(busy, day, 0.6);
        run.Advance(RunDay(day + 1));
      }
      const std::vector<std::string> lines = run.Lines();
      BOOST_TEST(lines.size() == (collected ? 1u : 0u));
      if (!collected) continue;
      BOOST_TEST(run.Last("LoadBalancerUnused").impact.amount.ToText() == "18.26 USD");
      BOOST_TEST(absl::StrContains(lines[0], "19 00:00 firing info LoadBalancerUnused {resource=\"50dc6c495c0c9188\"}"), lines[0]);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
