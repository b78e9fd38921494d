// RobustLine: the line of Theil and Sen through points: the median of the slopes of all pairs. A third of the points may be wrong.
#pragma once

#include <utility>
#include <vector>

namespace nephoscope {

struct RobustLine {
  double slope = 0, level = 0;  // value = level + slope * x
  double fit = 0;               // the share of the spread that the line explains: 1 is a straight line, 0 no trend
};

// Of at least two points with different x; O(n^2) in time and memory: thin out before.
RobustLine FitRobustLine(const std::vector<std::pair<double, double>>& points);

}  // namespace nephoscope
