// Readiness: which parts have worked at least once, and what ails them now. Any thread.
#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace nephoscope {

// A part counts as ready from its first success on: a provider that fails later must not take the pod beside us out of service. What
// fails now is a metric, a log line and a line of /-/ready all the same. The database is different: while it refuses commits nothing
// is delivered, so it counts as it is now (`Must`).
class Readiness {
 public:
  // A part that has not worked yet.
  void Expect(const std::string& part) ABSL_LOCKS_EXCLUDED(mutex_);
  void Report(const std::string& part, const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  // As Report, but every failure makes the agent not ready.
  void Must(const std::string& part, const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

  struct Answer {
    bool ready = false;
    std::string text;  // a line per part: "kafka: no broker of 127.0.0.1:9092 answers"
  };
  Answer Ask() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Part {
    bool worked = false, must = false;
    absl::Status now = absl::UnavailableError("has not worked yet");
  };
  mutable absl::Mutex mutex_;
  std::map<std::string, Part> parts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nephoscope
