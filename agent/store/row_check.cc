// Row by row: what is sound, and how it is saved from a database that is not.
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "agent/store/hash_chain.h"
#include "agent/store/packed_id.h"
#include "agent/store/sqlite_store.h"

namespace nephoscope {
namespace {

std::string Copy(absl::string_view text) { return std::string(text.data(), text.size()); }

// The sum of each table, from the columns of its SELECT; the stored one is the last column.
struct Table {
  const char* name;
  const char* select;
  std::int64_t (*sum)(const Statement& row);
};
constexpr Table kTables[] = {
    {"instances", "SELECT alert_id, rule_id, shard, state, sum FROM instances",
     [](const Statement& r) { return InstanceSum(r.Text(0), r.Text(1), r.Integer(2), r.Text(3)) - r.Integer(4); }},
    {"alerts", "SELECT alert_id, position, active, recorded_us, sum FROM alerts",
     [](const Statement& r) { return AlertSum(r.Text(0), r.Integer(1), r.Integer(2), r.Integer(3)) - r.Integer(4); }},
    {"cursors", "SELECT source, watermark_us, sum FROM cursors",
     [](const Statement& r) { return CursorSum(r.Text(0), r.Integer(1)) - r.Integer(2); }},
    {"outbox", "SELECT receiver, event_id, key, template, payload, recorded_us, state, sum FROM outbox",
     [](const Statement& r) {
       return OutboxSum(r.Integer(0), r.Text(1), r.Text(2), r.Integer(3), r.Text(4), r.Integer(5)) + kSumOfState * r.Integer(6) - r.Integer(7);
     }},
    // Of the history: what is shown, and what waits to be sent.
    {"transitions",
     "SELECT event_id, alert_id, sequence, recorded_us, template, event, sum FROM transitions WHERE position IN "
     "(SELECT position FROM alerts WHERE active = 1 UNION SELECT t.position FROM outbox o JOIN transitions t USING (event_id) WHERE "
     "o.payload IS NULL AND o.state = 0)",
     [](const Statement& r) {
       return TransitionSum(r.Text(0), r.Text(1), r.Integer(2), r.Integer(3), r.Integer(4), r.Text(5)) - r.Integer(6);
     }},
};

absl::Status CheckTable(Connection& connection, const Table& table) {
  absl::StatusOr<Statement> rows = connection.Prepare(table.select);
  if (absl::IsInternal(rows.status())) return absl::DataLossError(rows.status().message());  // somebody changed the tables
  if (!rows.ok()) return rows.status();
  for (;;) {
    const absl::StatusOr<bool> row = rows->Next();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    if (table.sum(*rows) != 0)
      return absl::DataLossError(absl::StrCat("database ", connection.path(), ": a row of ", table.name, " is not as it was written"));
  }
}

// Carries rows over as long as the old database gives some.
class Saver {
 public:
  Saver(Connection& from, Connection& into) : from_(from), into_(into) {}

  absl::StatusOr<std::int64_t> Run() {
    if (absl::Status s = writer_.Prepare(into_); !s.ok()) return s;
    if (absl::Status s = templates_.Prepare(from_); !s.ok()) return s;
    absl::StatusOr<Transaction> transaction = Transaction::Begin(into_);
    if (!transaction.ok()) return transaction.status();
    for (absl::Status (Saver::*save)() : {&Saver::History, &Saver::Alerts, &Saver::Instances, &Saver::Outbox, &Saver::Cursors})
      if (absl::Status s = (this->*save)(); !s.ok()) return s;
    if (absl::Status s = Meta(); !s.ok()) return s;
    if (absl::Status s = transaction->Commit(); !s.ok()) return s;
    return saved_;
  }

 private:
  // `each` writes; what it answers ends everything. What the old database answers ends this table only.
  template <typename Each>
  absl::Status ForEach(const std::string& select, Each each) {
    absl::StatusOr<Statement> rows = from_.Prepare(select);
    if (!rows.ok()) return absl::OkStatus();
    for (;;) {
      const absl::StatusOr<bool> row = rows->Next();
      if (!row.ok() || !*row) return absl::OkStatus();
      if (absl::Status s = each(*rows); !s.ok()) return s;
    }
  }

  absl::Status History() {
    std::string head = ChainStart();
    return ForEach(absl::StrCat("SELECT event_id, alert_id, sequence, recorded_us, template, event, sum, position, coalesce((SELECT rule_id "
                                "FROM instances i WHERE i.alert_id = t.alert_id), '') FROM transitions t WHERE position > (SELECT "
                                "max(position) FROM transitions) - ", kMostSaved, " OR position IN (SELECT position FROM alerts WHERE active "
                                "= 1) ORDER BY position"),
                   [&](const Statement& r) {
                     if (kTables[4].sum(r) != 0) return absl::OkStatus();
                     absl::StatusOr<std::string> event = templates_.Unpack(r.Integer(4), r.Text(5));
                     if (!event.ok()) return absl::OkStatus();
                     TransitionRow row{UnpackId(r.Text(0)), Copy(r.Text(1)), Copy(r.Text(8)), r.Integer(2), r.Time(3), *event, ""};
                     row.hash = ChainNext(head, *event);
                     const absl::StatusOr<int> added = writer_.Add(row);
                     if (!added.ok()) return added.status();
                     head = row.hash, saved_ += *added;
                     positions_[r.Integer(7)] = into_.last_row();
                     stored_.emplace(row.event_id, row.alert_id);
                     return absl::OkStatus();
                   });
  }

