#include "rules/model/digests.h"

#include "absl/time/civil_time.h"
#include "rules/model/check.h"

namespace nephoscope {

absl::Time NextDigest(const Digest& digest, absl::Time after) {
  CHECK(digest.when.weekdays != 0 && digest.when.times.size() == 1);
  absl::CivilDay day = absl::ToCivilDay(after, digest.when.zone);
  for (;; ++day) {
    if ((digest.when.weekdays >> WeekdayOf(day) & 1) == 0) continue;
    const absl::TimeZone::TimeInfo at = digest.when.zone.At(absl::CivilMinute(day) + digest.when.times[0].first);
    const absl::Time time = at.kind == absl::TimeZone::TimeInfo::SKIPPED ? at.trans : at.pre;
    if (time > after) return time;
  }
}

}  // namespace nephoscope
