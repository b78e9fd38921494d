#include "agent/store/schema.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

// Times are Unix microseconds; the ends of the range are InfinitePast and InfiniteFuture.
constexpr char kVersion1[] = R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

-- What an alert instance needs to go on after a restart; the engine's own bytes.
CREATE TABLE instances (
  alert_id TEXT PRIMARY KEY,
  rule_id  TEXT NOT NULL,
  shard    INTEGER NOT NULL CHECK (shard BETWEEN 0 AND 63),
  state    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- History, only ever added to. hash = SHA-256(hash of the row before | event); 32 zero bytes stand before the first.
CREATE TABLE transitions (
  position    INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id    TEXT NOT NULL UNIQUE,
  alert_id    TEXT NOT NULL,
  sequence    INTEGER NOT NULL,
  type        TEXT NOT NULL,
  time_us     INTEGER NOT NULL,
  recorded_us INTEGER NOT NULL,
  event       TEXT NOT NULL,
  hash        BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX transitions_by_alert ON transitions (alert_id, sequence);
CREATE TRIGGER transitions_stay BEFORE DELETE ON transitions BEGIN SELECT RAISE(ABORT, 'history is only added to'); END;
CREATE TRIGGER transitions_hold BEFORE UPDATE ON transitions BEGIN SELECT RAISE(ABORT, 'history is only added to'); END;

-- The newest transition of each alert.
CREATE TABLE alerts (
  alert_id    TEXT PRIMARY KEY,
  position    INTEGER NOT NULL REFERENCES transitions (position),
  active      INTEGER NOT NULL CHECK (active IN (0, 1)),
  recorded_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_shown ON alerts (active, recorded_us);

-- state: 0 waits, 1 delivered, 2 parked (reason says why it can never be delivered).
CREATE TABLE outbox (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  receiver    TEXT NOT NULL,
  event_id    TEXT NOT NULL,
  key         TEXT NOT NULL,
  payload     TEXT NOT NULL,
  state       INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),
  reason      TEXT,
  recorded_us INTEGER NOT NULL,
  UNIQUE (receiver, event_id)
) STRICT;
CREATE INDEX outbox_waiting ON outbox (receiver, id) WHERE state = 0;
CREATE INDEX outbox_delivered ON outbox (id) WHERE state = 1;
CREATE INDEX outbox_parked ON outbox (id) WHERE state = 2;

CREATE TABLE cursors (source TEXT PRIMARY KEY, watermark_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql";

// Step i leads from version i to i + 1. A released step is never edited; a change is a new step.
constexpr const char* kSteps[] = {kVersion1};
static_assert(sizeof kSteps / sizeof kSteps[0] == kSchemaVersion);

absl::StatusOr<int> AskNumber(Connection& connection, const std::string& sql) {
  absl::StatusOr<std::string> text = connection.Ask(sql);
  if (!text.ok()) return text.status();
  int number = 0;
  CHECK(absl::SimpleAtoi(*text, &number));
  return number;
}

absl::Status CheckOurs(Connection& connection, int version) {
  const absl::StatusOr<int> application = AskNumber(connection, "PRAGMA application_id");
  if (!application.ok()) return application.status();
  const absl::StatusOr<int> tables = AskNumber(connection, "SELECT count(*) FROM sqlite_master");
  if (!tables.ok()) return tables.status();
  if (*application != kApplicationId && (*application != 0 || *tables > 0))
    return absl::FailedPreconditionError(absl::StrCat(
        connection.path(), " is a database of another program; it was left as it is: give another path for the agent's database"));
  if (version > kSchemaVersion)
    return absl::FailedPreconditionError(absl::StrCat(connection.path(), " was written by a newer version of nephoscope (format ", version,
                                                      ", this one knows formats up to ", kSchemaVersion,
                                                      "); run that version again, or give another path for the database"));
  return absl::OkStatus();
}

absl::Status TakeStep(Connection& connection, int from) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(connection);
  if (!transaction.ok()) return transaction.status();
  if (absl::Status s = connection.Execute(kSteps[from]); !s.ok()) return s;
  const std::string mark = absl::StrCat("PRAGMA application_id = ", kApplicationId, "; PRAGMA user_version = ", from + 1);
  if (absl::Status s = connection.Execute(mark); !s.ok()) return s;
  return transaction->Commit();
}

}  // namespace

absl::Status Migrate(Connection& connection) {
  absl::StatusOr<int> version = AskNumber(connection, "PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (absl::Status s = CheckOurs(connection, *version); !s.ok()) return s;
  for (int from = *version; from < kSchemaVersion; ++from)
    if (absl::Status s = TakeStep(connection, from); !s.ok()) return s;
  return absl::OkStatus();
}

absl::Status CheckSound(Connection& connection) {
  const absl::StatusOr<std::string> found = connection.Ask("PRAGMA quick_check(1)");
  if (!found.ok()) return found.status();
  return *found == "ok" ? absl::OkStatus() : absl::DataLossError(absl::StrCat("database ", connection.path(), ": ", *found));
}

absl::Status CheckTables(Connection& connection) {
  const absl::StatusOr<int> tables = AskNumber(connection,
                                               "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('meta', 'instances', "
                                               "'transitions', 'alerts', 'outbox', 'cursors')");
  if (!tables.ok()) return tables.status();
  if (*tables != 6)
    return absl::DataLossError(absl::StrCat("database ", connection.path(), ": ", 6 - *tables, " of its 6 tables are missing"));
  return absl::OkStatus();
}

}  // namespace nephoscope
