// Quantiles of classic histograms: counters by upper bound, in series that differ in the label `le`.
#pragma once

#include <vector>

namespace nephoscope {

struct HistogramBucket {
  double bound = 0;  // upper, included; +Inf: all
  double count = 0;  // of values up to it
};

// As PromQL interpolates: linearly within a bucket, from zero in the first; above all bounds: the largest one that is
// finite. NaN: fewer than two buckets, none of +Inf, or nothing counted. Sorts `buckets` and joins equal bounds.
double HistogramQuantile(double share, std::vector<HistogramBucket>& buckets);

}  // namespace nephoscope
