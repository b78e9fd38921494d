#include "agent/store/store.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/escaping.h"
#include "agent/store/hash_chain.h"
#include "agent/store/schema.h"
#include "rules/model/sha256.h"
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

std::vector<OutboxRow> PendingRows(Store& store, const char* receiver, std::int64_t after, int limit) {
  return store.Pending(receiver, after, limit).value();
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
      {"changed", "UPDATE transitions SET event = (SELECT event FROM transitions WHERE position = 3) WHERE position = 2", "position 2 (alert alert-2"},
      {"removed", "PRAGMA foreign_keys = OFF; DELETE FROM transitions WHERE position = 1", "position 2 (alert alert-2"},
      {"inserted",
       "INSERT INTO transitions SELECT 4, x'00', 'alert-1', 4, recorded_us, template, event, hash, sum FROM transitions WHERE position "
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
      const auto look = Store::Look({.path = kPath, .files = &disk}, false).value();
      const absl::StatusOr<std::int64_t> verified = look->VerifyChain();
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

// An alert event as it is: long, and much like the one before.
std::string EventText(int number) {
  return absl::StrCat("{\"specversion\":\"1.0\",\"id\":\"", Sha256Hex(absl::StrCat(number)).substr(0, 32),
                      "\",\"source\":\"/agents/finops-eu-1\",\"type\":\"io.nephoscope.alert.firing.v1\",\"subject\":\"QueueLong/queue=q", number % 500,
                      "\",\"datacontenttype\":\"application/json\",\"causationid\":\"", Sha256Hex(absl::StrCat("before", number)).substr(0, 32),
                      "\",\"data\":{\"alert_id\":\"", Sha256Hex(absl::StrCat("alert", number % 500)).substr(0, 16),
                      "\",\"fingerprint\":\"", Sha256Hex(absl::StrCat("print", number % 500)).substr(0, 16),
                      "\",\"values\":{\"value\":{\"value\":\"", number * 7 % 1013, "\",\"unit\":\"\"}},\"explanation\":\"queue_length is ", number * 7 % 1013,
                      "; the rule looks for above 10.\",\"startsAt\":\"", absl::FormatTime(TestTime(number)), "\",\"padding\":\"", std::string(700, '-'), "\"}}");
}

// delivery.md 1.4: 72 h of an outage at 1,000 transitions an hour take at most 30 MB, -wal included.
BOOST_AUTO_TEST_CASE(an_outage_of_three_days_takes_at_most_30_megabytes) {
  FaultVfs disk(1);
  auto store = Store::Open({.path = kPath, .files = &disk, .synced = false}).value().store;
  constexpr int kTransitions = 72'000, kAtOnce = 20;
  for (int n = 0; n < kTransitions;) {
    SampleCommit c;
    c.commit.recorded = TestTime(n);
    for (int i = 0; i < kAtOnce; ++i, ++n) {
      Transition& t = c.transitions.emplace_back();
      t.event_id = Sha256Hex(absl::StrCat(n)).substr(0, 32), t.alert_id = Sha256Hex(absl::StrCat("alert", n % 500)).substr(0, 16);
      t.status = AlertState::kFiring, t.rule.id = "queue-long", t.sequence = static_cast<std::uint64_t>(n);
      c.commit.transitions.push_back({&t, EventText(n)});
      c.commit.outbox.push_back({0, "kafka", t.event_id, t.alert_id, c.commit.transitions.back().event_json});
      c.instances.push_back({t.alert_id, "queue-long", 7, std::string(200, 's'), true});
    }
    c.commit.instances = c.instances;
    BOOST_REQUIRE(store->Apply(c.commit).ok());
  }
  BOOST_TEST_MESSAGE(kTransitions << " transitions of " << EventText(1).size() << " bytes: " << disk.size() / 1'000'000.0 << " MB");
  BOOST_TEST(disk.size() <= 30'000'000);
  BOOST_TEST(store->Outbox()->depth == kTransitions);
  BOOST_TEST(store->Pending("kafka", 0, 1)->front().payload == EventText(0));
  BOOST_TEST(store->Pending("kafka", kTransitions - 1, 1)->front().payload == EventText(kTransitions - 1));
}

BOOST_AUTO_TEST_CASE(old_history_goes_behind_a_signed_checkpoint_and_what_is_needed_stays) {
  FaultVfs disk(1);
  const StoreOptions options{.path = kPath, .files = &disk, .keep_history_for = absl::Minutes(100)};
  auto store = Store::Open(options).value().store;
  for (int n = 1; n <= 300; ++n) BOOST_REQUIRE(ApplyNumber(*store, n, n % 3 == 0 ? AlertState::kInactive : AlertState::kFiring).ok());
  for (const OutboxRow& row : PendingRows(*store, "kafka", 0, 250)) BOOST_REQUIRE(store->MarkDelivered({row.id}).ok());
  while (store->Compact(TestTime(300)).value()) {
  }
  BOOST_TEST(store->VerifyChain().value() == 101);  // 200 to 300
  BOOST_TEST(ApplyNumber(*store, 301).ok());
  store.reset();
  store = Store::Open(options).value().store;
  BOOST_TEST(store->VerifyChain().value() == 102);
  const StoreReport report = store->Check().value();
  BOOST_TEST(report.gone == 199);
  BOOST_TEST(report.public_key.size() == 64u);
  BOOST_TEST(report.problems.empty());
  BOOST_TEST(store->LatestEvents(absl::InfinitePast())->size() == 3u);
  store.reset();
  sqlite3* db = nullptr;
  BOOST_REQUIRE(sqlite3_open_v2(kPath, &db, SQLITE_OPEN_READWRITE, disk.vfs()) == SQLITE_OK);
  BOOST_TEST(sqlite3_exec(db, "UPDATE checkpoint SET recorded_us = recorded_us + 1", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  BOOST_TEST(absl::IsDataLoss(Store::Look(options, false).value()->VerifyChain().status()));
}

BOOST_AUTO_TEST_CASE(the_newest_event_of_an_alert_stays_however_old_it_is) {
  FaultVfs disk(1);
  auto store = Store::Open({.path = kPath, .files = &disk, .keep_history_for = absl::Minutes(10)}).value().store;
  for (int n = 1; n <= 3; ++n) BOOST_REQUIRE(ApplyNumber(*store, n).ok());
  for (int i = 0; i < 5; ++i) BOOST_TEST(!store->Compact(TestTime(1000)).value());
  BOOST_TEST(store->LatestEvents(absl::InfinitePast())->size() == 3u);
  BOOST_TEST(EventIds(*store).size() == 3u);
  BOOST_TEST(store->VerifyChain().value() == 0);
  for (int n = 4; n <= 6; ++n) BOOST_REQUIRE(ApplyNumber(*store, n).ok());
  for (const OutboxRow& row : PendingRows(*store, "kafka", 0, 3)) BOOST_REQUIRE(store->MarkDelivered({row.id}).ok());
  BOOST_TEST(!store->Compact(TestTime(8)).value());
  BOOST_TEST(store->Check()->transitions == 3);  // of 1 to 3 nothing is needed any more
  BOOST_TEST(store->VerifyChain().value() == 3);
}

BOOST_AUTO_TEST_CASE(a_size_bounds_the_history_too) {
  FaultVfs disk(1);
  auto store = Store::Open({.path = kPath, .files = &disk, .keep_delivered = 0, .keep_history_bytes = 400'000}).value().store;
  for (int n = 1; n <= 3000; ++n) {
    BOOST_REQUIRE(ApplyNumber(*store, n).ok());
    for (const OutboxRow& row : PendingRows(*store, "kafka", 0, 10)) BOOST_REQUIRE(store->MarkDelivered({row.id}).ok());
    if (n % 100 == 0) BOOST_REQUIRE(store->Compact(TestTime(n)).ok());
  }
  BOOST_TEST(disk.Bytes(kPath).size() < 600'000u);
  BOOST_TEST(store->VerifyChain().value() > 100);
}

BOOST_AUTO_TEST_CASE(rule_files_come_back_as_they_were) {
  FaultVfs disk(1);
  const std::map<std::string, std::string> files = {{"rules/a.yaml", "apiVersion: rules/v1\n"}, {"rules/empty.yaml", ""}};
  BOOST_REQUIRE(OpenOn(disk)->PutRuleFiles({{"rules/gone.yaml", "x"}}).ok());
  BOOST_REQUIRE(OpenOn(disk)->PutRuleFiles(files).ok());
  BOOST_TEST((OpenOn(disk)->RuleFiles().value() == files));
}

// A database as the version before wrote it (format 1).
BOOST_AUTO_TEST_CASE(a_database_of_format_1_goes_on_with_everything_in_it) {
  FaultVfs disk(1);
  sqlite3* db = nullptr;
  BOOST_REQUIRE(sqlite3_open_v2(kPath, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, disk.vfs()) == SQLITE_OK);
  const std::string events[] = {"{\"id\":\"event-1\"}", "{\"id\":\"event-2\"}"};
  const std::string first = ChainNext(ChainStart(), events[0]), second = ChainNext(first, events[1]);
  const auto hex = [](const std::string& bytes) { return absl::StrCat("x'", absl::BytesToHexString(bytes), "'"); };
  const std::string sql = absl::StrCat(
      FirstFormat(), "INSERT INTO transitions VALUES (1, 'event-1', 'alert-1', 1, 'firing', 1, 1790000060000000, '", events[0], "', ", hex(first),
      "), (2, 'event-2', 'alert-1', 2, 'resolved', 1, 1790000120000000, '", events[1], "', ", hex(second),
      "); INSERT INTO alerts VALUES ('alert-1', 2, 0, 1790000120000000); INSERT INTO instances VALUES ('alert-1', 'rule-1', 7, x'0102');"
      "INSERT INTO outbox VALUES (1, 'kafka', 'event-1', 'alert-1', '", events[0], "', 1, NULL, 1790000060000000), (2, 'kafka', 'event-2', "
      "'alert-1', '", events[1], "', 0, NULL, 1790000120000000), (3, 'stdout', 'event-2', 'alert-1', 'other words', 2, 'refused', 1790000120000000);"
      "INSERT INTO cursors VALUES ('source', 1790000060000000); INSERT INTO meta VALUES ('last_recorded_us', 1790000120000000);"
      "PRAGMA application_id = 1315270760; PRAGMA user_version = 1");
  BOOST_REQUIRE_MESSAGE(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, sqlite3_errmsg(db));
  sqlite3_close(db);
  auto store = OpenOn(disk);
  BOOST_TEST(store->VerifyChain().value() == 2);
  BOOST_TEST(store->Check()->problems.empty());
  BOOST_TEST(EventIds(*store) == Strings{"event-2"}, boost::test_tools::per_element());
  BOOST_TEST(store->Pending("kafka", 0, 1)->front().payload == events[1]);
  BOOST_TEST(store->Parked(9)->at(0).reason == "refused");
  BOOST_TEST(store->Instances()->at(0).bytes == "\x01\x02");
  BOOST_TEST(store->Cursors()->at(0).watermark == TestTime(1));
  BOOST_TEST(store->last_recorded() == TestTime(2));
  BOOST_REQUIRE(ApplyNumber(*store, 2).ok());  // known: a replay
  BOOST_TEST(store->VerifyChain().value() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
