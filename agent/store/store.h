// Store: the one embedded database. Durable before visible: nothing is shown, scraped or sent that is not committed here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/model/alert.h"

namespace nephoscope {

// An event on its way to one exporter.
struct OutboxRow {
  std::int64_t id = 0;   // in order of commit; given by the store
  std::string receiver;  // the exporter's name: "kafka"
  std::string event_id;
  std::string key;       // alert id
  std::string payload;   // as it is sent, byte for byte
};

// How far a source was read, so that a restart asks for the gap.
struct SourceCursor {
  std::string source;
  absl::Time watermark;
};

// A transition in the words it is stored and sent in.
struct StoredTransition {
  const Transition* transition = nullptr;
  std::string event_json;  // the whole CloudEvent
};

// One commit: all of it or nothing.
struct Commit {
  std::vector<StoredTransition> transitions;
  absl::Span<const InstanceState> instances;
  std::vector<OutboxRow> outbox;       // rows whose (receiver, event_id) is there already are skipped: a replay
  std::vector<SourceCursor> cursors;
  absl::Time recorded;
};

struct StoreOptions {
  std::string path;              // of the database file
  const char* vfs = nullptr;     // SQLite VFS by name (tests put a failing one here); nullptr: the system's
};

// One thread at a time (the export thread; before start and after stop the main thread). Statuses name the file and the
// remedy. ResourceExhausted: disk full. FailedPrecondition: another process has the file, or a newer version wrote it.
class Store {
 public:
  // What was found: a file that is not a sound database is renamed (`.quarantined-N`) and a new one begun.
  struct Opened {
    std::unique_ptr<Store> store;
    std::string quarantined;  // the new name of an unsound file; empty: all was well
  };
  static absl::StatusOr<Opened> Open(const StoreOptions& options);
  virtual ~Store() = default;

  virtual absl::Status Apply(const Commit& commit) = 0;

  // Undelivered rows of a receiver with id > `after`, oldest first, at most `limit`.
  virtual absl::StatusOr<std::vector<OutboxRow>> Pending(absl::string_view receiver, std::int64_t after, int limit) = 0;
  // Not synced to disk at once: a lost mark only sends the same id again.
  virtual absl::Status MarkDelivered(absl::Span<const std::int64_t> ids) = 0;
  // Can never be delivered (too large, refused): kept with the reason, out of the way of others.
  virtual absl::Status Park(std::int64_t id, absl::string_view reason) = 0;

  struct OutboxStats {
    std::int64_t depth = 0, parked = 0;
    absl::Time oldest = absl::InfiniteFuture();
  };
  virtual absl::StatusOr<OutboxStats> Outbox() = 0;

  virtual absl::StatusOr<std::vector<InstanceState>> Instances() = 0;
  virtual absl::StatusOr<std::vector<SourceCursor>> Cursors() = 0;
  // The newest event (JSON) of each alert that is not inactive, and of those resolved since `since`.
  virtual absl::StatusOr<std::vector<std::string>> LatestEvents(absl::Time since) = 0;
};

}  // namespace nephoscope
