#include "rules/expr/window_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nephoscope {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> ValuesOf(absl::Span<const ExprPoint> points) {
  std::vector<double> out;
  for (const ExprPoint& point : points) out.push_back(point.value);
  return out;
}

// The change over the whole window, were the slope between its points that of their neighbourhood: up to the edges where the next point would
// lie beyond them, else by half of the mean distance. A counter is not continued below zero.
std::optional<double> Extrapolated(const ExprWindow& window, bool counter, bool per_second, const RunningStats* running) {
  const auto& points = window.points;
  if (points.size() < 2) return std::nullopt;
  double change = points.back().value - points.front().value;
  if (counter && running != nullptr) {
    change = running->increase();
  } else if (counter) {
    WideSum sum;
    for (std::size_t i = 1; i < points.size(); ++i) sum.Add(CounterStep(points[i - 1].value, points[i].value));
    change = sum.total();
  }
  const double covered = static_cast<double>(points.back().time_ms - points.front().time_ms);
  const double mean = covered / static_cast<double>(points.size() - 1);
  double before = static_cast<double>(points.front().time_ms - window.begin_ms), after = static_cast<double>(window.end_ms - points.back().time_ms);
  if (before >= mean * 1.1) before = mean / 2;
  if (after >= mean * 1.1) after = mean / 2;
  if (counter && change > 0 && points.front().value >= 0) before = std::min(before, covered * points.front().value / change);
  const double whole = change * (covered + before + after) / covered;
  return per_second ? whole / (static_cast<double>(window.end_ms - window.begin_ms) / 1000) : whole;
}

struct Line {
  double slope, at_origin;
};
// Least squares; time in seconds from `origin_ms`. Two points at least.
Line Fit(absl::Span<const ExprPoint> points, std::int64_t origin_ms) {
  const double first = points[0].value;
  if (std::all_of(points.begin(), points.end(), [&](const ExprPoint& p) { return p.value == first; })) return std::isinf(first) ? Line{kNan, kNan} : Line{0, first};
  WideSum x, y, xy, xx;
  for (const ExprPoint& point : points) {
    const double at = static_cast<double>(point.time_ms - origin_ms) / 1000;
    x.Add(at), y.Add(point.value), xy.Add(at * point.value), xx.Add(at * at);
  }
  const double n = static_cast<double>(points.size());
  const double covariance = xy.total() - x.total() * y.total() / n, variance = xx.total() - x.total() * x.total() / n;
  const double slope = covariance / variance;
  return {slope, y.total() / n - slope * x.total() / n};
}

double Changes(absl::Span<const ExprPoint> points) {
  int changes = 0;
  for (std::size_t i = 1; i < points.size(); ++i) changes += points[i].value != points[i - 1].value && !(std::isnan(points[i].value) && std::isnan(points[i - 1].value));
  return changes;
}

// The extreme of what is a number; NaN where nothing is.
double Extreme(absl::Span<const ExprPoint> points, bool most) {
  double out = points[0].value;
  for (const ExprPoint& point : points)
    if (std::isnan(out) || (most ? point.value > out : point.value < out)) out = point.value;
  return out;
}

}  // namespace

double ExprAverage(absl::Span<const double> values) {
  WideSum sum;
  for (const double value : values) sum.Add(value);
  if (!std::isinf(sum.total())) return sum.total() / static_cast<double>(values.size());
  // Too large together, perhaps not each.
  double mean = 0, n = 0;
  for (const double value : values) {
    ++n;
    if (std::isinf(mean) && (value > 0) == (mean > 0) && !std::isnan(value)) continue;
    if (std::isinf(mean) && !std::isinf(value) && !std::isnan(value)) continue;
    mean += value / n - mean / n;
  }
  return mean;
}

double ExprDeviation(absl::Span<const double> values) {
  double mean = 0, squares = 0, n = 0;
  for (const double value : values) {
    ++n;
    const double distance = value - mean;
    mean += distance / n;
    squares += distance * (value - mean);
  }
  return std::sqrt(squares / n);
}

double ExprQuantile(double share, std::vector<double>& values) {
  if (values.empty() || std::isnan(share)) return kNan;
  if (share < 0) return -kInfinity;
  if (share > 1) return kInfinity;
  std::sort(values.begin(), values.end(), [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; });
  const double rank = share * static_cast<double>(values.size() - 1);
  const std::size_t low = static_cast<std::size_t>(std::floor(rank)), high = std::min(low + 1, values.size() - 1);
  const double weight = rank - std::floor(rank);
  return values[low] * (1 - weight) + values[high] * weight;
}

unsigned NeedsOf(absl::string_view function) {
  if (function == "rate" || function == "increase") return RunningStats::kIncrease;
  if (function == "sum_over_time" || function == "avg_over_time") return RunningStats::kSums;
  if (function == "stddev_over_time") return RunningStats::kSquares;
  if (function == "min_over_time" || function == "max_over_time") return RunningStats::kExtremes;
  return 0;
}

std::optional<double> OverWindow(absl::string_view function, const ExprWindow& window, double parameter, const RunningStats* running) {
  const auto& points = window.points;
  if (function == "rate") return Extrapolated(window, true, true, running);
  if (function == "increase") return Extrapolated(window, true, false, running);
  if (function == "delta") return Extrapolated(window, false, false, nullptr);
  if (function == "deriv" || function == "predict_linear") {
    if (points.size() < 2) return std::nullopt;
    if (function == "deriv") return Fit(points, points[0].time_ms).slope;
    const Line line = Fit(points, window.now_ms);
    return line.slope * parameter + line.at_origin;
  }
  if (running != nullptr) {
    if (function == "sum_over_time") return running->sum();
    if (function == "avg_over_time") return running->average();
    if (function == "stddev_over_time") return running->deviation();
    if (function == "min_over_time") return running->least();
    if (function == "max_over_time") return running->most();
  }
  if (function == "changes") return Changes(points);
  if (function == "count_over_time") return static_cast<double>(points.size());
  if (function == "last_over_time") return points.back().value;
  if (function == "present_over_time") return 1;
  if (function == "min_over_time" || function == "max_over_time") return Extreme(points, function == "max_over_time");
  std::vector<double> values = ValuesOf(points);
  if (function == "avg_over_time") return ExprAverage(values);
  if (function == "stddev_over_time") return ExprDeviation(values);
  if (function == "quantile_over_time") return ExprQuantile(parameter, values);
  WideSum sum;  // sum_over_time
  for (const double value : values) sum.Add(value);
  return sum.total();
}

}  // namespace nephoscope
