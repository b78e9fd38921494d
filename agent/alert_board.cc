#include "agent/alert_board.h"

#include <algorithm>
#include <tuple>

namespace nephoscope {

void AlertBoard::Set(AlertSnapshot alert) {
  absl::MutexLock lock(&mutex_);
  AlertSnapshot& slot = alerts_[alert.last.alert_id];
  if (alert.last.sequence >= slot.last.sequence) slot = std::move(alert);  // a replay brings nothing new
}

void AlertBoard::Prune(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  for (auto at = alerts_.begin(); at != alerts_.end();) {
    const bool over = at->second.last.status == AlertState::kInactive && at->second.recorded + kResolvedStays < now;
    at = over ? alerts_.erase(at) : std::next(at);
  }
}

std::vector<AlertSnapshot> AlertBoard::All() const {
  std::vector<AlertSnapshot> out;
  {
    absl::MutexLock lock(&mutex_);
    out.reserve(alerts_.size());
    for (const auto& [id, alert] : alerts_) out.push_back(alert);
  }
  std::stable_sort(out.begin(), out.end(), [](const AlertSnapshot& a, const AlertSnapshot& b) {
    return std::make_tuple(-a.last.impact.amount.micros, -static_cast<int>(a.last.severity), a.last.rule.name) <
           std::make_tuple(-b.last.impact.amount.micros, -static_cast<int>(b.last.severity), b.last.rule.name);
  });
  return out;
}

}  // namespace nephoscope
