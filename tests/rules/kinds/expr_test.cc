// kind: expr through the reader and the engine.
#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/engine/engine.h"
#include "rules/engine/kind.h"
#include "rules/kinds/spoken.h"
#include "rules/language/language.h"
#include "tests/rules/kinds/kind_run.h"

using namespace nephoscope;

namespace {

const absl::Time kStart = absl::FromUnixSeconds(1767571200);

LoadedRules Load(const std::string& rule) {
  static std::vector<std::unique_ptr<SourceFile>> files;
  files.push_back(std::make_unique<SourceFile>(SourceFile{"t.yaml", absl::StrCat("apiVersion: rules/v1\nrules:\n", rule)}));
  return LoadRules({files.back().get(), 1});
}

class Run {
 public:
  explicit Run(const std::string& rule) : engine_({}) {
    const LoadedRules loaded = Load(rule);
    BOOST_TEST_REQUIRE(!HasErrors(loaded.diagnostics), (loaded.diagnostics.empty() ? "" : loaded.diagnostics[0].message));
    engine_.SetRules(loaded.rules, kStart, changes_);
  }
  SeriesId Series(std::string metric, std::vector<Label> labels, absl::Duration cadence = absl::Minutes(1)) {
    nephoscope::Series one;
    one.id = next_++;
    one.cadence = cadence;
    one.metric = std::move(metric);
    one.labels = Labels(std::move(labels));
    engine_.DefineSeries(one);
    return one.id;
  }
  void At(int minute, std::vector<std::pair<SeriesId, double>> values) {
    for (const auto& [id, value] : values) {
      Sample sample;
      sample.series = id;
      sample.time_ms = absl::ToUnixMillis(kStart + absl::Minutes(minute));
      sample.value = value;
      engine_.Observe({&sample, 1}, changes_);
    }
    engine_.Advance(0, kStart + absl::Minutes(minute), changes_);
  }
  std::string Said() {
    std::string out;
    for (const Transition& one : changes_.transitions)
      absl::StrAppend(&out, out.empty() ? "" : "\n", one.type == EventType::kFiring ? "firing " : one.type == EventType::kResolved ? "resolved " : "other ", absl::ToInt64Minutes(one.time - kStart), " ", one.labels.ToString(), " ", one.summary);
    changes_.transitions.clear();
    return out;
  }

