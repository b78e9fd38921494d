// Budgets: each level once in a period, what a restated bill does to one that goes on and to one that is over, and amounts that grow.
#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

std::string Budget(const std::string& budget, const std::string& levels, const std::string& more = "") {
  return absl::StrCat("  - alert: Spend\n    kind: budget\n    watch: {cost: billed, by: [team]}\n    budget: ", budget, "\n    levels: ", levels, "\n", more);
}

// Days are counted from 5 January; the month has 27 of them left, of which the last is day 26.
void Spend(KindRun& run, SeriesId id, int from, int to, double dollars) {
  for (int day = from; day < to; ++day) {
    run.Cell(id, day, dollars);
    run.Advance(RunDay(day + 1));
  }
}

BOOST_AUTO_TEST_SUITE(budget_test)

BOOST_AUTO_TEST_CASE(each_level_is_reached_once_and_the_period_ends_with_a_final_figure) {
  for (const bool restarts : {false, true}) {
    KindRun run(Budget("{amount: 2000 USD}", "{warning: {actual: 80%}, critical: {actual: 100%}}"), restarts);
    const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
    Spend(run, id, 0, 28, 100);
    BOOST_TEST(run.Lines() == (Texts{"21 00:00 firing warning Spend {team=\"a\"}", "25 00:00 escalated critical Spend {team=\"a\"}", "02 00:00 resolved critical Spend {team=\"a\"} (period_end)"}),
               boost::test_tools::per_element());
    const Transition end = run.Last("Spend");
    BOOST_TEST(end.explanation == "The month from 1 January is over: 2,700.00 USD of 2,000.00 USD was spent.");
    BOOST_TEST(end.values[0].value == "2700.00");
    BOOST_TEST(end.impact.amount.ToText() == "700.00 USD");
    BOOST_TEST((end.window->second == RunDay(27)));
  }
}

// "Warn me at 80 %" is notified at 80 %, although the forecast took the warning days before.
BOOST_AUTO_TEST_CASE(each_condition_of_a_level_is_notified_once_in_its_own_words) {
  for (const bool restarts : {false, true}) {
    KindRun run(Budget("{amount: 2500 USD}", "{warning: {actual: 80%, forecast: 100%}, critical: {actual: 100%}}"), restarts);
    const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
    Spend(run, id, 0, 19, 100);  // 27 days of it are 2,700
    BOOST_TEST(run.Lines() == Texts{"07 00:00 firing warning Spend {team=\"a\"}"}, boost::test_tools::per_element());  // two days of data
    BOOST_TEST(run.Last("Spend").condition_text == "forecast at least 100% of 2,500.00 USD");
    BOOST_TEST(run.Last("Spend").threshold->value == "2500.00");
    Spend(run, id, 19, 24, 100);
    BOOST_TEST(run.Lines() == Texts{"25 00:00 updated warning Spend {team=\"a\"} (condition_added)"}, boost::test_tools::per_element());
    BOOST_TEST(run.Last("Spend").condition_text == "actual at least 80% of 2,500.00 USD");
    BOOST_TEST(run.Last("Spend").threshold->value == "2000.00");
    BOOST_TEST(absl::StartsWith(run.Last("Spend").explanation, "Spending has reached 80% of 2,500.00 USD. 2,000.00 USD of"));
    Spend(run, id, 24, 26, 100);
    BOOST_TEST(run.Lines() == Texts{"30 00:00 escalated critical Spend {team=\"a\"}"}, boost::test_tools::per_element());
    BOOST_TEST(run.Last("Spend").condition_text == "actual at least 100% of 2,500.00 USD");
  }
}

