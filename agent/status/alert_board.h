// AlertBoard: what is committed and may be seen: the present alerts. Written by the export thread, read by the admin thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/model/alert.h"

namespace nephoscope {

// Resolved alerts stay for this long, so that receivers which are told levels hear of the end.
inline constexpr absl::Duration kResolvedStays = absl::Minutes(15);

class AlertBoard {
 public:
  void Set(AlertSnapshot alert) ABSL_LOCKS_EXCLUDED(mutex_);
  // The figures of the newest judgement: of an alert that fires, beside its newest transition; of one that is quiet, where its kind is shown all the same.
  void SetPresent(AlertPresent present) ABSL_LOCKS_EXCLUDED(mutex_);
  // Why people are not notified of the newest step of this alert, as it is now.
  void SetWhyNot(const std::string& alert_id, WhyNot why_not) ABSL_LOCKS_EXCLUDED(mutex_);
  // People were notified of a step of this alert.
  void SetNotified(const std::string& alert_id, EventType of, absl::Time at, std::vector<std::string> who) ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes away what was resolved more than 15 minutes before `now` (by when we knew).
  void Prune(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes away what is shown of rules that are not loaded any more, or were edited, and is no alert: an edited rule is judged anew. By rule id: revision.
  void KeepQuiet(const absl::flat_hash_map<std::string, std::string>& revisions) ABSL_LOCKS_EXCLUDED(mutex_);
  // One of All.
  std::optional<AlertSnapshot> Find(const std::string& alert_id) const ABSL_LOCKS_EXCLUDED(mutex_);
  // By money at stake, most first; then by severity, then by name.
  std::vector<AlertSnapshot> All() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Quiet alerts that are shown all the same (a budget that is kept), by alert id. A budget that fires is in All.
  std::vector<AlertSnapshot> Quiet() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, AlertSnapshot> alerts_ ABSL_GUARDED_BY(mutex_);  // by alert id
  std::map<std::string, AlertSnapshot> quiet_ ABSL_GUARDED_BY(mutex_);   // the same
};

}  // namespace nephoscope
