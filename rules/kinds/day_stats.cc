#include "rules/kinds/day_stats.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rules/kinds/cost_cells.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

std::int64_t MinuteOf(absl::Time time) { return absl::ToUnixSeconds(time) / 60; }

}  // namespace

void DayStats::Sum::Add(const Sum& other) {
  if (other.count == 0) return;
  least = count == 0 ? other.least : std::min(least, other.least);
  most = count == 0 ? other.most : std::max(most, other.most);
  last = other.last;
  sum += other.sum;
  count += other.count;
}

double DayStats::Sum::Stat(const std::string& stat) const {
  if (stat == "count") return static_cast<double>(count);
  if (count == 0) return std::numeric_limits<double>::quiet_NaN();
  if (stat == "max") return most;
  if (stat == "min") return least;
  if (stat == "sum") return sum;
  if (stat == "last") return last;
  return sum / static_cast<double>(count);
}

bool DayStats::Heard(absl::Time time) {
  const std::int64_t minute = MinuteOf(time), newest = ever() ? MinuteOf(last_) : minute - kLate;
  if (time <= last_ && (minute <= newest - kLate || HeardOf(minute))) return false;
  for (std::int64_t silent = std::max(newest + 1, minute - kLate + 1); silent <= minute; ++silent) heard_[static_cast<std::size_t>(silent % kLate / 64)] &= ~(std::uint64_t{1} << silent % 64);
  heard_[static_cast<std::size_t>(minute % kLate / 64)] |= std::uint64_t{1} << minute % 64;
  return true;
}

bool DayStats::Add(absl::Time time, double value) {
  if (!std::isfinite(value) || time < absl::UnixEpoch() || !Heard(time)) return false;
  const std::int64_t day = DayOf(time);
  auto at = std::lower_bound(days_.begin(), days_.end(), day, [](const Day& one, std::int64_t wanted) { return one.day < wanted; });
  if (at == days_.end() || at->day != day) at = days_.insert(at, {day, {}});
  Sum more = {1, value, value, value, value};
  for (std::int64_t later = MinuteOf(time) + 1; later <= MinuteOf(last_) && time < last_ && DayOf(absl::FromUnixSeconds(later * 60)) == day; ++later)
    if (HeardOf(later)) more.last = at->sum.last;
  at->sum.Add(more);
  first_ = std::min(first_, time);
  last_ = std::max(last_, time);
  return true;
}

absl::Duration DayStats::Spacing() const {
  constexpr std::size_t kLeastGaps = 4;
  std::vector<std::int64_t> gaps;
  const std::int64_t newest = ever() ? MinuteOf(last_) : 0;
  for (std::int64_t minute = newest - kLate + 1, before = -1; ever() && minute <= newest; ++minute) {
    if (minute < 0 || !HeardOf(minute)) continue;
    if (before >= 0) gaps.push_back(minute - before);
    before = minute;
  }
  if (gaps.size() < kLeastGaps) return absl::ZeroDuration();
  std::nth_element(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2), gaps.end());
  return absl::Minutes(gaps[gaps.size() / 2]);
}

void DayStats::DropBefore(std::int64_t day) {
  days_.erase(days_.begin(), std::find_if(days_.begin(), days_.end(), [day](const Day& one) { return one.day >= day; }));
}

DayStats::Sum DayStats::Of(std::int64_t from, std::int64_t to) const {
  Sum out;
  for (const Day& day : days_)
    if (day.day >= from && day.day < to) out.Add(day.sum);
  return out;
}

void DayStats::Save(StateWriter& out) const {
  out.Time(first_);
  out.Time(last_);
  for (const std::uint64_t minutes : heard_) out.Int(static_cast<std::int64_t>(minutes));
  out.Int(static_cast<std::int64_t>(days_.size()));
  for (const Day& day : days_) {
    out.Int(day.day);
    out.Int(day.sum.count);
    for (double value : {day.sum.sum, day.sum.least, day.sum.most, day.sum.last}) out.Real(value);
  }
}

void DayStats::Load(StateReader& in) {
  first_ = in.Time();
  last_ = in.Time();
  for (std::uint64_t& minutes : heard_) minutes = static_cast<std::uint64_t>(in.Int());
  days_.resize(in.Count(48));
  for (Day& day : days_) {
    day.day = in.Int();
    day.sum.count = in.Int();
    for (double* value : {&day.sum.sum, &day.sum.least, &day.sum.most, &day.sum.last}) *value = in.Real();
  }
}

}  // namespace nephoscope
