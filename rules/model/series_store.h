// SeriesStore: what is known of each series, in 48 bytes each besides their labels.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "rules/model/series.h"

namespace nephoscope {

class SeriesStore {
 public:
  // Another series of the same id takes its place.
  void Put(const Series& series);
  bool Has(SeriesId id) const { return id < series_.size() && series_[id].metric != kNone; }
  // Of one that is there. Not for the hot path: its texts are copied.
  Series Get(SeriesId id) const;
  // Whether they are of the same source and say the same: of one that is there.
  bool IsSame(SeriesId id, const Series& series) const;
  const std::string& MetricOf(SeriesId id) const { return texts_[series_[id].metric]; }
  const Labels& LabelsOf(SeriesId id) const { return series_[id].labels; }
  const std::string& UnitOf(SeriesId id) const { return texts_[series_[id].unit]; }
  // Ids are below this.
  SeriesId end() const { return static_cast<SeriesId>(series_.size()); }
  std::size_t count() const { return count_; }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  struct One {
    Labels labels;
    std::int64_t cadence_ns = 0, period_ns = 0;
    std::uint32_t metric = kNone, unit = 0;  // positions in texts_
    SourceId source = 0;
    ValueType type = ValueType::kNumber;
    Currency currency;
  };

  std::uint32_t TextId(const std::string& text);

  std::deque<One> series_;          // by id
  std::deque<std::string> texts_;   // few: metrics and units
  absl::flat_hash_map<std::string, std::uint32_t> text_ids_;
  std::size_t count_ = 0;
};

}  // namespace nephoscope
