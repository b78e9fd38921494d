#include "rules/engine/alert_life.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/rules/engine/rule_builder.h"

namespace nephoscope {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'767'571'200);

// Two levels, warning (bit 0) and critical (bit 1), judged once a minute. `points`: one character a minute: '.' nothing holds and all is
// recovered, 'w' warning holds, 'c' both hold, '-' between: nothing holds, nothing is recovered, 'b' between warning and its recovery
// with critical recovered, '?' missing, 'E' the period ends.
class Life {
 public:
  Life() : rule(QueueRule()) {
    rule.levels.push_back(rule.levels[0]);
    rule.levels[1].severity = Severity::kCritical;
  }

  std::string Run(const std::string& points) {
    std::string out;
    for (char point : points) {
      Judgement judgement;
      judgement.time = kStart + absl::Minutes(minute++);
      judgement.known = point != '?';
      judgement.period_end = point == 'E';
      judgement.holds[0] = point == 'w' || point == 'c';
      judgement.holds[1] = point == 'c';
      judgement.recovered[0] = point == '.';
      judgement.recovered[1] = point == '.' || point == 'b' || point == 'w';
      std::vector<LifeStep> steps;
      life.Step(rule, judgement, no_data_after, absl::Minutes(1), why, steps);
      for (const LifeStep& step : steps) absl::StrAppend(&out, out.empty() ? "" : " ", minute - 1, ":", ToText(step.type), step.cause == Cause::kCondition ? "" : absl::StrCat("/", ToText(step.cause)));
    }
    return out;
  }

