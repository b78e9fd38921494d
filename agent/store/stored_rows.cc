#include "agent/store/stored_rows.h"

#include "agent/store/packed_id.h"
#include "agent/store/row_sum.h"

namespace nephoscope {

std::int64_t InstanceSum(absl::string_view alert_id, absl::string_view rule_id, std::int64_t shard, absl::string_view state) {
  return RowSum().Add(alert_id).Add(rule_id).Add(shard).Add(state).value();
}

std::int64_t TransitionSum(absl::string_view event_id, absl::string_view alert_id, std::int64_t sequence, std::int64_t us,
                           std::int64_t template_number, absl::string_view event) {
  return RowSum().Add(event_id).Add(alert_id).Add(sequence).Add(us).Add(template_number).Add(event).value();
}

std::int64_t AlertSum(absl::string_view alert_id, std::int64_t position, std::int64_t active, std::int64_t us) {
  return RowSum().Add(alert_id).Add(position).Add(active).Add(us).value();
}

std::int64_t OutboxSum(std::int64_t receiver, absl::string_view event_id, absl::string_view key, std::int64_t template_number,
                       absl::string_view payload, std::int64_t us) {
  return RowSum().Add(receiver).Add(event_id).Add(key).Add(template_number).Add(payload).Add(us).value();
}

std::int64_t CursorSum(absl::string_view source, std::int64_t us) { return RowSum().Add(source).Add(us).value(); }

absl::Status RowWriter::Prepare(Connection& connection) {
  connection_ = &connection;
  const struct {
    Statement* statement;
    const char* sql;
  } all[] = {
      {&add_transition_,
       "INSERT INTO transitions (event_id, alert_id, sequence, recorded_us, template, event, hash, sum) "
       "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING"},
      {&set_alert_,
       "INSERT INTO alerts (alert_id, position, active, recorded_us, sum) VALUES (?, ?, ?, ?, ?) ON CONFLICT (alert_id) "
       "DO UPDATE SET position = excluded.position, active = excluded.active, recorded_us = excluded.recorded_us, "
       "sum = excluded.sum"},
      {&put_instance_,
       "INSERT INTO instances (alert_id, rule_id, shard, state, sum) VALUES (?, ?, ?, ?, ?) ON CONFLICT (alert_id) "
       "DO UPDATE SET rule_id = excluded.rule_id, shard = excluded.shard, state = excluded.state, sum = excluded.sum"},
      {&add_row_,
       "INSERT INTO outbox (receiver, event_id, key, template, payload, state, reason, recorded_us, sum) "
       "VALUES (?, ?, ?, ?, ?, ?, nullif(?, ''), ?, ?) ON CONFLICT (event_id, receiver) DO NOTHING"},
      {&put_cursor_,
       "INSERT INTO cursors (source, watermark_us, sum) VALUES (?, ?, ?) ON CONFLICT (source) "
       "DO UPDATE SET watermark_us = excluded.watermark_us, sum = excluded.sum"},
      {&add_receiver_, "INSERT INTO receivers (name) VALUES (?) ON CONFLICT (name) DO NOTHING"},
      {&get_receiver_, "SELECT id FROM receivers WHERE name = ?"},
  };
  for (const auto& one : all) {
    absl::StatusOr<Statement> statement = connection.Prepare(one.sql);
    if (!statement.ok()) return statement.status();
    *one.statement = *std::move(statement);
  }
  return templates_.Prepare(connection);
}

void RowWriter::Forget() {
  templates_.Forget();
  receivers_.clear();
}

absl::StatusOr<int> RowWriter::Add(const TransitionRow& row) {
  like_ = row.rule_id;
  const absl::StatusOr<EventTemplates::Packed> packed = templates_.Pack(row.rule_id, row.event);
  if (!packed.ok()) return packed.status();
  const std::string id = PackId(row.event_id);
  const std::int64_t sum =
      TransitionSum(id, row.alert_id, row.sequence, ToMicros(row.recorded), packed->number, packed->bytes);
  return add_transition_.BindBlob(id)
      .Bind(row.alert_id)
      .Bind(row.sequence)
      .Bind(row.recorded)
      .Bind(packed->number)
      .BindBlob(packed->bytes)
      .BindBlob(row.hash)
      .Bind(sum)
      .Run();
}

absl::Status RowWriter::SetAlert(absl::string_view alert_id, std::int64_t position, bool active, absl::Time recorded) {
  const std::int64_t flag = active ? 1 : 0;
  return set_alert_.Bind(alert_id)
      .Bind(position)
      .Bind(flag)
      .Bind(recorded)
      .Bind(AlertSum(alert_id, position, flag, ToMicros(recorded)))
      .Run()
      .status();
}

absl::Status RowWriter::PutInstance(const InstanceState& instance) {
  const auto shard = static_cast<std::int64_t>(instance.shard);
  return put_instance_.Bind(instance.alert_id)
      .Bind(instance.rule_id)
      .Bind(shard)
      .BindBlob(instance.bytes)
      .Bind(InstanceSum(instance.alert_id, instance.rule_id, shard, instance.bytes))
      .Run()
      .status();
}

absl::StatusOr<int> RowWriter::Add(const OutboxRow& row, bool as_stored, absl::Time recorded, int state,
                                   absl::string_view reason) {
  const absl::StatusOr<std::int64_t> receiver = ReceiverNumber(row.receiver);
  if (!receiver.ok()) return receiver.status();
  EventTemplates::Packed packed;
  if (!as_stored) {
    absl::StatusOr<EventTemplates::Packed> made = templates_.Pack(like_, row.payload);
    if (!made.ok()) return made.status();
    packed = *std::move(made);
  }
  const std::string id = PackId(row.event_id);
  const std::string key = as_stored ? "" : row.key;
  const std::int64_t sum = OutboxSum(*receiver, id, key, packed.number, packed.bytes, ToMicros(recorded));
  add_row_.Bind(*receiver).BindBlob(id);
  as_stored ? add_row_.BindNull() : add_row_.Bind(key);
  add_row_.Bind(packed.number);
  as_stored ? add_row_.BindNull() : add_row_.BindBlob(packed.bytes);
  return add_row_.Bind(std::int64_t{state}).Bind(reason).Bind(recorded).Bind(sum + kSumOfState * state).Run();
}

absl::Status RowWriter::PutCursor(const SourceCursor& cursor) {
  return put_cursor_.Bind(cursor.source)
      .Bind(cursor.watermark)
      .Bind(CursorSum(cursor.source, ToMicros(cursor.watermark)))
      .Run()
      .status();
}

absl::StatusOr<std::int64_t> RowWriter::ReceiverNumber(absl::string_view name) {
  if (const auto found = receivers_.find(name); found != receivers_.end()) return found->second;
  for (const bool add : {false, true}) {
    if (add)
      if (absl::StatusOr<int> n = add_receiver_.Bind(name).Run(); !n.ok()) return n.status();
    const absl::StatusOr<bool> row = get_receiver_.Bind(name).Next();
    if (!row.ok()) return row.status();
    if (!*row) continue;
    const std::int64_t number = get_receiver_.Integer(0);
    get_receiver_.Reset();
    return receivers_[std::string(name)] = number;
  }
  return absl::InternalError("a receiver was added and is not there");
}

}  // namespace nephoscope