BOOST_AUTO_TEST_CASE(what_is_notified_when_conditions_of_several_levels_come_true) {
  const struct { const char* what; const char* levels; std::vector<double> days; Texts want; } rows[] = {
      {"a forecast on its second day", "{warning: {actual: 4%, forecast: 100%}}", {100, 100},
       {"06 00:00 firing warning Spend {team=\"a\"}", "07 00:00 updated warning Spend {team=\"a\"} (condition_added)"}},
      {"at once: one notice", "{warning: {actual: 8%, forecast: 100%}}", {100, 100}, {"07 00:00 firing warning Spend {team=\"a\"}"}},
      {"of a lower level, below a forecast that is critical", "{warning: {actual: 8%}, critical: {forecast: 100%}}", {100, 100, 100},
       {"07 00:00 firing critical Spend {team=\"a\"}"}},
      {"with a step up: one notice", "{warning: {forecast: 100%, actual: 20%}, critical: {actual: 20%}}", {100, 100, 500},
       {"07 00:00 firing warning Spend {team=\"a\"}", "08 00:00 escalated critical Spend {team=\"a\"}"}},
      {"two levels, a condition each: as it ever was", "{warning: {actual: 4%}, critical: {actual: 8%}}", {100, 100},
       {"06 00:00 firing warning Spend {team=\"a\"}", "07 00:00 escalated critical Spend {team=\"a\"}"}},
      {"only when its `for` has passed", "{warning: {actual: 8%, forecast: 100%, for: 2d}}", {100, 100, 100, 100, 100},
       {"09 00:00 firing warning Spend {team=\"a\"}"}},
  };
  for (const auto& row : rows)
    for (const bool restarts : {false, true})
      BOOST_TEST_CONTEXT(row.what) {
        KindRun run(Budget("{amount: 2500 USD}", row.levels), restarts);
        const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
        int day = 0;
        for (const double dollars : row.days) Spend(run, id, day, day + 1, dollars), ++day;
        BOOST_TEST(run.Lines() == row.want, boost::test_tools::per_element());
      }
}

// What comes true with a step to a higher level is named in its words: nobody hears of it again.
BOOST_AUTO_TEST_CASE(a_step_names_the_lower_conditions_that_come_true_with_it) {
  const struct { const char* what; const char* levels; const char* want; } rows[] = {
      {"of another question", "{info: {actual: 2%}, warning: {actual: 5%, forecast: 100%}, critical: {actual: 90%, forecast: 150%}}",
       "forecast at least 150% of 2,500.00 USD and actual at least 5% of 2,500.00 USD"},
      {"of the same one: 5% is no news with 8%", "{warning: {actual: 5%, forecast: 900%}, critical: {actual: 8%, forecast: 900%}}", "actual at least 8% of 2,500.00 USD"},
  };
  for (const auto& row : rows)
    for (const bool restarts : {false, true})
      BOOST_TEST_CONTEXT(row.what) {
        KindRun run(Budget("{amount: 2500 USD}", row.levels), restarts);
        const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
        for (int day = -40; day < -4; ++day) run.Cell(id, day, 200);
        run.Advance(RunDay(-4));
        Spend(run, id, -4, -3, 40);   // likely, for the first time
        Spend(run, id, -3, -2, 400);  // and again: some 6,000 in all
        BOOST_TEST((run.Last("Spend").severity == Severity::kCritical));
        BOOST_TEST(run.Last("Spend").condition_text == row.want);
      }
}

// A restated bill: what falls below 98 % of one condition is notified anew, the rest is not.
BOOST_AUTO_TEST_CASE(a_condition_that_was_restated_away_is_notified_again) {
  for (const bool restarts : {false, true}) {
    KindRun run(Budget("{amount: 2500 USD}", "{warning: {actual: 40%, forecast: 45%}}"), restarts);
    const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
    Spend(run, id, 0, 10, 100);
    BOOST_TEST(run.Lines().back() == "15 00:00 updated warning Spend {team=\"a\"} (condition_added)");
    run.Cell(id, 9, 90);  // 990 is no news
    run.Advance(RunDay(10));
    Spend(run, id, 10, 11, 100);
    BOOST_TEST(run.Lines().empty());
    run.Cell(id, 9, -30);
    run.Cell(id, 10, 0);
    run.Advance(RunDay(11));
    BOOST_TEST(run.Lines().empty());  // on course is still too much
    Spend(run, id, 11, 13, 100);
    BOOST_TEST(run.Lines() == Texts{"18 00:00 updated warning Spend {team=\"a\"} (condition_added)"}, boost::test_tools::per_element());
  }
}

