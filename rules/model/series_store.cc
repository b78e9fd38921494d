#include "rules/model/series_store.h"

namespace nephoscope {

std::uint32_t SeriesStore::TextId(const std::string& text) {
  const auto [at, added] = text_ids_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
  if (added) texts_.push_back(text);
  return at->second;
}

void SeriesStore::Put(const Series& series) {
  if (series_.size() <= series.id) series_.resize(series.id + 1);
  One& one = series_[series.id];
  count_ += one.metric == kNone;
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
  const One& one = series_[id];
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

bool SeriesStore::IsSame(SeriesId id, const Series& series) const {
  const One& one = series_[id];
  return one.source == series.source && one.type == series.type && one.currency == series.currency && one.labels == series.labels && texts_[one.metric] == series.metric;
}

}  // namespace nephoscope
