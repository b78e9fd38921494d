#include "agent/files/file_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/match.h"
#include "agent/files/rule_files.h"

namespace nephoscope {
namespace {

constexpr std::uint32_t kChanges = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ATTRIB;

// Editors and ConfigMaps write helper files beside: only rule files, tables and the link that Kubernetes swaps count.
bool Concerns(absl::string_view name) {
  return name == "..data" || (!absl::StartsWith(name, ".") && (absl::EndsWith(name, ".yaml") || absl::EndsWith(name, ".yml") || absl::EndsWith(name, ".csv")));
}

}  // namespace

FileWatch::FileWatch(const std::vector<std::string>& paths) : paths_(paths), fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) { Watch(); }

FileWatch::~FileWatch() {
  if (fd_ >= 0) close(fd_);
}

void FileWatch::Watch() {
  if (fd_ < 0) return;
  for (const std::string& path : paths_) {
    std::error_code error;
    const std::filesystem::path at(path);
    const std::string folder = std::filesystem::is_directory(at, error) ? path : at.has_parent_path() ? at.parent_path().string() : ".";
    for (const std::string& each : FoldersOf(folder)) inotify_add_watch(fd_, each.c_str(), kChanges);  // a folder that is watched already keeps its watch
  }
}

bool FileWatch::Drain() {
  alignas(inotify_event) char buffer[4096];
  bool concerns = false;
  for (ssize_t got = read(fd_, buffer, sizeof buffer); got > 0; got = read(fd_, buffer, sizeof buffer)) {
    for (char* at = buffer; at < buffer + got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      concerns = concerns || (event->mask & (IN_Q_OVERFLOW | IN_IGNORED | IN_ISDIR)) != 0 || (event->len > 0 && Concerns(event->name));
      at += sizeof(inotify_event) + event->len;
    }
  }
  Watch();
  return concerns;
}

}  // namespace nephoscope
