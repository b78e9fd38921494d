#include "rules/expr/histogram.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

using namespace nephoscope;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

double Quantile(double share, std::vector<HistogramBucket> buckets) { return HistogramQuantile(share, buckets); }

}  // namespace

BOOST_AUTO_TEST_SUITE(histogram_test)

BOOST_AUTO_TEST_CASE(values_are_spread_evenly_over_their_bucket) {
  const std::vector<HistogramBucket> buckets = {{kInf, 10}, {1, 4}, {2, 8}};
  const struct { const char* what; double share, want; } rows[] = {
      {"in the first, from zero", 0.2, 0.5},
      {"at a bound", 0.4, 1},
      {"in a later one", 0.6, 1.5},
      {"above all bounds: the largest", 0.9, 2},
      {"everything", 1, 2},
      {"less than nothing", -0.1, -kInf},
      {"more than everything", 1.1, kInf},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const double got = Quantile(row.share, buckets);
    BOOST_TEST((got == row.want || std::abs(got - row.want) < 1e-12), got << " instead of " << row.want);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_histogram_has_no_quantile) {
  const struct { const char* what; std::vector<HistogramBucket> buckets; } rows[] = {
      {"no bucket", {}}, {"no bucket of all", {{1, 4}, {2, 8}}}, {"only that", {{kInf, 4}}}, {"nothing counted", {{1, 0}, {kInf, 0}}},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(std::isnan(Quantile(0.5, row.buckets))); }
}

BOOST_AUTO_TEST_CASE(counts_that_fall_are_mended) {
  BOOST_TEST(Quantile(0.5, {{1, 6}, {2, 5}, {kInf, 10}}) == 5.0 / 6);
  BOOST_TEST(Quantile(0.5, {{1, 3}, {1, 3}, {2, 8}, {kInf, 10}}) == 5.0 / 6);
  BOOST_TEST(Quantile(0.1, {{-1, 5}, {kInf, 10}}) == -1);
}

BOOST_AUTO_TEST_SUITE_END()
