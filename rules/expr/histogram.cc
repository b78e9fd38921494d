#include "rules/expr/histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nephoscope {
namespace {

constexpr double kRounding = 1e-12;  // counts that differ by less are equal: sums of rates are not exact

void JoinEqualBounds(std::vector<HistogramBucket>& buckets) {
  std::size_t to = 0;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].bound == buckets[to].bound) buckets[to].count += buckets[i].count;
    else buckets[++to] = buckets[i];
  }
  buckets.resize(to + 1);
}

// Buckets that were read at different moments may have less than those below them.
void MakeRising(std::vector<HistogramBucket>& buckets) {
  double before = buckets[0].count;
  for (HistogramBucket& one : buckets) {
    const double difference = std::abs(one.count - before), sum = std::abs(one.count) + std::abs(before);
    if (one.count < before || difference < kRounding * sum) one.count = before;
    before = one.count;
  }
}

}  // namespace

double HistogramQuantile(double share, std::vector<HistogramBucket>& buckets) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (std::isnan(share) || buckets.empty()) return kNone;
  if (share < 0) return -std::numeric_limits<double>::infinity();
  if (share > 1) return std::numeric_limits<double>::infinity();
  const auto below = [](const HistogramBucket& a, const HistogramBucket& b) { return a.bound < b.bound; };
  std::stable_sort(buckets.begin(), buckets.end(), below);
  if (buckets.back().bound != std::numeric_limits<double>::infinity()) return kNone;
  JoinEqualBounds(buckets);
  MakeRising(buckets);
  const double all = buckets.back().count;
  if (buckets.size() < 2 || !(all > 0)) return kNone;
  const double rank = share * all;
  std::size_t at = 0;
  while (at + 1 < buckets.size() && !(buckets[at].count >= rank)) ++at;
  if (at + 1 == buckets.size()) return buckets[at - 1].bound;
  if (at == 0 && buckets[0].bound <= 0) return buckets[0].bound;
  const HistogramBucket lower = at == 0 ? HistogramBucket{} : buckets[at - 1];
  return lower.bound + (buckets[at].bound - lower.bound) * ((rank - lower.count) / (buckets[at].count - lower.count));
}

}  // namespace nephoscope
