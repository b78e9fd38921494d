#include "agent/store/version_2.h"

#include <string>

#include "absl/container/flat_hash_map.h"
#include "agent/store/stored_rows.h"

namespace nephoscope {
namespace {

std::string Copy(absl::string_view text) { return std::string(text.data(), text.size()); }

// Calls `each` for every row of the answer.
template <typename Each>
absl::Status ForEach(Connection& connection, const char* sql, Each each) {
  absl::StatusOr<Statement> rows = connection.Prepare(sql);
  if (!rows.ok()) return rows.status();
  for (;;) {
    const absl::StatusOr<bool> row = rows->Next();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    if (absl::Status s = each(*rows); !s.ok()) return s;
  }
}

absl::Status CopyHistory(Connection& connection, RowWriter& writer) {
  absl::flat_hash_map<std::int64_t, std::int64_t> positions;  // old to new
  absl::Status status = ForEach(
      connection,
      "SELECT t.event_id, t.alert_id, coalesce(i.rule_id, ''), t.sequence, t.recorded_us, t.event, t.hash, t.position "
      "FROM old_transitions t LEFT JOIN old_instances i USING (alert_id) ORDER BY t.position",
      [&](const Statement& row) {
        const TransitionRow out{Copy(row.Text(0)), Copy(row.Text(1)), Copy(row.Text(2)), row.Integer(3),
                                row.Time(4),       row.Text(5),       Copy(row.Text(6))};
        const absl::Status added = writer.Add(out).status();
        positions[row.Integer(7)] = connection.last_row();
        return added;
      });
  status.Update(ForEach(connection, "SELECT alert_id, position, active, recorded_us FROM old_alerts", [&](const Statement& row) {
    return writer.SetAlert(row.Text(0), positions[row.Integer(1)], row.Integer(2) == 1, row.Time(3));
  }));
  return status;
}

absl::Status CopyOutbox(Connection& connection, RowWriter& writer) {
  return ForEach(connection,
                 "SELECT o.receiver, o.event_id, o.key, o.payload, t.event IS o.payload AND t.alert_id IS o.key, o.recorded_us, "
                 "o.state, coalesce(o.reason, '') FROM old_outbox o LEFT JOIN old_transitions t USING (event_id) ORDER BY o.id",
                 [&](const Statement& row) {
                   const OutboxRow out{0, Copy(row.Text(0)), Copy(row.Text(1)), Copy(row.Text(2)), Copy(row.Text(3))};
                   return writer.Add(out, row.Integer(4) == 1, row.Time(5), static_cast<int>(row.Integer(6)), Copy(row.Text(7)))
                       .status();
                 });
}

}  // namespace

absl::Status CopyToVersion2(Connection& connection) {
  RowWriter writer;
  if (absl::Status s = writer.Prepare(connection); !s.ok()) return s;
  if (absl::Status s = CopyHistory(connection, writer); !s.ok()) return s;
  if (absl::Status s = CopyOutbox(connection, writer); !s.ok()) return s;
  absl::Status status = ForEach(connection, "SELECT alert_id, rule_id, shard, state FROM old_instances", [&](const Statement& row) {
    return writer.PutInstance({Copy(row.Text(0)), Copy(row.Text(1)), static_cast<int>(row.Integer(2)), Copy(row.Text(3))});
  });
  status.Update(ForEach(connection, "SELECT source, watermark_us FROM old_cursors", [&](const Statement& row) {
    return writer.PutCursor({Copy(row.Text(0)), row.Time(1)});
  }));
  return status;
}

}  // namespace nephoscope
