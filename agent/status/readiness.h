// Readiness: which parts work, and what ails the others. Any thread.
#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace nephoscope {

// Providers and receivers that do not work must not take the pod beside us out of service: the agent is ready, but degraded, and the part's
// line says why. The database is different: until it is open nothing is known, and while it refuses commits nothing is delivered (`Must`).
class Readiness {
 public:
  // A part that has not worked yet.
  void Expect(const std::string& part) ABSL_LOCKS_EXCLUDED(mutex_);
  void Report(const std::string& part, const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  // As Report, but every failure makes the agent not ready.
  void Must(const std::string& part, const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

  struct Answer {
    bool ready = false;  // what must work does
    bool good = false;   // and everything else as well
    std::string text;    // "ready", "degraded" or "not ready", then a line per part: "kafka: no broker of 127.0.0.1:9092 answers"
  };
  Answer Ask() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Part {
    bool must = false;
    absl::Status now = absl::UnavailableError("has not worked yet");
  };
  mutable absl::Mutex mutex_;
  std::map<std::string, Part> parts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nephoscope
