#include "tests/rules/kinds/kind_run.h"

#include "absl/strings/match.h"

namespace nephoscope {
namespace {

constexpr char kCheckout[] = R"(
  - alert: Budget
    kind: slo
    watch:
      good: {metric: requests, where: {code_class: [2xx, 4xx]}}
      total: {metric: requests}
      by: [service]
    slo: {objective: 99.9%, period: 30d, min_events: 500}
)";

absl::Time At(int minute) { return kRunStart + absl::Minutes(minute); }

// One point a minute: `good` and `bad` events for every minute of [from, to).
void Minutes(KindRun& run, SeriesId good, SeriesId bad, int from, int to, double goods, double bads) {
  for (int minute = from; minute < to; ++minute) {
    run.Value(good, At(minute), goods);
    run.Value(bad, At(minute), bads);
    run.Advance(At(minute));
  }
}

BOOST_AUTO_TEST_SUITE(slo_test)

BOOST_AUTO_TEST_CASE(a_fast_burn_is_critical_once_both_windows_exceed_and_over_when_the_short_one_is_clean) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(kCheckout, restarts);
    const SeriesId good = run.Metric("requests", {{"service", "shop"}, {"code_class", "2xx"}}, absl::Minutes(1));
    const SeriesId bad = run.Metric("requests", {{"service", "shop"}, {"code_class", "5xx"}}, absl::Minutes(1));
    Minutes(run, good, bad, 0, 360, 1000, 0);
    BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
    // 5 % bad: the hour needs 1.44 %, which it has after 18 minutes; 3 times too fast over what is known of a day after 22.
    Minutes(run, good, bad, 360, 385, 950, 50);
    const std::vector<std::string> lines = run.Lines();
    BOOST_TEST_REQUIRE(!lines.empty());
    BOOST_TEST(absl::StrContains(lines[0], "firing warning Budget {service=\"shop\"}"), lines[0]);  // 1 over 3 days comes first
    const Transition t = run.Last("Budget");
    BOOST_TEST((t.severity == Severity::kCritical));
    BOOST_TEST(absl::FormatTime("%H:%M", t.time, absl::UTCTimeZone()) == "06:17");
    BOOST_TEST(absl::StrContains(t.explanation, "Of 60,000 events in the last 1 hour, 1.5% were bad; 99.9% allows 0.1%. The budget is spent 15 times as fast as it may be (50 in the last 5 minutes); the rule looks for 14.4."), t.explanation);
    BOOST_TEST(absl::StrContains(t.summary, "of the 99.9% error budget is used; empty in"), t.summary);
    // Clean again: the critical pair of an hour is over after 5 minutes, that of 6 hours after 30; the warning needs 2 and 6 hours.
    Minutes(run, good, bad, 385, 385 + 40, 1000, 0);
    const std::vector<std::string> after = run.Lines();
    BOOST_TEST_REQUIRE(!after.empty());
    BOOST_TEST(absl::StrContains(after.back(), "deescalated warning"), after.back());
  }
}

BOOST_AUTO_TEST_CASE(no_events_or_few_of_them_are_no_failure) {
  KindRun run(kCheckout);
  const SeriesId good = run.Metric("requests", {{"service", "shop"}, {"code_class", "2xx"}}, absl::Minutes(1));
  const SeriesId bad = run.Metric("requests", {{"service", "shop"}, {"code_class", "5xx"}}, absl::Minutes(1));
  Minutes(run, good, bad, 0, 120, 0, 0);
  Minutes(run, good, bad, 120, 240, 0, 4);  // all of them bad, but only 240 an hour
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  Minutes(run, good, bad, 240, 400, 0, 20);
  BOOST_TEST((run.Last("Budget").severity == Severity::kCritical));
}

BOOST_AUTO_TEST_CASE(a_point_that_comes_again_counts_once_and_a_corrected_one_as_corrected) {
  KindRun run("\n  - alert: Budget\n    kind: slo\n    watch: {good: {metric: ok}, total: {metric: all}}\n    slo: {objective: 90%, period: 1d}\n"
              "    burn_alerts: [{burn: 2, long: 10m, short: 2m, severity: warning}]\n");
  const SeriesId ok = run.Metric("ok", {}, absl::Minutes(1)), all = run.Metric("all", {}, absl::Minutes(1));
  for (int minute = 0; minute < 10; ++minute)
    for (int again = 0; again < 3; ++again) run.Value(ok, At(minute), 50), run.Value(all, At(minute), 100), run.Value(ok, At(minute), 100);
  run.Advance(At(9));
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  run.Value(ok, At(10), 0), run.Value(all, At(10), 100);
  run.Value(ok, At(11), 0), run.Value(all, At(11), 100);
  run.Value(ok, At(12), 0), run.Value(all, At(12), 100);
  run.Advance(At(12));
  BOOST_TEST(run.Lines() == Texts{"05 00:12 firing warning Budget {}"}, boost::test_tools::per_element());
  BOOST_TEST(run.Last("Budget").values[0].value == "3");  // 30 % of the last 10 minutes are bad, 10 % may be
}

