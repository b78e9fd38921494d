#include "agent/stages/reminders.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace nephoscope {
namespace {

constexpr absl::Duration kLater = absl::Seconds(30);  // what may not be told now is looked at again

Transition ReminderOf(Transition last, absl::Time due) {
  last.type = EventType::kReminder;
  last.previous_status = last.status;
  last.previous_severity = last.severity;
  last.causation_id = last.event_id;
  last.event_id = ReminderId(last.alert_id, last.starts_at, last.sequence, due);
  last.time = std::max(last.time, due);
  return last;
}

}  // namespace

void Reminders::Told(const std::string& alert_id, absl::Time now) {
  told_at_[alert_id] = now;
  LookAgain();
}

void Reminders::Note(const Transition& step) {
  LookAgain();
  if (step.status == AlertState::kInactive) told_at_.erase(step.alert_id);
}

// So long after its newest step was recorded, or told. A reminder is a step, so this outlives a restart, and of several that are due only the newest is sent.
absl::Time Reminders::DueOf(const AlertSnapshot& alert, absl::Duration repeat, absl::Time now) const {
  if (repeat == absl::InfiniteDuration()) return absl::InfiniteFuture();
  const auto told = told_at_.find(alert.last.alert_id);
  const absl::Time since = told == told_at_.end() ? alert.recorded : std::max(told->second, alert.recorded);
  return since + std::max<std::int64_t>(1, (now - since) / repeat) * repeat;
}

std::vector<Transition> Reminders::Take(std::vector<AlertSnapshot> present, absl::Time now, const RepeatOf& repeat_of, const MayRemind& may) {
  std::vector<Transition> out;
  next_ = absl::InfiniteFuture();
  for (AlertSnapshot& alert : present) {
    if (alert.last.status != AlertState::kFiring && alert.last.status != AlertState::kRecovering) continue;
    const absl::Time due = DueOf(alert, repeat_of(alert.last), now);
    if (due > now || !may(alert.last)) {
      next_ = std::min(next_, due > now ? due : now + kLater);
      continue;
    }
    out.push_back(ReminderOf(alert.shown(), due));
  }
  return out;
}

}  // namespace nephoscope
