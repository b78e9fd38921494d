// SqliteStore: the store on one open, sound database of this version (Store::Open makes sure of that).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/store/file_layer.h"
#include "agent/store/sqlite.h"
#include "agent/store/store.h"
#include "agent/store/stored_rows.h"

namespace nephoscope {

// sqlite_store.cc: commits, outbox, instances. sqlite_history.cc: chain, checkpoint. sqlite_extras.cc: files, parked, states.
class SqliteStore : public Store {
 public:
  // DataLoss: the tables are not as this version left them.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Make(std::unique_ptr<Connection> connection, const StoreOptions& options);
  // Kept until the database is closed.
  void Keep(std::unique_ptr<FileLayer::Lock> lock) { lock_ = std::move(lock); }
  // Makes the key that signs checkpoints, where there is none.
  absl::Status MakeKey();
  // It was opened for reading only. Called by Apply until it gives a store that can write, which takes over.
  using Reopen = std::function<absl::StatusOr<std::unique_ptr<SqliteStore>>()>;
  void WriteWhen(Reopen reopen) { reopen_ = std::move(reopen); }

  absl::Status Apply(const Commit& commit) override;
  absl::StatusOr<std::vector<OutboxRow>> Pending(absl::string_view receiver, std::int64_t after, int limit) override;
  absl::Status MarkDelivered(absl::Span<const std::int64_t> ids) override;
  absl::Status Park(std::int64_t id, absl::string_view reason) override;
  absl::StatusOr<OutboxStats> Outbox() override;
  absl::StatusOr<std::vector<InstanceState>> Instances() override;
  absl::StatusOr<std::vector<SourceCursor>> Cursors() override;
  absl::StatusOr<std::vector<std::string>> LatestEvents(absl::Time since) override;
  absl::Time last_recorded() const override { return last_recorded_; }

  absl::StatusOr<std::int64_t> VerifyChain() override;
  absl::StatusOr<StoreReport> Check() override;
  absl::StatusOr<bool> Compact(absl::Time now) override;

  absl::StatusOr<std::vector<ParkedRow>> Parked(int limit) override;
  absl::StatusOr<int> Release(absl::string_view receiver, std::int64_t id) override;
  absl::StatusOr<bool> ChangedElsewhere() override;
  absl::Status PutRuleFiles(const std::map<std::string, std::string>& files) override;
  absl::StatusOr<std::map<std::string, std::string>> RuleFiles() override;
  void KeepStateChanges() override { keeps_state_changes_ = true; }
  absl::StatusOr<std::vector<StateChange>> StateChanges(int limit) override;
  absl::Status ForgetStateChange(absl::string_view alert_id, std::int64_t change) override;

 private:
  enum class Sync { kUnknown, kNone, kLater, kAtOnce };
  struct Draft;  // what Apply adds to the members below once the commit is through
  struct Link;   // a row of the history that is being verified
  struct Gone;   // a row that may go behind the checkpoint

  SqliteStore(std::unique_ptr<Connection> connection, const StoreOptions& options)
      : options_(options), connection_(std::move(connection)) {}
  absl::Status PrepareAll();
  absl::Status ReadCounters();
  absl::Status SetSync(Sync sync);
  absl::Status BecomeWritable();
  absl::Status AddTransition(const StoredTransition& stored, absl::Time recorded, Draft& draft);
  absl::Status PutInstance(const InstanceState& instance, Draft& draft);
  absl::Status AddOutboxRow(const OutboxRow& row, absl::Time recorded, Draft& draft);
  absl::Status WriteAll(const Commit& commit, Draft& draft);
  absl::StatusOr<int> DeleteOldDelivered(std::int64_t delivered);
  absl::StatusOr<OutboxRow> ReadPending(absl::string_view receiver);
  absl::StatusOr<std::string> EventAt(const Statement& row, int template_column);
  absl::StatusOr<std::string> Meta(const char* name);
  absl::Status PutMeta(const char* name, absl::string_view bytes);
  absl::Status VerifyCheckpoint(std::string& head, std::int64_t& position);
  absl::Status VerifyKept();
  absl::StatusOr<std::vector<Gone>> OldHistory(absl::Time now, std::string& head);
  absl::Status LetGo(const std::vector<Gone>& rows, const std::string& head, absl::Time now);
  absl::Status DropKept();

  StoreOptions options_;
  std::unique_ptr<FileLayer::Lock> lock_;
  std::unique_ptr<Connection> connection_;  // before the statements: they go first
  std::unique_ptr<RowWriter> writer_ = std::make_unique<RowWriter>();
  Statement drop_instance_, put_recorded_, note_change_;
  Statement pending_, mark_, park_, drop_count_, drop_age_, oldest_, instances_, cursors_, latest_, chain_, event_;
  Reopen reopen_;
  Sync sync_ = Sync::kUnknown;
  std::string chain_head_;
  std::int64_t waiting_ = 0, parked_ = 0, delivered_ = 0;  // outbox rows by state
  absl::Time last_recorded_ = absl::InfinitePast();
  bool keeps_state_changes_ = false;
  std::string data_version_;  // of SQLite: changes when another connection commits
};

// The database of this connection, row by row. DataLoss: a sum does not fit, or an event does not unpack.
absl::Status CheckSums(Connection& connection);

// What of the unsound database `from` is sound goes into `into`, newest history first, at most kMostSaved events. How many rows.
inline constexpr int kMostSaved = 20'000;
absl::StatusOr<std::int64_t> SaveRows(Connection& from, Connection& into);

}  // namespace nephoscope