BOOST_AUTO_TEST_CASE(counters_are_read_by_their_increase) {
  KindRun run("\n  - alert: Budget\n    kind: slo\n    watch: {good: {metric: ok, stat: rate}, total: {metric: all, stat: rate}}\n    slo: {objective: 90%, period: 1d}\n"
              "    burn_alerts: [{burn: 2, long: 10m, short: 2m, severity: warning}]\n");
  const SeriesId ok = run.Metric("ok", {}, absl::Minutes(1)), all = run.Metric("all", {}, absl::Minutes(1));
  const double oks[] = {1e6, 1e6 + 100, 1e6 + 200, 100, 200};  // began anew after the third
  const double alls[] = {2e6, 2e6 + 100, 2e6 + 200, 100, 200};
  for (int minute = 0; minute < 5; ++minute) run.Value(ok, At(minute), oks[minute]), run.Value(all, At(minute), alls[minute]), run.Advance(At(minute));
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  run.Value(ok, At(5), 200), run.Value(all, At(5), 600), run.Advance(At(5));
  BOOST_TEST(run.Lines() == Texts{"05 00:05 firing warning Budget {}"}, boost::test_tools::per_element());
  BOOST_TEST(run.Last("Budget").values[3].value == "800");
}

BOOST_AUTO_TEST_CASE(what_an_outage_costs_is_told) {
  KindRun run("\n  - alert: Budget\n    kind: slo\n    watch: {good: {metric: ok}, total: {metric: all}}\n    slo: {objective: 90%, period: 1d}\n"
              "    burn_alerts: [{burn: 2, long: 1h, short: 2m, severity: warning}]\n    cost_of_downtime: 1200 USD/hour\n");
  const SeriesId ok = run.Metric("ok", {}, absl::Minutes(1)), all = run.Metric("all", {}, absl::Minutes(1));
  for (int minute = 0; minute < 60; ++minute) run.Value(ok, At(minute), minute < 45 ? 100 : 0), run.Value(all, At(minute), 100), run.Advance(At(minute));
  BOOST_TEST(run.Last("Budget").impact.basis == "downtime");
  BOOST_TEST(run.Last("Budget").impact.amount.ToText() == "252.63 USD");  // 12 of the first 57 minutes when it fired: 21.05 % of an hour
}

BOOST_AUTO_TEST_CASE(the_remedy_of_an_entry_keeps_what_it_has) {
  const std::string head = "\n  - alert: A\n    kind: slo\n    watch: {good: {metric: ok}, total: {metric: all}}\n    slo: {objective: 99%}\n    burn_alerts: ";
  const std::string lone = Problems(head + "[{burn: 3, long: 2h, short: 10m}]\n");
  BOOST_TEST(absl::StrContains(lone, "has no severity: write {burn: 3, long: 2 hours, short: 10 minutes, severity: critical}"), lone);
  const std::string two = Problems(head + "[{short: 10m, severity: info}]\n");
  BOOST_TEST(absl::StrContains(two, "has no burn and no long: write {burn: 14.4, long: 2 hours, short: 10 minutes, severity: info}"), two);
  BOOST_TEST(!absl::StrContains(two.substr(4), "R460"), two);
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_told) {
  const std::string head = "\n  - alert: A\n    kind: slo\n    watch: {good: {metric: ok}, total: {metric: all}}\n";
  const std::string slo = "    slo: {objective: 99%}\n";
  const struct { std::string rule; const char* want; } rows[] = {
      {head + slo, ""},
      {head + slo + "    burn_alerts: standard\n", ""},
      {head + slo + "    burn_alerts: fast\n", "R2"},
      {head + slo + "    burn_alerts: []\n", "R460"},
      {head + slo + "    burn_alerts: [{burn: 2, long: 1h, severity: critical}]\n", "R460"},
      {head + slo + "    burn_alerts: [{burn: 2, long: 1h, short: 2h, severity: critical}]\n", "R460"},
      {head + slo + "    burn_alerts: [{burn: 2, long: 60d, short: 2h, severity: critical}]\n", "R460"},
      {head + "    slo: {objective: 99%, period: 1d}\n", "R460"},
      {head + "    slo: {objective: 100%}\n", "R2"},
      {head + slo + "    severity: critical\n", "R107"},
      {head + slo + "    when: {}\n", "R107"},
      {"\n  - alert: A\n    kind: slo\n    watch: {good: {metric: ok}}\n" + slo, "R103"},
      {"\n  - alert: A\n    kind: slo\n    watch: {metric: ok}\n" + slo, "R108"},
      {"\n  - alert: A\n    kind: slo\n    watch: {good: {metric: ok}, total: {metric: all}, stat: sum}\n" + slo, "R452"},
      {"\n  - alert: A\n    kind: threshold\n    watch: {good: {metric: ok}, total: {metric: all}}\n    when: {above: 1}\n", "R108"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.rule) {
    const std::string said = Problems(row.rule);
    BOOST_TEST((*row.want == 0 ? said.empty() : absl::StartsWith(said, row.want)), said);
  }
}

// Traffic without an error; good events are read by a query of their own, which is minutes behind.
BOOST_AUTO_TEST_CASE(good_events_that_come_minutes_after_all_of_them_are_no_failure) {
  constexpr char kTwo[] = "  - alert: Budget\n    kind: slo\n    watch:\n      good: {metric: answered}\n      total: {metric: requests}\n    slo: {objective: 99.9%}\n";
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(kTwo, restarts);
    const SeriesId good = run.Metric("answered", {}, absl::Minutes(1)), total = run.Metric("requests", {}, absl::Minutes(1));
    for (int minute = 0; minute < 300; ++minute) {
      run.Value(total, At(minute), 100);
      const int late = minute % 3 == 0 ? 4 : 7;  // never in the same way
      if (minute >= late) run.Value(good, At(minute - late), 100);
      if (minute >= late + 1) run.Value(good, At(minute - late - 1), 100);
      run.Advance(At(minute));
    }
    BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
    // A total outage: requests come, answers do not. It pages when they have been waited for.
    for (int minute = 300; minute < 330; ++minute) run.Value(total, At(minute), 100), run.Advance(At(minute));
    const Transition t = run.Last("Budget");
    BOOST_TEST((t.severity == Severity::kCritical));
    BOOST_TEST((t.time >= At(301) && t.time <= At(316)));
  }
}

