#include "agent/store/sqlite_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "agent/store/hash_chain.h"
#include "agent/store/packed_id.h"
#include "agent/store/schema.h"

namespace nephoscope {
namespace {

constexpr int kDeletedAtOnce = 100;  // old outbox rows per call: no call takes long

std::string Copy(absl::string_view text) { return std::string(text.data(), text.size()); }

}  // namespace

struct SqliteStore::Draft {
  std::string chain_head;
  std::int64_t waiting = 0;
  absl::flat_hash_set<absl::string_view> replayed;  // event ids
  absl::flat_hash_map<absl::string_view, const StoredTransition*> added;  // by event id
  std::set<absl::string_view> changed;              // alert ids whose state is to be published
};

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Make(std::unique_ptr<Connection> connection, const StoreOptions& options) {
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(connection), options));
  if (absl::Status s = store->PrepareAll(); !s.ok()) return s;
  if (absl::Status s = store->ReadCounters(); !s.ok()) return s;
  return store;
}

absl::Status SqliteStore::PrepareAll() {
  const struct {
    Statement* statement;
    const char* sql;
  } all[] = {
      {&drop_instance_, "DELETE FROM instances WHERE alert_id = ?"},
      {&put_recorded_,
       "INSERT INTO meta (name, value) VALUES ('last_recorded_us', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"},
      {&note_change_,
       "INSERT INTO state_changes (alert_id, change) VALUES (?, 1) ON CONFLICT (alert_id) DO UPDATE SET change = change + 1"},
      {&pending_,
       "SELECT o.id, o.event_id, coalesce(o.key, t.alert_id), o.payload, o.template, t.event, t.template FROM outbox o "
       "LEFT JOIN transitions t ON o.payload IS NULL AND t.event_id = o.event_id "
       "WHERE o.receiver = (SELECT id FROM receivers WHERE name = ?) AND o.id > ? AND o.state = 0 ORDER BY o.id LIMIT ?"},
      {&mark_, "UPDATE outbox SET state = 1, sum = sum + 1099511627776 WHERE id = ? AND state = 0"},
      {&park_, "UPDATE outbox SET state = 2, sum = sum + 2199023255552, reason = ? WHERE id = ? AND state = 0"},
      {&drop_count_, "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state = 1 ORDER BY id LIMIT ?)"},
      {&drop_age_,
       "DELETE FROM outbox WHERE id IN (SELECT id FROM (SELECT id, recorded_us FROM outbox WHERE state = 1 ORDER BY id LIMIT ?) "
       "WHERE recorded_us < ?)"},
      {&oldest_,
       "SELECT recorded_us FROM outbox WHERE id = (SELECT min(id) FROM outbox WHERE state = 0 AND receiver IS NOT "
       "(SELECT id FROM receivers WHERE name = ?))"},
      {&instances_, "SELECT alert_id, rule_id, shard, state FROM instances ORDER BY alert_id"},
      {&cursors_, "SELECT source, watermark_us FROM cursors ORDER BY source"},
      {&latest_,
       "SELECT t.event, t.template FROM alerts a JOIN transitions t USING (position) WHERE a.active = 1 OR a.recorded_us >= ? "
       "ORDER BY a.position"},
      {&chain_,
       "SELECT position, alert_id, sequence, event, template, hash FROM transitions WHERE position > ? ORDER BY position"},
      {&event_, "SELECT t.event, t.template FROM alerts a JOIN transitions t USING (position) WHERE a.alert_id = ?"},
  };
  static_assert(kSumOfState == 1099511627776);
  for (const auto& one : all) {
    absl::StatusOr<Statement> statement = connection_->Prepare(one.sql);
    // SQL of ours that does not fit: somebody changed the tables.
    if (absl::IsInternal(statement.status())) return absl::DataLossError(statement.status().message());
    if (!statement.ok()) return statement.status();
    *one.statement = *std::move(statement);
  }
  const absl::Status status = writer_->Prepare(*connection_);
  return absl::IsInternal(status) ? absl::DataLossError(status.message()) : status;
}

absl::Status SqliteStore::ReadCounters() {
  absl::StatusOr<Statement> counts = connection_->Prepare(
      "SELECT (SELECT count(*) FROM outbox WHERE state = 0), (SELECT count(*) FROM outbox WHERE state = 1), "
      "(SELECT count(*) FROM outbox WHERE state = 2), (SELECT value FROM meta WHERE name = 'last_recorded_us'), "
      "(SELECT hash FROM transitions ORDER BY position DESC LIMIT 1), EXISTS (SELECT 1 FROM meta WHERE name = 'last_recorded_us')");
  if (!counts.ok()) return counts.status();
  if (absl::StatusOr<bool> row = counts->Next(); !row.ok()) return row.status();
  waiting_ = counts->Integer(0), delivered_ = counts->Integer(1), parked_ = counts->Integer(2);
  if (counts->Integer(5) == 1) last_recorded_ = counts->Time(3);
  chain_head_ = Copy(counts->Text(4));
  counts->Reset();
  if (chain_head_.empty()) {  // all rows may be behind the checkpoint
    absl::StatusOr<std::string> hash = connection_->Ask("SELECT hash FROM checkpoint");
    if (!hash.ok()) return hash.status();
    chain_head_ = hash->empty() ? ChainStart() : *std::move(hash);
  }
  return ChangedElsewhere().status();
}

