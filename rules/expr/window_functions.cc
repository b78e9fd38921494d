#include "rules/expr/window_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace nephoscope {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double ValueOf(const ExprPoint& point) { return point.value; }
double Itself(double value) { return value; }

template <typename Values, typename Get>
WideSum Sum(const Values& values, Get get) {
  WideSum sum;
  for (const auto& value : values) sum.Add(get(value));
  return sum;
}

template <typename Values, typename Get>
double Average(const Values& values, Get get) {
  const double sum = Sum(values, get).total();
  if (!std::isinf(sum)) return sum / static_cast<double>(values.size());
  // Too large together, perhaps not each.
  double mean = 0, n = 0;
  for (const auto& one : values) {
    const double value = get(one);
    ++n;
    if (std::isinf(mean) && (value > 0) == (mean > 0) && !std::isnan(value)) continue;
    if (std::isinf(mean) && !std::isinf(value) && !std::isnan(value)) continue;
    mean += value / n - mean / n;
  }
  return mean;
}

template <typename Values, typename Get>
double Deviation(const Values& values, Get get) {
  double mean = 0, squares = 0, n = 0;
  for (const auto& one : values) {
    const double value = get(one);
    ++n;
    const double distance = value - mean;
    mean += distance / n;
    squares += distance * (value - mean);
  }
  return std::sqrt(squares / n);
}

// As those of windows that move on.
double DeviationOf(absl::Span<const ExprPoint> points) {
  RunningStats stats(RunningStats::kSquares);
  stats.MoveTo(points, 0, points.size());
  return stats.finite() ? stats.deviation() : Deviation(points, ValueOf);
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

double Resets(absl::Span<const ExprPoint> points) {
  int resets = 0;
  for (std::size_t i = 1; i < points.size(); ++i) resets += points[i].value < points[i - 1].value;
  return resets;
}

// Of the newest two points.
std::optional<double> Newest(absl::Span<const ExprPoint> points, bool rate) {
  if (points.size() < 2) return std::nullopt;
  const ExprPoint &before = points[points.size() - 2], &last = points.back();
  if (!rate) return last.value - before.value;
  return CounterStep(before.value, last.value) / (static_cast<double>(last.time_ms - before.time_ms) / 1000);
}

// The extreme of what is a number; NaN where nothing is.
double Extreme(absl::Span<const ExprPoint> points, bool most) {
  double out = points[0].value;
  for (const ExprPoint& point : points)
    if (std::isnan(out) || (most ? point.value > out : point.value < out)) out = point.value;
  return out;
}

}  // namespace

double ExprAverage(absl::Span<const double> values) { return Average(values, Itself); }
double ExprDeviation(absl::Span<const double> values) { return Deviation(values, Itself); }

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

WindowFunction WindowFunctionOf(absl::string_view name) {
  using enum WindowFunction;
  static constexpr std::pair<absl::string_view, WindowFunction> kNames[] = {
      {"rate", kRate}, {"increase", kIncrease}, {"delta", kDelta}, {"deriv", kDeriv}, {"predict_linear", kPredictLinear}, {"changes", kChanges}, {"count_over_time", kCount},
      {"last_over_time", kLast}, {"present_over_time", kPresent}, {"absent_over_time", kPresent}, {"min_over_time", kMin}, {"max_over_time", kMax}, {"avg_over_time", kAverage}, {"stddev_over_time", kDeviation},
      {"quantile_over_time", kQuantile}, {"sum_over_time", kSum}, {"irate", kNewestRate}, {"idelta", kNewestDelta}, {"resets", kResets}};
  for (const auto& [known, function] : kNames)
    if (known == name) return function;
  return kNone;
}

unsigned NeedsOf(WindowFunction function) {
  switch (function) {
    case WindowFunction::kRate:
    case WindowFunction::kIncrease: return RunningStats::kIncrease;
    case WindowFunction::kSum:
    case WindowFunction::kAverage: return RunningStats::kSums;
    case WindowFunction::kDeviation: return RunningStats::kSquares;
    case WindowFunction::kMin:
    case WindowFunction::kMax: return RunningStats::kExtremes;
    default: return 0;
  }
}

std::optional<double> OverWindow(WindowFunction function, const ExprWindow& window, double parameter, const RunningStats* running) {
  const auto& points = window.points;
  switch (function) {
    case WindowFunction::kRate: return Extrapolated(window, true, true, running);
    case WindowFunction::kIncrease: return Extrapolated(window, true, false, running);
    case WindowFunction::kDelta: return Extrapolated(window, false, false, nullptr);
    case WindowFunction::kDeriv: return points.size() < 2 ? std::nullopt : std::optional<double>(Fit(points, points[0].time_ms).slope);
    case WindowFunction::kPredictLinear: {
      if (points.size() < 2) return std::nullopt;
      const Line line = Fit(points, window.now_ms);
      return line.slope * parameter + line.at_origin;
    }
    case WindowFunction::kChanges: return Changes(points);
    case WindowFunction::kCount: return static_cast<double>(points.size());
    case WindowFunction::kLast: return points.back().value;
    case WindowFunction::kPresent: return 1;
    case WindowFunction::kMin: return running != nullptr ? running->least() : Extreme(points, false);
    case WindowFunction::kMax: return running != nullptr ? running->most() : Extreme(points, true);
    case WindowFunction::kAverage: return running != nullptr ? running->average() : Average(points, ValueOf);
    case WindowFunction::kDeviation: return running != nullptr ? running->deviation() : DeviationOf(points);
    case WindowFunction::kQuantile: {
      std::vector<double> values;
      for (const ExprPoint& point : points) values.push_back(point.value);
      return ExprQuantile(parameter, values);
    }
    case WindowFunction::kSum: return running != nullptr ? running->sum() : Sum(points, ValueOf).total();
    case WindowFunction::kNewestRate: return Newest(points, true);
    case WindowFunction::kNewestDelta: return Newest(points, false);
    case WindowFunction::kResets: return Resets(points);
    case WindowFunction::kNone: break;
  }
  return std::nullopt;
}

}  // namespace nephoscope
