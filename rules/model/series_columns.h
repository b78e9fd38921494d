// SeriesColumns: points of up to 64 series that come together. One row for each time, the series beside each other in it (a lane each); the sums of windows lie
// beside each other as well. A step of all series reads and writes memory from one end to the other, and computes with several at once.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/types/span.h"

namespace nephoscope {

class SeriesColumns {
 public:
  static constexpr int kMost = 64;
  using Row = std::uint32_t;  // rows are numbered by time
  static constexpr Row kNoRow = std::numeric_limits<Row>::max();

  struct Range {
    std::int64_t ms;
    bool sums, squares;  // what is needed; squares need sums
  };
  // What a window knows, by lane. Sums are wide ones (WideSum): high + low. NaN: too large for a double.
  template <typename Number>
  struct SumsIn {
    Number *count, *high, *low, *squares_high, *squares_low;
  };
  using Sums = SumsIn<const double>;

  // `step_ms`: of the grid on which points are judged; 0: each at its time.
  SeriesColumns(int width, std::int64_t step_ms, absl::Span<const Range> ranges);

  int width() const { return width_; }
  Row first() const { return first_; }
  Row end() const { return end_; }
  Row rows() const { return end_ - first_; }
  bool full() const { return rows() == capacity_; }
  std::int64_t TimeOf(Row row) const { return rows_[At(row)].time_ms; }
  // When points of this row are judged; later than that of the row before.
  std::int64_t DueOf(Row row) const { return rows_[At(row)].due_ms; }
  std::int64_t newest_ms() const { return newest_ms_; }
  // When a point of this time would be judged.
  std::int64_t JudgedAt(std::int64_t time_ms) const;
  // kNoRow: there is none of this time.
  Row Find(std::int64_t time_ms) const;
  // By lane; NaN: the series has no point there.
  double* Values(Row row) { return values_.data() + std::size_t{At(row)} * static_cast<std::size_t>(width_); }
  const double* Values(Row row) const { return values_.data() + std::size_t{At(row)} * static_cast<std::size_t>(width_); }
  // How many points were put there.
  std::uint32_t& filled(Row row) { return rows_[At(row)].filled; }
  std::uint32_t filled(Row row) const { return rows_[At(row)].filled; }

  // A row behind the others, of a later time; not while full(). False: it would be judged together with the one before.
  bool Open(std::int64_t time_ms);
  void DropBefore(std::int64_t time_ms);
  void Grow();
  // Rows of all these times, which hold those of all rows, ascending, no two judged together: what rows had the same number has another now.
  void Spread(absl::Span<const std::int64_t> times);

  // The newest point of the lanes [from, to) was in row `before` and is in row `now`: their windows move on. Rows between hold none of theirs.
  void Move(int from, int to, Row before, Row now);
  // The newest point of the lane is in this row: its windows begin anew.
  void Begin(int lane, Row newest);
  void Clear(int lane);

  // From this lane on.
  Sums SumsOf(std::size_t range, int from) const { return SumsFrom(sums_.data(), range, from); }
  // Of each lane in [from, to) whether all that is needed, and what is calculated from it, fits into doubles.
  void Fits(int from, int to, bool* out) const;

 private:
  struct RowOf {
    std::int64_t time_ms, due_ms;
    std::uint32_t filled;
  };

  std::uint32_t At(Row row) const { return row % capacity_; }
  Row& BeginOf(Row row, std::size_t range) { return begins_[At(row) * ranges_.size() + range]; }
  void Write(Row row, std::int64_t time_ms);
  void Fetch(Row row) const;
  template <typename Number>
  SumsIn<Number> SumsFrom(Number* sums, std::size_t range, int from) const {
    constexpr std::size_t kKinds = sizeof(Sums) / sizeof(const double*);
    Number* const at = sums + range * kKinds * static_cast<std::size_t>(width_) + from;
    return {at, at + width_, at + 2 * width_, at + 3 * width_, at + 4 * width_};
  }
  SumsIn<double> OwnSums(std::size_t range, int from) { return SumsFrom(sums_.data(), range, from); }
  void ClearSums(std::size_t range, int lane);
  void Pass(std::size_t range, int from, int to, Row row, double sign);

  int width_;
  std::int64_t step_ms_;
  std::vector<Range> ranges_;
  Row first_ = 0, end_ = 0, capacity_;
  std::int64_t newest_ms_ = std::numeric_limits<std::int64_t>::min();
  std::vector<RowOf> rows_;
  std::vector<Row> begins_;      // by row and range: the first row in the window that ends there
  std::vector<double> values_;   // by row and lane
  std::vector<double> sums_;      // by range, kind of sum and lane
};

}  // namespace nephoscope
