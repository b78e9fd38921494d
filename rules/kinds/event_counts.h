// EventCounts: how many events there were in the last hours, days or weeks, and how many of them were good.
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "absl/time/time.h"
#include "rules/engine/state_bytes.h"

namespace nephoscope {

// Minutes for windows up to 6 hours, ten minutes up to 3 days, hours beyond: the older edge of a window is as coarse as that (under 3 % of
// its length), the newer one is exact. A month takes about 40 kB.
class EventCounts {
 public:
  struct Sum {
    double good = 0, total = 0;
    // 0..1; no events are no failure.
    double bad_share() const;
  };

  // Windows are no longer than `longest`.
  explicit EventCounts(absl::Duration longest);

  // Negative numbers take back what was added.
  void Add(absl::Time time, Sum events);
  // (time - window, time], to the minute. Never of a time before DropBefore's.
  Sum Over(absl::Duration window, absl::Time time) const;
  // Forgets all before the minute at whose end `time` is.
  void BeginAt(absl::Time time);
  // What no window that ends at `time` or later can reach.
  void DropBefore(absl::Time time);
  // The oldest minute that is known; InfinitePast when nothing is.
  absl::Time first() const { return first_; }

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  struct Tier {
    absl::Duration step, longest;
    std::map<std::int64_t, Sum> cells;  // by the number of the step at whose end the cell ends
  };
  static Sum Between(const Tier& tier, absl::Time from, absl::Time to);

  std::array<Tier, 3> tiers_;
  absl::Time first_ = absl::InfinitePast();
};

}  // namespace nephoscope
