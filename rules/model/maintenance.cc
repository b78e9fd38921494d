#include "rules/model/maintenance.h"

namespace nephoscope {

std::vector<TimeRange> WindowsFrom(const Maintenance& maintenance, absl::Time at, int most) {
  std::vector<TimeRange> out;
  if (!maintenance.every) {
    if (maintenance.to > at && maintenance.from < maintenance.to) out.push_back({maintenance.from, maintenance.to});
    return out;
  }
  // One that began up to its length ago goes on.
  const int before = static_cast<int>(absl::ToInt64Hours(maintenance.length) / 24) + 2;
  for (const TimeRange& start : RangesFrom(*maintenance.every, at - maintenance.length, most + before))
    if (start.from + maintenance.length > at && static_cast<int>(out.size()) < most) out.push_back({start.from, start.from + maintenance.length});
  return out;
}

}  // namespace nephoscope
