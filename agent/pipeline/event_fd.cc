#include "agent/pipeline/event_fd.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "rules/model/check.h"

namespace nephoscope {

EventFd::EventFd() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { CHECK(fd_ >= 0); }

EventFd::~EventFd() { ::close(fd_); }

void EventFd::Signal() {
  const std::uint64_t one = 1;
  ssize_t written;
  do written = ::write(fd_, &one, sizeof one);
  while (written < 0 && errno == EINTR);
  CHECK(written == sizeof one || errno == EAGAIN);  // EAGAIN: signalled 2^64 - 2 times already, which is signalled enough
}

bool EventFd::Wait(absl::Duration timeout) {
  const timespec limit = absl::ToTimespec(std::clamp(timeout, absl::ZeroDuration(), absl::Hours(24 * 365)));
  pollfd poll{.fd = fd_, .events = POLLIN, .revents = 0};
  const int ready = ::ppoll(&poll, 1, timeout == absl::InfiniteDuration() ? nullptr : &limit, nullptr);
  if (ready <= 0) return false;
  std::uint64_t signals;
  return ::read(fd_, &signals, sizeof signals) == sizeof signals;
}

}  // namespace nephoscope
