#include "rules/engine/lanes.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/rules/engine/quiet_twins.h"

namespace nephoscope {
namespace {

// Series of a point a minute, and one rule that asks them.
struct Together {
  Together(const std::string& expr, SeriesId series, bool in_cells = true) : count(series), engine(EngineOptions{.quiet_cells = in_cells}) {
    Rule rule = LooksBack("Rule", expr);
    rule.no_data = NoDataPolicy::kFiring;
    rule.no_data_after = absl::Minutes(30);
    engine.SetRules(SetOf({rule}), absl::UnixEpoch(), out);
    for (SeriesId id = 0; id < count; ++id) {
      Series one;
      one.id = id;
      one.metric = "m";
      one.cadence = absl::Minutes(1);
      one.labels = Labels({{"host", absl::StrCat(id)}});
      engine.DefineSeries(one);
    }
  }
  // What a series says in this minute; NaN: nothing.
  template <typename ValueOf>
  void Page(int minute, ValueOf value_of) {
    const absl::Time time = absl::UnixEpoch() + absl::Minutes(minute);
    std::vector<Sample> page;
    for (SeriesId id = 0; id < count; ++id) page.push_back(At(id, time, value_of(id)));
    engine.Observe(page, out);
    engine.Advance(0, time, out);
  }

  const SeriesId count;
  Engine engine;
  Changes out;
};

BOOST_AUTO_TEST_SUITE(lanes_test)

BOOST_AUTO_TEST_CASE(alerts_that_look_back_say_the_same_from_a_lane) {
  int transitions = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      Twins twins(seed, true, true);
      twins.Run();
      transitions += twins.transitions;
    }
  }
  BOOST_TEST(transitions > 5'000);
}

// The sum of two is too large for a double; what comes when it is gone is judged as ever.
BOOST_AUTO_TEST_CASE(numbers_too_large_spoil_a_lane_for_no_longer_than_its_window) {
  Together together("m / avg_over_time(m[10m]) > 7", 3);
  for (int minute = 1; minute <= 40; ++minute) {
    together.Page(minute, [&](SeriesId id) { return id == 1 && minute < 3 ? 1.7e308 : id == 1 && minute == 40 ? 500 : 20 + minute % 3; });
    BOOST_TEST(together.out.transitions.size() == (minute == 40 ? 1u : 0u));
  }
}

// The last series of a block says nothing for a minute, and then something of the beginning of time.
BOOST_AUTO_TEST_CASE(a_lane_takes_no_time_for_that_of_nobody) {
  Together together("m / avg_over_time(m[10m]) > 3", 4);
  for (int minute = 1; minute <= 8; ++minute) {
    together.Page(minute, [&](SeriesId id) { return minute == 7 && id == 3 ? std::nan("") : 20; });
    if (minute != 7) continue;
    Sample first = At(3, absl::UnixEpoch(), 1000);
    first.time_ms = std::numeric_limits<std::int64_t>::min();
    together.engine.Observe({&first, 1}, together.out);
  }
  BOOST_TEST(together.out.transitions.empty());
  BOOST_TEST(together.engine.stats().late == 1u);
}

// Between others that go on as ever, on one page.
BOOST_AUTO_TEST_CASE(what_is_no_number_is_silence_in_a_lane_as_well) {
  Together together("m / avg_over_time(m[10m]) > 3", 5);
  for (int minute = 1; minute <= 91; ++minute) together.Page(minute, [&](SeriesId id) { return minute > 60 && id == 3 ? minute % 2 == 0 ? INFINITY : std::nan("") : 20; });
  together.engine.AdvanceClock(absl::UnixEpoch() + absl::Minutes(91), together.out);
  BOOST_TEST_REQUIRE(together.out.transitions.size() == 1u);
  BOOST_TEST((together.out.transitions[0].cause == Cause::kNoData));
}

// One series says late what it did not say in its minute, and its neighbour, that was told of the minutes since, says something else of it.
BOOST_AUTO_TEST_CASE(a_minute_that_one_lane_waits_for_is_over_for_its_neighbour) {
  for (const bool in_cells : {false, true}) BOOST_TEST_CONTEXT("in cells " << in_cells) {
    Together together("m / avg_over_time(m[10m]) > 3", 4, in_cells);
    for (int minute = 1; minute <= 10; ++minute) together.Page(minute, [&](SeriesId id) { return id == 2 && minute > 8 ? std::nan("") : 20; });
    const absl::Time ninth = absl::UnixEpoch() + absl::Minutes(9);
    const std::vector<Sample> late = {At(2, ninth, 20), At(3, ninth, 21)};
    together.engine.Observe(late, together.out);
    BOOST_TEST(together.engine.stats().late == 1u);  // the first was not judged yet
    together.Page(11, [](SeriesId) { return 20; });
    BOOST_TEST(together.out.transitions.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
