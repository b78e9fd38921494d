#include "tests/agent/store/fault_vfs.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/model/check.h"

namespace nephoscope {

// What SQLite calls (sqlite.org/c3ref/io_methods.html, vfs.html).
struct FaultVfsMethods {
  struct Handle {
    sqlite3_file base;
    FaultVfs* disk;
    std::shared_ptr<FaultVfs::File> file;
    std::string name;  // empty: a temporary file
    bool delete_on_close;
  };
  static Handle& Of(sqlite3_file* f) { return *reinterpret_cast<Handle*>(f); }
  static FaultVfs& Disk(sqlite3_vfs* v) { return *static_cast<FaultVfs*>(v->pAppData); }

  static int Close(sqlite3_file* f) {
    Handle& h = Of(f);
    --h.disk->open_handles_;
    if (h.delete_on_close) h.disk->files_.erase(h.name);
    h.~Handle();
    return SQLITE_OK;
  }
  static int Read(sqlite3_file* f, void* to, int size, sqlite3_int64 offset) {
    Handle& h = Of(f);
    if (h.disk->crashed_) return SQLITE_IOERR_READ;
    const std::string& bytes = h.file->now;
    const std::int64_t left = std::max<std::int64_t>(0, static_cast<std::int64_t>(bytes.size()) - offset);
    const std::int64_t n = std::min<std::int64_t>(size, left);
    if (n > 0) std::memcpy(to, bytes.data() + offset, static_cast<std::size_t>(n));
    if (n == size) return SQLITE_OK;
    std::memset(static_cast<char*>(to) + n, 0, static_cast<std::size_t>(size - n));
    return SQLITE_IOERR_SHORT_READ;
  }
  static int Write(sqlite3_file* f, const void* from, int size, sqlite3_int64 offset) {
    return Of(f).disk->DoWrite(*Of(f).file, {offset, std::string(static_cast<const char*>(from), static_cast<std::size_t>(size))});
  }
  static int Truncate(sqlite3_file* f, sqlite3_int64 size) { return Of(f).disk->DoWrite(*Of(f).file, {size, "", true}); }
  static int Sync(sqlite3_file* f, int) { return Of(f).disk->DoSync(*Of(f).file); }
  static int FileSize(sqlite3_file* f, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(Of(f).file->now.size());
    return SQLITE_OK;
  }
  static int NoLock(sqlite3_file*, int) { return SQLITE_OK; }  // one store at a time
  static int CheckReservedLock(sqlite3_file*, int* held) { return *held = 0, SQLITE_OK; }
  static int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int SectorSize(sqlite3_file*) { return 512; }
  static int Characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }  // as the system's
  static int ShmMap(sqlite3_file* f, int region, int size, int extend, void volatile** out) {
    auto& regions = Of(f).file->shared;
    *out = nullptr;
    while (extend != 0 && static_cast<int>(regions.size()) <= region)
      regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
    if (region < static_cast<int>(regions.size())) *out = regions[static_cast<std::size_t>(region)].get();
    return SQLITE_OK;
  }
  static int ShmLock(sqlite3_file*, int, int, int) { return SQLITE_OK; }
  static void ShmBarrier(sqlite3_file*) {}
  static int ShmUnmap(sqlite3_file* f, int) {
    Of(f).file->shared.clear();
    return SQLITE_OK;
  }

  static int Open(sqlite3_vfs* v, const char* name, sqlite3_file* f, int flags, int* out_flags);
  static int Delete(sqlite3_vfs* v, const char* name, int sync_directory) {
    FaultVfs& disk = Disk(v);
    if (const int code = disk.Enter(); code != SQLITE_OK) return code;
    const auto found = disk.files_.find(name);
    if (found == disk.files_.end()) return SQLITE_IOERR_DELETE_NOENT;
    disk.deleted_[name] = found->second;
    disk.files_.erase(found);
    if (sync_directory != 0) disk.SyncDirectory();
    return SQLITE_OK;
  }
  static int Access(sqlite3_vfs* v, const char* name, int, int* result) { return *result = Disk(v).files_.count(name) > 0, SQLITE_OK; }
  static int FullPathname(sqlite3_vfs*, const char* name, int size, char* out) {
    return sqlite3_snprintf(size, out, "%s", name), SQLITE_OK;
  }
  static int Randomness(sqlite3_vfs* v, int size, char* out) {
    for (int i = 0; i < size; ++i) out[i] = static_cast<char>(Disk(v).random_());
    return size;
  }
  static int Sleep(sqlite3_vfs*, int micros) { return micros; }
  static int CurrentTime(sqlite3_vfs*, double* julian) { return *julian = 2460000.5, SQLITE_OK; }
  static int LastError(sqlite3_vfs*, int, char*) { return 0; }
};

