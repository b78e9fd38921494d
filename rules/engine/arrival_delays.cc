#include "rules/engine/arrival_delays.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

constexpr std::uint8_t kRun = 3, kHundred = 100;
constexpr absl::Duration kTimely = absl::Seconds(1);  // a shorter delay is none
constexpr absl::Duration kLatestBill = absl::Hours(72);  // providers write a day within three: what comes later was filled in
constexpr double kNews = 0.1;             // a change by a smaller share is none

absl::Duration Told(std::int64_t ms, absl::Duration before) {
  if (absl::Milliseconds(ms) < kTimely) return absl::ZeroDuration();
  const absl::Duration now = absl::Milliseconds(ms);
  return absl::AbsDuration(now - before) <= before * kNews ? before : now;
}

}  // namespace

void DelayEstimate::Add(std::int64_t ms) {
  ms = std::max<std::int64_t>(ms, 0);
  ++count_;
  if (ms > most_) second_ = most_, most_ = ms;
  else if (ms > second_) second_ = ms;
  if (level_ == kNone || (!whole_ && !raised_ && ms < level_)) level_ = ms;
  run_least_ = run_ == 0 ? ms : std::min(run_least_, ms);
  run_ = ms > level_ ? static_cast<std::uint8_t>(run_ + 1) : std::uint8_t{0};
  if (run_ >= kRun) level_ = run_least_, run_ = 0, raised_ = true;
  if (count_ < kHundred) return;
  level_ = std::max<std::int64_t>(second_, 0);
  most_ = second_ = kNone;
  count_ = 0;
  whole_ = true;
}

void DelayEstimate::Save(StateWriter& out) const {
  for (const std::int64_t one : {level_, most_, second_, run_least_, std::int64_t{count_}, std::int64_t{run_}, std::int64_t{raised_}, std::int64_t{whole_}}) out.Int(one);
}

void DelayEstimate::Load(StateReader& in) {
  for (std::int64_t* one : {&level_, &most_, &second_, &run_least_}) *one = std::max(in.Int(), kNone);
  count_ = static_cast<std::uint8_t>(std::clamp<std::int64_t>(in.Int(), 0, kHundred - 1));
  run_ = static_cast<std::uint8_t>(std::clamp<std::int64_t>(in.Int(), 0, kRun - 1));
  raised_ = in.Int() != 0;
  whole_ = in.Int() != 0;
}

void ArrivalDelays::Define(SeriesId id, const Series& series) {
  if (known_.size() <= id) known_.resize(std::max<std::size_t>(id + 1, known_.size() + known_.size() / 4));
  Known& known = known_[id];
  known.money = series.type == ValueType::kMoney;
  known.period_ms = known.money ? absl::ToInt64Milliseconds(series.period) : 0;
  known.source = series.source;
  if (known.money) known.bill = BillOf(series);
}

std::uint32_t ArrivalDelays::BillOf(const Series& series) {
  std::string name = absl::StrCat(series.source);
  for (const char* label : {"provider", "billing_account", "account"}) absl::StrAppend(&name, "\n", series.labels.Get(label));
  const auto [at, is_new] = bills_.emplace(std::move(name), static_cast<std::uint32_t>(newest_of_bill_.size()));
  if (is_new) newest_of_bill_.push_back(INT64_MIN);
  return at->second;
}

void ArrivalDelays::Note(SeriesId id, Known& known, std::int64_t time_ms, bool first) {
  if (known.money) {
    newest_of_bill_[known.bill] = std::max(newest_of_bill_[known.bill], time_ms);
    if (known.first_round == rounds_) return;
  }
  if (known.entry == kNoEntry) {
    if (free_.empty() && entries_.size() >= kMostEntries) return;
    if (free_.empty()) free_.push_back(static_cast<std::uint32_t>(entries_.size())), entries_.emplace_back();
    known.entry = free_.back();
    free_.pop_back();
    Entry& entry = entries_[known.entry];
    entry = {.series = id, .source = known.source, .money = known.money, .bill = known.bill};
    if (!first && !known.money) entry.arrival.Add(0), entry.lag.Add(0);  // so far it was on time
  }
  Entry& entry = entries_[known.entry];
  entry.newest_ms = time_ms;
  if (!std::exchange(entry.touched, true)) touched_.push_back(known.entry);
}

void ArrivalDelays::Watermark(SourceId source, absl::Time watermark) {
  if (watermarks_.size() <= source) watermarks_.resize(source + 1, absl::InfinitePast());
  watermarks_[source] = std::max(watermarks_[source], watermark);
}

bool ArrivalDelays::Teaches(const Entry& entry, std::int64_t now_ms) const {
  return entry.newest_ms >= newest_of_bill_[entry.bill] && now_ms - entry.newest_ms <= absl::ToInt64Milliseconds(kLatestBill);
}

void ArrivalDelays::EndRound(absl::Time now, Changed& changed) {
  const std::int64_t now_ms = absl::ToUnixMillis(now);
  BeginRound(now);
  ++rounds_;
  for (const std::uint32_t at : touched_) {
    Entry& entry = entries_[at];
    entry.touched = false;
    if (!entry.used) continue;
    if (entry.money && !Teaches(entry, now_ms)) continue;
    entry.arrival.Add(now_ms - entry.newest_ms);
    const bool known = !entry.money && entry.source < watermarks_.size() && watermarks_[entry.source] != absl::InfinitePast();
    entry.lag.Add(known ? absl::ToUnixMillis(watermarks_[entry.source]) - entry.newest_ms : 0);
    const ArrivalDelay is{Told(entry.arrival.level_ms(), entry.told.arrival), Told(entry.lag.level_ms(), entry.told.lag)};
    if (is == entry.told) continue;
    entry.told = is;
    changed.emplace_back(entry.series, is);
  }
  if (!changed.empty()) SumUp();
  touched_.clear();
  // What was always on time is not remembered.
  const auto timely = [](const Entry& entry) {
    return entry.used && entry.told.none() && std::max(entry.arrival.level_ms(), entry.arrival.most_ms()) < absl::ToInt64Milliseconds(kTimely);
  };
  for (; !entries_.empty() && timely(entries_.back()); entries_.pop_back()) known_[entries_.back().series].entry = kNoEntry;
}

void ArrivalDelays::Forget(SeriesId id) {
  Known& known = known_[id];
  if (known.entry != kNoEntry) {
    entries_[known.entry].used = false;
    entries_[known.entry].told = {};
    free_.push_back(known.entry);
  }
  known = {};
}

void ArrivalDelays::SumUp() {
  of_source_.clear();
  for (const Entry& entry : entries_) {
    if (of_source_.size() <= entry.source) of_source_.resize(entry.source + 1, absl::ZeroDuration());
    of_source_[entry.source] = std::max(of_source_[entry.source], entry.told.arrival);
  }
}

ArrivalDelay ArrivalDelays::Of(SeriesId id) const {
  if (id >= known_.size() || known_[id].entry == kNoEntry) return {};
  return entries_[known_[id].entry].told;
}

absl::Duration ArrivalDelays::OfSource(SourceId source) const { return source < of_source_.size() ? of_source_[source] : absl::ZeroDuration(); }

}  // namespace nephoscope
