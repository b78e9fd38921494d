#include "rules/engine/arrival_delays.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

// A series of a source, read each minute.
struct Source {
  Source() {
    Series series;
    series.source = 1;
    delays.Define(0, series);
  }
  // A point so long after its time, in a round of its own. True: the delay has changed.
  bool Late(absl::Duration late) {
    now += absl::Minutes(1);
    delays.BeginRound(now);
    delays.Add(0, absl::ToUnixMillis(now - late));
    delays.Watermark(1, now);
    ArrivalDelays::Changed changed;
    delays.EndRound(now, changed);
    return !changed.empty();
  }
  ArrivalDelays delays;
  absl::Time now = kStart;
};

BOOST_AUTO_TEST_SUITE(arrival_delays_test)

BOOST_AUTO_TEST_CASE(a_constant_delay_is_known_from_the_first_point_on) {
  Source source;
  BOOST_TEST(source.Late(absl::Minutes(10)));
  for (int i = 0; i < 500; ++i) BOOST_TEST(!source.Late(absl::Minutes(10)));
  BOOST_TEST((source.delays.Of(0) == ArrivalDelay{absl::Minutes(10), absl::Minutes(10)}));
  BOOST_TEST((source.delays.OfSource(1) == absl::Minutes(10)));
}

BOOST_AUTO_TEST_CASE(what_is_on_time_has_none_though_a_point_in_hundred_is_late) {
  Source source;
  for (int i = 0; i < 1000; ++i) {
    source.Late(i % 100 == 50 ? absl::Seconds(50) : absl::ZeroDuration());
    BOOST_TEST(source.delays.Of(0).none());
  }
}

BOOST_AUTO_TEST_CASE(a_share_of_late_points_is_learned_within_a_hundred) {
  Source source;
  for (int i = 0; i < 300; ++i) source.Late(i % 10 == 5 ? absl::Seconds(50) : absl::ZeroDuration());
  BOOST_TEST((source.delays.Of(0).arrival == absl::Seconds(50)));
}

BOOST_AUTO_TEST_CASE(three_late_points_in_a_row_are_a_new_rhythm_and_a_hundred_on_time_the_old_one) {
  Source source;
  for (int i = 0; i < 10; ++i) source.Late(absl::ZeroDuration());
  source.now += absl::Minutes(10);
  source.Late(absl::Minutes(5)), source.Late(absl::Minutes(5));
  BOOST_TEST(source.delays.Of(0).none());
  source.Late(absl::Minutes(5));
  BOOST_TEST((source.delays.Of(0).arrival == absl::Minutes(5)));
  for (int i = 0; i < 250; ++i) source.Late(absl::ZeroDuration());
  BOOST_TEST(source.delays.Of(0).none());
}

// A machine is gone, and its last point is read again and again.
BOOST_AUTO_TEST_CASE(a_point_that_comes_again_says_nothing) {
  Source source;
  source.Late(absl::ZeroDuration());
  const std::int64_t last = absl::ToUnixMillis(source.now);
  for (int i = 0; i < 200; ++i) {
    source.now += absl::Minutes(1);
    source.delays.Add(0, last);
    ArrivalDelays::Changed changed;
    source.delays.EndRound(source.now, changed);
    BOOST_TEST(changed.empty());
  }
}

// Ninety days of history in one answer.
BOOST_AUTO_TEST_CASE(history_is_not_late) {
  Source source;
  source.now = kStart;
  for (int i = 1000; i >= 0; --i) source.delays.Add(0, absl::ToUnixMillis(kStart - absl::Hours(i)));
  ArrivalDelays::Changed changed;
  source.delays.EndRound(kStart, changed);
  BOOST_TEST(changed.empty());
}

// A cell of a bill counts from the end of its day, and its watermark is its own affair.
BOOST_AUTO_TEST_CASE(a_bill_may_be_days_late) {
  ArrivalDelays delays;
  Series series;
  series.type = ValueType::kMoney;
  series.period = absl::Hours(24);
  delays.Define(0, series);
  for (int day = 0; day < 10; ++day) {
    const absl::Time now = kStart + absl::Hours(24) * day;
    delays.Add(0, absl::ToUnixMillis(now - absl::Hours(72)));
    delays.Watermark(0, now);
    ArrivalDelays::Changed changed;
    delays.EndRound(now, changed);
  }
  BOOST_TEST((delays.Of(0) == ArrivalDelay{absl::Hours(48), absl::ZeroDuration()}));
}

// Series of one account of a bill, by day.
struct Bill {
  explicit Bill(int series) {
    Series one;
    one.type = ValueType::kMoney;
    one.period = absl::Hours(24);
    for (SeriesId id = 0; id < static_cast<SeriesId>(series); ++id) delays.Define(id, one);
  }
  void Day(SeriesId id, int day) { delays.BeginRound(kStart + absl::Hours(24) * 1000), delays.Add(id, absl::ToUnixMillis(kStart + absl::Hours(24) * day)); }
  // What was added arrives so long after the end of a day.
  void Arrive(int day, absl::Duration late) {
    ArrivalDelays::Changed changed;
    delays.EndRound(kStart + absl::Hours(24) * (day + 1) + late, changed);
  }
  ArrivalDelays delays;
};

// The agent is started anew while no bill comes any more.
BOOST_AUTO_TEST_CASE(what_the_first_reading_of_a_bill_brings_teaches_nothing) {
  Bill bill(1);
  for (int day = 0; day < 10; ++day) bill.Day(0, day);
  bill.Arrive(9, absl::Hours(70));
  BOOST_TEST(bill.delays.Of(0).none());
  bill.Day(0, 10);
  bill.Arrive(10, absl::Hours(12));
  BOOST_TEST((bill.delays.Of(0).arrival == absl::Hours(12)));
}

BOOST_AUTO_TEST_CASE(a_cell_that_comes_together_with_newer_history_teaches_nothing) {
  Bill bill(2);
  bill.Day(0, 0), bill.Day(1, 0);
  bill.Arrive(0, absl::Hours(12));
  bill.Day(1, 1), bill.Day(0, 3);
  bill.Arrive(3, absl::Hours(12));
  BOOST_TEST(bill.delays.Of(1).none());
  BOOST_TEST((bill.delays.OfSource(0) == absl::Hours(12)));
}

BOOST_AUTO_TEST_CASE(a_bill_is_waited_for_three_days_at_most) {
  Bill bill(1);
  for (int day = 0; day < 10; ++day) {
    bill.Day(0, day);
    bill.Arrive(day, absl::Hours(500));
  }
  BOOST_TEST(bill.delays.Of(0).none());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
