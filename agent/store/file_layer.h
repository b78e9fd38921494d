// FileLayer: all that the store does with files. The seam where tests put files that tear, fill up and fail.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace nephoscope {

class FileLayer {
 public:
  // Held until destroyed.
  class Lock {
   public:
    virtual ~Lock() = default;
    // A mark that stays in the lock file: a database was made beside it, so one that is missing or empty was lost.
    virtual bool marked() const { return false; }
    virtual void Mark() {}
  };

  virtual ~FileLayer() = default;

  // The SQLite VFS, by name, through which the database itself is read and written; nullptr: SQLite's own.
  virtual const char* vfs() const = 0;
  // Takes the lock file `path` (made when missing) for this process. FailedPrecondition: another process has it, named by its
  // id. PermissionDenied, NotFound: the file cannot be made, with the remedy.
  virtual absl::StatusOr<std::unique_ptr<Lock>> Acquire(const std::string& path) = 0;
  virtual bool Exists(const std::string& path) = 0;
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
};

// Files of the operating system; locks are open file description locks (fcntl(2), F_OFD_SETLK): released by the kernel however
// the process ends, and they hold between two stores of one process too.
FileLayer& SystemFiles();

}  // namespace nephoscope
