#include "rules/kinds/day_model.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "rules/kinds/median.h"

namespace nephoscope {
namespace {

constexpr double kLeastScale = 0.015;
constexpr double kLevelShare = 0.35;  // of the daily scale: how far the level itself may be off
constexpr double kLeastFactor = 0.01;
constexpr std::size_t kFewIdle = 10;  // under a tenth of the days: an outage
constexpr double kBand80 = 1.2816;    // standard deviations

}  // namespace

int WeekdayOf(std::int64_t day) { return static_cast<int>(((day + 3) % 7 + 7) % 7); }  // 1970-01-01 was a Thursday

const char* WeekdayName(std::int64_t day) {
  static constexpr const char* kNames[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
  return kNames[WeekdayOf(day)];
}

DayModel DayModel::Fit(const std::map<std::int64_t, std::int64_t>& days, std::int64_t as_of, bool weekly, bool idle_days) {
  DayModel out;
  std::vector<std::pair<std::int64_t, double>> past;
  for (const auto& [day, micros] : days)
    if (day < as_of) past.emplace_back(day, static_cast<double>(micros));
  out.history_ = static_cast<int>(past.size());
  if (past.empty()) return out;
  out.seasonal_ = weekly && out.history_ >= kSeasonalFrom;
  std::vector<double> flat;
  for (int round = 0; round < 3; ++round) {
    flat.clear();
    for (const auto& [day, cost] : past) flat.push_back(cost / out.factor_[WeekdayOf(day)]);
    out.level_ = Median(flat);
    if (!out.seasonal_ || out.level_ <= 0) break;
    for (int weekday = 0; weekday < 7; ++weekday) {
      std::vector<double> ratios = {};
      for (const auto& [day, cost] : past)
        if (WeekdayOf(day) == weekday) ratios.push_back(cost / out.level_);
      if (!ratios.empty()) out.factor_[weekday] = std::max(kLeastFactor, Median(ratios));
    }
  }
  const auto idle = static_cast<std::size_t>(std::count_if(past.begin(), past.end(), [&](const auto& one) { return one.second == 0 && out.factor_[WeekdayOf(one.first)] > kLeastFactor; }));
  if (idle_days && out.seasonal_ && (out.level_ <= 0 || idle * kFewIdle > past.size())) {
    double sum = 0;
    for (const auto& [day, cost] : past) sum += cost;
    out.level_ = sum / out.history_;
    out.factor_.fill(1);
    out.seasonal_ = false;
  }
  if (!out.seasonal_) {  // a straight line: the average, so that a weekly rhythm that is not known yet is in it
    double sum = 0;
    for (const auto& [day, cost] : past) sum += cost;
    if (out.history_ < kSeasonalFrom) out.level_ = sum / out.history_;
  }
  std::vector<double> off;
  for (const auto& [day, cost] : past)
    if (const double expected = out.Expected(day); expected > 0) off.push_back(std::fabs(cost / expected - 1));
  out.scale_ = std::max(kLeastScale, off.empty() ? 0.0 : 1.4826 * Median(off));
  return out;
}

double DayModel::Expected(std::int64_t day) const { return level_ * factor_[WeekdayOf(day)]; }

Projection DayModel::Project(std::int64_t from, std::int64_t to) const {
  Projection out;
  double variance = 0;
  for (std::int64_t day = from; day < to; ++day) {
    out.middle += Expected(day);
    variance += std::pow(scale_ * Expected(day), 2);
  }
  variance += std::pow(kLevelShare * scale_ * out.middle, 2);
  out.low = std::max(0.0, out.middle - kBand80 * std::sqrt(variance));
  out.high = out.middle + kBand80 * std::sqrt(variance);
  return out;
}

}  // namespace nephoscope
