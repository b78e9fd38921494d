#include "rules/model/series_store.h"

#include <utility>

namespace nephoscope {

std::uint32_t SeriesStore::TextId(const std::string& text) {
  const auto [at, added] = text_ids_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
  if (added) texts_.push_back(text);
  return at->second;
}

void SeriesStore::Put(const Series& series) {
  if (place_.capacity() <= series.id) place_.reserve(series.id + series.id / 4 + 16);  // of many, a quarter is spare and not half
  if (place_.size() <= series.id) place_.resize(series.id + 1, kNone);
  std::uint32_t& place = place_[series.id];
  if (place == kNone && !free_.empty()) {
    place = free_.back();
    free_.pop_back();
  } else if (place == kNone) {
    place = static_cast<std::uint32_t>(series_.size());
    series_.emplace_back();
  }
  One& one = series_[place];
  one.labels = series.labels;
  one.cadence_ns = absl::ToInt64Nanoseconds(series.cadence);
  one.period_ns = absl::ToInt64Nanoseconds(series.period);
  one.metric = TextId(series.metric);
  one.unit = TextId(series.unit);
  one.source = series.source;
  one.type = series.type;
  one.currency = series.currency;
}

Series SeriesStore::Get(SeriesId id) const {
  const One& one = At(id);
  Series out;
  out.id = id;
  out.source = one.source;
  out.type = one.type;
  out.currency = one.currency;
  out.cadence = absl::Nanoseconds(one.cadence_ns);
  out.period = absl::Nanoseconds(one.period_ns);
  out.metric = texts_[one.metric];
  out.unit = texts_[one.unit];
  out.labels = one.labels;
  return out;
}

void SeriesStore::Drop(SeriesId id) {
  if (!Has(id)) return;
  series_[place_[id]] = {};
  free_.push_back(std::exchange(place_[id], kNone));
}

}  // namespace nephoscope
