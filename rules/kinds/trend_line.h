// TrendLine: a robust line through the past, and how sure its slope is.
//
//   slope   the median of the slopes of all pairs (Theil and Sen), after the usual hour of the day is taken out where
//           there are three days of it
//   error   scale of what is left / sqrt(sum (x - mean)^2), times sqrt((1 + r) / (1 - r)): neighbours that miss the line
//           together (r, their correlation) say less than as many that miss it on their own
//
// How much of the ups and downs the line explains says nothing of whether it falls: a disk with a daily wave does.
#pragma once

#include <utility>
#include <vector>

namespace nephoscope {

struct TrendLine {
  double slope = 0, level = 0;  // a second; at x = 0
  double error = 0;             // of the slope, one standard deviation
  double noise = 0;             // of a point around the line
  std::size_t points = 0;

  // Too steep to be chance, by so many standard deviations.
  bool Steep(double deviations) const;
};

// `points`: seconds (of x) and values, by x. O(n^2): thin out before.
TrendLine FitTrend(const std::vector<std::pair<double, double>>& points);

}  // namespace nephoscope