  absl::Status Alerts() {
    return ForEach(kTables[1].select, [&](const Statement& r) {
      const auto position = positions_.find(r.Integer(1));
      if (kTables[1].sum(r) != 0 || position == positions_.end()) return absl::OkStatus();
      ++saved_;
      return writer_.SetAlert(r.Text(0), position->second, r.Integer(2) == 1, r.Time(3));
    });
  }

  absl::Status Instances() {
    return ForEach(kTables[0].select, [&](const Statement& r) {
      if (kTables[0].sum(r) != 0) return absl::OkStatus();
      ++saved_;
      return writer_.PutInstance({Copy(r.Text(0)), Copy(r.Text(1)), static_cast<int>(r.Integer(2)), Copy(r.Text(3))});
    });
  }

  absl::Status Outbox() {
    return ForEach("SELECT receiver, event_id, key, template, payload, recorded_us, state, sum, (SELECT name FROM receivers r WHERE r.id = "
                   "receiver), coalesce(reason, ''), payload IS NULL FROM outbox WHERE state <> 1 ORDER BY id",
                   [&](const Statement& r) {
                     if (kTables[3].sum(r) != 0 || r.Text(8).empty()) return absl::OkStatus();
                     OutboxRow row{0, Copy(r.Text(8)), UnpackId(r.Text(1)), Copy(r.Text(2)), ""};
                     const bool as_stored = r.Integer(10) == 1;
                     if (as_stored && !stored_.contains(row.event_id)) return absl::OkStatus();
                     if (!as_stored) {
                       absl::StatusOr<std::string> payload = templates_.Unpack(r.Integer(3), r.Text(4));
                       if (!payload.ok()) return absl::OkStatus();
                       row.payload = *std::move(payload);
                     }
                     ++saved_;
                     return writer_.Add(row, as_stored, r.Time(5), static_cast<int>(r.Integer(6)), Copy(r.Text(9))).status();
                   });
  }

  absl::Status Cursors() {
    return ForEach(kTables[2].select, [&](const Statement& r) {
      if (kTables[2].sum(r) != 0) return absl::OkStatus();
      ++saved_;
      return writer_.PutCursor({Copy(r.Text(0)), r.Time(1)});
    });
  }

  // The key, so that what it signed before can still be verified; rule files, and when the last commit was.
  absl::Status Meta() {
    absl::StatusOr<Statement> file = into_.Prepare("INSERT INTO rule_files (path, text) VALUES (?, ?)");
    if (!file.ok()) return file.status();
    if (absl::Status s = ForEach("SELECT path, text FROM rule_files",
                                 [&](const Statement& r) { return file->Bind(r.Text(0)).BindBlob(r.Text(1)).Run().status(); });
        !s.ok())
      return s;
    absl::StatusOr<Statement> blob = into_.Prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)");
    if (!blob.ok()) return blob.status();
    return ForEach("SELECT name, value, typeof(value) FROM meta", [&](const Statement& r) {
      blob->Bind(r.Text(0));
      return (r.Text(2) == "integer" ? blob->Bind(r.Integer(1)) : blob->BindBlob(r.Text(1))).Run().status();
    });
  }

  Connection& from_;
  Connection& into_;
  RowWriter writer_;
  EventTemplates templates_;
  absl::flat_hash_map<std::int64_t, std::int64_t> positions_;  // old to new
  absl::flat_hash_map<std::string, std::string> stored_;       // event id to alert id
  std::int64_t saved_ = 0;
};

}  // namespace

absl::Status CheckSums(Connection& connection) {
  // quick_check does not compare indexes with their tables: of those that decide who is sent what.
  for (const char* question : {"PRAGMA integrity_check(alerts)", "PRAGMA integrity_check(outbox)"}) {
    const absl::StatusOr<std::string> found = connection.Ask(question);
    if (!found.ok()) return found.status();
    if (*found != "ok") return absl::DataLossError(absl::StrCat("database ", connection.path(), ": ", *found));
  }
  for (const Table& table : kTables)
    if (absl::Status s = CheckTable(connection, table); !s.ok()) return s;
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> SaveRows(Connection& from, Connection& into) { return Saver(from, into).Run(); }

}  // namespace nephoscope
