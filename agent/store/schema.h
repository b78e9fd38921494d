// Schema: the tables, and how a file of an older version becomes one of this version.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/store/sqlite.h"

namespace nephoscope {

inline constexpr int kSchemaVersion = 2;
inline constexpr int kApplicationId = 0x4e657068;  // "Neph": which program a SQLite file belongs to (shown by file(1))

// The tables of format 1, for tests of the way from there.
const char* FirstFormat();

// Brings a sound database to kSchemaVersion, each step one transaction. FailedPrecondition: a newer version or another program
// wrote it.
absl::Status Migrate(Connection& connection);

// OK, or DataLoss with the first damaged page . O(size of the file).
absl::Status CheckSound(Connection& connection);

// True: it holds nothing, not even tables.
bool IsEmpty(Connection& connection);

// OK: it is of this program and of kSchemaVersion. Changes nothing.
absl::Status CheckVersion(Connection& connection);

// After Migrate. OK, or DataLoss: tables that this version promises are not there.
absl::Status CheckTables(Connection& connection);

}  // namespace nephoscope
