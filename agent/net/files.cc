// The real FileReader: glob(3), read(2), zlib.
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/net/http.h"

namespace nephoscope {
namespace {

absl::Status FileError(const std::string& path, int error) {
  const std::string text = absl::StrCat("cannot read ", path, ": ", std::strerror(error));
  if (error == ENOENT) return absl::NotFoundError(text);
  if (error == EACCES || error == EPERM)
    return absl::PermissionDeniedError(absl::StrCat(text, "; the agent's user must be able to read it"));
  return absl::UnavailableError(text);
}

class PlainStream : public ByteStream {
 public:
  PlainStream(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~PlainStream() override { close(fd_); }

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    for (;;) {
      const ssize_t got = read(fd_, buffer, size);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return FileError(path_, errno);
    }
  }

 private:
  std::string path_;
  int fd_;
};

class GzipStream : public ByteStream {
 public:
  GzipStream(std::string path, gzFile file, std::uint64_t packed) : path_(std::move(path)), file_(file), most_(std::max(kLeastUnpacked, packed * kMostTimes)) {}
  ~GzipStream() override { gzclose_r(file_); }

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    const int got = gzread(file_, buffer, static_cast<unsigned>(std::min<std::size_t>(size, 1u << 30)));
    if (gzdirect(file_) != 0 && got > 0)
      return absl::DataLossError(absl::StrCat(path_, " ends in .gz but is not gzip; compress it, or take .gz off its name"));
    int error = Z_OK;
    const char* text = gzerror(file_, &error);
    if (got < 0 || (got == 0 && error != Z_OK && error != Z_STREAM_END))
      return absl::DataLossError(
          absl::StrCat(path_, " cannot be decompressed",
                       error == Z_BUF_ERROR ? ": it ends too early; was the upload complete?" : absl::StrCat(": ", text)));
    unpacked_ += static_cast<std::uint64_t>(got);
    if (unpacked_ > most_)
      return absl::DataLossError(absl::StrCat(path_, " unpacks to more than ", kMostTimes, " times its size, which no table does; it was not read any further"));
    return static_cast<std::size_t>(got);
  }

 private:
  // Tables of costs shrink to a tenth or a thirtieth. zlib can do a thousandth, with what says nothing.
  static constexpr std::uint64_t kMostTimes = 400, kLeastUnpacked = 64 << 20;

  std::string path_;
  gzFile file_;
  std::uint64_t most_, unpacked_ = 0;
};

absl::StatusOr<FileReader::Found> Look(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return FileError(path, errno);
  if (!S_ISREG(info.st_mode))
    return absl::FailedPreconditionError(absl::StrCat(path, " is not a file; write dir/*.csv for the files of a folder"));
  return FileReader::Found{path, static_cast<std::uint64_t>(info.st_size),
                           info.st_mtim.tv_sec * std::int64_t{1'000'000'000} + info.st_mtim.tv_nsec};
}

class DiskFileReader : public FileReader {
 public:
  absl::StatusOr<std::vector<Found>> List(const std::string& pattern) override {
    // A name is taken as it stands before it is read as a pattern: bill[1].csv is a file name too.
    struct stat info;
    if (stat(pattern.c_str(), &info) == 0 || pattern.find_first_of("*?[") == std::string::npos) return One(pattern);
    glob_t found{};
    const int result = glob(pattern.c_str(), 0, nullptr, &found);
    std::vector<Found> out;
    for (std::size_t i = 0; result == 0 && i < found.gl_pathc; ++i)
      if (absl::StatusOr<Found> file = Look(found.gl_pathv[i]); file.ok()) out.push_back(*std::move(file));
    globfree(&found);
    if (result != 0 && result != GLOB_NOMATCH) return absl::UnavailableError(absl::StrCat("cannot list ", pattern));
    return out;
  }

  absl::StatusOr<std::unique_ptr<ByteStream>> Open(const std::string& path) override {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // never waits for the writer of a pipe
    if (fd < 0) return FileError(path, errno);
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
      close(fd);
      return absl::FailedPreconditionError(absl::StrCat(path, " is not a file"));
    }
    if (!absl::EndsWith(path, ".gz")) return std::make_unique<PlainStream>(path, fd);
    gzFile file = gzdopen(fd, "rb");
    if (file == nullptr) {
      close(fd);
      return absl::ResourceExhaustedError(absl::StrCat("no memory to decompress ", path));
    }
    return std::make_unique<GzipStream>(path, file, static_cast<std::uint64_t>(info.st_size));
  }

 private:
  static absl::StatusOr<std::vector<Found>> One(const std::string& path) {
    absl::StatusOr<Found> file = Look(path);
    if (absl::IsNotFound(file.status())) return std::vector<Found>{};
    if (!file.ok()) return file.status();
    return std::vector<Found>{*std::move(file)};
  }
};

}  // namespace

std::unique_ptr<FileReader> MakeFileReader() { return std::make_unique<DiskFileReader>(); }

}  // namespace nephoscope
