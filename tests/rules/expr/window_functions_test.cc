#include "rules/expr/window_functions.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

using namespace nephoscope;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInfinity = std::numeric_limits<double>::infinity();

struct At {
  double second, value;
};

// Over (0 s, 600 s], asked at its end.
double Over(const char* function, const std::vector<At>& at, double parameter = 0) {
  std::vector<ExprPoint> points;
  for (const At& one : at) points.push_back({static_cast<std::int64_t>(one.second * 1000), one.value});
  const auto out = OverWindow(WindowFunctionOf(function), {0, 600'000, 600'000, points}, parameter);
  return out ? *out : -999;
}
bool Same(double a, double b) { return (std::isnan(a) && std::isnan(b)) || a == b || std::abs(a - b) < 1e-9 * std::max(std::abs(a), std::abs(b)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(window_functions_test)

BOOST_AUTO_TEST_CASE(functions_of_a_window) {
  const struct { const char *what, *function; std::vector<At> points; double parameter, want; } rows[] = {
      {"a line", "deriv", {{100, 1}, {200, 201}, {300, 401}}, 0, 2},
      {"the line that fits best", "deriv", {{100, 0}, {200, 6}, {300, 6}}, 0, 0.03},
      {"a constant", "deriv", {{100, 7}, {200, 7}}, 0, 0},
      {"without end", "deriv", {{100, kInfinity}, {200, kInfinity}}, 0, kNan},
      {"one point", "deriv", {{100, 1}}, 0, -999},
      {"one point", "predict_linear", {{100, 1}}, 0, -999},
      {"from when it is asked", "predict_linear", {{100, 1}, {200, 201}, {300, 401}}, 60, 1001 + 120},
      {"of a constant", "predict_linear", {{100, 7}, {200, 7}}, 60, 7},
      {"two of three", "changes", {{100, 1}, {200, 2}, {300, 2}, {400, 1}}, 0, 2},
      {"no number stays none", "changes", {{100, kNan}, {200, kNan}, {300, 1}}, 0, 1},
      {"a number becomes none", "changes", {{100, 1}, {200, kNan}}, 0, 1},
      {"how many", "count_over_time", {{100, 1}, {200, 2}}, 0, 2},
      {"the last", "last_over_time", {{100, 1}, {200, 2}}, 0, 2},
      {"some", "present_over_time", {{100, 5}, {200, 7}}, 0, 1},
      {"the least", "min_over_time", {{100, 2}, {200, 1}, {300, 3}}, 0, 1},
      {"the most", "max_over_time", {{100, 2}, {200, 3}, {300, 1}}, 0, 3},
      {"the least number", "min_over_time", {{100, kNan}, {200, 1}, {300, kNan}}, 0, 1},
      {"the most number", "max_over_time", {{100, kNan}, {200, 1}, {300, 2}, {400, kNan}}, 0, 2},
      {"the average", "avg_over_time", {{100, 1}, {200, 2}, {300, 6}}, 0, 3},
      {"the deviation of all of them", "stddev_over_time", {{100, 2}, {200, 4}}, 0, 1},
      {"the median", "quantile_over_time", {{100, 9}, {200, 1}, {300, 2}}, 0.5, 2},
      {"the sum", "sum_over_time", {{100, 1}, {200, 1e100}, {300, 1}, {400, -1e100}}, 0, 2},
      {"one point", "rate", {{100, 1}}, 0, -999},
      {"to both edges", "increase", {{100, 100}, {300, 300}, {500, 500}}, 0, 600},
      {"a second", "rate", {{100, 100}, {300, 300}, {500, 500}}, 0, 1},
      {"not below zero", "increase", {{100, 0}, {300, 200}, {500, 400}}, 0, 500},
      {"zero in front of the window's edge", "increase", {{200, 50}, {400, 250}, {600, 450}}, 0, 450},
      {"after a restart", "increase", {{100, 100}, {300, 300}, {500, 200}}, 0, 600},
      {"the same again is no restart", "increase", {{100, 100}, {300, 300}, {500, 300}}, 0, 300},
      {"half a step where the edge is far", "increase", {{200, 1000}, {300, 1100}, {400, 1200}}, 0, 300},
      {"to the edge where it is near", "increase", {{105, 1000}, {205, 1100}, {305, 1200}, {405, 1300}, {505, 1400}}, 0, 600},
      {"a gauge may fall", "delta", {{100, 500}, {300, 300}, {500, 100}}, 0, -600},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.function << ": " << row.what) {
    const double got = Over(row.function, row.points, row.parameter);
    BOOST_TEST(Same(got, row.want), got << " instead of " << row.want);
  }
}

BOOST_AUTO_TEST_CASE(quantiles_lie_between_two_values) {
  const struct { double share; std::vector<double> values; double want; } rows[] = {
      {0, {3, 1, 2}, 1}, {1, {3, 1, 2}, 3}, {0.25, {0, 10}, 2.5}, {0.5, {4, 1, 2, 3}, 2.5}, {-0.1, {1}, -kInfinity}, {1.1, {1}, kInfinity}, {0.5, {}, kNan}, {kNan, {1}, kNan},
      {1, {1, kNan, 2}, 2}, {0, {1, kNan}, kNan},
  };
  for (auto row : rows) BOOST_TEST_CONTEXT(row.share << " of " << row.values.size()) {
    const double got = ExprQuantile(row.share, row.values);
    BOOST_TEST(Same(got, row.want), got << " instead of " << row.want);
  }
}

BOOST_AUTO_TEST_CASE(averages_of_numbers_that_are_too_large_together) {
  const struct { const char* what; std::vector<double> values; double want; } rows[] = {
      {"each is fine", {1.5e308, 1.5e308}, 1.5e308},
      {"one is without end", {1, kInfinity, 2}, kInfinity},
      {"below nothing without end", {1, -kInfinity, 2}, -kInfinity},
      {"both ends", {kInfinity, -kInfinity}, kNan},
      {"no number", {kInfinity, kNan}, kNan},
      {"without end twice", {kInfinity, kInfinity}, kInfinity},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const double got = ExprAverage(row.values);
    BOOST_TEST(Same(got, row.want), got << " instead of " << row.want);
  }
}

BOOST_AUTO_TEST_SUITE_END()
