#include "rules/model/running_stats.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace nephoscope {

void WideSum::Add(double value) {
  const double sum = high_ + value, part = sum - high_;
  if (!std::isfinite(sum)) {
    high_ = sum;
    low_ = 0;
    return;
  }
  const double rest = (high_ - (sum - part)) + (value - part) + low_;
  high_ = sum + rest;
  low_ = rest - (high_ - sum);
}

void WideSum::AddProduct(double a, double b) {
  const double product = a * b;
  Add(product);
  if (std::isfinite(product)) Add(std::fma(a, b, -product));
}

WideSum WideSum::Times(WideSum other) const {
  WideSum out;
  out.AddProduct(low_, other.low_);
  out.AddProduct(low_, other.high_);
  out.AddProduct(high_, other.low_);
  out.AddProduct(high_, other.high_);
  return out;
}

WideSum WideSum::Negative() const {
  WideSum out;
  out.high_ = -high_;
  out.low_ = -low_;
  return out;
}

std::size_t DueToDrop(absl::Span<const TimedValue> points, std::int64_t first) {
  if (points.size() > RunningStats::kFew && points[points.size() / 4].time_ms >= first) return 0;
  return static_cast<std::size_t>(std::find_if(points.begin(), points.end(), [&](const TimedValue& point) { return point.time_ms >= first; }) - points.begin());
}

void RunningStats::MoveTo(absl::Span<const TimedValue> points, std::size_t begin, std::size_t end) {
  // A sum that was too large for a double cannot be taken back.
  if (!known_ || begin < begin_ || end < end_ || begin >= end_ || !finite()) {
    sum_ = squares_ = increase_ = WideSum();
    least_.Clear(), most_.Clear();
    begin_ = end_ = begin;
    known_ = true;
  }
  for (; end_ < end; ++end_) Enter(points, end_);
  for (; begin_ < begin; ++begin_) Leave(points, begin_);
}

bool RunningStats::finite() const { return std::isfinite(sum_.total()) && std::isfinite(squares_.total()) && std::isfinite(increase_.total()); }

void RunningStats::Enter(absl::Span<const TimedValue> points, std::size_t at) {
  ++visits_;
  const double value = points[at].value;
  if (needs_ & (kSums | kSquares)) sum_.Add(value);
  if (needs_ & kSquares) squares_.AddProduct(value, value);
  if ((needs_ & kIncrease) && at > begin_) increase_.Add(CounterStep(points[at - 1].value, value));
  if (needs_ & kExtremes) least_.Enter(at, value, false), most_.Enter(at, value, true);
}

void RunningStats::Leave(absl::Span<const TimedValue> points, std::size_t at) {
  ++visits_;
  const double value = points[at].value;
  if (needs_ & (kSums | kSquares)) sum_.Add(-value);
  if (needs_ & kSquares) squares_.AddProduct(-value, value);
  if ((needs_ & kIncrease) && at + 1 < end_) increase_.Add(-CounterStep(value, points[at + 1].value));
  if (needs_ & kExtremes) least_.Leave(at), most_.Leave(at);
}

void RunningStats::Dropped(std::size_t count) {
  if (count > begin_) known_ = false;
  if (!known_) return;
  begin_ -= count;
  end_ -= count;
  least_.Dropped(count), most_.Dropped(count);
}

// n * sum of squares - square of the sum, in twice the precision, so that little is lost where all values are large and alike.
double RunningStats::deviation() const {
  const auto n = static_cast<double>(end_ - begin_);
  WideSum count;
  count.Add(n);
  WideSum spread = squares_.Times(count);
  spread.Add(sum_.Times(sum_).Negative());
  return std::sqrt(std::max(spread.total(), 0.0)) / n;
}

void RunningStats::Extremes::Enter(std::size_t at, double value, bool most) {
  while (at_.size() > first_ && (most ? at_.back().second <= value : at_.back().second >= value)) at_.pop_back();
  if (first_ > 32 && first_ * 2 > at_.size()) at_.erase(at_.begin(), at_.begin() + static_cast<std::ptrdiff_t>(std::exchange(first_, 0)));
  at_.emplace_back(at, value);
}

void RunningStats::Extremes::Dropped(std::size_t count) {
  at_.erase(at_.begin(), at_.begin() + static_cast<std::ptrdiff_t>(std::exchange(first_, 0)));
  for (auto& [at, value] : at_) at -= count;
}

}  // namespace nephoscope