// On the first day of the next period the level of that one is reached at once.
BOOST_AUTO_TEST_CASE(the_first_day_of_a_period_counts) {
  KindRun run(Budget("{amount: 2000 USD}", "{critical: {actual: 100%}}"));
  const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
  Spend(run, id, 0, 27, 80);
  run.Lines();
  Spend(run, id, 27, 28, 2500);
  BOOST_TEST(run.Lines() == (Texts{"02 00:00 resolved critical Spend {team=\"a\"} (period_end)", "02 00:00 firing critical Spend {team=\"a\"}"}), boost::test_tools::per_element());
  BOOST_TEST(run.Last("Spend").explanation.substr(0, 47) == "2,500.00 USD of 2,000.00 USD is spent with 27 d");
}

BOOST_AUTO_TEST_CASE(a_period_ends_for_a_team_that_spends_no_more) {
  for (const bool restarts : {false, true}) {
    KindRun run(Budget("{amount: 1000 USD}", "{critical: {actual: 100%}}"), restarts);
    const SeriesId id = run.Cost("cost.billed", {{"team", "a"}}), other = run.Cost("cost.billed", {{"team", "b"}});
    Spend(run, id, 0, 10, 100);
    Spend(run, other, 10, 30, 1);
    const Texts lines = run.Lines();
    BOOST_TEST(lines.front() == "15 00:00 firing critical Spend {team=\"a\"}");
    BOOST_TEST(lines.back() == "02 00:00 resolved critical Spend {team=\"a\"} (period_end)");
    BOOST_TEST(std::none_of(lines.begin(), lines.end(), [](const std::string& line) { return absl::StrContains(line, "data_returned"); }));
    BOOST_TEST(absl::StrContains(run.Last("Spend").explanation, "1,000.00 USD of 1,000.00 USD was spent."));
  }
}

