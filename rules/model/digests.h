// When lists of alerts are sent: pure functions of the time that is asked about.
#pragma once

#include "absl/time/time.h"
#include "rules/model/rule.h"

namespace nephoscope {

// The first time after `after`. A local time that does not exist moves forward to the first one that does, one that exists twice means the first.
absl::Time NextDigest(const Digest& digest, absl::Time after);

}  // namespace nephoscope
