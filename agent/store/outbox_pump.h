// OutboxPump: committed, then sent, then marked. Takes the outbox rows of one receiver to it.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/store/store.h"

namespace nephoscope {

// On the thread of its store. Every row reaches `send` at least once, and again until OnResult tells what became of it; a row
// whose mark was lost is sent again after a restart, with the same event_id.
//
// Order: rows of one key (one alert) are in flight one at a time, so that a later event never overtakes one that is tried
// again. Rows of different keys do not wait for each other.
//
//   pump.Step([&](const OutboxRow& row) { return exporter.Send(...); });
//   for (result : results) pump.OnResult(result.id, result.status);   // also from within `send`
class OutboxPump {
 public:
  // `window`: rows held in memory, sent or about to be.
  OutboxPump(Store& store, absl::string_view receiver, int window = 1000);

  // Writes the marks, reads what is new, sends until the window or `send` is full (it answers false). What could be sent is
  // sent even when the store fails; the first failure is returned, and what was not written is written by a later call.
  absl::Status Step(const std::function<bool(const OutboxRow&)>& send);

  // OK: delivered. InvalidArgument: parked, with the message. Any other: sent again by the next Step. Results of rows that are
  // not in flight (from before a Reset) are ignored.
  void OnResult(std::int64_t id, absl::Status status);

  // Writes what OnResult learnt; Step does it too.
  absl::Status FlushMarks();

  // The receiver was made anew and forgot what it had: all that is not known to be delivered is sent again.
  void Reset();

  // Rows that were out of the way may wait again: all that is not in hand is read from the beginning.
  void LookAgain() { waiting_.clear(), read_to_ = 0; }

  int in_flight() const { return static_cast<int>(in_flight_.size()); }
  // Rows that wait in memory for their turn.
  int waiting() const { return static_cast<int>(waiting_.size()); }

 private:
  absl::Status Read();
  void Send(const std::function<bool(const OutboxRow&)>& send);
  void PutBack(OutboxRow row);

  Store& store_;
  std::string receiver_;
  int window_;
  std::int64_t read_to_ = 0;
  std::list<OutboxRow> waiting_;  // by id
  absl::flat_hash_map<std::int64_t, OutboxRow> in_flight_;
  absl::flat_hash_set<std::string> keys_in_flight_;
  std::vector<std::int64_t> delivered_;                        // to be marked; no more than there are rows in the outbox
  std::vector<std::pair<std::int64_t, std::string>> refused_;  // to be parked, and why
};

}  // namespace nephoscope
