#include "rules/model/series_columns.h"

#include <algorithm>
#include <cmath>

#include "rules/model/check.h"
#include "rules/model/fast_loops.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kLargest = 1e290;  // of which LostOf still knows what is lost

// WideSum::Add and AddProduct for a loop over lanes: without a branch, so that what is too large becomes NaN.
inline void Add(double& high, double& low, double value) {
  const double sum = high + value, part = sum - high;
  const double rest = (high - (sum - part)) + (value - part) + low;
  high = sum + rest;
  low = rest - (high - sum);
}

inline void AddSmall(double& high, double& low, double value) {
  const double rest = low + value, sum = high + rest;
  low = rest - (sum - high);
  high = sum;
}

inline double OrNothing(double value) { return value == value ? value : 0; }
inline double IsThere(double value) { return value == value ? 1 : 0; }

inline void AddSquare(double& high, double& low, double value, double sign) {
  const double square = value * value;
  Add(high, low, sign * square);
  AddSmall(high, low, sign * LostOf(value, value, square));
}

// These values enter the windows of the lanes (1), or leave them (-1).
FOR_ALL_PROCESSORS void PassOne(const double* __restrict values, double sign, int lanes, SeriesColumns::Range range, SeriesColumns::SumsIn<double> sums) {
  double *const __restrict count = sums.count, *const __restrict high = sums.high, *const __restrict low = sums.low;
  double *const __restrict squares_high = sums.squares_high, *const __restrict squares_low = sums.squares_low;
  for (int i = 0; i < lanes; ++i) count[i] += sign * IsThere(values[i]);
  if (range.sums)
    for (int i = 0; i < lanes; ++i) Add(high[i], low[i], sign * OrNothing(values[i]));
  if (range.squares)
    for (int i = 0; i < lanes; ++i) AddSquare(squares_high[i], squares_low[i], OrNothing(values[i]), sign);
}

// The first enter, then the others leave.
FOR_ALL_PROCESSORS void PassBoth(const double* __restrict entering, const double* __restrict leaving, int lanes, SeriesColumns::Range range, SeriesColumns::SumsIn<double> sums) {
  double *const __restrict count = sums.count, *const __restrict high = sums.high, *const __restrict low = sums.low;
  double *const __restrict squares_high = sums.squares_high, *const __restrict squares_low = sums.squares_low;
  for (int i = 0; i < lanes; ++i) count[i] += IsThere(entering[i]) - IsThere(leaving[i]);
  if (range.sums) {
    for (int i = 0; i < lanes; ++i) {
      Add(high[i], low[i], OrNothing(entering[i]));
      Add(high[i], low[i], -OrNothing(leaving[i]));
    }
  }
  if (range.squares) {
    for (int i = 0; i < lanes; ++i) {
      AddSquare(squares_high[i], squares_low[i], OrNothing(entering[i]), 1);
      AddSquare(squares_high[i], squares_low[i], OrNothing(leaving[i]), -1);
    }
  }
}

}  // namespace

SeriesColumns::SeriesColumns(int width, std::int64_t step_ms, absl::Span<const Range> ranges) : width_(width), step_ms_(step_ms), ranges_(ranges.begin(), ranges.end()), capacity_(8) {
  CHECK(width > 0 && width <= kMost);
  rows_.resize(capacity_);
  begins_.resize(capacity_ * ranges_.size());
  values_.resize(capacity_ * static_cast<std::size_t>(width_), kNone);
  sums_.resize(ranges_.size() * sizeof(Sums) / sizeof(const double*) * static_cast<std::size_t>(width_));
}

std::int64_t SeriesColumns::JudgedAt(std::int64_t time_ms) const { return step_ms_ <= 0 ? time_ms : GridUp(time_ms, step_ms_); }

SeriesColumns::Row SeriesColumns::Find(std::int64_t time_ms) const {
  Row low = first_, high = end_;
  while (low < high) {
    const Row middle = low + (high - low) / 2;
    if (TimeOf(middle) < time_ms) low = middle + 1;
    else high = middle;
  }
  return low < end_ && TimeOf(low) == time_ms ? low : kNoRow;
}

// Those before it are there.
void SeriesColumns::Write(Row row, std::int64_t time_ms) {
  rows_[At(row)] = {time_ms, JudgedAt(time_ms), 0};
  std::fill_n(Values(row), width_, kNone);
  for (std::size_t range = 0; range < ranges_.size(); ++range) {
    Row begin = row == first_ ? row : std::max(BeginOf(row - 1, range), first_);
    while (TimeOf(begin) <= DueOf(row) - ranges_[range].ms) ++begin;
    BeginOf(row, range) = begin;
  }
}

