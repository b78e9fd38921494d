#include "agent/stages/sample_router.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/log.h"
#include "agent/status/readiness.h"
#include "agent/status/self_metrics.h"
#include "rules/engine/composites.h"
#include "rules/engine/engine.h"
#include "rules/model/alert.h"

namespace nephoscope {
namespace {

constexpr std::size_t kExamples = 5;
constexpr absl::Duration kLookEvery = absl::Minutes(5);   // for series that are gone
constexpr absl::Duration kUnwanted = absl::Hours(1);      // a series that no rule looks at is let go after this
constexpr absl::Duration kShortest = absl::Minutes(1);    // the least that a rule may say
constexpr absl::Duration kAfterRules = absl::Minutes(5);  // their alerts end first

}  // namespace

SampleRouter::SampleRouter(std::vector<BatchChannel*> channels, SelfMetrics& metrics, Bounds bounds, Readiness* readiness)
    : channels_(std::move(channels)), open_(channels_.size()), table_(bounds.of_all, bounds.of_target), bounds_(bounds), readiness_(readiness), metrics_(metrics) {}

Batch& SampleRouter::Open(int thread) {
  if (!open_[thread]) open_[thread] = channels_[thread]->Take();
  return *open_[thread];
}

bool SampleRouter::crowded() const {
  return std::any_of(channels_.begin(), channels_.end(), [](BatchChannel* channel) { return channel->crowded(); });
}

void SampleRouter::Send(int thread) {
  Open(thread).wall = wall_;
  Open(thread).sent_ns = now_ns_;
  Open(thread).past_before = past_before_;
  channels_[thread]->Send(std::move(open_[thread]));  // a full ring makes us wait: providers keep the data
}

std::uint64_t SampleRouter::ThreadsFor(const Series& series) {
  if (interest_ == nullptr) return 0;
  const std::uint64_t shards = interest_->ShardsOf(series);
  std::uint64_t out = 0;
  for (int thread = 0; thread < static_cast<int>(channels_.size()); ++thread)
    if (shards & ShardsOfThread(thread, static_cast<int>(channels_.size()))) out |= std::uint64_t{1} << thread;
  return out;
}

void SampleRouter::SetRules(std::shared_ptr<const RuleSet> rules) {
  rules_ = std::move(rules);
  interest_ = std::make_unique<Interest>(rules_);
  composites_ = NeedsRounds(*rules_);
  for (int thread = 0; thread < static_cast<int>(channels_.size()); ++thread) {
    if (open_[thread] && !open_[thread]->empty()) Send(thread);
    Open(thread).rules = rules_;
    Open(thread).composites = composites_;
  }
  ++generation_;
  looked_at_.assign(looked_at_.size(), false);
  for (SeriesId id = 0; id < wanted_.end(); ++id)
    if (wanted_.Has(id)) LookAt(id, wanted_.Get(id));
}

void SampleRouter::LookAt(SeriesId id, const Series& series) {
  const std::uint64_t before = std::exchange(threads_of_[id], ThreadsFor(series)), now = threads_of_[id];
  looked_at_[id] = true;
  if (now == 0) wanted_.Drop(id);
  const ArrivalDelay delay = delays_.Of(id);
  if (now != 0 && !delay.none()) {
    Series late = series;
    late.id = id;
    interest_->NoteDelay(late, delay);
  }
  if ((now & ~before) == 0) return;
  Series kept = series;
  kept.id = id;
  wanted_.Put(kept);
  for (int thread = 0; thread < static_cast<int>(channels_.size()); ++thread)
    if ((now & ~before) >> thread & 1) Open(thread).series.push_back(kept);
  if (!delay.none()) TellDelay(id, delay, now & ~before);
}

void SampleRouter::TellDelay(SeriesId id, ArrivalDelay delay, std::uint64_t threads) {
  for (int thread = 0; threads != 0; ++thread, threads >>= 1)
    if ((threads & 1) != 0) Open(thread).delays.emplace_back(id, delay);
}

void SampleRouter::TellDelays(absl::Time wall) {
  late_.clear();
  delays_.EndRound(wall, late_);
  std::set<SourceId> sources;
  for (const auto& [id, delay] : late_) {
    TellDelay(id, delay, threads_of_[id]);
    if (interest_ != nullptr && wanted_.Has(id)) interest_->NoteDelay(wanted_.Get(id), delay);
    sources.insert(delays_.SourceOf(id));
  }
  for (const SourceId source : sources)
    if (source < named_) metrics_.ArrivalDelay(table_.SourceName(source), absl::ToDoubleSeconds(delays_.OfSource(source)));
}

SeriesId SampleRouter::Intern(const Series& series) {
  const SeriesTable::Result found = table_.Intern(series);
  if (found.id == SeriesTable::kNoSeries) {
    NoteFull(series);
    return found.id;
  }
  if (found.is_new) {
    if (found.id >= threads_of_.size()) threads_of_.push_back(0), looked_at_.push_back(false);  // ids are dense
    delays_.Define(found.id, series);
  }
  if (!looked_at_[found.id]) LookAt(found.id, series);
  return found.id;
}

void SampleRouter::NoteFull(const Series& series) {
  const bool all = table_.full();
  if (all ? std::exchange(full_, true) : !full_sources_.insert(series.source).second) return;
  const std::string target = series.source < named_ ? table_.SourceName(series.source) : "";
  const std::string bound = all ? absl::StrCat("max_series allows (", bounds_.of_all, ")") : absl::StrCat("one target may have (max_series_per_target, ", bounds_.of_target, ")");
  const std::string what = absl::StrCat("as many series are known as ", bound, "; samples of new series are dropped: collect fewer labels that take many values, or raise it");
  LogWarning(what, {{"target", target}, {"metric", series.metric}, {"labels", series.labels.ToString()}});
  if (readiness_ != nullptr) readiness_->Report(all ? "series" : absl::StrCat("series of ", target), absl::ResourceExhaustedError(what));
}

// Nobody looks at it, or its rules let it go by now. Money never goes: a bill has no line where nothing was spent.
bool SampleRouter::IsGone(SeriesId id) {
  if (delays_.IsMoney(id) || delays_.NewestOf(id) == absl::InfinitePast()) return false;
  const absl::Duration absent = answers_.Since(delays_.SourceOf(id), delays_.NewestOf(id));
  if (absent < kUnwanted && threads_of_[id] == 0) return false;
  if (threads_of_[id] == 0 || !wanted_.Has(id)) return absent >= kUnwanted;
  if (absent < kShortest) return false;
  return absent >= interest_->ExpiryOf(wanted_.Get(id)) + delays_.Of(id).arrival + kAfterRules;
}

void SampleRouter::LookForGone(absl::Time wall) {
  if (wall < next_look_) return;
  next_look_ = wall + kLookEvery;
  std::vector<SeriesId> gone;
  for (SeriesId id = 0; id < threads_of_.size(); ++id)
    if (IsGone(id)) gone.push_back(id);
  if (!gone.empty()) LetGo(gone);
  if (full_ && !table_.full()) {
    full_ = false;
    if (readiness_ != nullptr) readiness_->Report("series", absl::OkStatus());
  }
  std::erase_if(full_sources_, [&](SourceId source) {
    if (table_.IsFull(source)) return false;
    if (readiness_ != nullptr) readiness_->Report(absl::StrCat("series of ", table_.SourceName(source)), absl::OkStatus());
    return true;
  });
}

void SampleRouter::LetGo(const std::vector<SeriesId>& ids) {
  for (const SeriesId id : ids) {
    if (looked_at_[id] && wanted_.Has(id)) {
      Series known = wanted_.Get(id);
      known.id = id;
      interest_->Forget(known);
    }
    wanted_.Drop(id);
    threads_of_[id] = 0;
    looked_at_[id] = false;
    delays_.Forget(id);
  }
  table_.LetGo(ids);
  ++generation_;  // collectors know series by their ids
  for (int thread = 0; thread < static_cast<int>(channels_.size()); ++thread) Open(thread).gone.insert(Open(thread).gone.end(), ids.begin(), ids.end());
}

SourceId SampleRouter::Source(absl::string_view name) {
  const SourceId id = table_.Source(name);
  if (id < named_) return id;
  named_ = id + 1;  // ids are dense
  for (int thread = 0; thread < static_cast<int>(channels_.size()); ++thread) Open(thread).sources.emplace_back(id, std::string(name));
  return id;
}

void SampleRouter::Add(const Sample& sample) {
  if (sample.series >= threads_of_.size()) {
    ++dropped_;  // beyond the limit of series
    return;
  }
  ++samples_;
  delays_.Add(sample.series, sample.time_ms);
  std::uint64_t wanted = threads_of_[sample.series];
  for (int thread = 0; wanted != 0; ++thread, wanted >>= 1) {
    if ((wanted & 1) == 0) continue;
    Open(thread).samples.push_back(sample);
    if (open_[thread]->samples.size() >= Batch::kCapacity) Send(thread);
  }
}

void SampleRouter::Watermark(SourceId source, absl::Time time) {
  for (int thread = 0; thread < static_cast<int>(channels_.size()); ++thread) Open(thread).watermarks.emplace_back(source, time);
  delays_.Watermark(source, time);
  answers_.Note(source, time);
  if (wall_ != absl::InfinitePast()) metrics_.Watermark(table_.SourceName(source), absl::ToDoubleSeconds(wall_ - time));
}

void SampleRouter::Reject(absl::string_view where, absl::string_view what) {
  if (collector_ != nullptr) metrics_.Rejected(*collector_, 1);
  if (++rejected_.count <= kExamples) rejected_.examples.push_back(absl::StrCat(where, ": ", what));
}

void SampleRouter::Flush(absl::Time wall, std::int64_t now_ns, bool even_empty) {
  wall_ = wall;
  now_ns_ = now_ns;
  TellDelays(wall);
  const auto has = [](const std::unique_ptr<Batch>& batch) { return batch && !batch->empty(); };
  if (even_empty || caught_up_ || std::any_of(open_.begin(), open_.end(), has)) ++round_;
  const bool all = even_empty || caught_up_ || (composites_ && std::any_of(open_.begin(), open_.end(), has));
  for (int thread = 0; thread < static_cast<int>(channels_.size()); ++thread) {
    if (!all && !has(open_[thread])) continue;
    Open(thread).round = round_;
    Open(thread).caught_up = caught_up_;
    Send(thread);
  }
  LookForGone(wall);
  if (samples_ > 0) metrics_.Sent(static_cast<double>(samples_), static_cast<double>(table_.size()));
  if (dropped_ > 0) metrics_.SeriesDropped(static_cast<double>(dropped_));
  samples_ = dropped_ = 0;
}

SampleRouter::Rejected SampleRouter::TakeRejected() { return std::exchange(rejected_, {}); }

}  // namespace nephoscope
