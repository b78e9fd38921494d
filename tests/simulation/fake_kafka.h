// FakeKafka: a producer and its topic in one: goes down, loses acknowledgements, writes twice, delivers late.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "agent/store/store.h"
#include "tests/simulation/world.h"

namespace nephoscope {

struct KafkaFaults {
  double down = 0;       // chance per poll that no broker answers
  double lost_ack = 0;   // per record: written, but the producer hears of a time-out
  double duplicate = 0;  // per record: written twice
};

class FakeKafka {
 public:
  // false: the producer's queue is full.
  bool Send(const OutboxRow& row);
  // Writes what was sent; answers (row id, status).
  std::vector<std::pair<std::int64_t, absl::Status>> Poll(const KafkaFaults& faults, Dice& dice);
  // The agent is gone. What it had in flight may still be written: now, later or never.
  void ProducerDied(Dice& dice);

  const std::vector<OutboxRow>& topic() const { return topic_; }

 private:
  static constexpr std::size_t kQueue = 6;

  std::deque<OutboxRow> queue_;
  std::deque<OutboxRow> ghosts_;
  std::vector<OutboxRow> topic_;
};

}  // namespace nephoscope