BOOST_AUTO_TEST_CASE(where_no_good_event_ever_came_a_total_outage_pages_after_no_data) {
  KindRun run("  - alert: Budget\n    kind: slo\n    watch:\n      good: {metric: answered}\n      total: {metric: requests}\n    slo: {objective: 99.9%}\n    no_data: {after: 10m}\n");
  const SeriesId total = run.Metric("requests", {}, absl::Minutes(1));
  for (int minute = 0; minute <= 9; ++minute) run.Value(total, At(minute), 100), run.Advance(At(minute));
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  for (int minute = 10; minute <= 30; ++minute) run.Value(total, At(minute), 100), run.Advance(At(minute));
  BOOST_TEST((run.Last("Budget").severity == Severity::kCritical));
}

// A healthy service from its first minute on. The good events come up to half a minute later than all of them, after the
// minute was judged; or their time is a second later, so that they count in the next minute.
BOOST_AUTO_TEST_CASE(a_healthy_service_does_not_page_in_its_first_minutes) {
  constexpr char kTwo[] =
      "  - alert: Budget\n    kind: slo\n    watch:\n      good: {metric: answered}\n      total: {metric: requests}\n"
      "    slo: {objective: 99.9%}\n";
  const struct { const char* what; int late_s, later_s, every_nth; } rows[] = {
      {"always on time", 0, 0, 1},       {"half a minute late", 30, 0, 1}, {"late each third time", 30, 0, 3},
      {"late each 40th time", 20, 0, 40}, {"a second later", 1, 1, 1},      {"a second earlier", 0, -1, 1},
      {"later, each third time late", 30, 1, 3},
  };
  for (const auto& row : rows)
    for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT(row.what << ", restarts " << restarts) {
      KindRun run(kTwo, restarts);
      const SeriesId good = run.Metric("answered", {}, absl::Minutes(1));
      const SeriesId total = run.Metric("requests", {}, absl::Minutes(1));
      for (int minute = 1; minute < 240; ++minute) {
        const bool late = row.late_s > 0 && minute % row.every_nth == 0;
        const absl::Time stamp = At(minute) + absl::Seconds(row.later_s);
        run.Value(total, At(minute), 100);
        if (!late) run.Value(good, stamp, 100);
        run.Advance(At(minute));
        if (!late) continue;
        run.Value(good, stamp, 100);
        run.Advance(At(minute) + absl::Seconds(row.late_s));
      }
      BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
      // Half of the requests fail: that pages within a quarter of an hour, once, and is over when all are good again.
      for (int minute = 240; minute < 400; ++minute) {
        run.Value(total, At(minute), 100);
        run.Value(good, At(minute) + absl::Seconds(row.later_s), minute < 300 ? 50 : 100);
        run.Advance(At(minute) + absl::Seconds(row.late_s));
      }
      int critical = 0;
      for (const Transition& t : run.said()) critical += t.severity == Severity::kCritical && (t.type == EventType::kFiring || t.type == EventType::kEscalated);
      BOOST_TEST(critical == 1);
      BOOST_TEST(run.said().front().time <= At(255));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
