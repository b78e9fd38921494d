// Local times that summer time makes odd: those that are not there, and those that come twice.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "rules/language/sink.h"

namespace nephoscope {

// Warns (R611) of a time that its zone does not have once.
void CheckClockChange(absl::CivilSecond time, absl::TimeZone zone, Mark mark, DiagnosticSink& sink);
// The same of a time of the day (minutes) on these weekdays (bit 0: Monday); the next ten years from 2026 are looked at, as a reader of files has no clock.
void CheckClockChange(int minute, std::uint8_t weekdays, absl::TimeZone zone, Mark mark, DiagnosticSink& sink);

}  // namespace nephoscope
