// EventFd: lets one thread sleep in the kernel until another one signals it. A signal that comes first is kept.
#pragma once

#include "absl/time/time.h"

namespace nephoscope {

// One thread waits, any thread signals.
class EventFd {
 public:
  EventFd();  // CHECK: the process has no file descriptor left
  ~EventFd();
  EventFd(const EventFd&) = delete;
  EventFd& operator=(const EventFd&) = delete;

  void Signal();
  // True: signalled since the last Wait. False: `timeout` passed, or a Unix signal came: look again.
  bool Wait(absl::Duration timeout);

 private:
  const int fd_;
};

}  // namespace nephoscope
