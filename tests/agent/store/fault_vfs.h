// FaultVfs: a disk in memory that forgets what was not synced, tears writes, fills up and fails, as told and by seed.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "agent/store/file_layer.h"

namespace nephoscope {

// One store at a time; one thread.
//
//   FaultVfs disk(seed);
//   disk.CrashAt(7);                      // the machine stops within the 7th disk call from here
//   ... use a Store{.files = &disk} until disk.crashed(), destroy it ...
//   disk.Restart(FaultVfs::Stop::kPowerCut);
class FaultVfs : public FileLayer {
 public:
  enum class Stop {
    kKilled,    // the process: what was written stays, synced or not
    kPowerCut,  // the machine: of what was not synced, anything may be kept, lost or torn, in any order
  };

  explicit FaultVfs(std::uint64_t seed);
  ~FaultVfs() override;
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  const char* vfs() const override { return name_.c_str(); }
  absl::StatusOr<std::unique_ptr<Lock>> Acquire(const std::string& path) override;
  bool Exists(const std::string& path) override { return files_.count(path) > 0; }
  absl::Status Rename(const std::string& from, const std::string& to) override;

  // Disk calls are writes, truncations, syncs, deletions and creations. `nth` counts from 1, from now on; 0: never.
  void CrashAt(std::int64_t nth) { crash_at_ = nth == 0 ? 0 : calls_ + nth; }
  void FailAt(std::int64_t nth, int sqlite_code) { fail_at_ = nth == 0 ? 0 : calls_ + nth, fail_code_ = sqlite_code; }
  void set_capacity(std::int64_t bytes) { capacity_ = bytes; }  // of all files together; writes beyond: disk full
  void set_read_only(bool read_only) { read_only_ = read_only; }

  void Crash() { crashed_ = true; }
  bool crashed() const { return crashed_; }
  // After the store is destroyed. What the next process finds.
  void Restart(Stop stop);

  std::int64_t calls() const { return calls_; }
  std::int64_t syncs() const { return syncs_; }
  std::int64_t size() const;                                                    // of all files
  std::string& Bytes(const std::string& path) { return files_.at(path)->now; }  // to damage them
  std::vector<std::string> Names() const;

 private:
  friend struct FaultVfsMethods;

  struct Write {
    std::int64_t offset = 0;
    std::string bytes;
    bool truncate = false;  // to `offset`
  };
  struct File {
    std::string now;               // as the running process sees it
    std::string disk;              // as synced
    std::vector<Write> unsynced;   // leads from `disk` to `now`
    bool entry_synced = false;     // its name is in the directory for good
    bool syncs_directory = false;  // its next sync syncs the directory too (as SQLite's own VFS does for a new journal or -wal)
    std::vector<std::unique_ptr<char[]>> shared;  // the -shm regions of a database
  };

  static void Apply(const Write& write, std::string& bytes);
  int Enter(bool* torn = nullptr);  // SQLITE_OK or the failure of this call
  int DoWrite(File& file, Write write);
  int DoSync(File& file);
  void SyncDirectory();
  std::string CrashImage(const File& file);
  void Tear(const Write& write, std::string& bytes);
  bool Coin() { return (random_() & 1) != 0; }
  std::int64_t Below(std::int64_t n) { return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n)); }

  std::string name_;
  std::mt19937_64 random_;
  sqlite3_vfs vfs_ = {};
  std::map<std::string, std::shared_ptr<File>> files_;
  std::map<std::string, std::shared_ptr<File>> deleted_;  // the deletion is not synced
  bool locked_ = false, crashed_ = false, read_only_ = false;
  int open_handles_ = 0;
  std::int64_t calls_ = 0, syncs_ = 0, crash_at_ = 0, fail_at_ = 0, capacity_ = std::int64_t{1} << 40;
  int fail_code_ = SQLITE_OK;
};

}  // namespace nephoscope
