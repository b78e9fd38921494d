// Opening: lock, look whether the file is sound, put it aside if it is not, bring it to this version.
#include "agent/store/store.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/store/file_layer.h"
#include "agent/store/schema.h"
#include "agent/store/sqlite_store.h"

namespace nephoscope {
namespace {

// journal_size_limit: what the -wal file shrinks to after a large commit.
constexpr char kSettings[] =
    "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 16777216; PRAGMA trusted_schema = OFF";

// A process that was killed may have left a whole commit that the disk does not have yet; we are about to act on it, so a power
// cut must not take it back. Checkpoints sync the -wal first. On a full disk that much works, the rest waits.
absl::Status SyncWhatWasLeft(Connection& connection, const StoreOptions& options) {
  if (!options.synced) return connection.Execute("PRAGMA synchronous = OFF");
  const absl::Status status = connection.Execute("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(PASSIVE)");
  return absl::IsResourceExhausted(status) ? absl::OkStatus() : status;
}

absl::StatusOr<std::unique_ptr<SqliteStore>> OpenDatabase(const StoreOptions& options, const char* vfs) {
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options.path, vfs);
  if (!connection.ok()) return connection.status();
  if ((*connection)->read_only())
    return absl::PermissionDeniedError(
        absl::StrCat("database ", options.path, " is read-only; let this user write the file and its directory"));
  (*connection)->set_tidy_close(false);
  if (absl::Status s = CheckSound(**connection); !s.ok()) return s;
  if (absl::Status s = Migrate(**connection); !s.ok()) return s;
  if (absl::Status s = (*connection)->Execute(kSettings); !s.ok()) return s;
  if (absl::Status s = CheckTables(**connection); !s.ok()) return s;  // reads: ends what journal_mode began, else no checkpoint
  if (absl::Status s = SyncWhatWasLeft(**connection, options); !s.ok()) return s;
  (*connection)->set_tidy_close(true);
  return SqliteStore::Make(*std::move(connection), options);
}

// The new name. The -wal goes along: committed pages may still be in it.
absl::StatusOr<std::string> PutAside(FileLayer& files, const std::string& path) {
  int n = 1;
  while (files.Exists(absl::StrCat(path, ".quarantined-", n))) ++n;
  const std::string name = absl::StrCat(path, ".quarantined-", n);
  if (absl::Status s = files.Rename(path, name); !s.ok()) return s;
  for (const char* suffix : {"-wal", "-shm", "-journal"})
    if (files.Exists(path + suffix))
      if (absl::Status s = files.Rename(path + suffix, name + suffix); !s.ok()) return s;
  return name;
}

}  // namespace

absl::StatusOr<Store::Opened> Store::Open(const StoreOptions& options) {
  if (options.path.empty() || absl::StartsWith(options.path, ":"))
    return absl::InvalidArgumentError(
        absl::StrCat("\"", options.path, "\" is no path of a database file; give one such as /var/lib/nephoscope/nephoscope.db"));
  FileLayer& files = options.files == nullptr ? SystemFiles() : *options.files;
  absl::StatusOr<std::unique_ptr<FileLayer::Lock>> lock = files.Acquire(options.path + ".lock");
  if (!lock.ok()) return lock.status();
  Opened opened;
  absl::StatusOr<std::unique_ptr<SqliteStore>> store = OpenDatabase(options, files.vfs());
  if (absl::IsDataLoss(store.status())) {
    absl::StatusOr<std::string> name = PutAside(files, options.path);
    if (!name.ok()) return name.status();
    opened.quarantined = *std::move(name);
    store = OpenDatabase(options, files.vfs());
  }
  if (!store.ok()) return store.status();
  (*store)->Keep(*std::move(lock));
  opened.store = *std::move(store);
  return opened;
}

}  // namespace nephoscope
