#include "tests/simulation/fake_kafka.h"

namespace nephoscope {

bool FakeKafka::Send(const OutboxRow& row) {
  if (queue_.size() >= kQueue) return false;
  queue_.push_back(row);
  return true;
}

std::vector<std::pair<std::int64_t, absl::Status>> FakeKafka::Poll(const KafkaFaults& faults, Dice& dice) {
  std::vector<std::pair<std::int64_t, absl::Status>> results;
  const bool down = dice.Rolls(faults.down);
  while (!ghosts_.empty() && !down) {
    topic_.push_back(ghosts_.front());
    ghosts_.pop_front();
  }
  for (; !queue_.empty(); queue_.pop_front()) {
    const OutboxRow& row = queue_.front();
    if (!down) topic_.push_back(row);
    if (!down && dice.Rolls(faults.duplicate)) topic_.push_back(row);
    const bool heard = !down && !dice.Rolls(faults.lost_ack);
    results.emplace_back(row.id, heard ? absl::OkStatus() : absl::UnavailableError("no broker answers"));
  }
  return results;
}

void FakeKafka::ProducerDied(Dice& dice) {
  for (const OutboxRow& row : queue_) {
    const std::int64_t fate = dice.Below(3);
    if (fate == 0) topic_.push_back(row);
    if (fate == 1) ghosts_.push_back(row);
  }
  queue_.clear();
}

}  // namespace nephoscope
