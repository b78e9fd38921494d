#include "agent/pipeline/series_table.h"

#include <deque>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "rules/model/check.h"
#include "rules/model/series_store.h"

namespace nephoscope {
namespace {

std::uint64_t FingerprintOf(const Series& s) { return absl::HashOf(s.source, s.type, s.currency.code(), s.metric, s.labels); }

// The fingerprint beside the id: growing rehashes without touching the series, and a look-up compares labels only on a match.
struct Entry {
  std::uint64_t fingerprint;
  SeriesId id;
};

struct Wanted {
  std::uint64_t fingerprint;
  const Series& series;
};

}  // namespace

struct SeriesTable::Impl {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Entry& e) const { return e.fingerprint; }
    std::size_t operator()(const Wanted& w) const { return w.fingerprint; }
  };
  struct Equal {
    using is_transparent = void;
    const Impl* table;
    bool operator()(const Entry& a, const Entry& b) const { return a.id == b.id; }
    bool operator()(const Entry& a, const Wanted& b) const { return a.fingerprint == b.fingerprint && table->series.IsSame(a.id, b.series); }
  };

  explicit Impl(std::size_t max) : max_series(max), ids(0, Hash{}, Equal{this}) {}

  const std::size_t max_series;
  SeriesStore series;
  absl::flat_hash_set<Entry, Hash, Equal> ids;
  std::deque<std::string> source_names;  // by id
  absl::flat_hash_map<std::string, SourceId> sources;
};

SeriesTable::SeriesTable(std::size_t max_series) : impl_(std::make_unique<Impl>(max_series)) { CHECK(max_series < kNoSeries); }
SeriesTable::~SeriesTable() = default;

SeriesTable::Result SeriesTable::Intern(const Series& series) {
  const Wanted wanted{FingerprintOf(series), series};
  if (auto it = impl_->ids.find(wanted); it != impl_->ids.end()) return {it->id, false};
  const SeriesId id = impl_->series.end();
  if (id >= impl_->max_series) return {kNoSeries, false};
  Series kept = series;
  kept.id = id;
  impl_->series.Put(kept);
  impl_->ids.insert(Entry{wanted.fingerprint, id});
  return {id, true};
}

Series SeriesTable::Get(SeriesId id) const {
  CHECK(id < impl_->series.end());
  return impl_->series.Get(id);
}

std::size_t SeriesTable::size() const { return impl_->series.count(); }

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