  Rule rule;
  AlertLife life;
  absl::Duration no_data_after = absl::Minutes(3);
  Cause why = Cause::kCondition;
  int minute = 0;
};

BOOST_AUTO_TEST_SUITE(alert_life_test)

BOOST_AUTO_TEST_CASE(every_row_of_the_state_machine) {
  const struct { const char* what; int warn_for, critical_for, keep; const char* points; const char* want; } rows[] = {
      {"nothing ever holds", 0, 0, 0, "....", ""},
      {"fires at once without `for`", 0, 0, 0, ".w.", "1:firing 2:resolved"},
      {"just crossed is pending, tells nothing", 5, 0, 0, ".w.", "1:pending"},
      {"one minute short", 5, 0, 0, "wwwww.", "0:pending"},
      {"exactly the hold time", 5, 0, 0, "wwwwww", "0:pending 5:firing"},
      {"a clear point starts the hold time anew", 2, 0, 0, "ww.www", "0:pending 3:pending 5:firing"},
      {"lower but bad again: what was clear of it does not count", 0, 0, 2, "c.w...", "0:firing 2:deescalated 5:resolved"},
      {"worse while it recovers: what was clear of it does not count", 0, 0, 2, "w.c...", "0:firing 2:escalated 5:resolved"},
      {"escalates", 0, 0, 0, "wc", "0:firing 1:escalated"},
      {"escalates only after its own hold time", 0, 2, 0, "wcccw", "0:firing 3:escalated 4:deescalated"},
      {"fires at the highest level that is ripe", 0, 0, 0, "c", "0:firing"},
      {"steps down when critical has recovered", 0, 0, 0, "cb.", "0:firing 1:deescalated 2:resolved"},
      {"between the limits it stays as it is", 0, 0, 0, "c--.", "0:firing 3:resolved"},
      {"keeps firing for a while", 0, 0, 2, "w....", "0:firing 3:resolved"},
      {"bad again while recovering is no new alert", 0, 0, 2, "w.w...", "0:firing 5:resolved"},
      {"missing points change nothing", 0, 0, 0, "w???.", "0:firing 4:resolved"},
      {"the end of the period resolves for that reason", 0, 0, 0, "wE", "0:firing 1:resolved/period_end"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    Life life;
    life.rule.levels[0].hold = absl::Minutes(row.warn_for);
    life.rule.levels[1].hold = absl::Minutes(row.critical_for);
    life.rule.keep_firing_for = absl::Minutes(row.keep);
    BOOST_TEST(life.Run(row.points) == row.want);
  }
}

BOOST_AUTO_TEST_CASE(a_gap_longer_than_no_data_counts_for_nothing) {
  Life life;
  life.rule.levels[0].hold = absl::Minutes(6);
  BOOST_TEST(life.Run("ww") == "0:pending");
  life.minute += 30;
  BOOST_TEST(life.Run("www") == "");
  BOOST_TEST(life.Run("www") == "37:firing");
}

BOOST_AUTO_TEST_CASE(three_of_five_points) {
  Life life;
  life.rule.levels[0].hold_points = {3, 5};
  life.rule.levels.pop_back();
  BOOST_TEST(life.Run("w.w.w") == "0:pending 2:pending 4:firing");
}

// What was long ago says nothing of now: points as old as twice the time that five take do not count.
BOOST_AUTO_TEST_CASE(of_three_of_five_points_none_is_old) {
  const struct { const char* what; const char* points; const char* want; } rows[] = {
      {"a gap that five points bear", "ww???????w", "0:pending 9:firing"},
      {"one is too old", "ww?????????w", "0:pending"},
      {"and two", "ww??????????w", "0:pending"},
      {"three after the gap", "ww???????????www", "0:pending 15:firing"},
      {"what fired goes on while three are bad", "www.?ww", "0:pending 2:firing"},
      {"missing points resolve nothing", "wwwww??????????wwwww", "0:pending 2:firing"},
      {"nor do too few good ones after them", "wwwww??????????..www", "0:pending 2:firing"},
      {"three good ones leave no place for three bad ones", "wwwww??????????...", "0:pending 2:firing 17:resolved"},
      {"good ones of before count as well", "www..??????????.", "0:pending 2:firing 15:resolved"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    Life life;
    life.rule.levels[0].hold_points = {3, 5};
    life.rule.levels.pop_back();
    BOOST_TEST(life.Run(row.points) == row.want);
  }
}

// Without a recovery of its own it ends when fewer than three of the last five are bad: as CloudWatch's `3 out of 5`.
BOOST_AUTO_TEST_CASE(three_of_five_points_end_as_they_begin) {
  const struct { const char* what; const char* points; const char* want; } rows[] = {
      {"good points between bad ones end nothing", "www.w.ww.w", "0:pending 2:firing"},
      {"fewer than three of five", "www...", "0:pending 2:firing 5:resolved"},
      {"three of five in turn", "w.ww.ww.ww.w..", "0:pending 2:pending 3:firing 13:resolved"},
      {"neither bad nor recovered counts as not bad", "www---", "0:pending 2:firing 5:resolved"},
      {"what it counted before counts on", "www...w", "0:pending 2:firing 5:resolved 6:pending"},
      {"and fires again with the third bad one of five", "www.w..ww", "0:pending 2:firing 6:resolved 7:pending 8:firing"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    Life life;
    life.rule.levels[0].hold_points = {3, 5};
    life.rule.levels.pop_back();
    BOOST_TEST(life.Run(row.points) == row.want);
  }
}

// With a recovery of its own that decides, and what it fired for does not count again.
BOOST_AUTO_TEST_CASE(three_of_five_points_with_their_own_recovery) {
  Life life;
  life.rule.levels[0].hold_points = {3, 5};
  life.rule.levels[0].recover.emplace();
  life.rule.levels.pop_back();
  BOOST_TEST(life.Run("www.ww-w-") == "0:pending 2:firing 3:resolved 4:pending 7:firing");
}

// A bill that was restated takes back a level that `n of m points` would keep, and what is gone is gone.
BOOST_AUTO_TEST_CASE(of_n_of_m_points_some_ends_need_no_points) {
  for (const bool latched : {false, true}) {
    Life life;
    life.rule.levels[0].hold_points = {3, 5};
    life.rule.levels.pop_back();
    life.Run("www");
    Judgement judgement;
    judgement.time = kStart + absl::Minutes(life.minute);
    judgement.recovered.set();
    judgement.latched = latched;
    if (!latched) judgement.end_cause = Cause::kResourceGone;
    std::vector<LifeStep> steps;
    life.life.Step(life.rule, judgement, life.no_data_after, absl::Minutes(1), Cause::kCondition, steps);
    BOOST_REQUIRE(steps.size() == 1u);
    BOOST_TEST((steps[0].type == EventType::kResolved));
  }
}

BOOST_AUTO_TEST_CASE(the_episode_begins_with_its_first_true_point) {
  Life life;
  life.rule.levels[0].hold = absl::Minutes(2);
  life.Run(".www");
  BOOST_TEST((life.life.starts_at() == kStart + absl::Minutes(1)));
}

BOOST_AUTO_TEST_CASE(silence_follows_the_policy_of_the_rule) {
  const struct { const char* what; NoDataPolicy policy; const char* before; const char* want; } rows[] = {
      {"kept as it is, and told", NoDataPolicy::kKeepLast, "w", "no_data"},
      {"nothing fires: nothing to tell", NoDataPolicy::kKeepLast, ".", ""},
      {"told even then", NoDataPolicy::kNoData, ".", "no_data"},
      {"fires", NoDataPolicy::kFiring, ".", "firing"},
      {"resolves", NoDataPolicy::kOk, "w", "resolved"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    Life life;
    life.rule.no_data = row.policy;
    life.Run(row.before);
    std::vector<LifeStep> steps;
    life.life.NoData(life.rule, life.life.newest(), kStart + absl::Hours(1), steps);
    BOOST_TEST((steps.empty() ? "" : std::string(ToText(steps[0].type))) == row.want);
    std::vector<LifeStep> again;
    life.life.NoData(life.rule, life.life.newest(), kStart + absl::Hours(2), again);
    BOOST_TEST(again.empty());
    life.minute += 70;
    const std::string back = life.Run(row.before);
    BOOST_TEST(absl::StartsWith(back, "71:data_returned") == (*row.want != 0), back);  // what nobody was told of does not return
  }
}

BOOST_AUTO_TEST_CASE(a_restatement_that_takes_the_cause_away_corrects) {
  Life life;
  life.Run("w");
  life.why = Cause::kRestated;
  BOOST_TEST(life.Run(".") == "1:corrected/restated");
  BOOST_TEST((life.life.state() == AlertState::kInactive));
}

BOOST_AUTO_TEST_CASE(what_goes_on_and_off_is_told_once_until_it_is_steady) {
  const struct { const char* what; const char* points; const char* want; } rows[] = {
      {"four changes in six steps are life", "w.w...", "0:firing 1:resolved 2:firing 3:resolved"},
      {"five are flapping", "w.w.w.", "0:firing 1:resolved 2:firing 3:resolved 4:firing 4:flapping 5:resolved"},
      {"steady again after a quarter of the last points", "w.w.w................", "0:firing 1:resolved 2:firing 3:resolved 4:firing 4:flapping 5:resolved"},
      {"and is told so", "w.w.w.................", "0:firing 1:resolved 2:firing 3:resolved 4:firing 4:flapping 5:resolved 21:updated/steady"},
      {"every other pair: half of the last 21", "ww..ww..ww..ww..ww..ww..", "0:firing 2:resolved 4:firing 6:resolved 8:firing 10:resolved 12:firing 14:resolved 16:firing 18:resolved 18:flapping 20:firing 22:resolved"},
      {"missing points are no points", "w.?w.?w.", "0:firing 1:resolved 3:firing 4:resolved 6:firing 6:flapping 7:resolved"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    Life life;
    BOOST_TEST(life.Run(row.points) == row.want);
  }
}

BOOST_AUTO_TEST_CASE(a_stake_that_doubles_is_told_again) {
  Life life;
  std::string told;
  int minute = 0;
  for (std::int64_t dollars : {100, 150, 199, 200, 399, 400, 10}) {
    Judgement judgement;
    judgement.time = kStart + absl::Minutes(minute++);
    judgement.holds[0] = true;
    judgement.stake_micros = dollars * 1'000'000;
    std::vector<LifeStep> steps;
    life.life.Step(life.rule, judgement, life.no_data_after, absl::Minutes(1), Cause::kCondition, steps);
    for (const LifeStep& step : steps) absl::StrAppend(&told, dollars, ":", ToText(step.type), " ");
  }
  BOOST_TEST(told == "100:firing 200:updated 400:updated ");
}

BOOST_AUTO_TEST_CASE(an_edited_rule_keeps_its_levels_by_severity) {
  Life life;
  BOOST_TEST(life.Run("c") == "0:firing");
  BOOST_TEST(life.life.level() == 1);
  Rule only_warning = life.rule;
  only_warning.levels.pop_back();
  life.life.Adopt(life.rule, only_warning);
  BOOST_TEST(life.life.level() == 0);
  Rule with_info = life.rule;
  with_info.levels.insert(with_info.levels.begin(), with_info.levels[0]);
  with_info.levels[0].severity = Severity::kInfo;
  life.life.Adopt(only_warning, with_info);
  BOOST_TEST(life.life.level() == 1);
}

BOOST_AUTO_TEST_CASE(a_removed_rule_ends_what_fires_once) {
  Life life;
  life.Run("w");
  std::vector<LifeStep> steps;
  life.life.End(life.rule, kStart + absl::Hours(1), Cause::kRuleRemoved, steps);
  BOOST_REQUIRE(steps.size() == 1u);
  BOOST_TEST((steps[0].type == EventType::kResolved && steps[0].cause == Cause::kRuleRemoved));
  steps.clear();
  life.life.End(life.rule, kStart + absl::Hours(2), Cause::kRuleRemoved, steps);
  BOOST_TEST(steps.empty());
}

BOOST_AUTO_TEST_CASE(saved_at_any_point_it_goes_on_the_same) {
  const std::string points = ".w?wwcc-b.w.c..wE.www";
  Life whole;
  whole.rule.levels[0].hold = absl::Minutes(1);
  whole.rule.keep_firing_for = absl::Minutes(1);
  const std::string want = whole.Run(points);
  for (std::size_t cut = 0; cut <= points.size(); ++cut) {
    Life first;
    first.rule = whole.rule;
    std::string got = first.Run(points.substr(0, cut));
    StateWriter writer;
    first.life.Save(writer);
    Life second;
    second.rule = whole.rule;
    second.minute = first.minute;
    const std::string bytes = writer.Take();
    StateReader reader(bytes);
    second.life.Load(reader);
    BOOST_TEST(reader.AtEnd());
    const std::string rest = second.Run(points.substr(cut));
    BOOST_TEST(got + (got.empty() || rest.empty() ? "" : " ") + rest == want, "cut at " << cut);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
