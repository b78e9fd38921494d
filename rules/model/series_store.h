// SeriesStore: what is known of some of the series, in 48 bytes each besides their labels, and 4 for each that is not there.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "rules/model/series.h"

namespace nephoscope {

class SeriesStore {
 public:
  // Another series of the same id takes its place.
  void Put(const Series& series);
  bool Has(SeriesId id) const { return id < place_.size() && place_[id] != kNone; }
  // It need not be there.
  void Drop(SeriesId id);
  // Of one that is there. Not for the hot path: its texts are copied.
  Series Get(SeriesId id) const;
  const std::string& MetricOf(SeriesId id) const { return texts_[At(id).metric]; }
  const Labels& LabelsOf(SeriesId id) const { return At(id).labels; }
  const std::string& UnitOf(SeriesId id) const { return texts_[At(id).unit]; }
  // Ids are below this.
  SeriesId end() const { return static_cast<SeriesId>(place_.size()); }
  std::size_t count() const { return series_.size() - free_.size(); }

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

  const One& At(SeriesId id) const { return series_[place_[id]]; }
  std::uint32_t TextId(const std::string& text);

  std::vector<std::uint32_t> place_;  // by id, in series_
  std::deque<One> series_;
  std::vector<std::uint32_t> free_;   // places that are not used
  std::deque<std::string> texts_;   // few: metrics and units
  absl::flat_hash_map<std::string, std::uint32_t> text_ids_;
};

}  // namespace nephoscope
