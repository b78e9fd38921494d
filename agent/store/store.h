// Store: the one embedded database. Durable before visible: nothing is shown, scraped or sent that is not committed here.
#pragma once

#include <cstdint>
#include <map>
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

// What a database holds, as Store::Check found it.
struct StoreReport {
  std::int64_t transitions = 0, instances = 0, waiting = 0, parked = 0;
  std::int64_t gone = 0;        // transitions that went behind the checkpoint
  std::string public_key;       // Ed25519, hex; vouches for the checkpoint
  std::vector<std::string> problems;  // empty: everything is as it was written
};

// An event that a receiver refused for good.
struct ParkedRow {
  std::int64_t id = 0;
  std::string receiver, event_id, key, reason;
  absl::Time recorded;
};

// An alert's newest state for the topic of states. `bytes` empty: it has none any more.
struct StateChange {
  InstanceState instance;
  std::string event;  // its newest, JSON; may be empty
  std::int64_t change = 0;
};

struct StoreOptions {
  std::string path;             // of the database file; beside it stand `-wal`, `-shm` and `.lock`
  FileLayer* files = nullptr;   // not owned; tests put failing files here; nullptr: the system's
  int keep_delivered = 10'000;  // delivered outbox rows that stay, for people who look; older ones are deleted
  absl::Duration keep_delivered_for = absl::Hours(7 * 24);
  absl::Duration keep_history_for = absl::Hours(400 * 24);
  std::int64_t keep_history_bytes = std::int64_t{1} << 30;  // of the whole file; older history goes first
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
    std::string quarantined;  // the new name of an unsound file; empty: there was none
    std::string lost;         // why what was known is gone, in part or all of it; empty: nothing is
    std::int64_t saved = 0;   // rows of the unsound file that were sound and went into the new one
    bool is_new = false;      // nothing was there
    absl::Status writable;    // not OK: it can be read only, and Apply tries to open it for writing
  };
  static absl::StatusOr<Opened> Open(const StoreOptions& options);
  // For people who look while an agent may be running: no lock, no migration, nothing is put aside. `write`: Release works.
  static absl::StatusOr<std::unique_ptr<Store>> Look(const StoreOptions& options, bool write);
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

  // Reads everything: pages, sums, history. Not OK: it cannot be read at all.
  virtual absl::StatusOr<StoreReport> Check() { return StoreReport(); }

  // Lets go of history that is older or more than the options keep, a little at each call, behind a signed checkpoint. What
  // is still needed (the newest event of an alert, an event that waits) stays. True: there is more to do.
  virtual absl::StatusOr<bool> Compact(absl::Time now) { return (void)now, false; }

  virtual absl::StatusOr<std::vector<ParkedRow>> Parked(int limit) { return (void)limit, std::vector<ParkedRow>(); }
  // Parked events wait again: those of `receiver`, or of all when it is empty; `id` 0 for all of them. How many.
  virtual absl::StatusOr<int> Release(absl::string_view receiver, std::int64_t id) { return (void)receiver, (void)id, 0; }
  // True: another process changed something since the last call; counters are up to date again, rows may wait anew.
  virtual absl::StatusOr<bool> ChangedElsewhere() { return false; }

  // The newest good version of each rule file, by path; a Put replaces all of them.
  virtual absl::Status PutRuleFiles(const std::map<std::string, std::string>& files) { return (void)files, absl::OkStatus(); }
  virtual absl::StatusOr<std::map<std::string, std::string>> RuleFiles() { return std::map<std::string, std::string>(); }

  // From now on the alerts whose state changes are noted, for the topic of states.
  virtual void KeepStateChanges() {}
  virtual absl::StatusOr<std::vector<StateChange>> StateChanges(int limit) { return (void)limit, std::vector<StateChange>(); }
  // The receiver has this one; one that came later stays.
  virtual absl::Status ForgetStateChange(absl::string_view alert_id, std::int64_t change) { return (void)alert_id, (void)change, absl::OkStatus(); }
};

}  // namespace nephoscope
