// The history: that it is as it was written, and how old rows go behind a signed checkpoint.
#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "agent/store/hash_chain.h"
#include "agent/store/signing_key.h"
#include "agent/store/sqlite_store.h"

namespace nephoscope {
namespace {

constexpr char kKey[] = "signing_key", kPublicKey[] = "public_key";
constexpr std::int64_t kRowsAtOnce = 500;  // that go: no call takes long
constexpr int kKeptAtOnce = 100;

std::string Copy(absl::string_view text) { return std::string(text.data(), text.size()); }

std::string CheckpointText(std::int64_t position, absl::string_view hash, std::int64_t recorded_us) {
  return absl::StrCat("nephoscope checkpoint 1\nposition ", position, "\nhash ", absl::BytesToHexString(hash), "\nrecorded_us ",
                      recorded_us, "\n");
}

}  // namespace

struct SqliteStore::Gone {
  std::int64_t position = 0;
  std::string previous;  // hash of the row before
  bool needed = false;
};

absl::StatusOr<std::string> SqliteStore::Meta(const char* name) {
  absl::StatusOr<Statement> get = connection_->Prepare("SELECT value FROM meta WHERE name = ?");
  if (!get.ok()) return get.status();
  const absl::StatusOr<bool> row = get->Bind(absl::string_view(name)).Next();
  if (!row.ok()) return row.status();
  return *row ? Copy(get->Text(0)) : "";
}

absl::Status SqliteStore::PutMeta(const char* name, absl::string_view bytes) {
  absl::StatusOr<Statement> put =
      connection_->Prepare("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
  if (!put.ok()) return put.status();
  return put->Bind(absl::string_view(name)).BindBlob(bytes).Run().status();
}

absl::Status SqliteStore::MakeKey() {
  const absl::StatusOr<std::string> secret = Meta(kKey);
  if (!secret.ok() || !secret->empty()) return secret.status();
  absl::StatusOr<Transaction> transaction = Transaction::Begin(*connection_);
  if (!transaction.ok()) return transaction.status();
  const std::string made = NewSigningKey();
  if (absl::Status s = PutMeta(kKey, made); !s.ok()) return s;
  if (absl::Status s = PutMeta(kPublicKey, PublicKeyOf(made)); !s.ok()) return s;
  return transaction->Commit();
}

absl::Status SqliteStore::VerifyCheckpoint(std::string& head, std::int64_t& position) {
  head = ChainStart(), position = 0;
  absl::StatusOr<Statement> get = connection_->Prepare("SELECT position, hash, recorded_us, signature FROM checkpoint");
  if (!get.ok()) return get.status();
  const absl::StatusOr<bool> row = get->Next();
  if (!row.ok() || !*row) return row.status();
  position = get->Integer(0), head = Copy(get->Text(1));
  const absl::StatusOr<std::string> key = Meta(kPublicKey);
  if (!key.ok()) return key.status();
  if (IsSignedBy(*key, CheckpointText(position, head, get->Integer(2)), get->Text(3))) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("database ", connection_->path(), ": the checkpoint of the history at position ", position,
                                          " is not as it was signed; compare with the alert topic or a backup"));
}

// Rows that are older than the checkpoint and still there: each by the hash that stood before it.
absl::Status SqliteStore::VerifyKept() {
  absl::StatusOr<Statement> rows = connection_->Prepare(
      "SELECT t.event, t.template, k.previous, t.hash, k.position FROM kept k LEFT JOIN transitions t USING (position)");
  if (!rows.ok()) return rows.status();
  for (;;) {
    const absl::StatusOr<bool> row = rows->Next();
    if (!row.ok() || !*row) return row.status();
    const absl::StatusOr<std::string> event = EventAt(*rows, 0);
    if (!event.ok()) return event.status();
    if (ChainNext(rows->Text(2), *event) != rows->Text(3))
      return absl::DataLossError(absl::StrCat("database ", connection_->path(), ": the history is not as it was written at position ",
                                              rows->Integer(4), "; compare with the alert topic or a backup"));
  }
}

absl::StatusOr<std::int64_t> SqliteStore::VerifyChain() {
  std::string head;
  std::int64_t position = 0;
  if (absl::Status s = VerifyCheckpoint(head, position); !s.ok()) return s;
  if (absl::Status s = VerifyKept(); !s.ok()) return s;
  chain_.Bind(position);
  for (std::int64_t count = 0;; ++count) {
    const absl::StatusOr<bool> row = chain_.Next();
    if (!row.ok()) return row.status();
    if (!*row) return count;
    const absl::StatusOr<std::string> event = EventAt(chain_, 3);
    if (event.ok()) head = ChainNext(head, *event);
    if (event.ok() && head == chain_.Text(5)) continue;
    absl::Status broken = absl::DataLossError(
        absl::StrCat("database ", connection_->path(), ": the history is not as it was written: it breaks at position ", chain_.Integer(0),
                     " (alert ", chain_.Text(1), ", sequence ", chain_.Integer(2), "); compare with the alert topic or a backup"));
    chain_.Reset();
    return broken;
  }
}

absl::StatusOr<std::vector<SqliteStore::Gone>> SqliteStore::OldHistory(absl::Time now, std::string& head) {
  absl::StatusOr<Statement> size = connection_->Prepare(
      "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size");
  if (!size.ok()) return size.status();
  if (absl::StatusOr<bool> row = size->Next(); !row.ok()) return row.status();
  const bool too_large = size->Integer(0) > options_.keep_history_bytes;
  size->Reset();
  absl::StatusOr<Statement> rows = connection_->Prepare(
      "SELECT t.position, t.hash, t.recorded_us, EXISTS (SELECT 1 FROM alerts a WHERE a.position = t.position) OR EXISTS "
      "(SELECT 1 FROM outbox o WHERE o.event_id = t.event_id AND o.payload IS NULL AND o.state <> 1) FROM transitions t "
      "WHERE t.position > (SELECT coalesce(max(position), 0) FROM checkpoint) ORDER BY t.position LIMIT ?");
  if (!rows.ok()) return rows.status();
  absl::StatusOr<std::string> hash = connection_->Ask("SELECT hash FROM checkpoint");
  if (!hash.ok()) return hash.status();
  head = hash->empty() ? ChainStart() : *std::move(hash);
  std::vector<Gone> out;
  rows->Bind(kRowsAtOnce);
  for (;;) {
    const absl::StatusOr<bool> row = rows->Next();
    if (!row.ok()) return row.status();
    if (!*row || (!too_large && rows->Time(2) >= now - options_.keep_history_for)) return out;
    out.push_back({rows->Integer(0), head, rows->Integer(3) == 1});
    head = Copy(rows->Text(1));
  }
}

absl::Status SqliteStore::LetGo(const std::vector<Gone>& rows, const std::string& head, absl::Time now) {
  const absl::StatusOr<std::string> secret = Meta(kKey);
  if (!secret.ok()) return secret.status();
  const std::int64_t position = rows.back().position, us = ToMicros(now);
  absl::StatusOr<Statement> put = connection_->Prepare(
      "INSERT INTO checkpoint (one, position, hash, recorded_us, signature) VALUES (1, ?, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET "
      "position = excluded.position, hash = excluded.hash, recorded_us = excluded.recorded_us, signature = excluded.signature");
  if (!put.ok()) return put.status();
  const std::string signature = Sign(*secret, CheckpointText(position, head, us));
  if (absl::StatusOr<int> n = put->Bind(position).BindBlob(head).Bind(us).BindBlob(signature).Run(); !n.ok()) return n.status();
  absl::StatusOr<Statement> keep = connection_->Prepare("INSERT INTO kept (position, previous) VALUES (?, ?)");
  if (!keep.ok()) return keep.status();
  absl::StatusOr<Statement> drop = connection_->Prepare("DELETE FROM transitions WHERE position = ?");
  if (!drop.ok()) return drop.status();
  for (const Gone& row : rows) {
    const absl::StatusOr<int> done = row.needed ? keep->Bind(row.position).BindBlob(row.previous).Run() : drop->Bind(row.position).Run();
    if (!done.ok()) return done.status();
  }
  return absl::OkStatus();
}

// Rows that were kept and are not needed any more.
absl::Status SqliteStore::DropKept() {
  const std::string old = absl::StrCat(
      "SELECT k.position FROM kept k JOIN transitions t USING (position) WHERE NOT EXISTS (SELECT 1 FROM alerts a WHERE a.position = "
      "k.position) AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.event_id = t.event_id AND o.payload IS NULL AND o.state <> 1) LIMIT ",
      kKeptAtOnce);
  return connection_->Execute(absl::StrCat("CREATE TEMP TABLE IF NOT EXISTS going (position INTEGER PRIMARY KEY); DELETE FROM going; "
                                           "INSERT INTO going ", old, "; DELETE FROM kept WHERE position IN (SELECT position FROM going); "
                                           "DELETE FROM transitions WHERE position IN (SELECT position FROM going)"));
}

absl::StatusOr<bool> SqliteStore::Compact(absl::Time now) {
  if (absl::Status s = MakeKey(); !s.ok()) return s;
  std::string head;
  const absl::StatusOr<std::vector<Gone>> rows = OldHistory(now, head);
  if (!rows.ok()) return rows.status();
  if (absl::Status s = SetSync(Sync::kLater); !s.ok()) return s;
  absl::StatusOr<Transaction> transaction = Transaction::Begin(*connection_);
  if (!transaction.ok()) return transaction.status();
  if (!rows->empty())
    if (absl::Status s = LetGo(*rows, head, now); !s.ok()) return s;
  if (absl::Status s = DropKept(); !s.ok()) return s;
  if (absl::Status s = transaction->Commit(); !s.ok()) return s;
  return static_cast<std::int64_t>(rows->size()) == kRowsAtOnce;
}

}  // namespace nephoscope