// What a forecast says may fall from day to day; the alert stays, and is not told again when it rises.
BOOST_AUTO_TEST_CASE(a_forecast_that_dips_resolves_nothing) {
  KindRun run(Budget("{amount: 3000 USD}", "{warning: {forecast: 100%}}"));
  const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
  Spend(run, id, 0, 16, 130);  // 27 days of it are 3,510
  BOOST_TEST(run.Lines().size() == 1);
  Spend(run, id, 16, 24, 10);
  BOOST_TEST((run.Last("Spend").type == EventType::kFiring));
  Spend(run, id, 24, 26, 400);
  BOOST_TEST(run.Lines().empty());
  Spend(run, id, 26, 28, 10);
  BOOST_TEST(run.Lines() == Texts{"02 00:00 resolved warning Spend {team=\"a\"} (period_end)"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_forecast_whose_days_are_restated_is_taken_back) {
  KindRun run(Budget("{amount: 3300 USD}", "{warning: {forecast: 100%}}"));
  const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
  Spend(run, id, 0, 16, 130);
  run.Lines();
  for (int day = 0; day < 15; ++day) run.Cell(id, day, 100);
  run.Cell(id, 15, 580);  // as much is spent as before, but not at this pace
  run.Advance(RunDay(16));
  BOOST_TEST(run.Lines() == Texts{"21 00:00 corrected warning Spend {team=\"a\"} (restated)"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(under_two_weeks_the_lower_band_of_the_forecast_decides) {
  // Days of 60 and 140 in turn: 100 a day, known badly.
  const auto run_of = [](double amount) {
    KindRun run(Budget(absl::StrCat("{amount: ", amount, " USD}"), "{warning: {forecast: 100%}}"));
    const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
    for (int day = 0; day < 13; ++day) Spend(run, id, day, day + 1, day % 2 == 0 ? 60 : 140);
    return run.Lines().empty() ? std::string() : run.Last("Spend").explanation;
  };
  BOOST_TEST(run_of(2600) == "");  // the middle is above it: 2,700
  BOOST_TEST(absl::StrContains(run_of(1800), ": low confidence."));
}

// 100 USD every fifth day are 600 a month, not 3,000.
BOOST_AUTO_TEST_CASE(days_without_a_line_count_as_nothing_in_the_forecast) {
  for (const bool restarts : {false, true}) {
    KindRun run(Budget("{amount: 1000 USD}", "{warning: {forecast: 100%}, critical: {actual: 10%}}"), restarts);
    const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
    for (int day = -65; day < 15; ++day) {
      if (day % 5 == 0) run.Cell(id, day, 100);
      run.Advance(RunDay(day + 1));
    }
    for (const std::string& line : run.Lines()) BOOST_TEST(!absl::StrContains(line, " warning "), line);
    const std::vector<NamedValue> values = run.Last("Spend").values;
    double forecast = 0;
    BOOST_TEST_REQUIRE(absl::SimpleAtod(values[2].value, &forecast));
    BOOST_TEST(forecast > 500);
    BOOST_TEST(forecast < 750);
    BOOST_TEST(!absl::StrContains(run.Last("Spend").explanation, "low confidence"));
  }
}

BOOST_AUTO_TEST_CASE(a_restated_bill_or_a_credit_takes_a_level_back_and_says_so) {
  const struct { const char* what; int day; double becomes; Texts want; } rows[] = {
      {"a little less is nothing", 3, 90, {}},
      {"less than 98 %", 3, 60, {"20 00:00 corrected warning Spend {team=\"a\"} (restated)"}},
      {"a credit on a new day", 15, -50, {"21 00:00 corrected warning Spend {team=\"a\"} (restated)"}},
  };
  for (const auto& row : rows)
    for (const bool restarts : {false, true})
      BOOST_TEST_CONTEXT(row.what) {
        KindRun run(Budget("{amount: 1500 USD}", "{warning: {actual: 100%}}"), restarts);
        const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
        Spend(run, id, 0, 15, 100);
        BOOST_TEST(run.Lines() == Texts{"20 00:00 firing warning Spend {team=\"a\"}"}, boost::test_tools::per_element());
        run.Cell(id, row.day, row.becomes);
        run.Advance(RunDay(std::max(15, row.day + 1)));
        BOOST_TEST(run.Lines() == row.want, boost::test_tools::per_element());
        // It is armed again.
        Spend(run, id, 16, 18, 100);
        BOOST_TEST(run.Lines().size() == row.want.size());
      }
}

BOOST_AUTO_TEST_CASE(a_critical_level_that_is_taken_back_leaves_the_warning) {
  KindRun run(Budget("{amount: 1500 USD}", "{warning: {actual: 80%}, critical: {actual: 100%}}"));
  const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
  Spend(run, id, 0, 15, 100);
  run.Lines();
  run.Cell(id, 0, 0);
  run.Advance(RunDay(15));
  BOOST_TEST(run.Lines() == Texts{"20 00:00 deescalated warning Spend {team=\"a\"} (restated)"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(silence_keeps_the_alert_and_the_forecast_stands_still) {
  KindRun run(Budget("{amount: 1000 USD}", "{warning: {actual: 100%}}"));
  const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
  Spend(run, id, 0, 10, 100);
  run.Lines();
  run.Clock(RunDay(12));
  BOOST_TEST(run.Lines() == Texts{"16 12:00 no_data warning Spend {team=\"a\"} (no_data)"}, boost::test_tools::per_element());
  BOOST_TEST(absl::StrContains(run.Last("Spend").explanation, "No cost has come since 15 January, so the forecast stands still."));
}

// A bill that goes on without a line of the group says that it cost nothing: that is no silence, for a week.
BOOST_AUTO_TEST_CASE(days_without_a_line_are_no_silence_while_the_bill_goes_on) {
  const struct { const char* what; const char* more; int day; bool silent; } rows[] = {
      {"a weekend", "", 13, false}, {"a week", "", 17, false}, {"longer than anything weekly", "", 20, true}, {"as the rule says", "    no_data: {after: 36h}\n", 12, true}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    KindRun run(Budget("{amount: 1000 USD}", "{warning: {actual: 100%}}", row.more));
    const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
    Spend(run, id, 0, 10, 100);
    run.Lines();
    for (int day = 10; day < row.day; ++day) run.Advance(RunDay(day + 1));
    const Texts lines = run.Lines();
    BOOST_TEST(!lines.empty() == row.silent);
  }
}

// January ends at 1,980 of 2,000; in February its bill changes.
BOOST_AUTO_TEST_CASE(a_period_that_is_over_tells_softly_when_its_bill_changes) {
  const struct { const char *what, *more; double becomes; Texts want; } rows[] = {
      {"nothing is reached by it", "", 75, {}},
      {"a level is reached", "", 180, {"03 00:00 corrected info Spend {team=\"a\"} (restated)"}},
      {"in its own severity", "    severity_after_end: warning\n", 180, {"03 00:00 corrected warning Spend {team=\"a\"} (restated)"}},
      {"a level is left", "", -200, {"03 00:00 corrected info Spend {team=\"a\"} (restated)"}},
      {"not by so much", "", 70, {}},
  };
  for (const auto& row : rows)
    for (const bool restarts : {false, true})
      BOOST_TEST_CONTEXT(row.what) {
        KindRun run(Budget("{amount: 2000 USD}", "{warning: {actual: 95%}, critical: {actual: 100%}}", row.more), restarts);
        const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
        Spend(run, id, 0, 26, 73);
        Spend(run, id, 26, 27, 82);
        Spend(run, id, 27, 29, 1);
        run.Lines();
        run.Cell(id, 4, row.becomes);
        run.Advance(RunDay(29));
        BOOST_TEST(run.Lines() == row.want, boost::test_tools::per_element());
        if (row.becomes == 180) {
          const Transition told = run.Last("Spend");
          BOOST_TEST(told.explanation == "The month from 1 January was over, and its bill has changed since: 2,087.00 USD of 2,000.00 USD was spent, not 1,980.00 USD.");
          BOOST_TEST(told.summary == "team a: 2,087.00 USD of 2,000.00 USD is spent (104.4%); on course for 2,087.00 USD");
          BOOST_TEST((told.status == AlertState::kInactive));
        }
        run.Cell(id, 5, 73.5);  // what was told is not told again
        run.Advance(RunDay(29));
        BOOST_TEST(run.Lines().empty());
      }
}

// Whoever was called for February is not called for January as well.
BOOST_AUTO_TEST_CASE(while_the_present_period_fires_the_one_before_is_an_update_of_it) {
  KindRun run(Budget("{amount: 2000 USD}", "{critical: {actual: 100%}}"));
  const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
  Spend(run, id, 0, 27, 70);
  Spend(run, id, 27, 29, 1500);
  BOOST_TEST(run.Lines() == Texts{"03 00:00 firing critical Spend {team=\"a\"}"}, boost::test_tools::per_element());
  run.Cell(id, 4, 500);
  run.Advance(RunDay(29));
  BOOST_TEST(run.Lines() == Texts{"03 00:00 updated critical Spend {team=\"a\"} (restated)"}, boost::test_tools::per_element());
  BOOST_TEST((run.Last("Spend").status == AlertState::kFiring));
  BOOST_TEST(absl::StrContains(run.Last("Spend").explanation, "2,320.00 USD of 2,000.00 USD was spent, not 1,890.00 USD."));
}

BOOST_AUTO_TEST_CASE(a_budget_has_no_recovery_of_its_own) {
  BOOST_TEST(Problems(Budget("{amount: 1000 USD}", "{warning: {actual: 100%, recover: {actual: 50%}}}")) ==
             "R452 7 `recover` has no meaning for a budget: a level lasts until the end of its period, or until the bill changes so that it was not reached");
}

BOOST_AUTO_TEST_CASE(an_edited_rule_is_judged_at_once) {
  KindRun run(Budget("{amount: 1000 USD}", "{warning: {actual: 100%}}"));
  const SeriesId id = run.Cost("cost.billed", {{"team", "a"}});
  Spend(run, id, 0, 11, 100);
  run.Lines();
  run.Reload(Budget("{amount: 5000 USD}", "{warning: {actual: 100%}}"), RunDay(11));
  BOOST_TEST(run.Lines() == Texts{"16 00:00 resolved warning Spend {team=\"a\"} (rule_changed)"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
