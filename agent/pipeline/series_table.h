// SeriesTable: labels to dense ids, on the I/O thread. It keeps no labels: 128 bits of a hash stand for them, so a series that no rule wants costs 28 bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "rules/model/series.h"

namespace nephoscope {

// Ids are given in order of first sight and stay for the life of the process. Identity: source, metric, type, currency, labels.
class SeriesTable {
 public:
  struct Result {
    SeriesId id;
    bool is_new;
  };
  // ResourceExhausted beyond `max_series`: the caller counts and says so. Default 10 million.
  explicit SeriesTable(std::size_t max_series = 10'000'000);
  ~SeriesTable();

  // `max_series` reached: id = kNoSeries.
  static constexpr SeriesId kNoSeries = 0xFFFFFFFF;
  Result Intern(const Series& series);
  std::size_t size() const;

  SourceId Source(absl::string_view name);
  const std::string& SourceName(SourceId id) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nephoscope
