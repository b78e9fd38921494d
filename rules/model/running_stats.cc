#include "rules/model/running_stats.h"

#include <algorithm>
#include <utility>

namespace nephoscope {

std::size_t DueToDrop(absl::Span<const TimedValue> points, std::int64_t first) {
  if (points.size() > RunningStats::kFew && points[points.size() / 4].time_ms >= first) return 0;
  return static_cast<std::size_t>(std::find_if(points.begin(), points.end(), [&](const TimedValue& point) { return point.time_ms >= first; }) - points.begin());
}

void RunningStats::MoveTo(absl::Span<const TimedValue> points, std::size_t begin, std::size_t end) {
  // A sum that was too large for a double cannot be taken back.
  if (!known_ || begin < begin_ || end < end_ || begin >= end_ || !finite()) {
    sum_ = squares_ = increase_ = WideSum();
    if (extremes_ != nullptr) extremes_->least.Clear(), extremes_->most.Clear();
    begin_ = end_ = begin;
    known_ = true;
  }
  for (; end_ < end; ++end_) Enter(points, end_);
  for (; begin_ < begin; ++begin_) Leave(points, begin_);
}

void RunningStats::Enter(absl::Span<const TimedValue> points, std::size_t at) {
  ++visits_;
  const double value = points[at].value;
  if (needs_ & (kSums | kSquares)) sum_.Add(value);
  if (needs_ & kSquares) squares_.AddProduct(value, value);
  if ((needs_ & kIncrease) && at > begin_) increase_.Add(CounterStep(points[at - 1].value, value));
  if (extremes_ != nullptr) extremes_->least.Enter(at, value, false), extremes_->most.Enter(at, value, true);
}

void RunningStats::Leave(absl::Span<const TimedValue> points, std::size_t at) {
  ++visits_;
  const double value = points[at].value;
  if (needs_ & (kSums | kSquares)) sum_.Add(-value);
  if (needs_ & kSquares) squares_.AddProduct(-value, value);
  if ((needs_ & kIncrease) && at + 1 < end_) increase_.Add(-CounterStep(value, points[at + 1].value));
  if (extremes_ != nullptr) extremes_->least.Leave(at), extremes_->most.Leave(at);
}

void RunningStats::Dropped(std::size_t count) {
  if (count > begin_) known_ = false;
  if (!known_) return;
  begin_ -= count;
  end_ -= count;
  if (extremes_ != nullptr) extremes_->least.Dropped(count), extremes_->most.Dropped(count);
}

// n * sum of squares - square of the sum, in twice the precision, so that little is lost where all values are large and alike.
double RunningStats::deviation() const {
  const double n = static_cast<double>(end_ - begin_);
  const double squares = squares_.high() * n, squares_rest = std::fma(squares_.high(), n, -squares) + squares_.low() * n;
  const double square = sum_.high() * sum_.high(), square_rest = std::fma(sum_.high(), sum_.high(), -square) + 2 * sum_.high() * sum_.low();
  return std::sqrt(std::max(squares - square + (squares_rest - square_rest), 0.0)) / n;
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
