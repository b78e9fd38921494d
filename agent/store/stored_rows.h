// The rows of format 2 in one place: how each is summed, and the statements that add them.
#pragma once

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/store/event_templates.h"
#include "agent/store/sqlite.h"
#include "agent/store/store.h"

namespace nephoscope {

struct TransitionRow {
  std::string event_id, alert_id, rule_id;  // rule_id names the template only
  std::int64_t sequence = 0;
  absl::Time recorded;
  absl::string_view event;  // JSON
  std::string hash;
};

// Adds rows of format 2 within a transaction of the caller. Forget after one that was rolled back.
class RowWriter {
 public:
  absl::Status Prepare(Connection& connection);

  // Rows added: 0 when the event is there already.
  absl::StatusOr<int> Add(const TransitionRow& row);
  absl::Status SetAlert(absl::string_view alert_id, std::int64_t position, bool active, absl::Time recorded);
  absl::Status PutInstance(const InstanceState& instance);
  // `as_stored`: key and payload are those of the transition with this id. `state`, `reason`: as in the schema.
  absl::StatusOr<int> Add(const OutboxRow& row, bool as_stored, absl::Time recorded, int state = 0,
                          absl::string_view reason = "");
  absl::Status PutCursor(const SourceCursor& cursor);
  absl::StatusOr<std::int64_t> ReceiverNumber(absl::string_view name);

  EventTemplates& templates() { return templates_; }
  void Forget();

 private:
  Connection* connection_ = nullptr;
  EventTemplates templates_;
  Statement add_transition_, set_alert_, put_instance_, add_row_, put_cursor_, add_receiver_, get_receiver_;
  absl::flat_hash_map<std::string, std::int64_t> receivers_;
  std::string like_;  // name of the template that was used last: of what has no rule of its own
};

// The sums of the schema, from the columns as they are stored. `us`: a time in microseconds, as stored.
inline constexpr std::int64_t kSumOfState = std::int64_t{1} << 40;
std::int64_t InstanceSum(absl::string_view alert_id, absl::string_view rule_id, std::int64_t shard, absl::string_view state);
std::int64_t TransitionSum(absl::string_view event_id, absl::string_view alert_id, std::int64_t sequence, std::int64_t us,
                           std::int64_t template_number, absl::string_view event);
std::int64_t AlertSum(absl::string_view alert_id, std::int64_t position, std::int64_t active, std::int64_t us);
std::int64_t OutboxSum(std::int64_t receiver, absl::string_view event_id, absl::string_view key, std::int64_t template_number,
                       absl::string_view payload, std::int64_t us);
std::int64_t CursorSum(absl::string_view source, std::int64_t us);

}  // namespace nephoscope
