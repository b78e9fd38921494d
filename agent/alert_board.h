// AlertBoard: what is committed and may be seen: the present alerts. Written by the export thread, read by the admin thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rules/model/alert.h"

namespace nephoscope {

// Resolved alerts stay for this long, so that receivers which are told levels hear of the end.
inline constexpr absl::Duration kResolvedStays = absl::Minutes(15);

class AlertBoard {
 public:
  void Set(AlertSnapshot alert) ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes away what was resolved more than 15 minutes before `now` (by when we knew).
  void Prune(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  // By money at stake, most first; then by severity, then by name.
  std::vector<AlertSnapshot> All() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, AlertSnapshot> alerts_ ABSL_GUARDED_BY(mutex_);  // by alert id
};

}  // namespace nephoscope
