// LookBack: a question to the points of one series, answered again with every point that comes. What it remembers of the series belongs to who asks.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "rules/model/running_stats.h"
#include "rules/model/series_columns.h"

namespace nephoscope {

// What is known of one series.
struct SeriesMemory {
  std::vector<TimedValue> points;                // by time, no two of one time; all values are finite
  absl::InlinedVector<RunningStats, 1> windows;  // of the question; those that it has not asked for yet are not there

  // Puts a point at the end, and lets go of those before the time `keep_from_ms`, when they are many.
  void Append(TimedValue point, std::int64_t keep_from_ms) {
    if (points.size() == points.capacity()) {
      const std::size_t gone = DueToDrop(points, keep_from_ms);
      points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(gone));
      for (RunningStats& window : windows) window.Dropped(gone);
      if (gone == 0) points.reserve(points.size() + points.size() / 4 + 8);
    }
    points.push_back(point);
  }
};

class LookBack {
 public:
  virtual ~LookBack() = default;

  // None of the points is later than `time_ms`, which never goes back; each window has one at least, and the newest point counts.
  virtual double AnswerAt(std::int64_t time_ms, SeriesMemory& memory) const = 0;
  // The windows that it needs in columns; nullopt: it needs more of the points than columns know.
  virtual std::optional<std::vector<SeriesColumns::Range>> InColumns() const = 0;
  // The same of the lanes [from, to) of columns with these windows, all of whose newest points are in the row `now`.
  virtual void AnswersAt(const SeriesColumns& columns, SeriesColumns::Row now, int from, int to, double* out) const = 0;
  // How far back it looks, and its shortest window (large where it has none), in milliseconds.
  virtual std::int64_t reach_ms() const = 0;
  virtual std::int64_t shortest_ms() const = 0;
};

}  // namespace nephoscope
