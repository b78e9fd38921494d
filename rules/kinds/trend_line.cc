#include "rules/kinds/trend_line.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "rules/kinds/median.h"
#include "rules/kinds/robust_line.h"

namespace nephoscope {
namespace {

constexpr double kDay = 86400;
constexpr int kHours = 24;
constexpr double kDaysOfHours = 3;      // from which on the hours of the day are told apart
constexpr int kRounds = 2;              // of line and hours in turn
constexpr double kMostRelated = 0.95;   // of neighbours
constexpr double kFewPoints = 3;        // over n: the share by which more is asked of a line through few points
constexpr double kToDeviation = 1.4826; // of a median of absolute misses

using Points = std::vector<std::pair<double, double>>;

int HourOf(double x) {
  const double into = std::fmod(std::fmod(x, kDay) + kDay, kDay);
  return std::min(kHours - 1, static_cast<int>(into / kDay * kHours));
}

// What each hour usually lies above the line.
std::array<double, kHours> HoursOf(const Points& points, const RobustLine& line) {
  std::array<std::vector<double>, kHours> misses;
  std::vector<double> all;
  for (const auto& [x, y] : points) misses[HourOf(x)].push_back(y - line.level - line.slope * x);
  std::array<double, kHours> out{};
  for (int hour = 0; hour < kHours; ++hour) {
    if (misses[hour].size() < 2) continue;
    out[hour] = Median(misses[hour]);
    all.push_back(out[hour]);
  }
  const double middle = all.empty() ? 0 : Median(all);
  for (double& one : out) one = one == 0 ? 0 : one - middle;
  return out;
}

}  // namespace

bool TrendLine::Steep(double deviations) const {
  if (slope == 0) return false;
  const double asked = deviations * (1 + kFewPoints / static_cast<double>(std::max<std::size_t>(points, 1)));
  return std::fabs(slope) > asked * error;
}

TrendLine FitTrend(const Points& points) {
  TrendLine out;
  out.points = points.size();
  if (points.size() < 3) return out;
  RobustLine line = FitRobustLine(points);
  Points flat = points;
  const double days = (points.back().first - points.front().first) / kDay;
  double taken = 1;  // what is left looks smaller than it is once its own hours are taken out
  if (days >= kDaysOfHours) {
    for (int round = 0; round < kRounds; ++round) {
      const std::array<double, kHours> hours = HoursOf(points, line);
      for (std::size_t i = 0; i < points.size(); ++i) flat[i].second = points[i].second - hours[HourOf(points[i].first)];
      line = FitRobustLine(flat);
    }
    taken = std::sqrt(days / (days - 1));
  }
  double mean = 0, spread = 0, all = 0, beside = 0, before = 0;
  for (const auto& [x, y] : flat) mean += x / static_cast<double>(flat.size());
  std::vector<double> sizes;
  for (const auto& [x, y] : flat) {
    const double miss = y - line.level - line.slope * x;
    spread += (x - mean) * (x - mean);
    all += miss * miss, beside += miss * before;
    before = miss;
    sizes.push_back(std::fabs(miss));
  }
  const double related = all > 0 ? std::clamp(beside / all, 0.0, kMostRelated) : 0;
  out.slope = line.slope, out.level = line.level;
  out.noise = kToDeviation * Median(sizes) * taken;
  out.error = out.noise * std::sqrt((1 + related) / (1 - related) / std::max(spread, 1e-9));
  return out;
}

}  // namespace nephoscope
