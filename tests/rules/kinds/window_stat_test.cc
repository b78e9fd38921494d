#include "rules/kinds/window_stat.h"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace nephoscope {
namespace {

constexpr std::int64_t kMinute = 60'000;

BOOST_AUTO_TEST_SUITE(window_stat_test)

BOOST_AUTO_TEST_CASE(what_was_asked_of_a_time_can_be_asked_again) {
  const struct { const char* what; absl::Duration window, every, cadence; } rows[] = {
      {"a window", absl::Minutes(15), absl::ZeroDuration(), absl::Minutes(5)},
      {"a grid, no rhythm of the data", absl::ZeroDuration(), absl::Minutes(15), absl::ZeroDuration()},
      {"a grid that is slower than the data", absl::ZeroDuration(), absl::Minutes(15), absl::Minutes(1)},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    Rule rule;
    rule.watch.stat = "min";
    rule.watch.window = row.window;
    rule.every = row.every;
    WindowStat stat(rule);
    Series series;
    series.cadence = row.cadence;
    stat.Define(0, series);
    std::vector<absl::Time> due;
    for (const auto& [minute, value] : {std::pair(1, 48.0), std::pair(8, 60.0), std::pair(15, 58.0)}) {
      Sample sample{.series = 0, .time_ms = minute * kMinute};
      sample.value = value;
      stat.Add(0, sample, due);
    }
    const absl::Time end = absl::FromUnixMillis(15 * kMinute);
    BOOST_TEST(stat.At(end).value == 48);
    BOOST_TEST(stat.At(end).value == 48);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
