// The periods of a budget: which one a time belongs to, and those that are over, whose bills may still change.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "rules/engine/state_bytes.h"
#include "rules/kinds/cost_cells.h"
#include "rules/model/money.h"
#include "rules/model/rule.h"

namespace nephoscope {

// [from, to) in billing days.
struct Period {
  absl::Time from = absl::InfinitePast(), to = absl::InfinitePast();
  friend bool operator==(const Period&, const Period&) = default;
};

// The period that the last moment before `now` belongs to, as a set of billing days.
Period PeriodOf(const Rule& rule, absl::Time now);

// The index of the highest level whose `actual` is reached by `micros` of `amount`; -1: none. A level up to `before` is left only below `kRearm` of it.
int ReachedLevel(const Rule& rule, std::int64_t micros, Money amount, int before);

inline constexpr double kRearm = 0.98;  // a level that was reached counts as left again below this share of it

struct ClosedPeriod {
  Period period;
  Money amount;                // as it was
  std::int64_t final = 0;      // micros, as it was told last
  std::int64_t before = 0;     // what was told before that; the same: it was never restated
};

// Those that all cells are kept of.
class ClosedPeriods {
 public:
  const ClosedPeriod& Close(Period period, Money amount, const CostCells& cells);
  // One that has reached another level by now than when it was told last; it counts as told. nullptr: there is none (left).
  const ClosedPeriod* Restated(const Rule& rule, const CostCells& cells);

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  std::vector<ClosedPeriod> all_;
};

}  // namespace nephoscope
