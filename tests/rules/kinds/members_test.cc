// Groups of several series of which one falls silent (rules.md 2.6, "Members of a group").
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

using Point = std::optional<double>;
constexpr Point kSilent = std::nullopt;

// Two hosts of one team, a point a minute.
class Team {
 public:
  explicit Team(const std::string& rule, bool restarts = false, const std::string& unit = "") : run_(absl::StrCat("\n  - alert: A\n", rule), restarts) {
    for (const char* host : {"a", "b"}) hosts_.push_back(run_.Metric("load", {{"team", "web"}, {"host", host}}, absl::Minutes(1), unit));
  }

  // For so many minutes.
  void Run(int minutes, Point a, Point b) {
    for (const int end = minute_ + minutes; minute_ < end; ++minute_) {
      const absl::Time now = kRunStart + absl::Minutes(minute_);
      if (a) run_.Value(hosts_[0], now, *a);
      if (b) run_.Value(hosts_[1], now, *b);
      run_.Advance(now);
    }
  }
  // "00:03 firing, 00:10 resolved".
  std::string Told() {
    std::vector<std::string> out;
    for (const std::string& line : run_.Lines()) {
      const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
      out.push_back(absl::StrCat(words[1], " ", words[2]));
    }
    return absl::StrJoin(out, ", ");
  }
  std::string Explanation() const {
    std::vector<Transition> now;
    run_.engine().Look(now);
    return now.empty() ? "" : now[0].explanation;
  }
  KindRun& run() { return run_; }

 private:
  KindRun run_;
  std::vector<SeriesId> hosts_;
  int minute_ = 0;
};

std::string Threshold(const std::string& watch, const std::string& rest) {
  return absl::StrCat("    kind: threshold\n    watch: {metric: load, by: [team]", watch, "}\n    ", rest, "\n");
}

BOOST_AUTO_TEST_SUITE(members_test)

BOOST_AUTO_TEST_CASE(an_alert_of_a_host_that_falls_silent_stays_and_is_over_when_it_is_back) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    Team team(Threshold("", "when: {above: 80}"), restarts);
    team.Run(20, 10, 90);
    BOOST_TEST(team.Told() == "00:00 firing");
    team.Run(120, 10, kSilent);
    BOOST_TEST(team.Told() == (restarts ? "" : "00:22 no_data"));
    if (!restarts) BOOST_TEST(absl::StrContains(team.Explanation(), "load is 90; the rule looks for above 80. MEMBER_MISSING: nothing from host=b since 2026-01-05 00:19 UTC"), team.Explanation());
    team.Run(5, 10, 10);
    BOOST_TEST(team.Told() == (restarts ? "02:20 resolved" : "02:20 data_returned, 02:20 resolved"));
  }
}

