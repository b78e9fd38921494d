#include "agent/stages/held_notices.h"

#include <algorithm>

namespace nephoscope {
namespace {

constexpr int kRowsAtOnce = 1000;

}  // namespace

absl::Status HeldNotices::Read(absl::Duration now) {
  for (;;) {
    absl::StatusOr<std::vector<OutboxRow>> rows = store_.Pending(kReceiver, read_to_, kRowsAtOnce);
    if (!rows.ok()) return rows.status();
    for (OutboxRow& row : *rows) {
      read_to_ = row.id;
      Held& held = held_.emplace(row.key, Held{.until = now + kLongest}).first->second;
      held.rows.push_back(std::move(row));
    }
    if (rows->size() < static_cast<std::size_t>(kRowsAtOnce)) return absl::OkStatus();
  }
}

void HeldNotices::Release(absl::string_view alert_id) {
  if (const auto found = held_.find(alert_id); found != held_.end()) found->second.released = true;
}

void HeldNotices::ReleaseDue(absl::Duration now) {
  for (auto& [id, held] : held_) held.released = held.released || held.until <= now;
}

std::vector<const OutboxRow*> HeldNotices::released() const {
  std::vector<const OutboxRow*> out;
  for (const auto& [id, held] : held_)
    for (const OutboxRow& row : held.rows)
      if (held.released) out.push_back(&row);
  std::sort(out.begin(), out.end(), [](const OutboxRow* a, const OutboxRow* b) { return a->id < b->id; });
  return out;
}

absl::Status HeldNotices::Drop(absl::string_view alert_id) {
  const auto found = held_.find(alert_id);
  if (found == held_.end()) return absl::OkStatus();
  std::vector<std::int64_t> ids;
  for (const OutboxRow& row : found->second.rows) ids.push_back(row.id);
  if (absl::Status status = store_.MarkDelivered(ids); !status.ok()) return status;
  held_.erase(found);
  return absl::OkStatus();
}

absl::Status HeldNotices::Settle() {
  for (auto at = held_.begin(); at != held_.end();) {
    const auto next = std::next(at);
    if (at->second.released)
      if (absl::Status status = Drop(at->first); !status.ok()) return status;
    at = next;
  }
  return absl::OkStatus();
}

}  // namespace nephoscope