namespace {

using M = FaultVfsMethods;
const sqlite3_io_methods kFileMethods = {2,
                                         M::Close,
                                         M::Read,
                                         M::Write,
                                         M::Truncate,
                                         M::Sync,
                                         M::FileSize,
                                         M::NoLock,
                                         M::NoLock,
                                         M::CheckReservedLock,
                                         M::FileControl,
                                         M::SectorSize,
                                         M::Characteristics,
                                         M::ShmMap,
                                         M::ShmLock,
                                         M::ShmBarrier,
                                         M::ShmUnmap,
                                         nullptr,
                                         nullptr};

class HeldFlag : public FileLayer::Lock {
 public:
  explicit HeldFlag(bool& flag) : flag_(flag) { flag_ = true; }
  ~HeldFlag() override { flag_ = false; }

 private:
  bool& flag_;
};

}  // namespace

int FaultVfsMethods::Open(sqlite3_vfs* v, const char* name, sqlite3_file* f, int flags, int* out_flags) {
  FaultVfs& disk = Disk(v);
  f->pMethods = nullptr;
  if (disk.crashed_) return SQLITE_IOERR;
  std::shared_ptr<FaultVfs::File> file;
  if (name != nullptr && disk.files_.count(name) > 0) {
    file = disk.files_[name];
  } else {
    if ((flags & SQLITE_OPEN_CREATE) == 0 || disk.read_only_) return SQLITE_CANTOPEN;
    if (const int code = disk.Enter(); code != SQLITE_OK) return code;
    file = std::make_shared<FaultVfs::File>();
    file->syncs_directory = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL)) != 0;
    if (name != nullptr) disk.files_[name] = file;
  }
  new (f) Handle{{&kFileMethods}, &disk, std::move(file), name == nullptr ? "" : name, (flags & SQLITE_OPEN_DELETEONCLOSE) != 0};
  ++disk.open_handles_;
  if (out_flags != nullptr) *out_flags = disk.read_only_ ? SQLITE_OPEN_READONLY : flags;
  return SQLITE_OK;
}

FaultVfs::FaultVfs(std::uint64_t seed) : random_(seed) {
  static int made = 0;
  name_ = absl::StrCat("fault-", ++made);
  vfs_.iVersion = 1;
  vfs_.szOsFile = sizeof(M::Handle);
  vfs_.mxPathname = 512;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = M::Open;
  vfs_.xDelete = M::Delete;
  vfs_.xAccess = M::Access;
  vfs_.xFullPathname = M::FullPathname;
  vfs_.xRandomness = M::Randomness;
  vfs_.xSleep = M::Sleep;
  vfs_.xCurrentTime = M::CurrentTime;
  vfs_.xGetLastError = M::LastError;
  CHECK(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(seed % 0x7fffffff) + 1, nullptr);  // checksum salts, too
}

FaultVfs::~FaultVfs() {
  CHECK(open_handles_ == 0);
  sqlite3_vfs_unregister(&vfs_);
}

absl::StatusOr<std::unique_ptr<FileLayer::Lock>> FaultVfs::Acquire(const std::string& path) {
  if (locked_) return absl::FailedPreconditionError(absl::StrCat(path, " is locked by another process"));
  return std::unique_ptr<Lock>(std::make_unique<HeldFlag>(locked_));
}

absl::Status FaultVfs::Rename(const std::string& from, const std::string& to) {
  auto node = files_.extract(from);
  if (node.empty()) return absl::NotFoundError(from);
  node.key() = to;
  files_.insert(std::move(node));
  return absl::OkStatus();
}

