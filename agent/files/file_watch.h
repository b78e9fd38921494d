// FileWatch: tells when rule files change (inotify), also when Kubernetes swaps a ConfigMap's `..data` link.
#pragma once

#include <string>
#include <vector>

namespace nephoscope {

class FileWatch {
 public:
  // Folders are watched themselves, files through their folder. A path that does not exist is not watched (the next Reset may find it).
  explicit FileWatch(const std::vector<std::string>& paths);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  // Readable when something changed; -1 when the system has no watches left (reload by signal or HTTP then).
  int fd() const { return fd_; }
  // Reads away what was reported; true when it concerns a rule file or a swapped link. Watches folders that were made anew.
  bool Drain();

 private:
  void Watch();

  std::vector<std::string> paths_;
  int fd_ = -1;
};

}  // namespace nephoscope