// What each number says while b, which was last at `b`, is silent, and a is at `a`.
BOOST_AUTO_TEST_CASE(only_what_the_others_prove_begins) {
  const struct { const char *what, *rule; double b, before, a; const char* told; } rows[] = {
      {"max above", "kind: threshold\n    watch: {metric: load, by: [team]}\n    when: {above: 80}", 10, 20, 90, "00:21 firing"},
      {"max below", "kind: threshold\n    watch: {metric: load, by: [team]}\n    when: {below: 50}", 90, 20, 20, ""},
      {"max between", "kind: threshold\n    watch: {metric: load, by: [team]}\n    when: {above: 80, below: 95}", 10, 20, 90, ""},
      {"min below", "kind: threshold\n    watch: {metric: load, by: [team], combine: min}\n    when: {below: 20}", 90, 90, 10, "00:21 firing"},
      {"min above", "kind: threshold\n    watch: {metric: load, by: [team], combine: min}\n    when: {above: 50}", 10, 90, 90, ""},
      {"sum above", "kind: threshold\n    watch: {metric: load, by: [team], combine: sum}\n    when: {above: 80}", 10, 20, 90, "00:21 firing"},
      {"sum above, of what may be negative", "kind: threshold\n    watch: {metric: load, by: [team], combine: sum}\n    when: {above: 80}", -10, 20, 90, ""},
      {"sum below", "kind: threshold\n    watch: {metric: load, by: [team], combine: sum}\n    when: {below: 50}", 40, 40, 40, ""},
      {"avg above", "kind: threshold\n    watch: {metric: load, by: [team], combine: avg}\n    when: {above: 80}", 10, 20, 99, ""},
      {"avg below", "kind: threshold\n    watch: {metric: load, by: [team], combine: avg}\n    when: {below: 50}", 90, 20, 20, ""},
      {"count below", "kind: threshold\n    watch: {metric: load, by: [team], combine: count}\n    when: {below: 2}", 1, 1, 1, ""},
      {"count of points above", "kind: threshold\n    watch: {metric: load, by: [team], stat: count, window: 4m}\n    when: {above: 3}\n    recover: {below: 2}", 1, 1, 1, "00:01 firing"},
      {"change of a sum", "kind: change\n    watch: {metric: load, by: [team], stat: last, window: 5m, combine: sum}\n    compare_to: previous window\n    when: {decrease: {at_least: 30%}}", 50, 50, 50, ""},
      {"change of the highest", "kind: change\n    watch: {metric: load, by: [team], stat: last, window: 5m}\n    compare_to: previous window\n    when: {decrease: {at_least: 30%}}", 90, 10, 10, ""},
      {"health metric", "kind: health_check\n    watch: {metric: load, by: [team], combine: avg}\n    when: {below: 50}", 90, 20, 20, ""},
      {"health metric, proven", "kind: health_check\n    watch: {metric: load, by: [team], combine: min}\n    when: {below: 20}", 90, 90, 10, "00:21 firing"},
      {"expr max above", "kind: expr\n    expr: max by (team) (load) > 80", 10, 20, 90, "00:21 firing"},
      {"expr max below", "kind: expr\n    expr: max by (team) (load) < 50", 90, 20, 20, ""},
      {"expr min below", "kind: expr\n    expr: min by (team) (load) < 20", 90, 90, 10, "00:21 firing"},
      {"expr sum above", "kind: expr\n    expr: 80 < sum by (team) (load) * 2 / 2", 10, 20, 90, "00:21 firing"},
      {"expr sum above, of what may be negative", "kind: expr\n    expr: sum by (team) (load) > 80", -10, 20, 90, ""},
      {"expr sum of what may turn negative", "kind: expr\n    expr: sum by (team) (delta(load[5m])) > 60", 10, 20, 90, ""},
      {"expr sum below", "kind: expr\n    expr: sum by (team) (load) < 50", 40, 40, 40, ""},
      {"expr avg", "kind: expr\n    expr: avg by (team) (load) > 80", 10, 20, 99, ""},
      {"expr count", "kind: expr\n    expr: count by (team) (load > 80) < 1", 90, 20, 20, ""},
      {"expr unless", "kind: expr\n    expr: max by (team) (load{host=\"a\"}) > 5 unless max by (team) (load{host=\"b\"}) > 80", 90, 20, 20, ""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    Team team(absl::StrCat("    ", row.rule, "\n"));
    team.Run(20, row.before, row.b);
    team.Run(1, row.before, kSilent);
    team.Run(60, row.a, kSilent);
    std::string told = team.Told();
    if (const auto end = told.find(", "); end != std::string::npos) told.resize(end);  // then no_data
    BOOST_TEST(told == row.told);
  }
}

BOOST_AUTO_TEST_CASE(a_level_that_the_others_prove_escalates_and_none_is_left) {
  Team team(Threshold("", "levels: {warning: {above: 50}, critical: {above: 80, for: 2m}}"));
  team.Run(20, 10, 60);
  team.Run(10, 90, kSilent);
  BOOST_TEST(team.Told() == "00:00 firing, 00:22 escalated, 00:23 no_data");
  team.Run(30, 10, kSilent);
  BOOST_TEST(team.Told() == "");
  team.Run(3, 10, 60);
  BOOST_TEST(team.Told() == "01:00 data_returned, 01:00 deescalated");
}

// The unknown time is a gap: a short one counts in full for what held before and holds after it, a long one does not.
BOOST_AUTO_TEST_CASE(the_time_of_a_silence_neither_resets_a_hold_nor_ripens_it) {
  for (const auto& [silent, told] : {std::pair{2, "00:10 firing"}, std::pair{20, "00:31 firing"}}) BOOST_TEST_CONTEXT(silent) {
    Team team(Threshold("", "when: {above: 80}\n    for: 10m"));
    team.Run(5, 10, 90);
    team.Run(silent, 10, kSilent);
    BOOST_TEST(team.Told() == "");
    team.Run(20, 10, 90);
    BOOST_TEST(team.Told() == told);
  }
}

BOOST_AUTO_TEST_CASE(a_fleet_that_shrinks_says_so_and_its_members_leave_at_once) {
  for (const char* kind : {"kind: threshold\n    watch: {metric: load, by: [team]}\n    when: {above: 80}", "kind: expr\n    expr: max by (team) (load) > 80",
                           "kind: health_check\n    watch: {metric: load, by: [team]}\n    when: {above: 80}"}) BOOST_TEST_CONTEXT(kind) {
    Team team(absl::StrCat("    ", kind, "\n    members_may_leave: true\n"));
    team.Run(20, 10, 90);
    team.Run(60, 10, kSilent);
    const std::string told = team.Told();
    BOOST_TEST((told == "00:00 firing, 00:20 resolved" || told == "00:00 firing, 00:21 resolved"), told);
  }
}

// `no_data.state` is for silence of the whole group.
BOOST_AUTO_TEST_CASE(what_happens_without_data_happens_when_the_whole_group_is_silent) {
  const struct { const char *state, *one, *all; } rows[] = {
      {"keep_last", "00:22 no_data", ""}, {"no_data", "00:22 no_data", ""}, {"ok", "00:22 no_data", "00:52 resolved"}, {"firing", "00:22 no_data", ""}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.state) {
    Team team(Threshold("", absl::StrCat("when: {above: 80}\n    no_data: {state: ", row.state, "}")));
    team.Run(20, 10, 90);
    BOOST_TEST(team.Told() == "00:00 firing");
    team.Run(30, 10, kSilent);
    BOOST_TEST(team.Told() == row.one);
    team.Run(30, kSilent, kSilent);
    BOOST_TEST(team.Told() == row.all);
  }
}

// Ten minutes after a start all sources have been asked. Before, silence says something of those that were heard since.
BOOST_AUTO_TEST_CASE(after_a_start_a_member_that_was_heard_since_is_named_at_once) {
  const struct { const char* what; int both; const char* want; } rows[] = {
      {"heard since the start", 2, "00:25 no_data"},
      {"not heard since the start", 0, "00:30 no_data"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    Team team(Threshold("", "when: {above: 80}\n    no_data: {after: 3m, state: no_data}"));
    team.Run(20, 10, 10);
    team.run().Restart();
    team.Run(row.both, 10, 10);
    team.Run(30 - row.both, 10, kSilent);
    const std::vector<Transition>& said = team.run().said();
    BOOST_REQUIRE(said.size() == 1u);
    BOOST_TEST((said[0].type == EventType::kNoData));
    BOOST_TEST(absl::StrContains(said[0].explanation, "MEMBER_MISSING: nothing from host=b since"), said[0].explanation);
  }
  // The first is named when it is due, the other when all were asked.
  for (const int both : {0, 2}) {
    Team team(Threshold("", "when: {above: 80}\n    no_data: {after: 3m, state: no_data}"));
    team.Run(20, 10, 10);
    team.run().Restart();
    team.Run(both, 10, 10);
    int minutes = 0;
    for (; team.run().said().empty() && minutes < 30; ++minutes) team.Run(1, 10, kSilent);
    BOOST_TEST(minutes == (both == 0 ? 11 : 4));
  }
}

BOOST_AUTO_TEST_CASE(hosts_without_a_known_rhythm_are_not_silent_between_their_points) {
  KindRun run("\n  - alert: A\n    kind: threshold\n    watch: {metric: load, by: [team]}\n    when: {above: 80}\n");
  const SeriesId a = run.Metric("load", {{"team", "web"}, {"host", "a"}}, absl::ZeroDuration());
  const SeriesId b = run.Metric("load", {{"team", "web"}, {"host", "b"}}, absl::ZeroDuration());
  for (int minute = 0; minute < 60; ++minute) {
    const absl::Time now = kRunStart + absl::Minutes(minute);
    run.Value(a, now, 10), run.Advance(now);
    run.Value(b, now + absl::Seconds(20), minute < 30 ? 90 : 10), run.Advance(now + absl::Seconds(20));
  }
  BOOST_TEST(run.Lines() == (Texts{"05 00:00 firing warning A {team=\"web\"}", "05 00:30 resolved warning A {team=\"web\"}"}), boost::test_tools::per_element());
}

// The points of b come a second after those of a: at each minute its window has one less.
BOOST_AUTO_TEST_CASE(a_group_begins_with_all_of_its_series) {
  const struct { const char *what, *rule; bool counters; } rows[] = {
      {"max", "kind: threshold\n    watch: {metric: load, by: [team], stat: avg, window: 10m, combine: max}\n    when: {below: 50}", false},
      {"sum", "kind: threshold\n    watch: {metric: load, by: [team], stat: avg, window: 10m, combine: sum}\n    when: {below: 50}", false},
      {"avg", "kind: threshold\n    watch: {metric: load, by: [team], stat: avg, window: 10m, combine: avg}\n    when: {below: 50}", false},
      {"change", "kind: change\n    watch: {metric: load, by: [team], stat: avg, window: 10m, combine: sum}\n    when: {increase: {at_least: 50%}}", false},
      {"expr of a rate", "kind: expr\n    expr: sum by (team) (rate(load[5m])) < 0.5", true},
  };
  for (const auto& row : rows)
    for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT(row.what << ", restarts " << restarts) {
      KindRun run(absl::StrCat("\n  - alert: A\n    ", row.rule, "\n"), restarts);
      const SeriesId a = run.Metric("load", {{"team", "web"}, {"host", "a"}}, absl::Minutes(1));
      const SeriesId b = run.Metric("load", {{"team", "web"}, {"host", "b"}}, absl::Minutes(1));
      for (int minute = 0; minute < 40; ++minute) {
        const absl::Time now = kRunStart + absl::Minutes(minute);
        run.Value(a, now, row.counters ? 10 * minute : 10);
        run.Advance(now);
        run.Value(b, now + absl::Seconds(1), row.counters ? 100 * minute : 100);
        run.Advance(now + absl::Seconds(1));
      }
      BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
    }
}

// b is silent for a while, so that its window is not half full when that of a is: what a alone was is no base.
BOOST_AUTO_TEST_CASE(a_number_without_a_member_is_no_base) {
  Team team("    kind: change\n    watch: {metric: load, by: [team], stat: avg, window: 10m, combine: sum}\n    when: {increase: {at_least: 50%}}\n");
  team.Run(4, 10, 100);
  team.Run(3, 10, kSilent);
  team.Run(5, 40, kSilent);
  team.Run(60, 40, 100);
  BOOST_TEST(team.Told() == "");
}

BOOST_AUTO_TEST_CASE(nothing_is_over_before_the_window_of_a_host_that_has_just_come_is_known) {
  KindRun run("\n  - alert: A\n    kind: threshold\n    watch: {metric: load, by: [team], stat: avg, window: 20m}\n    when: {above: 80}\n");
  const SeriesId a = run.Metric("load", {{"team", "web"}, {"host", "a"}}, absl::Minutes(1));
  for (int minute = 0; minute < 60; ++minute) {
    const absl::Time now = kRunStart + absl::Minutes(minute);
    run.Value(a, now, minute < 30 ? 90 : 10);
    if (minute == 28) run.Metric("load", {{"team", "web"}, {"host", "new"}}, absl::Minutes(1));
    if (minute >= 28) run.Value(a + 1, now, 10);
    run.Advance(now);
  }
  BOOST_TEST(run.Lines() == (Texts{"05 00:09 firing warning A {team=\"web\"}", "05 00:37 resolved warning A {team=\"web\"}"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_series_that_moves_to_another_group_is_not_missed_in_the_old_one) {
  Series moved;
  moved.metric = "load";
  moved.source = 1;
  moved.cadence = absl::Minutes(1);
  KindRun run("\n  - alert: A\n    kind: threshold\n    watch: {metric: load, by: [team]}\n    when: {above: 80}\n");
  const SeriesId a = run.Metric("load", {{"team", "web"}, {"host", "a"}}, absl::Minutes(1));
  const SeriesId b = run.Metric("load", {{"team", "web"}, {"host", "b"}}, absl::Minutes(1));
  for (int minute = 0; minute < 20; ++minute) {
    const absl::Time now = kRunStart + absl::Minutes(minute);
    if (minute == 10) moved.id = b, moved.labels = Labels({{"team", "shop"}, {"host", "b"}}), run.Define(moved);
    run.Value(a, now, 10), run.Value(b, now, 90), run.Advance(now);
  }
  BOOST_TEST(run.Lines() == (Texts{"05 00:00 firing warning A {team=\"web\"}", "05 00:10 resolved warning A {team=\"web\"}", "05 00:10 firing warning A {team=\"shop\"}"}), boost::test_tools::per_element());
}

// A day without a line is a day without a cost.
BOOST_AUTO_TEST_CASE(costs_are_sparse_and_nobody_waits_for_a_line) {
  KindRun run("\n  - alert: A\n    kind: threshold\n    watch: {cost: effective, by: [team]}\n    when: {above: 80 USD}\n");
  const SeriesId a = run.Cost("cost.effective", {{"team", "web"}, {"service", "a"}});
  const SeriesId b = run.Cost("cost.effective", {{"team", "web"}, {"service", "b"}});
  for (int day = 0; day < 10; ++day) {
    run.Cell(a, day, 10);
    if (day < 5) run.Cell(b, day, 90);
    run.Advance(RunDay(day + 1));
  }
  BOOST_TEST(run.Lines() == (Texts{"06 00:00 firing warning A {team=\"web\"}", "11 00:00 resolved warning A {team=\"web\"}"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(where_nobody_is_waited_for_the_key_is_refused) {
  const char* const bill = "  - alert: A\n    kind: threshold\n    watch: {cost: billed}\n    when: {above: 5 USD}\n    members_may_leave: true\n";
  BOOST_TEST(Problems(bill) == "R452 7 `members_may_leave` has no meaning here: a bill has no line where nothing was spent, so nobody is waited for");
  const char* const absence = "  - alert: A\n    kind: absence\n    watch: {metric: m}\n    expected: seen in the last 30d\n    when: {no_data_for: 36h}\n    members_may_leave: true\n";
  BOOST_TEST(Problems(absence) == "R452 8 `members_may_leave` has no meaning here: a rule of kind absence waits for no member of a group");
}

BOOST_AUTO_TEST_CASE(what_is_usual_is_learned_and_judged_with_all_members) {
  KindRun run("\n  - alert: A\n    kind: metric_anomaly\n    watch: {metric: load, stat: sum, window: 1h, by: [team], combine: sum}\n    anomaly: {history: 10d, pattern: daily}\n");
  const SeriesId a = run.Metric("load", {{"team", "web"}, {"host", "a"}}, absl::Hours(1)), b = run.Metric("load", {{"team", "web"}, {"host", "b"}}, absl::Hours(1));
  for (int hour = 0; hour < 24 * 10; ++hour) {
    run.Value(a, RunHour(hour), 100 + hour % 7);
    if (hour < 24 * 9 + 6) run.Value(b, RunHour(hour), 100 + hour % 5);  // not gone for a day
    run.Advance(RunHour(hour));
  }
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());  // half of it is no drop
  for (int hour = 24 * 10; hour < 24 * 10 + 3; ++hour) run.Value(a, RunHour(hour), 1000), run.Advance(RunHour(hour));
  BOOST_TEST(run.Lines() == Texts{"15 00:00 firing warning A {team=\"web\"}"}, boost::test_tools::per_element());  // with anything from b
}

BOOST_AUTO_TEST_CASE(a_line_is_drawn_through_all_members_only) {
  KindRun run("\n  - alert: A\n    kind: forecast\n    watch: {metric: load, by: [team], combine: sum}\n    every: 1h\n    forecast: {history: 2d}\n    when: {reaches: 0, within: 1d}\n");
  const SeriesId a = run.Metric("load", {{"team", "web"}, {"host", "a"}}, absl::Hours(1)), b = run.Metric("load", {{"team", "web"}, {"host", "b"}}, absl::Hours(1));
  for (int hour = 0; hour < 24 * 4; ++hour) {
    run.Value(a, RunHour(hour), 100 - hour * 0.1);
    if (hour < 24 || hour % 5 == 0) run.Value(b, RunHour(hour), 1000);
    run.Advance(RunHour(hour));
  }
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
