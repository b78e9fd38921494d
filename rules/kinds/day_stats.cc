#include "rules/kinds/day_stats.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rules/kinds/cost_cells.h"
#include "rules/model/grid.h"

namespace nephoscope {

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

bool DayStats::Add(absl::Time time, double value) {
  if (!std::isfinite(value) || time <= last_) return false;
  first_ = std::min(first_, time);
  last_ = time;
  const std::int64_t day = DayOf(time);
  if (days_.empty() || days_.back().day != day) days_.push_back({day, {}});
  days_.back().sum.Add({1, value, value, value, value});
  return true;
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
  days_.resize(in.Count(48));
  for (Day& day : days_) {
    day.day = in.Int();
    day.sum.count = in.Int();
    for (double* value : {&day.sum.sum, &day.sum.least, &day.sum.most, &day.sum.last}) *value = in.Real();
  }
}

}  // namespace nephoscope
