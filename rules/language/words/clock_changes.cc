#include "rules/language/words/clock_changes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/model/calendar.h"

namespace nephoscope {
namespace {

constexpr absl::CivilDay kFirst(2026, 1, 1), kEnd(2036, 1, 1);

void Warn(absl::CivilSecond time, absl::TimeZone zone, Mark mark, DiagnosticSink& sink) {
  const absl::TimeZone::TimeInfo info = zone.At(time);
  if (info.kind == absl::TimeZone::TimeInfo::UNIQUE) return;
  const bool skipped = info.kind == absl::TimeZone::TimeInfo::SKIPPED;
  const std::string what = absl::FormatTime("%H:%M on %-d %B %Y", absl::FromCivil(time, absl::UTCTimeZone()), absl::UTCTimeZone());
  Diagnostic out;
  out.severity = Diagnostic::Severity::kWarning;
  out.code = "R611";
  out.mark = mark;
  out.message = skipped ? absl::StrCat("there is no ", what, " in ", zone.name(), ", where clocks then go forward: ", absl::FormatTime("%H:%M", info.trans, zone), " is meant")
                        : absl::StrCat(what, " comes twice in ", zone.name(), ", where clocks then go back: the first is meant");
  out.caret_text = "write a time before or after it, or leave it as it is";
  sink.Add(std::move(out));
}

}  // namespace

void CheckClockChange(absl::CivilSecond time, absl::TimeZone zone, Mark mark, DiagnosticSink& sink) { Warn(time, zone, mark, sink); }

void CheckClockChange(int minute, std::uint8_t weekdays, absl::TimeZone zone, Mark mark, DiagnosticSink& sink) {
  absl::TimeZone::CivilTransition change;
  for (absl::Time at = absl::FromCivil(kFirst, zone); at < absl::FromCivil(kEnd, zone) && zone.NextTransition(at, &change); at = zone.At(change.to).trans) {
    const absl::CivilSecond from = std::min(change.from, change.to), to = std::max(change.from, change.to);
    const absl::CivilSecond time = absl::CivilSecond(absl::CivilDay(from)) + minute * 60;
    if ((weekdays >> WeekdayOf(absl::CivilDay(time)) & 1) != 0 && from <= time && time < to) return Warn(time, zone, mark, sink);
  }
}

}  // namespace nephoscope
