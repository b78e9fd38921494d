#include "agent/store/schema.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/store/version_2.h"
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

// Events as their difference from a template, ids as bytes, sums over rows; history that may go behind a signed checkpoint.
constexpr char kVersion2[] = R"sql(
DROP TRIGGER transitions_stay;
DROP TRIGGER transitions_hold;
DROP INDEX transitions_by_alert;
DROP INDEX alerts_shown;
DROP INDEX outbox_waiting;
DROP INDEX outbox_delivered;
DROP INDEX outbox_parked;
ALTER TABLE instances RENAME TO old_instances;
ALTER TABLE transitions RENAME TO old_transitions;
ALTER TABLE alerts RENAME TO old_alerts;
ALTER TABLE outbox RENAME TO old_outbox;
ALTER TABLE cursors RENAME TO old_cursors;

-- sum, here and below: CRC-32 over the other columns (row_sum.h).
CREATE TABLE instances (
  alert_id TEXT PRIMARY KEY,
  rule_id  TEXT NOT NULL,
  shard    INTEGER NOT NULL CHECK (shard BETWEEN 0 AND 63),
  state    BLOB NOT NULL,
  sum      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Texts that events are stored as the difference from (event_templates.h).
CREATE TABLE templates (id INTEGER PRIMARY KEY, name TEXT NOT NULL, text BLOB NOT NULL) STRICT;
CREATE INDEX templates_by_name ON templates (name, id);

-- History. hash = SHA-256(hash of the row before | event as JSON); 32 zero bytes stand before the first.
CREATE TABLE transitions (
  position    INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id    BLOB NOT NULL UNIQUE,
  alert_id    TEXT NOT NULL,
  sequence    INTEGER NOT NULL,
  recorded_us INTEGER NOT NULL,
  template    INTEGER NOT NULL,
  event       BLOB NOT NULL,
  hash        BLOB NOT NULL CHECK (length(hash) = 32),
  sum         INTEGER NOT NULL
) STRICT;

-- Rows up to `position` may be gone; `signature` (Ed25519, key in meta) vouches for position, hash and time.
CREATE TABLE checkpoint (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  position    INTEGER NOT NULL,
  hash        BLOB NOT NULL,
  recorded_us INTEGER NOT NULL,
  signature   BLOB NOT NULL
) STRICT;
-- Rows before the checkpoint that are still needed, and the hash of the row that stood before them.
CREATE TABLE kept (position INTEGER PRIMARY KEY, previous BLOB NOT NULL) STRICT;

CREATE TRIGGER transitions_stay BEFORE DELETE ON transitions
WHEN OLD.position > (SELECT coalesce(max(position), 0) FROM checkpoint)
BEGIN SELECT RAISE(ABORT, 'history goes behind a checkpoint only'); END;
CREATE TRIGGER transitions_hold BEFORE UPDATE ON transitions BEGIN SELECT RAISE(ABORT, 'history is only added to'); END;

-- The newest transition of each alert.
CREATE TABLE alerts (
  alert_id    TEXT PRIMARY KEY,
  position    INTEGER NOT NULL,
  active      INTEGER NOT NULL CHECK (active IN (0, 1)),
  recorded_us INTEGER NOT NULL,
  sum         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_shown ON alerts (active, recorded_us);
CREATE INDEX alerts_by_position ON alerts (position);

CREATE TABLE receivers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

-- state: 0 waits, 1 delivered, 2 parked (reason says why it cannot be delivered). key and payload are NULL where they are
-- alert_id and event of the transition with this event_id. sum: CRC-32 + 2^40 * state.
CREATE TABLE outbox (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  receiver    INTEGER NOT NULL,
  event_id    BLOB NOT NULL,
  key         TEXT,
  template    INTEGER NOT NULL,
  payload     BLOB,
  state       INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),
  reason      TEXT,
  recorded_us INTEGER NOT NULL,
  sum         INTEGER NOT NULL,
  UNIQUE (event_id, receiver)
) STRICT;
CREATE INDEX outbox_waiting ON outbox (receiver, id) WHERE state = 0;
CREATE INDEX outbox_delivered ON outbox (id) WHERE state = 1;
CREATE INDEX outbox_parked ON outbox (id) WHERE state = 2;

CREATE TABLE cursors (source TEXT PRIMARY KEY, watermark_us INTEGER NOT NULL, sum INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- The newest good version of each rule file and of the tables that rules name.
CREATE TABLE rule_files (path TEXT PRIMARY KEY, text BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- Alerts whose state the receiver of states has not got yet.
CREATE TABLE state_changes (alert_id TEXT PRIMARY KEY, change INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql";

constexpr char kVersion2End[] =
    "DROP TABLE old_outbox; DROP TABLE old_alerts; DROP TABLE old_transitions; DROP TABLE old_instances; DROP TABLE old_cursors";

// Step i leads from version i to i + 1. A released step is never edited; a change is a new step.
struct VersionStep {
  const char* sql;
  absl::Status (*copy)(Connection& connection);  // rows into the new tables; may be null
  const char* end;
};
constexpr VersionStep kSteps[] = {{kVersion1, nullptr, ""}, {kVersion2, &CopyToVersion2, kVersion2End}};
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
  if (*application == kApplicationId && version <= 0)
    return absl::DataLossError(absl::StrCat("database ", connection.path(), ": the number of its format is gone"));
  if (version > kSchemaVersion)
    return absl::FailedPreconditionError(absl::StrCat(connection.path(), " was written by a newer version of nephoscope (format ", version,
                                                      ", this one knows formats up to ", kSchemaVersion,
                                                      "); run that version again, or give another path for the database"));
  return absl::OkStatus();
}

absl::Status TakeStep(Connection& connection, int from) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(connection);
  if (!transaction.ok()) return transaction.status();
  if (absl::Status s = connection.Execute(kSteps[from].sql); !s.ok()) return s;
  if (kSteps[from].copy != nullptr)
    if (absl::Status s = kSteps[from].copy(connection); !s.ok()) return s;
  if (absl::Status s = connection.Execute(kSteps[from].end); !s.ok()) return s;
  const std::string mark = absl::StrCat("PRAGMA application_id = ", kApplicationId, "; PRAGMA user_version = ", from + 1);
  if (absl::Status s = connection.Execute(mark); !s.ok()) return s;
  return transaction->Commit();
}

}  // namespace

const char* FirstFormat() { return kVersion1; }

absl::Status Migrate(Connection& connection) {
  absl::StatusOr<int> version = AskNumber(connection, "PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (absl::Status s = CheckOurs(connection, *version); !s.ok()) return s;
  for (int from = *version; from < kSchemaVersion; ++from)
    if (absl::Status s = TakeStep(connection, from); !s.ok()) return s;
  return absl::OkStatus();
}

bool IsEmpty(Connection& connection) {
  const absl::StatusOr<int> tables = AskNumber(connection, "SELECT count(*) FROM sqlite_master");
  return tables.ok() && *tables == 0;
}

absl::Status CheckVersion(Connection& connection) {
  const absl::StatusOr<int> version = AskNumber(connection, "PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (absl::Status s = CheckOurs(connection, *version); !s.ok()) return s;
  if (*version == kSchemaVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(connection.path(), " is of format ", *version, "; this version writes format ", kSchemaVersion,
                                                    ": start the agent once, it brings the file over"));
}

absl::Status CheckSound(Connection& connection) {
  const absl::StatusOr<std::string> found = connection.Ask("PRAGMA quick_check(1)");
  if (!found.ok()) return found.status();
  return *found == "ok" ? absl::OkStatus() : absl::DataLossError(absl::StrCat("database ", connection.path(), ": ", *found));
}

absl::Status CheckTables(Connection& connection) {
  const absl::StatusOr<int> tables = AskNumber(
      connection,
      "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('meta', 'instances', 'templates', 'transitions', "
      "'checkpoint', 'kept', 'alerts', 'receivers', 'outbox', 'cursors', 'rule_files', 'state_changes')");
  if (!tables.ok()) return tables.status();
  constexpr int kTables = 12;
  if (*tables == kTables) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("database ", connection.path(), ": ", kTables - *tables, " of its ", kTables, " tables are missing"));
}

}  // namespace nephoscope