// Cannot change within a transaction. A mark that is not synced is synced by the next commit that is.
absl::Status SqliteStore::SetSync(Sync sync) {
  if (!options_.synced) sync = Sync::kNone;
  if (sync == sync_) return absl::OkStatus();
  const char* level = sync == Sync::kAtOnce ? "FULL" : sync == Sync::kLater ? "NORMAL" : "OFF";
  if (absl::Status s = connection_->Execute(absl::StrCat("PRAGMA synchronous = ", level)); !s.ok()) return s;
  sync_ = sync;
  return absl::OkStatus();
}

// The disk took nothing when the file was opened.
absl::Status SqliteStore::BecomeWritable() {
  absl::StatusOr<std::unique_ptr<SqliteStore>> made = reopen_();
  if (!made.ok()) return made.status();
  const bool keeps = keeps_state_changes_;
  *this = std::move(**made);
  keeps_state_changes_ = keeps;
  return absl::OkStatus();
}

absl::Status SqliteStore::Apply(const Commit& commit) {
  if (reopen_)
    if (absl::Status s = BecomeWritable(); !s.ok()) return s;
  if (absl::Status s = SetSync(Sync::kAtOnce); !s.ok()) return s;
  absl::StatusOr<Transaction> transaction = Transaction::Begin(*connection_);
  if (!transaction.ok()) return transaction.status();
  Draft draft{.chain_head = chain_head_};
  absl::Status status = WriteAll(commit, draft);
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) {
    writer_->Forget();
    return status;
  }
  chain_head_ = std::move(draft.chain_head);
  waiting_ += draft.waiting;
  last_recorded_ = commit.recorded;
  return absl::OkStatus();
}

absl::Status SqliteStore::WriteAll(const Commit& commit, Draft& draft) {
  for (const StoredTransition& stored : commit.transitions)
    if (absl::Status s = AddTransition(stored, commit.recorded, draft); !s.ok()) return s;
  for (const InstanceState& instance : commit.instances)
    if (absl::Status s = PutInstance(instance, draft); !s.ok()) return s;
  for (const OutboxRow& row : commit.outbox)
    if (absl::Status s = AddOutboxRow(row, commit.recorded, draft); !s.ok()) return s;
  for (const std::int64_t id : commit.settled) {
    const absl::StatusOr<int> marked = mark_.Bind(id).Run();
    if (!marked.ok()) return marked.status();
    draft.waiting -= *marked;
  }
  for (const SourceCursor& cursor : commit.cursors)
    if (absl::Status s = writer_->PutCursor(cursor); !s.ok()) return s;
  for (const absl::string_view id : draft.changed)
    if (absl::StatusOr<int> n = note_change_.Bind(id).Run(); !n.ok()) return n.status();
  return put_recorded_.Bind(commit.recorded).Run().status();
}

absl::Status SqliteStore::AddTransition(const StoredTransition& stored, absl::Time recorded, Draft& draft) {
  const Transition& t = *stored.transition;
  TransitionRow row{t.event_id, t.alert_id, t.rule.id, static_cast<std::int64_t>(t.sequence), recorded, stored.event_json,
                    ChainNext(draft.chain_head, stored.event_json)};
  const absl::StatusOr<int> added = writer_->Add(row);
  if (!added.ok()) return added.status();
  if (*added == 0) {
    draft.replayed.insert(t.event_id);
    return absl::OkStatus();
  }
  draft.chain_head = std::move(row.hash);
  draft.added.emplace(t.event_id, &stored);
  if (keeps_state_changes_) draft.changed.insert(t.alert_id);
  return writer_->SetAlert(t.alert_id, connection_->last_row(), t.status != AlertState::kInactive, recorded);
}

absl::Status SqliteStore::PutInstance(const InstanceState& instance, Draft& draft) {
  if (keeps_state_changes_) draft.changed.insert(instance.alert_id);
  if (instance.bytes.empty()) return drop_instance_.Bind(instance.alert_id).Run().status();
  return writer_->PutInstance(instance);
}

absl::Status SqliteStore::AddOutboxRow(const OutboxRow& row, absl::Time recorded, Draft& draft) {
  if (draft.replayed.contains(row.event_id)) return absl::OkStatus();
  const auto found = draft.added.find(row.event_id);
  const bool as_stored = found != draft.added.end() && found->second->event_json == row.payload &&
                         found->second->transition->alert_id == row.key;
  const absl::StatusOr<int> added = writer_->Add(row, as_stored, recorded);
  if (!added.ok()) return added.status();
  draft.waiting += *added;
  return absl::OkStatus();
}

// The event in columns `column` and `column + 1` (bytes, template).
absl::StatusOr<std::string> SqliteStore::EventAt(const Statement& row, int column) {
  return writer_->templates().Unpack(row.Integer(column + 1), row.Text(column));
}

