#include "rules/kinds/event_counts.h"

#include <algorithm>

#include "rules/model/grid.h"

namespace nephoscope {
namespace {

// The step whose end is `time`, or the one that `time` is in.
std::int64_t StepOf(absl::Time time, absl::Duration step) { return absl::Ceil(time - absl::UnixEpoch(), step) / step; }

}  // namespace

double EventCounts::Sum::bad_share() const { return total <= 0 ? 0 : std::clamp(1 - good / total, 0.0, 1.0); }

EventCounts::EventCounts(absl::Duration longest)
    : tiers_{{{absl::Minutes(1), absl::Hours(6), {}}, {absl::Minutes(10), absl::Hours(72), {}}, {absl::Hours(1), std::max(longest, absl::Hours(72)), {}}}} {}

void EventCounts::Add(absl::Time time, Sum events) {
  for (Tier& tier : tiers_) {
    Sum& cell = tier.cells[StepOf(time, tier.step)];
    cell.good += events.good;
    cell.total += events.total;
  }
  if (first_ == absl::InfinitePast() || time < first_) first_ = GridDown(time, absl::Minutes(1));
}

EventCounts::Sum EventCounts::Between(const Tier& tier, absl::Time from, absl::Time to) {
  Sum out;
  const std::int64_t end = StepOf(to, tier.step);
  for (auto at = tier.cells.upper_bound((from - absl::UnixEpoch()) / tier.step); at != tier.cells.end() && at->first <= end; ++at) {
    out.good += at->second.good;
    out.total += at->second.total;
  }
  return out;
}

// The newest part in minutes, then in ten minutes, then in hours: what has not been judged yet is never in a cell that counts.
EventCounts::Sum EventCounts::Over(absl::Duration window, absl::Time time) const {
  Sum out;
  absl::Time to = GridDown(time, tiers_[0].step);
  for (std::size_t i = 0; i < tiers_.size(); ++i) {
    const bool last = i + 1 == tiers_.size() || window <= tiers_[i].longest;
    const absl::Time from = last ? time - window : GridDown(to, tiers_[i + 1].step);
    const Sum part = Between(tiers_[i], from, to);
    out.good += part.good;
    out.total += part.total;
    if (last) break;
    to = from;
  }
  return out;
}

void EventCounts::BeginAt(absl::Time time) {
  const Tier& minutes = tiers_[0];
  const std::int64_t begin = StepOf(time, minutes.step);
  std::map<std::int64_t, Sum> kept(minutes.cells.lower_bound(begin), minutes.cells.end());
  for (Tier& tier : tiers_) tier.cells.clear();
  first_ = absl::InfinitePast();
  for (const auto& [step, events] : kept) Add(absl::UnixEpoch() + minutes.step * step, events);
}

void EventCounts::DropBefore(absl::Time time) {
  for (Tier& tier : tiers_) tier.cells.erase(tier.cells.begin(), tier.cells.lower_bound((time - tier.longest - tier.step - absl::UnixEpoch()) / tier.step));
}

void EventCounts::Save(StateWriter& out) const {
  out.Time(first_);
  for (const Tier& tier : tiers_) {
    out.Int(static_cast<std::int64_t>(tier.cells.size()));
    for (const auto& [step, cell] : tier.cells) out.Int(step), out.Real(cell.good), out.Real(cell.total);
  }
}

void EventCounts::Load(StateReader& in) {
  first_ = in.Time();
  for (Tier& tier : tiers_) {
    tier.cells.clear();
    for (std::size_t n = in.Count(24); n > 0 && in.ok(); --n) {
      const std::int64_t step = in.Int();
      Sum& cell = tier.cells[step];
      cell.good = in.Real();
      cell.total = in.Real();
    }
  }
}

}  // namespace nephoscope
