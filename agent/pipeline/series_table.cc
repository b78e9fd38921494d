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
  explicit Impl(std::size_t max) : max_series(max) {}

  const std::size_t max_series;
  absl::flat_hash_map<Fingerprint, SeriesId> ids;
  std::deque<std::string> source_names;  // by id
  absl::flat_hash_map<std::string, SourceId> sources;
};

SeriesTable::SeriesTable(std::size_t max_series) : impl_(std::make_unique<Impl>(max_series)) { CHECK(max_series < kNoSeries); }
SeriesTable::~SeriesTable() = default;

SeriesTable::Result SeriesTable::Intern(const Series& series) {
  const Fingerprint fingerprint = FingerprintOf(series);
  if (const auto found = impl_->ids.find(fingerprint); found != impl_->ids.end()) return {found->second, false};
  if (impl_->ids.size() >= impl_->max_series) return {kNoSeries, false};
  const auto id = static_cast<SeriesId>(impl_->ids.size());
  impl_->ids.emplace(fingerprint, id);
  return {id, true};
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
