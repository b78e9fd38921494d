// Times as CloudEvents carry them.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace nephoscope {

// Strictly RFC 3339: date, time and offset are all there. Nothing where it is not.
std::optional<absl::Time> ParseRfc3339(absl::string_view text);

}  // namespace nephoscope
