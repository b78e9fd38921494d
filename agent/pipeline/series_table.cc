#include "agent/pipeline/series_table.h"

#include <deque>
#include <utility>

#include "absl/hash/hash.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

// Two series with one fingerprint would be taken for one: among a thousand million series that happens once in 10^20 times.
struct Fingerprint {
  std::uint64_t low, high;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Fingerprint& one) {
    return H::combine(std::move(h), one.low);
  }
};

Fingerprint FingerprintOf(const Series& s) {
  constexpr std::uint64_t kOther = 0x9E3779B97F4A7C15;
  const std::string currency = s.currency.code();
  return {absl::HashOf(s.source, s.type, currency, s.metric, s.labels), absl::HashOf(kOther, s.labels, s.metric, currency, s.type, s.source)};
}

}  // namespace

struct SeriesTable::Impl {
  Impl(std::size_t max, std::size_t of_source) : max_series(max), max_of_source(of_source) {}

  const std::size_t max_series, max_of_source;
  struct Of {
    SourceId source = 0;
    bool counts = false;  // against max_of_source
  };
  std::vector<Of> of;                // by id
  std::vector<SeriesId> free;
  std::vector<std::size_t> counted;  // by source
  absl::flat_hash_map<Fingerprint, SeriesId> ids;
  std::deque<std::string> source_names;  // by id
  absl::flat_hash_map<std::string, SourceId> sources;
};

SeriesTable::SeriesTable(std::size_t max_series, std::size_t max_of_source) : impl_(std::make_unique<Impl>(max_series, max_of_source)) {
  CHECK(max_series < kNoSeries);
}
SeriesTable::~SeriesTable() = default;

SeriesTable::Result SeriesTable::Intern(const Series& series) {
  const Fingerprint fingerprint = FingerprintOf(series);
  if (const auto found = impl_->ids.find(fingerprint); found != impl_->ids.end()) return {found->second, false};
  const bool counts = series.type != ValueType::kMoney;
  if (full() || (counts && IsFull(series.source))) return {kNoSeries, false};
  auto id = static_cast<SeriesId>(impl_->of.size());
  if (impl_->free.empty()) {
    impl_->of.emplace_back();
  } else {
    id = impl_->free.back();
    impl_->free.pop_back();
  }
  impl_->of[id] = {series.source, counts};
  if (impl_->counted.size() <= series.source) impl_->counted.resize(series.source + 1);
  impl_->counted[series.source] += counts;
  impl_->ids.emplace(fingerprint, id);
  return {id, true};
}

bool SeriesTable::full() const { return impl_->ids.size() >= impl_->max_series; }

bool SeriesTable::IsFull(SourceId source) const {
  return source < impl_->counted.size() && impl_->counted[source] >= impl_->max_of_source;
}

void SeriesTable::LetGo(absl::Span<const SeriesId> ids) {
  std::vector<bool> gone(impl_->of.size());
  for (const SeriesId id : ids) {
    gone[id] = true;
    const Impl::Of& of = impl_->of[id];
    impl_->counted[of.source] -= of.counts;
    impl_->free.push_back(id);
  }
  absl::erase_if(impl_->ids, [&](const auto& one) { return gone[one.second]; });
  if (impl_->ids.size() < impl_->ids.capacity() / 8) impl_->ids.rehash(0);
}

std::size_t SeriesTable::size() const { return impl_->ids.size(); }

SourceId SeriesTable::Source(absl::string_view name) {
  const auto [it, is_new] = impl_->sources.try_emplace(name, static_cast<SourceId>(impl_->source_names.size()));
  if (is_new) {
    CHECK(impl_->source_names.size() < 0xFFFF);  // sources are configured by people: thousands at most
    impl_->source_names.emplace_back(name);
  }
  return it->second;
}

const std::string& SeriesTable::SourceName(SourceId id) const {
  CHECK(id < impl_->source_names.size());
  return impl_->source_names[id];
}

}  // namespace nephoscope
