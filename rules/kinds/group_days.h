// GroupDays: the daily costs of one group and of each of its series, for the last weeks.
//
// One-time charges (purchases, credits, refunds, taxes, charges for a term) are no cost of a day:
// they are kept apart, unless asked otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rules/engine/day_cells.h"
#include "rules/engine/state_bytes.h"
#include "rules/model/alert.h"
#include "rules/model/series.h"

namespace nephoscope {

class GroupDays {
 public:
  static constexpr int kTotals = 77, kParts = 45;  // days kept
  static constexpr int kComparable = 4;            // weeks that a part is compared with
  static constexpr std::int64_t kNever = INT64_MIN;

  explicit GroupDays(bool apart) : apart_(apart) {}

  void Define(int slot, const Series& series);
  // True: the total of a day changed, or whether it is final.
  bool Set(int slot, const Sample& sample);

  bool Any(std::int64_t day) const { return totals_.Any(day, day + 1); }
  bool Provisional(std::int64_t day) const { return totals_.Provisional(day, day + 1); }
  double Cost(std::int64_t day) const { return static_cast<double>(Micros(day)); }
  std::int64_t Micros(std::int64_t day) const { return totals_.Sum(day, day + 1); }
  std::int64_t Sum(std::int64_t from, std::int64_t to) const { return totals_.Sum(from, to); }
  bool empty() const { return totals_.empty(); }
  std::int64_t first() const { return totals_.first(); }
  std::int64_t newest() const { return totals_.last(); }
  // The newest day up to `day` that has cost and is final; kNever: none.
  std::int64_t Final(std::int64_t day) const;
  std::int64_t kept_from() const { return newest() - kTotals; }

  // By how much each series differs on [from, to] from the same weekdays of the weeks before, the
  // largest first in the direction of `sign`; micros.
  struct Change {
    int slot;
    std::int64_t micros;
  };
  std::vector<Change> Changes(std::int64_t from, std::int64_t to, int sign) const;
  // One-time charges of [from, to] by their category ("" for terms), micros.
  std::vector<std::pair<std::string, std::int64_t>> OneTime(std::int64_t from, std::int64_t to) const;

  const Labels& labels(int slot) const { return parts_[static_cast<std::size_t>(slot)].labels; }
  std::size_t size() const { return parts_.size(); }
  Currency currency() const { return currency_; }

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  struct Part {
    Labels labels;
    bool apart = false;
    DayCells days;
  };
  std::int64_t Usual(const Part& part, std::int64_t day, std::int64_t before) const;

  bool apart_;
  Currency currency_;
  std::vector<Part> parts_;
  DayCells totals_;
  std::vector<std::pair<std::int64_t, int>> open_;  // by day: how many series are provisional
};

}  // namespace nephoscope
