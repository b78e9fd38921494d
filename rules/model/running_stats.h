// Numbers of a window that moves on: each point is added when it enters and taken away when it leaves, so that a step costs what is new and not
// what is in the window.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace nephoscope {

struct TimedValue {
  std::int64_t time_ms;
  double value;
};

// A sum of twice the precision of double (Dekker, Numer. Math. 18, 1971): of numbers that lie within 30 decimal places of each other it is exact, so
// what was added can be taken away again, and the order does not matter. Infinite numbers add up as those of double do.
class WideSum {
 public:
  void Add(double value) {
    const double sum = high_ + value, part = sum - high_;
    if (!std::isfinite(sum)) [[unlikely]] {
      high_ = sum;
      low_ = 0;
      return;
    }
    Put(sum, (high_ - (sum - part)) + (value - part) + low_);
  }
  void AddProduct(double a, double b) {
    const double product = a * b;
    Add(product);
    if (std::isfinite(high_)) [[likely]] Put(high_, low_ + std::fma(a, b, -product));
  }
  void Add(WideSum other) {
    Add(other.high_);
    if (std::isfinite(high_)) [[likely]] Put(high_, low_ + other.low_);
  }
  double total() const { return high_ + low_; }
  double high() const { return high_; }
  double low() const { return low_; }

 private:
  void Put(double high, double low) {
    high_ = high + low;
    low_ = low - (high_ - high);
  }

  double high_ = 0, low_ = 0;
};

// What a counter has counted between two points: a smaller value than the one before means that it began anew from zero.
inline double CounterStep(double before, double value) { return value < before ? value : value - before; }

// How many points before the time `first` are to be taken out of `points` (by time): of many, a quarter at once.
std::size_t DueToDrop(absl::Span<const TimedValue> points, std::int64_t first);

// Of points[begin, end) of a vector that grows at its end and is cut at its beginning. All values are finite.
class RunningStats {
 public:
  static constexpr std::size_t kFew = 8;  // points that are looked at faster than remembered
  enum Needs : unsigned { kSums = 1, kSquares = 2, kExtremes = 4, kIncrease = 8 };
  explicit RunningStats(unsigned needs) : needs_(needs), extremes_((needs & kExtremes) != 0 ? std::make_unique<Both>() : nullptr) {}

  void MoveTo(absl::Span<const TimedValue> points, std::size_t begin, std::size_t end);
  // So many points are gone from the beginning of the vector.
  void Dropped(std::size_t count);
  // A point inside the window was changed or put in: the next MoveTo looks at all of them.
  void Forget() { known_ = false; }

  bool known() const { return known_; }
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  // How many points entered and left so far.
  std::uint64_t visits() const { return visits_; }

  // False: what is needed of these points is too large for a double (one that is makes the whole so; so may several of the largest that are not).
  bool finite() const { return std::isfinite(sum_.high() + squares_.high() * static_cast<double>(end_ - begin_) + increase_.high()); }
  // Of at least one point, and of what is needed.
  double sum() const { return sum_.total(); }
  double average() const { return sum_.total() / static_cast<double>(end_ - begin_); }
  double deviation() const;  // of the whole population
  double least() const { return extremes_->least.front(); }
  double most() const { return extremes_->most.front(); }
  double increase() const { return increase_.total(); }

 private:
  // Positions whose values only become less extreme: the first is the extreme.
  class Extremes {
   public:
    double front() const { return at_[first_].second; }
    void Enter(std::size_t at, double value, bool most);
    void Leave(std::size_t at) { first_ += first_ < at_.size() && at_[first_].first == at; }
    void Dropped(std::size_t count);
    void Clear() { at_.clear(), first_ = 0; }

   private:
    std::vector<std::pair<std::size_t, double>> at_;
    std::size_t first_ = 0;
  };

  struct Both {
    Extremes least, most;
  };

  void Enter(absl::Span<const TimedValue> points, std::size_t at);
  void Leave(absl::Span<const TimedValue> points, std::size_t at);

  unsigned needs_;
  bool known_ = false;
  std::size_t begin_ = 0, end_ = 0;
  WideSum sum_, squares_, increase_;
  std::unique_ptr<Both> extremes_;  // nullptr: not needed
  std::uint64_t visits_ = 0;
};

}  // namespace nephoscope
