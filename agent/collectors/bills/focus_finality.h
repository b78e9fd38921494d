// Which days of a bill are complete, and how far it reaches (rules.md 2.4, "Finality of cost").
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "absl/time/time.h"

namespace nephoscope {

class FocusFinality {
 public:
  // `use`, `terms`: rows by day since the epoch, of charges for a term apart; `as_of`: the bill is looked at now
  // (InfiniteFuture: long after its end).
  FocusFinality(const std::map<std::int64_t, std::uint32_t>& use, const std::map<std::int64_t, std::uint32_t>& terms,
                absl::Time as_of);

  // Judged upward only: younger than three days before the newest day, not over, or with far too few rows.
  bool Provisional(std::int64_t day) const;
  // The end of the newest day that is over; InfinitePast: there is none. A charge for a term counts only where there is
  // nothing else: it says nothing about how far the bill reaches.
  absl::Time complete() const { return complete_; }
  // When a day that is in the bill and not over yet will be; InfiniteFuture: all are over.
  absl::Time next_over() const { return next_over_; }

 private:
  void FindSparse(const std::map<std::int64_t, std::uint32_t>& use);

  std::int64_t newest_ = INT64_MIN;  // day that is over
  absl::Time complete_ = absl::InfinitePast(), next_over_ = absl::InfiniteFuture();
  std::set<std::int64_t> sparse_;
};

}  // namespace nephoscope
