#include "agent/status/alert_board.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace nephoscope {

namespace {

// A transition as it was, with the figures of a later judgement: who is notified and what people know it by stay.
std::shared_ptr<const Transition> WithFigures(const Transition& last, Transition now) {
  auto out = std::make_shared<Transition>(last);
  out->time = std::max(last.time, now.time);
  out->annotations = std::move(now.annotations);
  out->values = std::move(now.values);
  out->condition_text = std::move(now.condition_text);
  out->threshold = std::move(now.threshold);
  out->window = now.window;
  out->data_state = now.data_state;
  out->as_of = now.as_of;
  out->watermark = now.watermark;
  out->provisional = now.provisional;
  out->impact = std::move(now.impact);
  out->summary = std::move(now.summary);
  out->explanation = std::move(now.explanation);
  out->contributors = std::move(now.contributors);
  return out;
}

bool Fires(const Transition& t) { return t.status == AlertState::kFiring || t.status == AlertState::kRecovering; }

}  // namespace

void AlertBoard::Set(AlertSnapshot alert) {
  absl::MutexLock lock(&mutex_);
  AlertSnapshot& slot = alerts_[alert.last.alert_id];
  if (alert.last.sequence < slot.last.sequence) return;  // a replay brings nothing new
  if (!alert.notice.of) {
    const WhyNot why_not = alert.notice.why_not;
    alert.notice = std::move(slot.notice);
    alert.notice.why_not = why_not;
  }
  alert.late_from = slot.late_from;
  alert.missing_from = slot.missing_from;
  if (Fires(alert.last)) quiet_.erase(alert.last.alert_id);
  slot = std::move(alert);
}

void AlertBoard::SetPresent(AlertPresent present) {
  absl::MutexLock lock(&mutex_);
  const std::string id = present.now.alert_id;
  const auto at = alerts_.find(id);
  if (!Fires(present.now)) {
    AlertSnapshot& slot = quiet_[id];
    slot.recorded = present.now.time;
    slot.late_from = present.late_from;
    slot.missing_from = present.missing_from;
    slot.last = std::move(present.now);
    return;
  }
  if (at == alerts_.end() || !Fires(at->second.last) || present.now.sequence < at->second.last.sequence) return;
  quiet_.erase(id);
  at->second.late_from = present.late_from;
  at->second.missing_from = present.missing_from;
  at->second.now = WithFigures(at->second.last, std::move(present.now));
}

void AlertBoard::SetWhyNot(const std::string& alert_id, WhyNot why_not) {
  absl::MutexLock lock(&mutex_);
  if (const auto at = alerts_.find(alert_id); at != alerts_.end()) at->second.notice.why_not = why_not;
}

void AlertBoard::SetNotified(const std::string& alert_id, EventType of, absl::Time when, std::vector<std::string> who) {
  absl::MutexLock lock(&mutex_);
  if (const auto at = alerts_.find(alert_id); at != alerts_.end()) at->second.notice = {WhyNot::kNone, of, when, std::move(who)};
}

void AlertBoard::KeepQuiet(const absl::flat_hash_map<std::string, std::string>& revisions) {
  absl::MutexLock lock(&mutex_);
  std::erase_if(quiet_, [&](const auto& one) {
    const auto rule = revisions.find(one.second.last.rule.id);
    return rule == revisions.end() || rule->second != one.second.last.rule.revision;
  });
}

std::vector<AlertSnapshot> AlertBoard::Quiet() const {
  absl::MutexLock lock(&mutex_);
  std::vector<AlertSnapshot> out;
  for (const auto& [id, alert] : quiet_) out.push_back(alert);
  return out;
}

void AlertBoard::Prune(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  for (auto at = alerts_.begin(); at != alerts_.end();) {
    const bool over = at->second.last.status == AlertState::kInactive && at->second.recorded + kResolvedStays < now;
    at = over ? alerts_.erase(at) : std::next(at);
  }
}

std::optional<AlertSnapshot> AlertBoard::Find(const std::string& alert_id) const {
  absl::MutexLock lock(&mutex_);
  const auto found = alerts_.find(alert_id);
  return found == alerts_.end() ? std::nullopt : std::optional<AlertSnapshot>(found->second);
}

std::vector<AlertSnapshot> AlertBoard::All() const {
  std::vector<AlertSnapshot> out;
  {
    absl::MutexLock lock(&mutex_);
    out.reserve(alerts_.size());
    for (const auto& [id, alert] : alerts_) out.push_back(alert);
  }
  std::stable_sort(out.begin(), out.end(), [](const AlertSnapshot& a, const AlertSnapshot& b) {
    return std::make_tuple(-a.shown().impact.amount.micros, -static_cast<int>(a.last.severity), a.last.rule.name) <
           std::make_tuple(-b.shown().impact.amount.micros, -static_cast<int>(b.last.severity), b.last.rule.name);
  });
  return out;
}

}  // namespace nephoscope
