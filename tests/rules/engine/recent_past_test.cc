#include "rules/engine/recent_past.h"

#include <boost/test/unit_test.hpp>

#include "tests/rules/engine/rule_builder.h"

namespace nephoscope {
namespace {

absl::Time Minute(int n) { return absl::FromUnixSeconds(1'767'571'200) + absl::Minutes(n); }

// A life of QueueRule, judged at `minute`.
void Judge(AlertLife& life, int minute, bool bad) {
  Judgement judgement;
  judgement.time = Minute(minute);
  judgement.holds[0] = bad;
  judgement.recovered[0] = !bad;
  std::vector<LifeStep> steps;
  life.Step(QueueRule(), judgement, absl::Minutes(3), absl::Minutes(1), Cause::kCondition, steps);
}

// Written down and read.
RecentPast Again(const RecentPast& past) {
  StateWriter out;
  past.Save(out);
  const std::string bytes = out.Take();
  StateReader in(bytes);
  RecentPast again(in);
  BOOST_TEST(in.AtEnd());
  return again;
}

BOOST_AUTO_TEST_SUITE(recent_past_test)

BOOST_AUTO_TEST_CASE(it_lasts_until_twenty_judgements_after_people_were_told) {
  AlertLife life;
  RecentPast past(life, 7);
  Judge(life, 0, true);
  BOOST_TEST(past.Note(Minute(0), life, true));
  for (int minute = 1; minute <= 20; ++minute) {
    Judge(life, minute, minute < 5);
    BOOST_TEST(past.Note(Minute(minute), life, false), minute);
  }
  Judge(life, 21, false);
  BOOST_TEST(!past.Note(Minute(21), life, false));
}

BOOST_AUTO_TEST_CASE(what_nobody_was_told_is_over_when_it_no_longer_worsens) {
  AlertLife life;
  RecentPast past(life, 7);
  Judge(life, 0, true);  // fires at once, but nobody is told of it
  BOOST_TEST(!past.Note(Minute(0), life, false));
}

BOOST_AUTO_TEST_CASE(late_times_find_their_place_and_older_ones_none) {
  AlertLife life;
  RecentPast past(life, 7);
  for (int minute : {10, 12, 14}) {
    Judge(life, minute, true);
    past.Note(Minute(minute), life, minute == 10);
  }
  past.PutIn({Minute(9), Minute(10), Minute(11), Minute(14), Minute(15)});
  const std::vector<absl::Time> want = {Minute(10), Minute(11), Minute(12), Minute(14)};
  BOOST_TEST((past.times() == want));
}

// A state is written down with all of them.
BOOST_AUTO_TEST_CASE(late_times_on_top_of_the_most_are_read_again) {
  AlertLife life;
  RecentPast past(life, 7);
  std::vector<absl::Time> late;
  for (int minute = 0; minute < 120; minute += 2) {
    Judge(life, minute, true);
    past.Note(Minute(minute), life, minute == 118);
    late.push_back(Minute(minute - 1));
  }
  past.PutIn(late);
  BOOST_TEST(past.times().size() == 119u);
  const RecentPast again = Again(past);
  BOOST_TEST((again.times() == past.times()));
  BOOST_TEST((again.told()->at == Minute(118)));
}

BOOST_AUTO_TEST_CASE(it_is_read_as_it_was_written_and_only_for_a_rule_with_its_levels) {
  AlertLife life;
  RecentPast past(life, 7);
  Judge(life, 0, true);
  past.Note(Minute(0), life, true);
  for (int level : {0, 1}) {
    past.Tell({Minute(0), level});
    const RecentPast again = Again(past);
    BOOST_TEST((again.times() == past.times()));
    BOOST_TEST(again.carry() == 7);
    BOOST_TEST(again.told()->level == level);
    BOOST_TEST(again.Fits(QueueRule()) == (level == 0));
  }
  StateReader nothing("");
  BOOST_TEST(!RecentPast(nothing).Fits(QueueRule()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
