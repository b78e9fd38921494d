// What the database holds besides alerts: rule files, parked events, states to be published; and who looks into it.
#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "agent/store/event_codec.h"
#include "agent/store/packed_id.h"
#include "agent/store/schema.h"
#include "agent/store/sqlite_store.h"

namespace nephoscope {
namespace {

std::string Copy(absl::string_view text) { return std::string(text.data(), text.size()); }

}  // namespace

absl::StatusOr<std::vector<ParkedRow>> SqliteStore::Parked(int limit) {
  absl::StatusOr<Statement> rows = connection_->Prepare(
      "SELECT o.id, r.name, o.event_id, coalesce(o.key, t.alert_id, ''), coalesce(o.reason, ''), o.recorded_us FROM outbox o "
      "JOIN receivers r ON r.id = o.receiver LEFT JOIN transitions t ON o.payload IS NULL AND t.event_id = o.event_id "
      "WHERE o.state = 2 ORDER BY o.id LIMIT ?");
  if (!rows.ok()) return rows.status();
  std::vector<ParkedRow> out;
  rows->Bind(std::int64_t{limit});
  for (;;) {
    const absl::StatusOr<bool> row = rows->Next();
    if (!row.ok()) return row.status();
    if (!*row) return out;
    out.push_back({rows->Integer(0), Copy(rows->Text(1)), UnpackId(rows->Text(2)), Copy(rows->Text(3)), Copy(rows->Text(4)), rows->Time(5)});
  }
}

absl::StatusOr<int> SqliteStore::Release(absl::string_view receiver, std::int64_t id) {
  if (absl::Status s = SetSync(Sync::kAtOnce); !s.ok()) return s;
  absl::StatusOr<Statement> release = connection_->Prepare(
      "UPDATE outbox SET state = 0, reason = NULL, sum = sum - 2199023255552 WHERE state = 2 AND (?1 = 0 OR id = ?1) AND "
      "(?2 = '' OR receiver = (SELECT id FROM receivers WHERE name = ?2))");
  if (!release.ok()) return release.status();
  const absl::StatusOr<int> released = release->Bind(id).Bind(receiver).Run();
  if (!released.ok()) return released.status();
  waiting_ += *released, parked_ -= *released;
  return *released;
}

absl::StatusOr<bool> SqliteStore::ChangedElsewhere() {
  absl::StatusOr<std::string> version = connection_->Ask("PRAGMA data_version");
  if (!version.ok()) return version.status();
  const bool changed = !data_version_.empty() && *version != data_version_;
  data_version_ = *std::move(version);
  if (!changed) return false;
  if (absl::Status s = ReadCounters(); !s.ok()) return s;
  return true;
}

absl::Status SqliteStore::PutRuleFiles(const std::map<std::string, std::string>& files) {
  if (absl::Status s = SetSync(Sync::kAtOnce); !s.ok()) return s;
  absl::StatusOr<Statement> put = connection_->Prepare("INSERT INTO rule_files (path, text) VALUES (?, ?)");
  if (!put.ok()) return put.status();
  absl::StatusOr<Transaction> transaction = Transaction::Begin(*connection_);
  if (!transaction.ok()) return transaction.status();
  if (absl::Status s = connection_->Execute("DELETE FROM rule_files"); !s.ok()) return s;
  EventCodec codec;
  for (const auto& [path, text] : files) {
    const std::string packed = codec.Pack(text, path);
    if (absl::StatusOr<int> n = put->Bind(path).BindBlob(packed).Run(); !n.ok()) return n.status();
  }
  return transaction->Commit();
}

absl::StatusOr<std::map<std::string, std::string>> SqliteStore::RuleFiles() {
  absl::StatusOr<Statement> rows = connection_->Prepare("SELECT path, text FROM rule_files");
  if (!rows.ok()) return rows.status();
  std::map<std::string, std::string> out;
  EventCodec codec;
  for (;;) {
    const absl::StatusOr<bool> row = rows->Next();
    if (!row.ok()) return row.status();
    if (!*row) return out;
    std::string text;
    if (codec.Unpack(rows->Text(1), rows->Text(0), text)) out.emplace(Copy(rows->Text(0)), std::move(text));
  }
}

absl::StatusOr<std::vector<StateChange>> SqliteStore::StateChanges(int limit) {
  absl::StatusOr<Statement> rows = connection_->Prepare(
      "SELECT c.alert_id, c.change, coalesce(i.rule_id, ''), coalesce(i.shard, 0), i.state FROM state_changes c "
      "LEFT JOIN instances i USING (alert_id) LIMIT ?");
  if (!rows.ok()) return rows.status();
  std::vector<StateChange> out;
  rows->Bind(std::int64_t{limit});
  for (;;) {
    const absl::StatusOr<bool> row = rows->Next();
    if (!row.ok()) return row.status();
    if (!*row) break;
    out.push_back({{Copy(rows->Text(0)), Copy(rows->Text(2)), static_cast<int>(rows->Integer(3)), Copy(rows->Text(4))}, "", rows->Integer(1)});
  }
  for (StateChange& one : out) {
    const absl::StatusOr<bool> row = event_.Bind(one.instance.alert_id).Next();
    if (!row.ok()) return row.status();
    absl::StatusOr<std::string> event = *row ? EventAt(event_, 0) : std::string();
    event_.Reset();
    if (!event.ok()) return event.status();
    one.event = *std::move(event);
  }
  return out;
}

absl::Status SqliteStore::ForgetStateChange(absl::string_view alert_id, std::int64_t change) {
  if (absl::Status s = SetSync(Sync::kLater); !s.ok()) return s;
  absl::StatusOr<Statement> forget = connection_->Prepare("DELETE FROM state_changes WHERE alert_id = ? AND change = ?");
  if (!forget.ok()) return forget.status();
  return forget->Bind(alert_id).Bind(change).Run().status();
}

absl::StatusOr<StoreReport> SqliteStore::Check() {
  StoreReport out;
  const absl::StatusOr<std::string> key = Meta("public_key");
  if (!key.ok()) return key.status();
  out.public_key = absl::BytesToHexString(*key);
  for (const absl::Status& status : {CheckSound(*connection_), CheckSums(*connection_)})
    if (!status.ok()) out.problems.emplace_back(status.message());
  const absl::StatusOr<std::int64_t> chain = VerifyChain();
  if (!chain.ok()) out.problems.emplace_back(chain.status().message());
  absl::StatusOr<Statement> counts = connection_->Prepare(
      "SELECT (SELECT count(*) FROM transitions), (SELECT count(*) FROM instances), (SELECT coalesce(max(position), 0) FROM checkpoint) "
      "- (SELECT count(*) FROM kept)");
  if (!counts.ok()) return counts.status();
  if (absl::StatusOr<bool> row = counts->Next(); !row.ok()) return row.status();
  out.transitions = counts->Integer(0), out.instances = counts->Integer(1), out.gone = counts->Integer(2);
  out.waiting = waiting_, out.parked = parked_;
  return out;
}

}  // namespace nephoscope
