// ArrivalDelays: how long after its time a point of a series usually arrives. A source that is always ten minutes late is late, not missing: windows wait so
// long for it (`evaluation_delay: auto`), and silence is counted from then on.
//
//   delays.Define(series);
//   delays.BeginRound(now);
//   delays.Add(id, time_ms);                    // each sample, in order of arrival
//   delays.Watermark(source, watermark);
//   delays.EndRound(now, changed);              // those that have changed, to be told to the engines before the watermarks
//
// Learned from points that are newer than all before them: what is read again, restated or filled in says nothing of how late the newest is. Of a bill also
// neither what the first reading brings, which is history, nor what comes together with newer days of its account, nor what is later than bills are.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "rules/engine/state_bytes.h"
#include "rules/model/series.h"

namespace nephoscope {

// Of one series.
struct ArrivalDelay {
  absl::Duration arrival = absl::ZeroDuration();  // from the time of a point (of a cell: from its end) to its arrival
  absl::Duration lag = absl::ZeroDuration();      // what of it the watermark of its source does not allow for
  bool none() const { return arrival == absl::ZeroDuration() && lag == absl::ZeroDuration(); }
  friend bool operator==(const ArrivalDelay&, const ArrivalDelay&) = default;
};

// The delay that 99 of 100 arrivals do not exceed, of the last hundred. Before there are so many: the smallest, unless three in a row are later.
class DelayEstimate {
 public:
  void Add(std::int64_t ms);
  std::int64_t level_ms() const { return level_; }
  // The longest of those that are being counted.
  std::int64_t most_ms() const { return most_; }
  // A hundred were counted.
  bool settled() const { return whole_; }

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  static constexpr std::int64_t kNone = -1;
  std::int64_t level_ = kNone, most_ = kNone, second_ = kNone, run_least_ = 0;  // of the hundred that are being counted, and of those in a row
  std::uint8_t count_ = 0, run_ = 0;
  bool raised_ = false, whole_ = false;  // by some in a row; a hundred were counted
};

class ArrivalDelays {
 public:
  void Define(SeriesId id, const Series& series);
  void Add(SeriesId id, std::int64_t time_ms) {
    Known& known = known_[id];
    time_ms += known.period_ms;
    if (time_ms <= known.newest_ms) return;
    const bool first = known.newest_ms == INT64_MIN;
    known.newest_ms = time_ms;
    if (first) known.first_round = rounds_;
    if (time_ms < timely_from_ms_ || known.entry != kNoEntry) Note(id, known, time_ms, first);
  }
  // What is added next arrives at `now`; where rounds follow each other within a second nobody needs to say so.
  void BeginRound(absl::Time now) { timely_from_ms_ = absl::ToUnixMillis(now) - kTimelyMs; }
  void Watermark(SourceId source, absl::Time watermark);
  // The samples since the last call have arrived at `now`.
  using Changed = std::vector<std::pair<SeriesId, ArrivalDelay>>;
  void EndRound(absl::Time now, Changed& changed);
  ArrivalDelay Of(SeriesId id) const;
  // Its newest point (of a cell: its end); InfinitePast: none came.
  absl::Time NewestOf(SeriesId id) const {
    const std::int64_t newest = known_[id].newest_ms;
    return newest == INT64_MIN ? absl::InfinitePast() : absl::FromUnixMillis(newest);
  }
  bool IsMoney(SeriesId id) const { return known_[id].money; }
  // The series is gone: its id may be Defined anew.
  void Forget(SeriesId id);
  SourceId SourceOf(SeriesId id) const { return known_[id].source; }
  // The largest of a source, for people.
  absl::Duration OfSource(SourceId source) const;

 private:
  static constexpr std::int64_t kTimelyMs = 1000;  // a shorter delay is none
  static constexpr std::uint32_t kNoEntry = ~std::uint32_t{0};
  static constexpr std::size_t kMostEntries = 200'000;  // of further series nothing is learned: they count as timely

  struct Known {
    std::int64_t newest_ms = INT64_MIN;
    std::int64_t period_ms = 0;
    std::uint32_t entry = kNoEntry;
    SourceId source = 0;
    bool money = false;
    std::uint32_t first_round = 0;  // that brought a point
    std::uint32_t bill = 0;         // of money
  };
  // Of a series that was late at least once.
  struct Entry {
    SeriesId series = 0;
    SourceId source = 0;
    bool touched = false, money = false, used = true;
    std::uint32_t bill = 0;
    std::int64_t newest_ms = 0;
    DelayEstimate arrival, lag;
    ArrivalDelay told;
  };
  void SumUp();
  void Note(SeriesId id, Known& known, std::int64_t time_ms, bool first);
  std::uint32_t BillOf(const Series& series);
  bool Teaches(const Entry& entry, std::int64_t now_ms) const;

  std::vector<Known> known_;              // by series id
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;       // entries that are not used
  std::vector<std::uint32_t> touched_;    // of entries
  std::vector<absl::Time> watermarks_;    // by source
  std::vector<absl::Duration> of_source_;
  std::map<std::string, std::uint32_t> bills_;    // by source and account
  std::vector<std::int64_t> newest_of_bill_;
  std::int64_t timely_from_ms_ = INT64_MAX;
  std::uint32_t rounds_ = 1;
};

}  // namespace nephoscope
