#include "rules/language/out/say_windows.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/model/digests.h"
#include "rules/model/maintenance.h"

namespace nephoscope {
namespace {

std::string Minute(absl::Time time) { return time == absl::InfiniteFuture() ? "no end" : absl::FormatTime("%Y-%m-%d %H:%M", time, absl::UTCTimeZone()); }

std::string Line(const std::string& what, const std::vector<TimeRange>& next) {
  std::string out = absl::StrCat(what, ":");
  for (const TimeRange& range : next) absl::StrAppend(&out, &range == &next[0] ? " " : ", then ", Minute(range.from), " to ", Minute(range.to));
  return absl::StrCat(out, next.empty() ? " not any more" : " (UTC)", "\n");
}

std::string Line(const Maintenance& maintenance, absl::Time now) {
  std::string why = maintenance.reason;
  if (!maintenance.ticket.empty()) absl::StrAppend(&why, why.empty() ? "" : ", ", maintenance.ticket);
  return Line(absl::StrCat("maintenance ", maintenance.name, why.empty() ? "" : absl::StrCat(" (", why, ")")), WindowsFrom(maintenance, now, 2));
}

std::string Line(const Calendar& calendar, absl::Time now) {
  const absl::CivilDay day = BillingDayBefore(calendar, now);
  const DayRange month = FiscalPeriodOf(calendar, "month", day), year = FiscalPeriodOf(calendar, "year", day);
  return absl::StrCat("calendar ", calendar.name, ": month ", absl::FormatCivilTime(month.from), " to ", absl::FormatCivilTime(month.to), ", year ", absl::FormatCivilTime(year.from), " to ",
                      absl::FormatCivilTime(year.to), ", the last day not included; bills have whole days in UTC\n");
}

}  // namespace

std::string SayDigests(const RuleSet& rules, absl::Time now) {
  std::string out;
  for (const auto& rule : rules.rules) {
    if (!rule->digest || rule->mode == RuleMode::kOff) continue;
    const absl::Time next = NextDigest(*rule->digest, now);
    absl::StrAppend(&out, "digest of ", rule->name, ": ", Minute(next), ", then ", Minute(NextDigest(*rule->digest, next)), " (UTC)\n");
  }
  return out;
}

std::string SayWindows(const Settings& settings, absl::Time now) {
  std::string out;
  for (const TimeInterval& one : settings.time_intervals) out += Line(absl::StrCat("time interval ", one.name), RangesFrom(one, now, 2));
  for (const Maintenance& one : settings.maintenance) out += Line(one, now);
  for (const Calendar& one : settings.calendars) out += Line(one, now);
  return out;
}

}  // namespace nephoscope
