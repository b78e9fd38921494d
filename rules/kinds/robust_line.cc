#include "rules/kinds/robust_line.h"

#include <algorithm>

#include "rules/kinds/median.h"

namespace nephoscope {

RobustLine FitRobustLine(const std::vector<std::pair<double, double>>& points) {
  RobustLine out;
  std::vector<double> slopes;
  slopes.reserve(points.size() * (points.size() - 1) / 2);
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t j = i + 1; j < points.size(); ++j)
      if (points[j].first != points[i].first) slopes.push_back((points[j].second - points[i].second) / (points[j].first - points[i].first));
  if (slopes.empty()) return out;
  out.slope = Median(slopes);
  std::vector<double> levels;
  double mean = 0;
  for (const auto& [x, y] : points) levels.push_back(y - out.slope * x), mean += y / static_cast<double>(points.size());
  out.level = Median(levels);
  double left = 0, all = 0;
  for (const auto& [x, y] : points) {
    const double miss = y - out.level - out.slope * x;
    left += miss * miss;
    all += (y - mean) * (y - mean);
  }
  out.fit = all <= 0 ? 0 : std::max(0.0, 1 - left / all);
  return out;
}

}  // namespace nephoscope
