// Rows of the tables of format 1 into those of format 2.
#pragma once

#include "absl/status/status.h"
#include "agent/store/sqlite.h"

namespace nephoscope {

// Within the transaction that made the new tables; the old ones are called old_*.
absl::Status CopyToVersion2(Connection& connection);

}  // namespace nephoscope