void SeriesColumns::Fetch(Row row) const {
  constexpr int kInLine = 64 / sizeof(double);
  const double* const values = Values(row);
  for (int lane = 0; lane < width_; lane += kInLine) __builtin_prefetch(values + lane);
}

bool SeriesColumns::Open(std::int64_t time_ms) {
  CHECK(!full() && (rows() == 0 || time_ms > newest_ms_));
  if (rows() > 0 && JudgedAt(time_ms) <= DueOf(end_ - 1)) return false;
  newest_ms_ = time_ms;
  Write(end_++, time_ms);
  for (std::size_t range = 0; range < ranges_.size(); ++range) Fetch(BeginOf(end_ - 1, range));  // what leaves next
  Fetch(end_);
  return true;
}

void SeriesColumns::DropBefore(std::int64_t time_ms) {
  while (rows() > 1 && TimeOf(first_) < time_ms) ++first_;
}

void SeriesColumns::Grow() {
  std::vector<std::int64_t> times;
  for (Row row = first_; row < end_; ++row) times.push_back(TimeOf(row));
  Spread(times);
}

void SeriesColumns::Spread(absl::Span<const std::int64_t> times) {
  SeriesColumns old = *this;
  const auto count = static_cast<Row>(times.size());
  first_ = old.rows() == count ? old.first_ : 0;  // numbers that need not change do not
  capacity_ = count + count / 8 + 8;
  end_ = first_;
  rows_.assign(capacity_, {});
  begins_.assign(capacity_ * ranges_.size(), 0);
  values_.assign(std::size_t{capacity_} * static_cast<std::size_t>(width_), kNone);
  for (const std::int64_t time : times) {
    Write(end_, time);
    if (const Row was = old.Find(time); was != kNoRow) {
      std::copy_n(old.Values(was), width_, Values(end_));
      filled(end_) = old.filled(was);
    }
    ++end_;
  }
  if (count > 0) newest_ms_ = times.back();
}

void SeriesColumns::Pass(std::size_t range, int from, int to, Row row, double sign) { PassOne(Values(row) + from, sign, to - from, ranges_[range], OwnSums(range, from)); }

void SeriesColumns::ClearSums(std::size_t range, int lane) {
  const SumsIn<double> sums = OwnSums(range, lane);
  *sums.count = *sums.high = *sums.low = *sums.squares_high = *sums.squares_low = 0;
}

void SeriesColumns::Move(int from, int to, Row before, Row now) {
  for (std::size_t range = 0; range < ranges_.size(); ++range) {
    Row row = std::max(BeginOf(before, range), first_);
    const Row begin = BeginOf(now, range);
    if (before < begin) {  // nothing stays: what was rounded off goes as well
      for (int lane = from; lane < to; ++lane) ClearSums(range, lane);
      Pass(range, from, to, now, 1);
      continue;
    }
    if (row < begin) {
      PassBoth(Values(now) + from, Values(row) + from, to - from, ranges_[range], OwnSums(range, from));
      ++row;
    } else {
      Pass(range, from, to, now, 1);
    }
    for (; row < begin; ++row) Pass(range, from, to, row, -1);
  }
}

void SeriesColumns::Begin(int lane, Row newest) {
  for (std::size_t range = 0; range < ranges_.size(); ++range) {
    ClearSums(range, lane);
    for (Row row = std::max(BeginOf(newest, range), first_); row <= newest; ++row) Pass(range, lane, lane + 1, row, 1);
  }
}

void SeriesColumns::Clear(int lane) {
  for (Row row = first_; row < end_; ++row) Values(row)[lane] = kNone;
  for (std::size_t range = 0; range < ranges_.size(); ++range) ClearSums(range, lane);
}

void SeriesColumns::Fits(int from, int to, bool* out) const {
  std::fill_n(out, to - from, true);
  for (std::size_t range = 0; range < ranges_.size(); ++range) {
    const Sums sums = SumsOf(range, from);
    for (int i = 0; i < to - from; ++i) {
      const double all = sums.high[i] + sums.squares_high[i] * sums.count[i];
      out[i] = out[i] & (std::abs(all) < kLargest);
    }
  }
}

}  // namespace nephoscope
