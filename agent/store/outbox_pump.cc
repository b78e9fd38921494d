#include "agent/store/outbox_pump.h"

#include <algorithm>
#include <utility>

namespace nephoscope {

OutboxPump::OutboxPump(Store& store, absl::string_view receiver, int window)
    : store_(store), receiver_(receiver.data(), receiver.size()), window_(std::max(window, 1)) {}

absl::Status OutboxPump::Step(const std::function<bool(const OutboxRow&)>& send) {
  absl::Status status = FlushMarks();
  status.Update(Read());
  Send(send);
  return status;
}

absl::Status OutboxPump::Read() {
  const int room = window_ - in_flight() - waiting();
  if (room <= 0) return absl::OkStatus();
  absl::StatusOr<std::vector<OutboxRow>> rows = store_.Pending(receiver_, read_to_, room);
  if (!rows.ok()) return rows.status();
  absl::flat_hash_set<std::int64_t> settled(delivered_.begin(), delivered_.end());  // marks that could not be written yet
  for (const auto& [id, reason] : refused_) settled.insert(id);
  for (OutboxRow& row : *rows) {
    read_to_ = row.id;
    if (!settled.contains(row.id) && !in_flight_.contains(row.id)) waiting_.push_back(std::move(row));
  }
  return absl::OkStatus();
}

void OutboxPump::Send(const std::function<bool(const OutboxRow&)>& send) {
  absl::flat_hash_set<std::string> seen;  // one row of a key per pass: an earlier one may come back while we go on
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (!seen.insert(at->key).second || !keys_in_flight_.insert(at->key).second) {
      ++at;
      continue;
    }
    const std::int64_t id = at->id;
    const std::string key = at->key;
    const auto entry = in_flight_.emplace(id, std::move(*at)).first;  // before `send`, which may answer at once
    at = waiting_.erase(at);
    const OutboxRow row = entry->second;
    if (send(row)) continue;
    in_flight_.erase(id);
    keys_in_flight_.erase(key);
    PutBack(row);
    return;
  }
}

void OutboxPump::PutBack(OutboxRow row) {
  const auto later = std::find_if(waiting_.begin(), waiting_.end(), [&row](const OutboxRow& other) { return other.id > row.id; });
  waiting_.insert(later, std::move(row));
}

void OutboxPump::OnResult(std::int64_t id, absl::Status status) {
  const auto found = in_flight_.find(id);
  if (found == in_flight_.end()) return;
  OutboxRow row = std::move(found->second);
  in_flight_.erase(found);
  keys_in_flight_.erase(row.key);
  if (status.ok()) {
    delivered_.push_back(id);
  } else if (absl::IsInvalidArgument(status)) {
    refused_.emplace_back(id, std::string(status.message().data(), status.message().size()));
  } else {
    PutBack(std::move(row));
  }
}

absl::Status OutboxPump::FlushMarks() {
  if (!delivered_.empty()) {
    if (absl::Status s = store_.MarkDelivered(delivered_); !s.ok()) return s;
    delivered_.clear();
  }
  while (!refused_.empty()) {
    if (absl::Status s = store_.Park(refused_.back().first, refused_.back().second); !s.ok()) return s;
    refused_.pop_back();
  }
  return absl::OkStatus();
}

void OutboxPump::Reset() {
  waiting_.clear();
  in_flight_.clear();
  keys_in_flight_.clear();
  read_to_ = 0;
}

}  // namespace nephoscope
