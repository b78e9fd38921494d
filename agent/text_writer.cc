#include "agent/text_writer.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <deque>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace nephoscope {
namespace {

constexpr int kLookForStopMs = 50;
constexpr absl::Duration kTryAgain = absl::Seconds(1);
constexpr absl::Duration kLastBlock = absl::Milliseconds(200);

}  // namespace

// What the thread and the writer share; whichever ends last lets it go.
struct TextWriter::Shared {
  Shared(int the_fd, std::string the_name, Clock& the_clock, Bounds the_bounds)
      : fd(the_fd), name(std::move(the_name)), clock(the_clock), bounds(the_bounds) {}

  const int fd;
  const std::string name;
  Clock& clock;
  const Bounds bounds;

  mutable absl::Mutex mutex;
  std::deque<std::string> queue ABSL_GUARDED_BY(mutex);
  std::size_t bytes ABSL_GUARDED_BY(mutex) = 0;
  std::uint64_t taken ABSL_GUARDED_BY(mutex) = 0, written ABSL_GUARDED_BY(mutex) = 0;
  absl::Duration progress_at ABSL_GUARDED_BY(mutex);  // when something was written, or began to wait
  std::string trouble ABSL_GUARDED_BY(mutex);         // of the last attempt
  bool stop ABSL_GUARDED_BY(mutex) = false, gone ABSL_GUARDED_BY(mutex) = false;

  bool Stopped() const {
    absl::MutexLock lock(&mutex);
    return stop;
  }
  bool WorkToDo() const ABSL_SHARED_LOCKS_REQUIRED(mutex) { return stop || !queue.empty(); }
  bool AllWritten() const ABSL_SHARED_LOCKS_REQUIRED(mutex) { return queue.empty(); }

  // The number of the block at the front; 0: stopped.
  std::uint64_t Next(std::string& text) {
    absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(this, &Shared::WorkToDo));
    if (stop) return 0;
    text = queue.front();
    return written + 1;
  }

  void Done(std::uint64_t number) {
    absl::MutexLock lock(&mutex);
    trouble.clear();
    progress_at = clock.SinceBoot();
    if (number == written + 1) Pop();  // else it was dropped meanwhile for a newer one
  }

  void Pop() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    bytes -= queue.front().size();
    queue.pop_front();
    ++written;
  }

  bool Full(std::size_t more) const ABSL_SHARED_LOCKS_REQUIRED(mutex) {
    return !queue.empty() && (queue.size() >= bounds.blocks || bytes + more > bounds.bytes);
  }

  void Failed(int error) {
    absl::MutexLock lock(&mutex);
    trouble = std::strerror(error);
    mutex.AwaitWithTimeout(absl::Condition(&stop), kTryAgain);
  }

  // A pipe that poll calls writable takes PIPE_BUF bytes without waiting. False: stopped.
  bool WriteAll(absl::string_view rest) {
    while (!rest.empty()) {
      if (Stopped()) return false;
      pollfd ready = {fd, POLLOUT, 0};
      if (poll(&ready, 1, kLookForStopMs) == 0) continue;
      const ssize_t n = write(fd, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
      if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
      if (n < 0 && errno != EINTR && errno != EAGAIN) Failed(errno);
    }
    return true;
  }

  void Run() {
    std::string text;
    for (std::uint64_t number = Next(text); number != 0 && WriteAll(text); number = Next(text)) Done(number);
    absl::MutexLock lock(&mutex);
    gone = true;
  }
};

TextWriter::TextWriter(int fd, std::string name, Clock& clock, Bounds bounds)
    : shared_(std::make_shared<Shared>(fd, std::move(name), clock, bounds)) {
  std::thread([shared = shared_] { shared->Run(); }).detach();
}

TextWriter::~TextWriter() {
  absl::MutexLock lock(&shared_->mutex);
  shared_->stop = true;
  shared_->mutex.AwaitWithTimeout(absl::Condition(&shared_->gone), kLastBlock);
}

std::uint64_t TextWriter::Write(std::string text) {
  text += '\n';
  absl::MutexLock lock(&shared_->mutex);
  Shared& s = *shared_;
  if (s.Full(text.size()) && s.bounds.when_full == WhenFull::kRefuse) return 0;
  while (s.Full(text.size())) s.Pop();
  if (s.queue.empty()) s.progress_at = s.clock.SinceBoot();
  s.bytes += text.size();
  s.queue.push_back(std::move(text));
  return ++s.taken;
}

std::uint64_t TextWriter::written() const {
  absl::MutexLock lock(&shared_->mutex);
  return shared_->written;
}

absl::Status TextWriter::health() const {
  const Shared& s = *shared_;
  absl::MutexLock lock(&s.mutex);
  if (s.queue.empty()) return absl::OkStatus();
  const std::string waits = absl::StrCat("; ", s.queue.size(), s.queue.size() == 1 ? " text waits" : " texts wait");
  if (!s.trouble.empty())
    return absl::UnavailableError(absl::StrCat(s.name, " cannot be written: ", s.trouble, waits,
                                               "; restart the agent with a reader that stays"));
  if (s.clock.SinceBoot() - s.progress_at < kStalled) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(s.name, " is not being read", waits,
                                             "; let the reader go on, or remove `stdout` from `exporters:`"));
}

void TextWriter::Flush(absl::Duration timeout) {
  absl::MutexLock lock(&shared_->mutex);
  shared_->mutex.AwaitWithTimeout(absl::Condition(shared_.get(), &Shared::AllWritten), timeout);
}

}  // namespace nephoscope
