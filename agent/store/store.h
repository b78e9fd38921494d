// Store: the one embedded database. Durable before visible: nothing is shown, scraped or sent that is not committed here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/model/alert.h"

namespace nephoscope {

// An event on its way to one exporter.
struct OutboxRow {
  std::int64_t id = 0;   // in order of commit; given by the store
  std::string receiver;  // the exporter's name: "kafka"
  std::string event_id;
  std::string key;      // alert id
  std::string payload;  // as it is sent, byte for byte
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
  std::vector<OutboxRow> outbox;  // rows whose (receiver, event_id) is there already are skipped: a replay
  std::vector<SourceCursor> cursors;
  std::vector<std::int64_t> settled;  // outbox rows that this commit stands for: delivered with it
  absl::Time recorded;
};

class FileLayer;

struct StoreOptions {
  std::string path;             // of the database file; beside it stand `-wal`, `-shm` and `.lock`
  FileLayer* files = nullptr;   // not owned; tests put failing files here; nullptr: the system's
  int keep_delivered = 10'000;  // delivered outbox rows that stay, for people who look; older ones are deleted
  absl::Duration keep_delivered_for = absl::Hours(7 * 24);
  bool synced = true;  // false: commits do not wait for the disk and a power cut may take them back (bulk replays, tests)
};

// One thread at a time (the export thread; before start and after stop the main thread). Statuses name the file and the
// remedy. ResourceExhausted: disk full. FailedPrecondition: another process has the file, or a newer version wrote it.
// Rows of the outbox that are to leave with a list; no receiver has this name.
inline constexpr char kDigestReceiver[] = "(digest)";

class Store {
 public:
  // What was found: a file that is not a sound database is renamed (`.quarantined-N`, with its -wal) and a new one begun.
  // A sound database of another program is left alone: FailedPrecondition.
  struct Opened {
    std::unique_ptr<Store> store;
    std::string quarantined;  // the new name of an unsound file; empty: all was well
  };
  static absl::StatusOr<Opened> Open(const StoreOptions& options);
  virtual ~Store() = default;

  // Once OK, a power cut does not take it back. Otherwise nothing of it counts and it may be applied again, now or after a
  // restart. Transitions whose event_id is there already (a replay) are skipped together with their outbox rows, even if these
  // were delivered and deleted long ago; instances and cursors are always written.
  virtual absl::Status Apply(const Commit& commit) = 0;

  // Undelivered rows of a receiver with id > `after`, oldest first, at most `limit`.
  virtual absl::StatusOr<std::vector<OutboxRow>> Pending(absl::string_view receiver, std::int64_t after, int limit) = 0;
  // Not synced to disk at once: a lost mark only sends the same id again.
  virtual absl::Status MarkDelivered(absl::Span<const std::int64_t> ids) = 0;
  // Can never be delivered (too large, refused): kept with the reason, out of the way of others.
  virtual absl::Status Park(std::int64_t id, absl::string_view reason) = 0;

  // `oldest`: of those that are to leave; rows of kDigestReceiver wait for their day.
  struct OutboxStats {
    std::int64_t depth = 0, parked = 0;
    absl::Time oldest = absl::InfiniteFuture();
  };
  virtual absl::StatusOr<OutboxStats> Outbox() = 0;

  virtual absl::StatusOr<std::vector<InstanceState>> Instances() = 0;
  virtual absl::StatusOr<std::vector<SourceCursor>> Cursors() = 0;
  // The newest event (JSON) of each alert that is not inactive, and of those resolved since `since`.
  virtual absl::StatusOr<std::vector<std::string>> LatestEvents(absl::Time since) = 0;

  // `Commit::recorded` of the newest commit, also of one before a restart; InfinitePast: there is none.
  virtual absl::Time last_recorded() const = 0;

  // Walks the history: each transition carries SHA-256(hash of the one before | event JSON). How many there are; DataLoss
  // names the first that was changed, removed or put in. O(history).
  virtual absl::StatusOr<std::int64_t> VerifyChain() = 0;
};

}  // namespace nephoscope
