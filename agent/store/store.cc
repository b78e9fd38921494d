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
    "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 1048576; "
    "PRAGMA wal_autocheckpoint = 256; PRAGMA trusted_schema = OFF";

// A process that was killed may have left a whole commit that the disk does not have yet; we are about to act on it, so a power
// cut must not take it back. Checkpoints sync the -wal first. On a full disk that much works, the rest waits.
absl::Status SyncWhatWasLeft(Connection& connection, const StoreOptions& options) {
  if (!options.synced) return connection.Execute("PRAGMA synchronous = OFF");
  const absl::Status status = connection.Execute("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(PASSIVE)");
  return absl::IsResourceExhausted(status) ? absl::OkStatus() : status;
}

// `must_hold`: something was there before.
absl::StatusOr<std::unique_ptr<SqliteStore>> TryOpen(const StoreOptions& options, const char* vfs, bool must_hold) {
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options.path, vfs);
  if (!connection.ok()) return connection.status();
  if ((*connection)->read_only())
    return absl::PermissionDeniedError(
        absl::StrCat("database ", options.path, " is read-only; let this user write the file and its directory"));
  (*connection)->set_tidy_close(false);
  if (absl::Status s = CheckSound(**connection); !s.ok()) return s;
  if (must_hold && IsEmpty(**connection))
    return absl::DataLossError(absl::StrCat("database ", options.path, " is empty, though it was in use"));
  if (absl::Status s = Migrate(**connection); !s.ok()) return s;
  if (absl::Status s = (*connection)->Execute(kSettings); !s.ok()) return s;
  if (absl::Status s = CheckTables(**connection); !s.ok()) return s;  // reads: ends what journal_mode began, else no checkpoint
  if (absl::Status s = CheckSums(**connection); !s.ok()) return s;
  if (absl::Status s = SyncWhatWasLeft(**connection, options); !s.ok()) return s;
  (*connection)->set_tidy_close(true);
  return SqliteStore::Make(*std::move(connection), options);
}

absl::StatusOr<std::unique_ptr<SqliteStore>> OpenDatabase(const StoreOptions& options, const char* vfs, bool must_hold) {
  absl::StatusOr<std::unique_ptr<SqliteStore>> store = TryOpen(options, vfs, must_hold);
  // SQL of ours that does not fit: the description of the tables is damaged.
  return absl::IsInternal(store.status()) ? absl::DataLossError(store.status().message()) : std::move(store);
}

// A file whose disk takes nothing: what is in it is shown and gone on from, and it is opened again for each commit.
absl::StatusOr<std::unique_ptr<SqliteStore>> OpenForReading(const StoreOptions& options, FileLayer& files) {
  if (!files.Exists(options.path)) return absl::NotFoundError("nothing is there to be read");
  absl::Status first;
  for (const Connection::How how : {Connection::How::kRead, Connection::How::kFrozen}) {
    if (how == Connection::How::kFrozen && files.Exists(options.path + "-wal")) continue;
    absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options.path, files.vfs(), how);
    absl::Status status = connection.status();
    if (status.ok()) status = CheckVersion(**connection);
    if (status.ok()) status = CheckTables(**connection);
    if (status.ok()) status = CheckSums(**connection);
    if (status.ok()) return SqliteStore::Make(*std::move(connection), options);
    first.Update(status);
  }
  return first;
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

