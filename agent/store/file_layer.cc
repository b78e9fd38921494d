#include "agent/store/file_layer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

class OpenFile : public FileLayer::Lock {
 public:
  explicit OpenFile(int fd) : fd_(fd) {}
  ~OpenFile() override { ::close(fd_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int fd() const { return fd_; }

  // "<process id>\n<mark>\n"
  bool marked() const override { return marked_; }
  void Mark() override {
    if (!std::exchange(marked_, true)) WriteHolder();
  }
  // The id is for the message that a second process shows; the lock itself does not depend on it.
  void WriteHolder() const {
    const std::string text = absl::StrCat(::getpid(), "\n", marked_ ? kMark : "");
    if (::ftruncate(fd_, 0) != 0 || ::pwrite(fd_, text.data(), text.size(), 0) < 0) return;
  }
  void ReadMark() {
    char text[64] = {};
    const ssize_t size = ::pread(fd_, text, sizeof text - 1, 0);
    marked_ = size > 0 && absl::StrContains(absl::string_view(text, static_cast<std::size_t>(size)), kMark);
  }

 private:
  static constexpr char kMark[] = "a database was made\n";
  int fd_;
  bool marked_ = false;
};

absl::Status CannotMake(const std::string& path, int error) {
  const std::string found = absl::StrCat("cannot make ", path, ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR: return absl::NotFoundError(absl::StrCat(found, "; make its directory, or give another path for the database"));
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(absl::StrCat(found, "; free some space on this disk, or give another path for the database"));
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(
          absl::StrCat(found, "; let this user write in its directory (uid ", ::getuid(), "), or give another path for the database"));
    default: return absl::UnavailableError(absl::StrCat(found, "; give another path for the database"));
  }
}

// The process id that the holder wrote; empty when it is not there (yet).
std::string Holder(int fd) {
  char text[24] = {};
  const ssize_t size = ::pread(fd, text, sizeof text - 1, 0);
  const std::size_t digits = absl::string_view(text, size > 0 ? static_cast<std::size_t>(size) : 0).find('\n');
  int pid = 0;
  return size > 0 && absl::SimpleAtoi(absl::string_view(text, static_cast<std::size_t>(size)).substr(0, digits), &pid) ? absl::StrCat(" (process ", pid, ")")
                                                                                                     : "";
}

class SystemFileLayer : public FileLayer {
 public:
  const char* vfs() const override { return nullptr; }

  absl::StatusOr<std::unique_ptr<Lock>> Acquire(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0) return CannotMake(path, errno);
    auto file = std::make_unique<OpenFile>(fd);
    struct flock range = {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    if (::fcntl(fd, F_OFD_SETLK, &range) != 0) {
      if (errno != EAGAIN && errno != EACCES)
        return absl::UnavailableError(absl::StrCat("cannot lock ", path, ": ", std::strerror(errno),
                                                   "; put the database on a disk of this machine, not on a network share"));
      return absl::FailedPreconditionError(
          absl::StrCat(path, " is locked by another process", Holder(fd), "; stop it, or give this one another path for the database"));
    }
    file->ReadMark();
    file->WriteHolder();
    return std::unique_ptr<Lock>(std::move(file));
  }

  bool Exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (std::rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat("cannot rename ", from, " to ", to, ": ", std::strerror(errno), "; move it away by hand"));
  }
};

}  // namespace

FileLayer& SystemFiles() {
  static SystemFileLayer layer;
  return layer;
}

}  // namespace nephoscope
