// CostCells: the versioned billing cells of one group, by day.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rules/engine/state_bytes.h"
#include "rules/model/alert.h"
#include "rules/model/series.h"

namespace nephoscope {

class CostCells {
 public:
  // Cells older than `keep` before the newest are forgotten.
  explicit CostCells(absl::Duration keep) : keep_(keep) {}

  void Define(int slot, const Series& series);
  // A new version of a cell replaces the old one; the same amount again is no news. Adds the end of the cell's period to `due`.
  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due);

  // Sum of the cells that begin in [from, to) and end at or before `now`. Micros.
  std::int64_t Sum(absl::Time from, absl::Time to, absl::Time now) const;
  // Totals of the whole days that begin in [from, to) and are over at `now`; a day without a cell is left out.
  std::map<std::int64_t, std::int64_t> Days(absl::Time from, absl::Time to, absl::Time now) const { return Totals(from, to, now, true); }
  // The same without charges for a term, which are no rate per day.
  std::map<std::int64_t, std::int64_t> DailyRates(absl::Time from, absl::Time to, absl::Time now) const { return Totals(from, to, now, false); }
  // Of these, the days that may still grow.
  std::set<std::int64_t> ProvisionalDays(absl::Time from, absl::Time to, absl::Time now) const;
  // The largest shares of [from, to), at most `most`.
  std::vector<Contributor> Largest(absl::Time from, absl::Time to, absl::Time now, std::size_t most) const;
  // The newest day that was over at `now` is provisional.
  bool Provisional(absl::Time now) const;

  // There is a cell that begins in [from, to) and ends at or before `now`.
  bool Any(absl::Time from, absl::Time to, absl::Time now) const;
  // What began before this is forgotten.
  absl::Time kept_from() const { return newest_ - keep_; }

  Currency currency() const { return currency_; }
  bool empty() const { return newest_ == absl::InfinitePast(); }

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  struct Cell {
    std::int64_t micros = 0;
    bool provisional = false;
  };
  struct Member {
    Labels labels;
    absl::Duration period = absl::Hours(24);
    bool term = false;                     // of charges for a term
    std::map<std::int64_t, Cell> cells;  // by start, Unix ms
  };
  std::map<std::int64_t, std::int64_t> Totals(absl::Time from, absl::Time to, absl::Time now, bool terms) const;
  template <typename Take>
  void Each(const Member& member, absl::Time from, absl::Time to, absl::Time now, const Take& take) const;

  absl::Duration keep_;
  Currency currency_;
  std::vector<Member> members_;
  absl::Time newest_ = absl::InfinitePast();
};


}  // namespace nephoscope