absl::StatusOr<OutboxRow> SqliteStore::ReadPending(absl::string_view receiver) {
  OutboxRow row{pending_.Integer(0), Copy(receiver), UnpackId(pending_.Text(1)), Copy(pending_.Text(2)), ""};
  absl::StatusOr<std::string> payload = EventAt(pending_, pending_.IsNull(3) ? 5 : 3);
  if (!payload.ok()) return payload.status();
  row.payload = *std::move(payload);
  return row;
}

absl::StatusOr<std::vector<OutboxRow>> SqliteStore::Pending(absl::string_view receiver, std::int64_t after, int limit) {
  std::vector<OutboxRow> rows;
  pending_.Bind(receiver).Bind(after).Bind(static_cast<std::int64_t>(std::max(limit, 0)));
  for (;;) {
    const absl::StatusOr<bool> next = pending_.Next();
    if (!next.ok()) return next.status();
    if (!*next) return rows;
    absl::StatusOr<OutboxRow> row = ReadPending(receiver);
    if (!row.ok()) {
      pending_.Reset();
      return row.status();
    }
    rows.push_back(*std::move(row));
  }
}

absl::Status SqliteStore::MarkDelivered(absl::Span<const std::int64_t> ids) {
  if (ids.empty()) return absl::OkStatus();
  if (absl::Status s = SetSync(Sync::kLater); !s.ok()) return s;
  absl::StatusOr<Transaction> transaction = Transaction::Begin(*connection_);
  if (!transaction.ok()) return transaction.status();
  std::int64_t marked = 0;
  for (const std::int64_t id : ids) {
    const absl::StatusOr<int> changed = mark_.Bind(id).Run();
    if (!changed.ok()) return changed.status();
    marked += *changed;
  }
  const absl::StatusOr<int> deleted = DeleteOldDelivered(delivered_ + marked);
  if (!deleted.ok()) return deleted.status();
  if (absl::Status s = transaction->Commit(); !s.ok()) return s;
  waiting_ -= marked;
  delivered_ += marked - *deleted;
  return absl::OkStatus();
}

// The oldest beyond the count, then those beyond the age.
absl::StatusOr<int> SqliteStore::DeleteOldDelivered(std::int64_t delivered) {
  int deleted = 0;
  if (const std::int64_t excess = delivered - options_.keep_delivered; excess > 0) {
    const absl::StatusOr<int> n = drop_count_.Bind(std::min<std::int64_t>(excess, 10 * kDeletedAtOnce)).Run();
    if (!n.ok()) return n.status();
    deleted += *n;
  }
  const absl::StatusOr<int> n = drop_age_.Bind(std::int64_t{kDeletedAtOnce}).Bind(last_recorded_ - options_.keep_delivered_for).Run();
  if (!n.ok()) return n.status();
  return deleted + *n;
}

absl::Status SqliteStore::Park(std::int64_t id, absl::string_view reason) {
  if (absl::Status s = SetSync(Sync::kLater); !s.ok()) return s;
  const absl::StatusOr<int> changed = park_.Bind(reason).Bind(id).Run();
  if (!changed.ok()) return changed.status();
  waiting_ -= *changed, parked_ += *changed;
  return absl::OkStatus();
}

absl::StatusOr<Store::OutboxStats> SqliteStore::Outbox() {
  OutboxStats stats{.depth = waiting_, .parked = parked_};
  oldest_.Bind(absl::string_view(kDigestReceiver));
  const absl::StatusOr<bool> row = oldest_.Next();
  if (!row.ok()) return row.status();
  if (*row) stats.oldest = oldest_.Time(0);
  oldest_.Reset();
  return stats;
}

absl::StatusOr<std::vector<InstanceState>> SqliteStore::Instances() {
  std::vector<InstanceState> all;
  for (;;) {
    const absl::StatusOr<bool> row = instances_.Next();
    if (!row.ok()) return row.status();
    if (!*row) return all;
    all.push_back({Copy(instances_.Text(0)), Copy(instances_.Text(1)), static_cast<int>(instances_.Integer(2)), Copy(instances_.Text(3))});
  }
}

absl::StatusOr<std::vector<SourceCursor>> SqliteStore::Cursors() {
  std::vector<SourceCursor> all;
  for (;;) {
    const absl::StatusOr<bool> row = cursors_.Next();
    if (!row.ok()) return row.status();
    if (!*row) return all;
    all.push_back({Copy(cursors_.Text(0)), cursors_.Time(1)});
  }
}

absl::StatusOr<std::vector<std::string>> SqliteStore::LatestEvents(absl::Time since) {
  std::vector<std::string> events;
  latest_.Bind(since);
  for (;;) {
    const absl::StatusOr<bool> row = latest_.Next();
    if (!row.ok()) return row.status();
    if (!*row) return events;
    absl::StatusOr<std::string> event = EventAt(latest_, 0);
    if (!event.ok()) {
      latest_.Reset();
      return event.status();
    }
    events.push_back(*std::move(event));
  }
}

}  // namespace nephoscope
