#include "rules/model/running_stats.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>

namespace nephoscope {
namespace {

constexpr unsigned kAll = RunningStats::kSums | RunningStats::kSquares | RunningStats::kExtremes | RunningStats::kIncrease;

// From scratch, slowly.
struct Naive {
  long double sum = 0, squares = 0, increase = 0;
  double least, most;
  Naive(const std::vector<TimedValue>& points, std::size_t begin, std::size_t end) : least(points[begin].value), most(points[begin].value) {
    for (std::size_t i = begin; i < end; ++i) {
      sum += points[i].value;
      least = std::min(least, points[i].value), most = std::max(most, points[i].value);
      if (i > begin) increase += points[i].value < points[i - 1].value ? points[i].value : points[i].value - points[i - 1].value;
    }
    const long double mean = sum / static_cast<long double>(end - begin);
    for (std::size_t i = begin; i < end; ++i) squares += (points[i].value - mean) * (points[i].value - mean);
    squares = std::sqrt(squares / static_cast<long double>(end - begin));
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(running_stats_test)

BOOST_AUTO_TEST_CASE(a_window_that_moves_gives_what_a_new_one_gives) {
  for (unsigned seed = 0; seed < 300; ++seed) BOOST_TEST_CONTEXT(seed) {
    std::mt19937 random(seed);
    std::vector<TimedValue> points;
    RunningStats stats(kAll);
    std::size_t begin = 0;
    const double scale = std::pow(10, static_cast<int>(random() % 12) - 3), shift = seed % 3 == 0 ? scale * 1e6 : 0;
    for (int step = 0; step < 150; ++step) {
      for (unsigned n = 1 + random() % 3; n > 0; --n) points.push_back({static_cast<std::int64_t>(points.size()), shift + scale * (static_cast<double>(random() % 2001) - (seed % 2) * 1000.0) / 100});
      if (random() % 9 == 0) begin += random() % (points.size() - begin);
      while (points.size() - begin > 40) ++begin;
      if (random() % 20 == 0) points[begin + random() % (points.size() - begin)].value = scale, stats.Forget();
      if (random() % 5 == 0) {
        const std::size_t gone = random() % (begin + 1);
        points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(gone));
        stats.Dropped(gone);
        begin -= gone;
      }
      stats.MoveTo(points, begin, points.size());
      RunningStats fresh(kAll);
      fresh.MoveTo(points, begin, points.size());
      const Naive want(points, begin, points.size());
      // To the last digit as one that saw nothing before, and near the truth.
      BOOST_TEST_REQUIRE(stats.sum() == fresh.sum());
      BOOST_TEST_REQUIRE(stats.deviation() == fresh.deviation());
      BOOST_TEST_REQUIRE(stats.increase() == fresh.increase());
      BOOST_TEST_REQUIRE(stats.least() == want.least);
      BOOST_TEST_REQUIRE(stats.most() == want.most);
      const double near = 1e-13 * (std::fabs(shift) + scale * 1000);
      BOOST_TEST_REQUIRE(std::fabs(stats.sum() - static_cast<double>(want.sum)) <= near);
      BOOST_TEST_REQUIRE(std::fabs(stats.increase() - static_cast<double>(want.increase)) <= near);
      BOOST_TEST_REQUIRE(std::fabs(stats.deviation() - static_cast<double>(want.squares)) <= near);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_step_costs_what_is_new_however_long_the_window) {
  for (const std::size_t window : {10u, 100u, 1000u}) BOOST_TEST_CONTEXT(window) {
    std::vector<TimedValue> points;
    for (std::size_t i = 0; i < window + 500; ++i) points.push_back({static_cast<std::int64_t>(i), static_cast<double>(i * 7919 % 1009)});
    RunningStats stats(kAll);
    stats.MoveTo(points, 0, window);
    const std::uint64_t before = stats.visits();
    for (std::size_t i = 1; i <= 500; ++i) stats.MoveTo(points, i, window + i);
    BOOST_TEST(stats.visits() - before == 1000u);
  }
}

BOOST_AUTO_TEST_CASE(what_was_too_large_is_forgotten_again) {
  std::vector<TimedValue> points = {{0, 1e308}, {1, 1e308}, {2, 3}, {3, 4}};
  RunningStats stats(kAll);
  stats.MoveTo(points, 0, 3);
  BOOST_TEST(!std::isfinite(stats.sum()));
  stats.MoveTo(points, 2, 4);
  BOOST_TEST(stats.sum() == 7);
  BOOST_TEST(stats.increase() == 1);
  BOOST_TEST(stats.deviation() == 0.5);
}

BOOST_AUTO_TEST_CASE(little_is_lost_where_values_are_large_and_alike) {
  std::vector<TimedValue> points;
  for (int i = 0; i < 1000; ++i) points.push_back({i, 1e9 + i % 2});
  RunningStats stats(kAll);
  stats.MoveTo(points, 0, 1000);
  BOOST_TEST(stats.deviation() == 0.5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