namespace {

void Save(const StoreOptions& options, FileLayer& files, Store::Opened& opened) {
  absl::StatusOr<std::unique_ptr<Connection>> old = Connection::Open(opened.quarantined, files.vfs(), Connection::How::kRead);
  if (!old.ok() || !CheckTables(**old).ok()) return;
  absl::StatusOr<std::unique_ptr<Connection>> into = Connection::Open(options.path, files.vfs());
  if (!into.ok()) return;
  const absl::StatusOr<std::int64_t> saved = SaveRows(**old, **into);
  if (saved.ok()) opened.saved = *saved;
}

// The unsound file goes aside; what is sound in it goes into the new one.
absl::StatusOr<std::unique_ptr<SqliteStore>> BeginAnew(const StoreOptions& options, FileLayer& files, Store::Opened& opened) {
  absl::StatusOr<std::string> name = PutAside(files, options.path);
  if (!name.ok()) return name.status();
  opened.quarantined = *std::move(name);
  absl::StatusOr<std::unique_ptr<SqliteStore>> store = OpenDatabase(options, files.vfs(), false);
  if (!store.ok()) return store;
  store->reset();  // one connection to a file at a time
  Save(options, files, opened);
  return OpenDatabase(options, files.vfs(), false);
}

// `why`: the file cannot be written.
absl::StatusOr<Store::Opened> OnReadOnlyDisk(const StoreOptions& options, FileLayer& files, const absl::Status& why) {
  if (absl::IsFailedPrecondition(why)) return why;
  absl::StatusOr<std::unique_ptr<SqliteStore>> store = OpenForReading(options, files);
  if (!store.ok()) return why;
  (*store)->WriteWhen([options, &files]() -> absl::StatusOr<std::unique_ptr<SqliteStore>> {
    absl::StatusOr<std::unique_ptr<FileLayer::Lock>> lock = files.Acquire(options.path + ".lock");
    if (!lock.ok()) return lock.status();
    absl::StatusOr<std::unique_ptr<SqliteStore>> made = OpenDatabase(options, files.vfs(), false);
    if (made.ok()) (*made)->Keep(*std::move(lock));
    return made;
  });
  Store::Opened opened;
  opened.store = *std::move(store);
  opened.writable = why;
  return opened;
}

}  // namespace

absl::StatusOr<Store::Opened> Store::Open(const StoreOptions& options) {
  if (options.path.empty() || absl::StartsWith(options.path, ":"))
    return absl::InvalidArgumentError(
        absl::StrCat("\"", options.path, "\" is no path of a database file; give one such as /var/lib/nephoscope/nephoscope.db"));
  FileLayer& files = options.files == nullptr ? SystemFiles() : *options.files;
  absl::StatusOr<std::unique_ptr<FileLayer::Lock>> lock = files.Acquire(options.path + ".lock");
  if (!lock.ok()) return OnReadOnlyDisk(options, files, lock.status());
  Opened opened;
  opened.is_new = !files.Exists(options.path);
  if (opened.is_new && (*lock)->marked()) opened.lost = absl::StrCat("the database ", options.path, " is gone");
  absl::StatusOr<std::unique_ptr<SqliteStore>> store = OpenDatabase(options, files.vfs(), !opened.is_new && (*lock)->marked());
  if (absl::IsDataLoss(store.status())) {
    opened.lost = std::string(store.status().message());
    store = BeginAnew(options, files, opened);
  }
  if (absl::IsPermissionDenied(store.status())) return OnReadOnlyDisk(options, files, store.status());
  if (!store.ok()) return store.status();
  (*lock)->Mark();
  (*store)->MakeKey().IgnoreError();  // a full disk: made when it is needed
  (*store)->Keep(*std::move(lock));
  opened.store = *std::move(store);
  return opened;
}

absl::StatusOr<std::unique_ptr<Store>> Store::Look(const StoreOptions& options, bool write) {
  FileLayer& files = options.files == nullptr ? SystemFiles() : *options.files;
  if (!files.Exists(options.path)) return absl::NotFoundError(absl::StrCat("there is no database ", options.path));
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open(options.path, files.vfs(), write ? Connection::How::kMake : Connection::How::kRead);
  if (!connection.ok()) return connection.status();
  if (absl::Status s = CheckVersion(**connection); !s.ok()) return s;
  if (absl::Status s = CheckTables(**connection); !s.ok()) return s;
  absl::StatusOr<std::unique_ptr<SqliteStore>> store = SqliteStore::Make(*std::move(connection), options);
  if (!store.ok()) return store.status();
  return std::unique_ptr<Store>(*std::move(store));
}

}  // namespace nephoscope
