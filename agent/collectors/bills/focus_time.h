// The times of a bill, in the forms that providers and the tools behind them write.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace nephoscope {

// A day (2026-01-31, 2026/01/31, 20260131), alone or with a time behind `T` or spaces: 00:00, 00:00:00 or
// 00:00:00.000; behind that nothing (UTC), Z, UTC, GMT or an offset such as +02:00, +0200 or +02. Allocates nothing
// when it can be read.
// InvalidArgument names what was found. 01/02/2026 is refused: nobody can say which of the two is the month.
absl::StatusOr<absl::Time> FocusTime(absl::string_view text);

}  // namespace nephoscope
