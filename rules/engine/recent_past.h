// RecentPast: the times at which an alert was judged since it began to get worse, until some points after people were told. A late point that belongs
// there is judged as if it had come in time, and what was told may turn out to be wrong (rules.md 2.4).
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/engine/alert_life.h"
#include "rules/engine/state_bytes.h"

namespace nephoscope {

class RecentPast {
 public:
  // What people were told: that it fires at this level, judged at that time.
  struct Told {
    absl::Time at;
    int level;
  };

  // `before`: the life until the first of the times; `carry`: of the evaluator until then.
  RecentPast(AlertLife before, std::int64_t carry) : before_(std::move(before)), carry_(carry) {}
  explicit RecentPast(StateReader& in);

  // `life` was judged at `time`, later than the times before; `told`: people were told that it fires, or fires higher. False: nothing of this matters
  // any more.
  bool Note(absl::Time time, const AlertLife& life, bool told);
  // Times that were not judged when theirs was; those before the first do not belong here.
  void PutIn(absl::Span<const absl::Time> late);
  void Tell(Told told) { told_ = told; }
  // Of one that was read: it can be of an alert of this rule.
  bool Fits(const Rule& rule) const;

  const AlertLife& before() const { return before_; }
  std::int64_t carry() const { return carry_; }
  const std::vector<absl::Time>& times() const { return times_; }
  const std::optional<Told>& told() const { return told_; }

  void Save(StateWriter& out) const;

 private:
  AlertLife before_;
  std::int64_t carry_ = 0;
  std::vector<absl::Time> times_;  // sorted, unique
  std::optional<Told> told_;       // the newest
};

}  // namespace nephoscope
