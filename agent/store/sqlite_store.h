// SqliteStore: the store on one open, sound database of this version (Store::Open makes sure of that).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/store/file_layer.h"
#include "agent/store/sqlite.h"
#include "agent/store/store.h"

namespace nephoscope {

class SqliteStore : public Store {
 public:
  // DataLoss: the tables are not as this version left them.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Make(std::unique_ptr<Connection> connection, const StoreOptions& options);
  // Kept until the database is closed.
  void Keep(std::unique_ptr<FileLayer::Lock> lock) { lock_ = std::move(lock); }

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

 private:
  enum class Sync { kUnknown, kNone, kLater, kAtOnce };
  struct Draft;  // what Apply adds to the members below once the commit is through

  SqliteStore(std::unique_ptr<Connection> connection, const StoreOptions& options)
      : options_(options), connection_(std::move(connection)) {}
  absl::Status PrepareAll();
  absl::Status ReadCounters();
  absl::Status SetSync(Sync sync);
  absl::Status AddTransition(const StoredTransition& stored, absl::Time recorded, Draft& draft);
  absl::Status PutInstance(const InstanceState& instance);
  absl::Status AddOutboxRow(const OutboxRow& row, absl::Time recorded, Draft& draft);
  absl::Status WriteAll(const Commit& commit, Draft& draft);
  absl::StatusOr<int> DeleteOldDelivered(std::int64_t delivered);

  StoreOptions options_;
  std::unique_ptr<FileLayer::Lock> lock_;
  std::unique_ptr<Connection> connection_;  // before the statements: they go first
  Statement add_transition_, set_alert_, put_instance_, drop_instance_, add_row_, put_cursor_, put_recorded_;
  Statement pending_, mark_, park_, drop_count_, drop_age_, oldest_, instances_, cursors_, latest_, chain_;
  Sync sync_ = Sync::kUnknown;
  std::string chain_head_;
  std::int64_t waiting_ = 0, parked_ = 0, delivered_ = 0;  // outbox rows by state
  absl::Time last_recorded_ = absl::InfinitePast();
};

}  // namespace nephoscope
