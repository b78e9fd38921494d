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

// Ids are given in order of first sight; those of series that are let go are given again. Identity: source, metric, type,
// currency, labels.
class SeriesTable {
 public:
  struct Result {
    SeriesId id;
    bool is_new;
  };
  // At most `max_series` at once, and `max_of_source` of one source that are no money; the caller counts what is beyond and
  // says so.
  explicit SeriesTable(std::size_t max_series = 10'000'000, std::size_t max_of_source = 10'000'000);
  ~SeriesTable();

  // No room: id = kNoSeries.
  static constexpr SeriesId kNoSeries = 0xFFFFFFFF;
  Result Intern(const Series& series);
  std::size_t size() const;
  bool full() const;
  bool IsFull(SourceId source) const;
  // These are known no more.
  void LetGo(absl::Span<const SeriesId> ids);

  SourceId Source(absl::string_view name);
  const std::string& SourceName(SourceId id) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nephoscope
