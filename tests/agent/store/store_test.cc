#include "agent/store/store.h"

#include <boost/test/unit_test.hpp>

#include "tests/agent/store/fault_vfs.h"
#include "tests/agent/store/sample_commit.h"

BOOST_AUTO_TEST_SUITE(store_test)

using namespace nephoscope;

namespace {

constexpr char kPath[] = "/data/nephoscope.db";

std::unique_ptr<Store> OpenOn(FaultVfs& disk, int keep_delivered = 10'000) {
  absl::StatusOr<Store::Opened> opened = Store::Open({.path = kPath, .files = &disk, .keep_delivered = keep_delivered});
  BOOST_REQUIRE_MESSAGE(opened.ok(), opened.status());
  BOOST_REQUIRE(opened->quarantined.empty());
  return std::move(opened->store);
}

std::vector<std::string> EventIds(Store& store, std::int64_t after = 0, int limit = 100) {
  std::vector<std::string> ids;
  absl::StatusOr<std::vector<OutboxRow>> rows = store.Pending("kafka", after, limit);
  BOOST_REQUIRE_MESSAGE(rows.ok(), rows.status());
  for (const OutboxRow& row : *rows) ids.push_back(row.event_id);
  return ids;
}

using Strings = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(a_commit_is_all_there_after_the_store_is_opened_again) {
  FaultVfs disk(1);
  {
    auto store = OpenOn(disk);
    BOOST_TEST(store->last_recorded() == absl::InfinitePast());
    BOOST_REQUIRE(ApplyNumber(*store, 1).ok());
  }
  auto store = OpenOn(disk);
  const auto rows = store->Pending("kafka", 0, 10).value();
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(rows[0].receiver == "kafka");
  BOOST_TEST(rows[0].event_id == "event-1");
  BOOST_TEST(rows[0].key == "alert-1");
  BOOST_TEST(rows[0].payload == "payload of event-1");
  const auto instances = store->Instances().value();
  BOOST_REQUIRE(instances.size() == 1u);
  BOOST_TEST(instances[0].alert_id == "alert-1");
  BOOST_TEST(instances[0].rule_id == "rule-1");
  BOOST_TEST(instances[0].shard == 7);
  BOOST_TEST(instances[0].bytes == "state after event-1");
  const auto cursors = store->Cursors().value();
  BOOST_REQUIRE(cursors.size() == 1u);
  BOOST_TEST(cursors[0].source == "source");
  BOOST_TEST(cursors[0].watermark == TestTime(1));
  BOOST_TEST(store->LatestEvents(TestTime(0)).value() == Strings{"{\"id\":\"event-1\"}"}, boost::test_tools::per_element());
  BOOST_TEST(store->last_recorded() == TestTime(1));
  BOOST_TEST(store->Outbox()->depth == 1);
  BOOST_TEST(store->Outbox()->oldest == TestTime(1));
}

BOOST_AUTO_TEST_CASE(a_replayed_event_is_skipped_even_after_its_row_was_delivered_and_deleted) {
  FaultVfs disk(1);
  auto store = OpenOn(disk, /*keep_delivered=*/0);
  BOOST_REQUIRE(ApplyNumber(*store, 1).ok());
  BOOST_REQUIRE(ApplyNumber(*store, 1).ok());
  BOOST_TEST(EventIds(*store) == Strings{"event-1"}, boost::test_tools::per_element());
  BOOST_REQUIRE(store->MarkDelivered({store->Pending("kafka", 0, 1)->front().id}).ok());
  BOOST_TEST(store->Outbox()->depth == 0);
  BOOST_REQUIRE(ApplyNumber(*store, 1).ok());
  BOOST_TEST(EventIds(*store).empty());
  BOOST_TEST(store->VerifyChain().value() == 1);
}

BOOST_AUTO_TEST_CASE(a_row_without_a_transition_of_its_own_is_kept_once_per_receiver) {
  FaultVfs disk(1);
  auto store = OpenOn(disk);
  Commit commit;
  commit.recorded = TestTime(1);
  for (const char* receiver : {"kafka", "kafka", "stdout"}) commit.outbox.push_back({0, receiver, "reminder-1", "alert-1", "text"});
  BOOST_REQUIRE(store->Apply(commit).ok());
  BOOST_TEST(store->Outbox()->depth == 2);
  BOOST_TEST(EventIds(*store).size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_instance_without_bytes_is_gone) {
  FaultVfs disk(1);
  auto store = OpenOn(disk);
  BOOST_REQUIRE(ApplyNumber(*store, 1).ok());
  const InstanceState gone[] = {{"alert-1", "rule-1", 7, "", true}};
  Commit commit;
  commit.instances = gone;
  commit.recorded = TestTime(2);
  BOOST_REQUIRE(store->Apply(commit).ok());
  BOOST_TEST(store->Instances()->empty());
}

BOOST_AUTO_TEST_CASE(pending_rows_come_oldest_first_after_an_id_and_up_to_a_limit) {
  FaultVfs disk(1);
  auto store = OpenOn(disk);
  for (int n = 1; n <= 5; ++n) BOOST_REQUIRE(ApplyNumber(*store, n).ok());
  BOOST_TEST(EventIds(*store, 0, 2) == (Strings{"event-1", "event-2"}), boost::test_tools::per_element());
  const std::int64_t second = store->Pending("kafka", 0, 2)->back().id;
  BOOST_TEST(EventIds(*store, second) == (Strings{"event-3", "event-4", "event-5"}), boost::test_tools::per_element());
  BOOST_TEST(EventIds(*store, 0, 0).empty());
  BOOST_TEST(store->Pending("pager", 0, 10)->empty());
}

BOOST_AUTO_TEST_CASE(delivered_and_parked_rows_are_pending_no_more_and_counted) {
  FaultVfs disk(1);
  auto store = OpenOn(disk);
  for (int n = 1; n <= 3; ++n) BOOST_REQUIRE(ApplyNumber(*store, n).ok());
  const auto rows = store->Pending("kafka", 0, 10).value();
  BOOST_REQUIRE(store->MarkDelivered({rows[0].id}).ok());
  BOOST_REQUIRE(store->Park(rows[1].id, "message too large").ok());
  BOOST_REQUIRE(store->MarkDelivered({rows[0].id, rows[1].id, 999}).ok());  // again, parked, unknown: no effect
  for (const char* when : {"at once", "after opening again"}) BOOST_TEST_CONTEXT(when) {
      BOOST_TEST(EventIds(*store) == Strings{"event-3"}, boost::test_tools::per_element());
      BOOST_TEST(store->Outbox()->depth == 1);
      BOOST_TEST(store->Outbox()->parked == 1);
      BOOST_TEST(store->Outbox()->oldest == TestTime(3));
      store.reset();
      store = OpenOn(disk);
    }
}

BOOST_AUTO_TEST_CASE(marks_are_not_synced_and_commits_are) {
  FaultVfs disk(1);
  auto store = OpenOn(disk);
  BOOST_REQUIRE(ApplyNumber(*store, 1).ok());
  const std::int64_t before = disk.syncs();
  BOOST_REQUIRE(store->MarkDelivered({store->Pending("kafka", 0, 1)->front().id}).ok());
  BOOST_TEST(disk.syncs() == before);
  BOOST_REQUIRE(ApplyNumber(*store, 2).ok());
  BOOST_TEST(disk.syncs() > before);
}

BOOST_AUTO_TEST_CASE(delivered_rows_are_deleted_beyond_a_count_or_an_age_and_history_stays) {
  FaultVfs disk(1);
  auto store = OpenOn(disk, /*keep_delivered=*/2);
  for (int n = 1; n <= 4; ++n) BOOST_REQUIRE(ApplyNumber(*store, n).ok());
  std::vector<std::int64_t> ids;
  const auto pending = store->Pending("kafka", 0, 10).value();
  for (const OutboxRow& row : pending) ids.push_back(row.id);
  BOOST_REQUIRE(store->MarkDelivered(absl::MakeSpan(ids).subspan(0, 3)).ok());
  store.reset();

  const auto rows = [&disk] {
    sqlite3* db = nullptr;
    BOOST_REQUIRE(sqlite3_open_v2(kPath, &db, SQLITE_OPEN_READWRITE, disk.vfs()) == SQLITE_OK);
    sqlite3_stmt* count = nullptr;
    BOOST_REQUIRE(sqlite3_prepare_v2(db, "SELECT count(*) FROM outbox", -1, &count, nullptr) == SQLITE_OK);
    sqlite3_step(count);
    const int n = sqlite3_column_int(count, 0);
    sqlite3_finalize(count);
    sqlite3_close(db);
    return n;
  };
  BOOST_TEST(rows() == 3);  // two delivered, one waits
  store = OpenOn(disk, 2);
  BOOST_REQUIRE(ApplyNumber(*store, 60 * 24 * 8).ok());  // eight days later
  BOOST_REQUIRE(store->MarkDelivered({ids[3]}).ok());
  BOOST_TEST(store->VerifyChain().value() == 5);
  store.reset();
  BOOST_TEST(rows() == 1);
}

BOOST_AUTO_TEST_CASE(latest_events_are_those_of_active_alerts_and_of_the_newly_resolved) {
  FaultVfs disk(1);
  auto store = OpenOn(disk);
  const struct {
    int minute;
    const char* alert;
    AlertState status;
  } history[] = {
      {1, "still firing", AlertState::kFiring},      {2, "long resolved", AlertState::kFiring},  {3, "newly resolved", AlertState::kFiring},
      {4, "long resolved", AlertState::kInactive},   {5, "recovering", AlertState::kRecovering}, {6, "pending", AlertState::kPending},
      {10, "newly resolved", AlertState::kInactive},
  };
  for (const auto& h : history) {
    SampleCommit c;
    c.commit.recorded = TestTime(h.minute);
    c.Add(absl::StrCat(h.alert, " ", h.minute), h.alert, h.status);
    BOOST_REQUIRE(store->Apply(c.commit).ok());
  }
  const Strings active = {"{\"id\":\"still firing 1\"}", "{\"id\":\"recovering 5\"}", "{\"id\":\"pending 6\"}"};
  Strings with_new = active;
  with_new.push_back("{\"id\":\"newly resolved 10\"}");
  BOOST_TEST(store->LatestEvents(TestTime(10)).value() == with_new, boost::test_tools::per_element());
  BOOST_TEST(store->LatestEvents(TestTime(11)).value() == active, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(odd_times_and_bytes_come_back_as_they_were) {
  FaultVfs disk(1);
  auto store = OpenOn(disk);
  const std::string bytes("a\0b\xff", 4);
  const InstanceState instance[] = {{"alert-1", "rule-1", 63, bytes, true}};
  Commit commit;
  commit.recorded = TestTime(1);
  commit.instances = instance;
  commit.outbox.push_back({0, "kafka", "event-1", "", bytes});
  commit.cursors = {{"a", absl::InfinitePast()}, {"b", absl::InfiniteFuture()}, {"c", absl::FromUnixMillis(-1)}};
  BOOST_REQUIRE(store->Apply(commit).ok());
  BOOST_TEST(store->Instances()->at(0).bytes == bytes);
  BOOST_TEST(store->Pending("kafka", 0, 1)->at(0).payload == bytes);
  const auto cursors = store->Cursors().value();
  BOOST_TEST(cursors[0].watermark == absl::InfinitePast());
  BOOST_TEST(cursors[1].watermark == absl::InfiniteFuture());
  BOOST_TEST(cursors[2].watermark == absl::FromUnixMillis(-1));
}

BOOST_AUTO_TEST_CASE(a_changed_removed_or_inserted_transition_breaks_the_chain) {
  const struct {
    const char* what;
    const char* sql;
    const char* says;
  } rows[] = {
      {"untouched", "SELECT 1", ""},
      {"changed", "UPDATE transitions SET event = replace(event, '2', '9') WHERE event_id = 'event-2'", "position 2 (alert alert-2"},
      {"removed", "PRAGMA foreign_keys = OFF; DELETE FROM transitions WHERE event_id = 'event-1'", "position 2 (alert alert-2"},
      {"inserted",
       "INSERT INTO transitions SELECT 4, 'event-4', 'alert-1', 4, type, time_us, recorded_us, event, hash FROM transitions WHERE position "
       "= 3",
       "position 4 (alert alert-1"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      FaultVfs disk(1);
      auto store = OpenOn(disk);
      for (int n = 1; n <= 3; ++n) BOOST_REQUIRE(ApplyNumber(*store, n).ok());
      store.reset();
      sqlite3* db = nullptr;
      BOOST_REQUIRE(sqlite3_open_v2(kPath, &db, SQLITE_OPEN_READWRITE, disk.vfs()) == SQLITE_OK);
      const std::string sql = absl::StrCat("DROP TRIGGER transitions_stay; DROP TRIGGER transitions_hold; ", row.sql);
      BOOST_REQUIRE_MESSAGE(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, sqlite3_errmsg(db));
      sqlite3_close(db);
      store = OpenOn(disk);
      const absl::StatusOr<std::int64_t> verified = store->VerifyChain();
      if (*row.says == 0) {
        BOOST_TEST(verified.value() == 3);
      } else {
        BOOST_TEST(absl::IsDataLoss(verified.status()));
        BOOST_TEST(std::string(verified.status().message()).find(row.says) != std::string::npos, verified.status());
      }
    }
}

BOOST_AUTO_TEST_CASE(history_cannot_be_deleted_or_changed_through_sql) {
  FaultVfs disk(1);
  auto store = OpenOn(disk);
  BOOST_REQUIRE(ApplyNumber(*store, 1).ok());
  store.reset();
  sqlite3* db = nullptr;
  BOOST_REQUIRE(sqlite3_open_v2(kPath, &db, SQLITE_OPEN_READWRITE, disk.vfs()) == SQLITE_OK);
  for (const char* sql : {"DELETE FROM transitions", "UPDATE transitions SET event = ''"})
    BOOST_TEST(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_CONSTRAINT);
  sqlite3_close(db);
}

BOOST_AUTO_TEST_SUITE_END()