 private:
  Engine engine_;
  Changes changes_;
  SeriesId next_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(expr_test)

BOOST_AUTO_TEST_CASE(every_series_is_an_alert_with_its_labels) {
  Run run("  - alert: Hot\n    kind: expr\n    expr: load{env=\"prod\"} > 0.8\n    labels: {severity: critical}\n    annotations: {summary: \"${host} is at ${value}\"}\n");
  const SeriesId a = run.Series("load", {{"host", "a"}, {"env", "prod"}}), b = run.Series("load", {{"host", "b"}, {"env", "prod"}}), c = run.Series("load", {{"host", "c"}, {"env", "dev"}});
  run.At(1, {{a, 0.9}, {b, 0.1}, {c, 1}});
  BOOST_TEST(run.Said() == "firing 1 {env=\"prod\",host=\"a\"} a is at 0.9");
  run.At(2, {{a, 0.5}, {b, 0.1}});
  BOOST_TEST(run.Said() == "resolved 2 {env=\"prod\",host=\"a\"} a is at 0.5");
}

BOOST_AUTO_TEST_CASE(alerts_that_share_a_series_are_evaluated_together) {
  Run run("  - alert: Hot\n    kind: expr\n    expr: load > 0.8 and on (zone) open == 1\n    for: 1m\n");
  const SeriesId a = run.Series("load", {{"host", "a"}, {"zone", "x"}}), b = run.Series("load", {{"host", "b"}, {"zone", "x"}}), c = run.Series("load", {{"host", "c"}, {"zone", "y"}});
  const SeriesId x = run.Series("open", {{"zone", "x"}}), y = run.Series("open", {{"zone", "y"}});
  for (int minute : {1, 2}) run.At(minute, {{a, 0.9}, {b, 0.1}, {c, 0.9}, {x, 1}, {y, 0}});
  BOOST_TEST(run.Said() == "firing 2 {host=\"a\",zone=\"x\"} host a, zone x: the value is 0.9");
  run.At(3, {{a, 0.9}, {b, 0.9}, {c, 0.9}, {x, 0}, {y, 1}});
  BOOST_TEST(run.Said() == "resolved 3 {host=\"a\",zone=\"x\"} host a, zone x: the value is 0.9");
  run.At(4, {{a, 0.9}, {b, 0.9}, {c, 0.9}, {x, 0}, {y, 1}});
  BOOST_TEST(run.Said() == "firing 4 {host=\"c\",zone=\"y\"} host c, zone y: the value is 0.9");
}

BOOST_AUTO_TEST_CASE(a_join_whose_other_side_is_silent_resolves_nothing) {
  Run run("  - alert: Hot\n    kind: expr\n    expr: load > 0.8 and on (zone) open == 1\n");
  const SeriesId a = run.Series("load", {{"host", "a"}, {"zone", "x"}}), x = run.Series("open", {{"zone", "x"}});
  run.At(1, {{a, 0.9}, {x, 1}});
  BOOST_TEST(run.Said() == "firing 1 {host=\"a\",zone=\"x\"} host a, zone x: the value is 0.9");
  for (int minute = 2; minute < 10; ++minute) run.At(minute, {{a, 0.9}});
  BOOST_TEST(run.Said() == "");
  run.At(10, {{a, 0.9}, {x, 0}});
  BOOST_TEST(run.Said() == "resolved 10 {host=\"a\",zone=\"x\"} host a, zone x: the value is 0.9");
}

BOOST_AUTO_TEST_CASE(labels_of_an_info_metric_stand_in_texts) {
  Run run("  - alert: Hot\n    kind: expr\n    expr: load * on (host) group_left (name) info > 0.8\n    summary: \"${name} (${host}) ${value}\"\n");
  const SeriesId a = run.Series("load", {{"host", "a"}, {"cpu", "0"}}), b = run.Series("load", {{"host", "a"}, {"cpu", "1"}}), i = run.Series("info", {{"host", "a"}, {"name", "shop"}});
  run.At(1, {{a, 0.9}, {b, 0.1}, {i, 1}});
  BOOST_TEST(run.Said() == "firing 1 {cpu=\"0\",host=\"a\"} shop (a) 0.9");
}

BOOST_AUTO_TEST_CASE(quantiles_of_histograms_are_gathered_over_their_buckets) {
  Run run("  - alert: Slow\n    kind: expr\n    expr: histogram_quantile(0.5, sum by (le, job) (rate(t_bucket[5m]))) > 1\n");
  const SeriesId half = run.Series("t_bucket", {{"job", "j"}, {"le", "0.5"}, {"host", "a"}}), two = run.Series("t_bucket", {{"job", "j"}, {"le", "2"}, {"host", "a"}}), all = run.Series("t_bucket", {{"job", "j"}, {"le", "+Inf"}, {"host", "a"}});
  for (int minute = 1; minute < 5; ++minute) run.At(minute, {{half, minute * 10.0}, {two, minute * 15.0}, {all, minute * 16.0}});
  BOOST_TEST(run.Said() == "");
  for (int minute = 5; minute < 12; ++minute) run.At(minute, {{half, 40.0}, {two, minute * 15.0}, {all, minute * 16.0}});
  const std::string said = run.Said();
  BOOST_TEST(said.find("firing ") == 0u, said);
  BOOST_TEST(absl::StrContains(said, " {job=\"j\"} "), said);
}

BOOST_AUTO_TEST_CASE(sums_make_alerts_of_their_labels) {
  Run run("  - alert: Share\n    kind: expr\n    expr: |\n      sum by (team) (errors)\n        / sum by (team) (requests) > 0.25\n    unit: ratio\n    summary: \"${team} ${value | percent}\"\n");
  const SeriesId e1 = run.Series("errors", {{"team", "x"}, {"host", "1"}}), e2 = run.Series("errors", {{"team", "x"}, {"host", "2"}}), r = run.Series("requests", {{"team", "x"}, {"zone", "z"}});
  run.At(1, {{e1, 20}, {e2, 10}, {r, 100}});
  BOOST_TEST(run.Said() == "firing 1 {team=\"x\"} x 30%");
}

BOOST_AUTO_TEST_CASE(missing_is_not_false) {
  Run run("  - alert: Gap\n    kind: expr\n    expr: errors > 5 and requests > 0\n");
  const SeriesId e = run.Series("errors", {{"host", "1"}}), r = run.Series("requests", {{"host", "1"}});
  run.At(1, {{e, 9}, {r, 1}});
  BOOST_TEST(absl::StartsWith(run.Said(), "firing 1"));
  // No requests are known any more: the alert stays.
  for (int minute = 2; minute < 8; ++minute) run.At(minute, {{e, 9}});
  BOOST_TEST(run.Said() == "");
  run.At(8, {{e, 9}, {r, 0}});
  BOOST_TEST(absl::StartsWith(run.Said(), "resolved 8"));
}

BOOST_AUTO_TEST_CASE(the_newest_value_counts_for_two_cadences) {
  Run run("  - alert: Slow\n    kind: expr\n    expr: slow + on (host) fast > 10\n");
  const SeriesId slow = run.Series("slow", {{"host", "1"}}, absl::Minutes(30)), fast = run.Series("fast", {{"host", "1"}});
  run.At(30, {{slow, 9}, {fast, 0}});
  run.At(80, {{fast, 5}});
  BOOST_TEST(absl::StartsWith(run.Said(), "firing 80"));
}

BOOST_AUTO_TEST_CASE(a_restart_in_the_middle_changes_nothing) {
  const std::string rule =
      "  - alert: Rise\n    kind: expr\n    expr: max_over_time(load[10m]) - min_over_time(load[10m]) > 5\n    for: 3m\n    summary: \"${host} rose by ${value}\"\n";
  std::vector<Texts> told;
  for (const bool restarts : {false, true}) {
    KindRun run(rule, restarts);
    const SeriesId a = run.Metric("load", {{"host", "a"}}, absl::Minutes(1)), b = run.Metric("load", {{"host", "b"}}, absl::Minutes(1));
    for (int minute = 0; minute < 40; ++minute) {
      const absl::Time at = kRunStart + absl::Minutes(minute);
      run.Value(a, at, minute >= 10 && minute < 20 ? 8 : 1);
      if (minute < 12 || minute > 17) run.Value(b, at, 2);
      run.Advance(at);
    }
    told.push_back(run.Lines());
    BOOST_TEST(run.Last("Rise").summary == "a rose by 0");
  }
  // Up and down again; that b was away while it had nothing to say is no news.
  const Texts want = {"05 00:13 firing warning Rise {host=\"a\"}", "05 00:19 resolved warning Rise {host=\"a\"}", "05 00:23 firing warning Rise {host=\"a\"}", "05 00:29 resolved warning Rise {host=\"a\"}"};
  BOOST_TEST(told[0] == want, boost::test_tools::per_element());
  BOOST_TEST(told[1] == told[0], boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_late_point_counts_where_it_belongs) {
  KindRun run("  - alert: Sum\n    kind: expr\n    expr: sum_over_time(jobs[15m]) > 10\n", true);
  const SeriesId jobs = run.Metric("jobs", {{"queue", "q"}}, absl::Minutes(5));
  run.Value(jobs, kRunStart + absl::Minutes(5), 4);
  run.Advance(kRunStart + absl::Minutes(5));
  run.Value(jobs, kRunStart + absl::Minutes(15), 5);
  run.Advance(kRunStart + absl::Minutes(15));
  BOOST_TEST(run.Lines().empty());
  // The point of 00:10 comes after that of 00:15 was judged: it counts from 00:20 on.
  run.Value(jobs, kRunStart + absl::Minutes(10), 7);
  run.Advance(kRunStart + absl::Minutes(16));
  run.Value(jobs, kRunStart + absl::Minutes(20), 0);
  run.Advance(kRunStart + absl::Minutes(20));
  BOOST_TEST(run.Lines() == (Texts{"05 00:20 firing warning Sum {queue=\"q\"}"}), boost::test_tools::per_element());
  BOOST_TEST(run.Last("Sum").values[0].value == "12");
}

BOOST_AUTO_TEST_CASE(a_day_of_a_bill_that_is_restated_is_judged_again) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT(restarts) {
    KindRun run("  - alert: Dear\n    kind: expr\n    expr: sum by (team) (cost.effective) > 100\n    unit: USD\n    summary: \"${team} ${value}\"\n", restarts);
    const SeriesId bill = run.Cost("cost.effective", {{"team", "x"}, {"service_name", "s"}});
    run.Cell(bill, 0, 150);
    run.Advance(RunDay(1));
    BOOST_TEST(run.Lines() == (Texts{"06 00:00 firing warning Dear {team=\"x\"}"}), boost::test_tools::per_element());
    run.Cell(bill, 0, 60);
    run.Advance(RunDay(1) + absl::Hours(1));
    BOOST_TEST((run.Last("Dear").type == EventType::kCorrected));
    BOOST_TEST(ToText(run.Last("Dear").cause) == std::string("restated"));
  }
}

BOOST_AUTO_TEST_CASE(a_series_of_unknown_rhythm_counts_for_a_quarter_of_an_hour_then_by_its_own_rhythm) {
  const std::string rule = "  - alert: Both\n    kind: expr\n    expr: odd + on (host) tick > 10\n";
  const struct { const char* what; std::vector<int> odd; int tick; bool fires; } rows[] = {
      {"the only point, after 14 minutes", {0}, 14, true},
      {"the only point, after 15 minutes", {0}, 15, false},
      {"two points an hour apart, a minute less than two hours after the last", {0, 60}, 179, true},
      {"two points an hour apart, just two hours after the last", {0, 60}, 180, false},
  };
  for (const auto& row : rows)
    for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT(row.what << (restarts ? ", restarted" : "")) {
      KindRun run(rule, restarts);
      const SeriesId odd = run.Metric("odd", {{"host", "1"}}, absl::ZeroDuration()), tick = run.Metric("tick", {{"host", "1"}}, absl::Minutes(1));
      for (int minute : row.odd) {
        run.Value(odd, kRunStart + absl::Minutes(minute), 9);
        run.Advance(kRunStart + absl::Minutes(minute));
      }
      run.Value(tick, kRunStart + absl::Minutes(row.tick), 5);
      run.Advance(kRunStart + absl::Minutes(row.tick));
      BOOST_TEST((run.Last("Both").type == EventType::kFiring && !run.said().empty()) == row.fires);
    }
}

BOOST_AUTO_TEST_CASE(an_alert_carries_the_value_its_unit_and_the_expression_on_one_line) {
  KindRun run("  - alert: Share\n    kind: expr\n    expr: |\n      sum by (team) (errors)\n        / sum by (team) (requests) > 0.25\n    unit: ratio\n    severity: critical\n");
  const SeriesId e = run.Metric("errors", {{"team", "x"}}, absl::Minutes(1)), r = run.Metric("requests", {{"team", "x"}}, absl::Minutes(1));
  run.Value(e, kRunStart, 30);
  run.Value(r, kRunStart, 100);
  run.Advance(kRunStart);
  const Transition last = run.Last("Share");
  BOOST_TEST_REQUIRE(last.values.size() == 1u);
  BOOST_TEST(last.values[0].name == "value");
  BOOST_TEST(last.values[0].value == "0.3");
  BOOST_TEST(last.values[0].unit == "ratio");
  BOOST_TEST(last.condition_text == "sum by (team) (errors) / sum by (team) (requests) > 0.25");
  BOOST_TEST(last.explanation == "The value is 0.3; the rule looks for sum by (team) (errors) / sum by (team) (requests) > 0.25.");
  BOOST_TEST(last.summary == "team x: the value is 0.3");
}

BOOST_AUTO_TEST_CASE(said_back_it_names_the_severity_the_expression_the_hold_time_and_its_alerts) {
  const struct { const char* rule; const char* want; } rows[] = {
      {"expr: load > 1\n    for: 10m\n    severity: critical", "Critical when load > 1 is true for 10 minutes. One alert for each series."},
      {"expr: sum by (team) (errors) > 5", "Warning when sum by (team) (errors) > 5 is true. One alert for each team."},
      {"expr: sum(errors) > 5", "Warning when sum(errors) > 5 is true. Without data"},
      {"expr: sum without (host) (errors) > 5", "Warning when sum without (host) (errors) > 5 is true. One alert for each set of labels without host."},
      {"expr: |\n      max by (zone, team) (load)\n        > 5", "Warning when max by (zone, team) (load) > 5 is true. One alert for each team and zone."},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.rule) {
    const LoadedRules loaded = LoadRunRules(absl::StrCat("  - alert: A\n    kind: expr\n    ", row.rule, "\n"));
    BOOST_TEST_REQUIRE(loaded.rules->rules.size() == 1u);
    BOOST_TEST(absl::StrContains(SayRule(*loaded.rules->rules[0]), row.want), SayRule(*loaded.rules->rules[0]));
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_asked_is_refused_where_it_stands) {
  const struct { const char* expr; const char* code; int line, column; const char* says; } rows[] = {
      {"expr: errors >", "R510", 5, 19, "in expr, line 1, column 9: the expression ends"},
      {"expr: |\n      sum by (team) (errors)\n        / sum by (team (requests) > 1", "R510", 7, 24, "in expr, line 2, column 18: \"(\" stands"},
      {"expr: 'rate(errors) > 1'", "R513", 5, 17, "line 1, column 6"},
      {"expr: histogram_avg(errors) > 1", "R511", 5, 11, "write a metric that is a quantile already"},
      {"expr: errors", "R515", 5, 11, "always fire"},
      {"expr: time() > bool 5", "R515", 5, 11, "no metric"},
      {"expr: topk(3, errors) > 1", "R514", 5, 11, "picks alerts"},
      {"expr: absent(errors) > 0", "R514", 5, 11, "absent()"},
      {"expr: errors > 1 or sum by (host) (requests) > 2", "R514", 5, 11, "different labels"},
      {"expr: aws.rds.cpu_utilisation > 1", "R301", 5, 11, ""},
      {"watch: {metric: x}\n    expr: errors > 1", "R108", 0, 0, "itself"},
      {"recover: {}\n    expr: errors > 1", "R452", 0, 0, "own condition"},
      {"labels: {severity: bad}\n    expr: errors > 1", "R214", 5, 14, "no severity"},
      {"summary: \"${nothing}\"\n    expr: sum by (team) (errors) > 1", "R310", 5, 15, "nothing"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.expr) {
    const LoadedRules loaded = Load(absl::StrCat("  - alert: A\n    kind: expr\n    ", row.expr, "\n"));
    BOOST_TEST_REQUIRE(!loaded.diagnostics.empty());
    const Diagnostic& first = loaded.diagnostics[0];
    BOOST_TEST(first.code == row.code);
    BOOST_TEST(absl::StrContains(absl::StrCat(first.message, first.caret_text), row.says), first.message);
    if (row.line > 0) BOOST_TEST(first.mark.line == row.line);
    if (row.column > 0) BOOST_TEST(first.mark.column == row.column);
  }
}

BOOST_AUTO_TEST_SUITE_END()