std::int64_t FaultVfs::size() const {
  std::int64_t total = 0;
  for (const auto& [name, file] : files_) total += static_cast<std::int64_t>(file->now.size());
  return total;
}

std::vector<std::string> FaultVfs::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, file] : files_) names.push_back(name);
  return names;
}

int FaultVfs::Enter(bool* torn) {
  if (crashed_) return SQLITE_IOERR;
  ++calls_;
  if (calls_ == crash_at_) {
    crashed_ = true;
    if (torn != nullptr) *torn = true;
    return SQLITE_IOERR;
  }
  return calls_ == fail_at_ ? fail_code_ : SQLITE_OK;
}

void FaultVfs::Apply(const Write& write, std::string& bytes) {
  if (write.truncate) {
    bytes.resize(static_cast<std::size_t>(write.offset));
    return;
  }
  const auto end = static_cast<std::size_t>(write.offset) + write.bytes.size();
  if (bytes.size() < end) bytes.resize(end);
  std::memcpy(bytes.data() + write.offset, write.bytes.data(), write.bytes.size());
}

int FaultVfs::DoWrite(File& file, Write write) {
  bool torn = false;
  const int code = Enter(&torn);
  if (torn && !write.truncate) write.bytes.resize(static_cast<std::size_t>(Below(static_cast<std::int64_t>(write.bytes.size()) + 1)));
  if (code != SQLITE_OK && !torn) return code;
  if (read_only_) return SQLITE_READONLY;
  const std::int64_t grows = write.offset + static_cast<std::int64_t>(write.bytes.size()) - static_cast<std::int64_t>(file.now.size());
  if (!write.truncate && grows > 0 && size() + grows > capacity_) return SQLITE_FULL;
  Apply(write, file.now);
  file.unsynced.push_back(std::move(write));
  return code;
}

int FaultVfs::DoSync(File& file) {
  if (const int code = Enter(); code != SQLITE_OK) return code;
  ++syncs_;
  for (const Write& write : file.unsynced) Apply(write, file.disk);
  file.unsynced.clear();
  if (std::exchange(file.syncs_directory, false)) SyncDirectory();
  return SQLITE_OK;
}

void FaultVfs::SyncDirectory() {
  deleted_.clear();
  for (auto& [name, file] : files_) file->entry_synced = true;
}

// Some of its sectors, each wholly or not at all.
void FaultVfs::Tear(const Write& write, std::string& bytes) {
  constexpr std::int64_t kSector = 512;
  for (std::int64_t at = 0; at < static_cast<std::int64_t>(write.bytes.size()); at += kSector)
    if (Coin()) Apply({write.offset + at, write.bytes.substr(static_cast<std::size_t>(at), kSector)}, bytes);
}

std::string FaultVfs::CrashImage(const File& file) {
  const std::int64_t policy = Below(4);
  if (policy == 0) return file.now;
  std::string image = file.disk;
  if (policy == 1) return image;
  const std::int64_t kept = policy == 2 ? Below(static_cast<std::int64_t>(file.unsynced.size()) + 1) : 0;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(file.unsynced.size()); ++i) {
    const Write& write = file.unsynced[static_cast<std::size_t>(i)];
    if (policy == 2 ? i < kept : Coin())
      Apply(write, image);
    else if (!write.truncate && (policy == 2 ? i == kept : Coin()))
      Tear(write, image);
  }
  return image;
}

void FaultVfs::Restart(Stop stop) {
  CHECK(open_handles_ == 0);
  crashed_ = false;
  crash_at_ = fail_at_ = 0;
  for (auto& [name, file] : files_) file->shared.clear();
  if (stop == Stop::kKilled) return;  // the system goes on; a power cut may still come
  for (auto at = files_.begin(); at != files_.end();) {
    File& file = *at->second;
    if (!file.entry_synced && Coin()) {
      at = files_.erase(at);
      continue;
    }
    file.now = CrashImage(file);
    file.disk = file.now;
    file.unsynced.clear();
    file.entry_synced = true;
    ++at;
  }
  for (const auto& [name, file] : deleted_)
    if (files_.count(name) == 0 && Coin()) {
      file->now = file->disk;
      file->unsynced.clear();
      files_[name] = file;
    }
  deleted_.clear();
}

}  // namespace nephoscope
