// Reminders: when people are told again of alerts that still fire. Export thread only.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/model/alert.h"

namespace nephoscope {

class Reminders {
 public:
  // How long after the newest step of an alert people are reminded of it; InfiniteDuration: never.
  using RepeatOf = std::function<absl::Duration(const Transition& alert)>;
  // False: it may not be told now, and is looked at again soon.
  using MayRemind = std::function<bool(const Transition& alert)>;

  // It was told after all, or may have been: its wait begins at `now`.
  void Told(const std::string& alert_id, absl::Time now);
  // It took a step.
  void Note(const Transition& step);
  // What may be told, or when, may have changed: all are looked at again.
  void LookAgain() { next_ = absl::InfinitePast(); }
  // Nothing is due yet.
  bool Rests(absl::Time now) const { return now < next_; }

  // The reminders that are due, each a step of its alert. `present`: all alerts.
  std::vector<Transition> Take(std::vector<AlertSnapshot> present, absl::Time now, const RepeatOf& repeat_of, const MayRemind& may);

 private:
  absl::Time DueOf(const AlertSnapshot& alert, absl::Duration repeat, absl::Time now) const;

  std::map<std::string, absl::Time> told_at_;  // by alert id
  absl::Time next_ = absl::InfinitePast();     // none is due before
};

}  // namespace nephoscope
