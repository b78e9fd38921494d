// The store on a disk that stops, fills up or fails at every one of its calls.
#include <boost/test/unit_test.hpp>

#include "agent/store/store.h"
#include "tests/agent/store/fault_vfs.h"
#include "tests/agent/store/sample_commit.h"

BOOST_AUTO_TEST_SUITE(crash_test)

using namespace nephoscope;

namespace {

constexpr char kPath[] = "/data/nephoscope.db";

absl::StatusOr<Store::Opened> OpenOn(FaultVfs& disk, bool synced = true) {
  return Store::Open({.path = kPath, .files = &disk, .synced = synced});
}

// The number of commits 1..n that are whole; -1: some part of one is there without the rest, or there is a gap.
int WholeCommits(Store& store) {
  const absl::StatusOr<std::int64_t> chain = store.VerifyChain();
  if (!chain.ok()) return -1;
  const int n = static_cast<int>(*chain);
  if (!store.Pending("kafka", 0, 1000).ok() || !store.Cursors().ok() || !store.Instances().ok()) return -1;
  const auto rows = store.Pending("kafka", 0, 1000).value();
  const auto cursors = store.Cursors().value();
  if (static_cast<int>(rows.size()) != n || cursors.empty() != (n == 0)) return -1;
  for (int i = 0; i < n; ++i)
    if (rows[static_cast<std::size_t>(i)].event_id != absl::StrCat("event-", i + 1)) return -1;
  if (n > 0 && cursors[0].watermark != TestTime(n)) return -1;
  if (static_cast<int>(store.Instances()->size()) != std::min(n, 3)) return -1;
  return n;
}

// Bytes that do not become fewer by being compressed.
std::string NoiseOf(std::size_t size) {
  std::string out(size, ' ');
  std::uint64_t x = 88172645463325252u;
  for (char& c : out) x ^= x << 13, x ^= x >> 7, x ^= x << 17, c = static_cast<char>(x >> 32);
  return out;
}

struct Outcome {
  bool crashed = false;
  int acknowledged = 0;  // commits that Apply answered OK to
  int found = 0;         // after the restart
  std::string quarantined;
};

// Opens, commits five times, stops at the nth disk call, looks.
Outcome CrashAt(std::int64_t nth, std::uint64_t seed, FaultVfs::Stop stop, bool synced = true) {
  FaultVfs disk(seed);
  Outcome outcome;
  disk.CrashAt(nth);
  if (absl::StatusOr<Store::Opened> opened = OpenOn(disk, synced); opened.ok())
    for (int n = 1; n <= 5 && ApplyNumber(*opened->store, n).ok(); ++n) outcome.acknowledged = n;
  outcome.crashed = disk.crashed();
  disk.Crash();
  disk.Restart(stop);
  absl::StatusOr<Store::Opened> again = OpenOn(disk);
  BOOST_REQUIRE_MESSAGE(again.ok(), again.status());
  outcome.quarantined = again->quarantined;
  outcome.found = WholeCommits(*again->store);
  return outcome;
}

}  // namespace

BOOST_AUTO_TEST_CASE(after_a_stop_at_any_disk_call_each_commit_is_whole_or_absent_and_an_acknowledged_one_is_there) {
  int stops = 0;
  for (const FaultVfs::Stop stop : {FaultVfs::Stop::kPowerCut, FaultVfs::Stop::kKilled})
    for (std::uint64_t seed = 1; seed <= 8; ++seed)
      for (std::int64_t nth = 1;; ++nth)
        BOOST_TEST_CONTEXT("seed " << seed << ", disk call " << nth << ", stop " << static_cast<int>(stop)) {
          const Outcome outcome = CrashAt(nth, seed, stop);
          BOOST_TEST(outcome.quarantined == "");
          BOOST_TEST(outcome.found >= outcome.acknowledged);
          BOOST_TEST(outcome.found <= outcome.acknowledged + 1);
          ++stops;
          if (!outcome.crashed) break;
        }
  BOOST_TEST_MESSAGE(stops << " stops");
  BOOST_TEST(stops > 16 * 50);
}

BOOST_AUTO_TEST_CASE(the_disk_model_notices_when_commits_are_not_synced) {
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Outcome outcome = CrashAt(10'000, seed, FaultVfs::Stop::kPowerCut, /*synced=*/false);
    BOOST_TEST(outcome.acknowledged == 5);
    if (outcome.found < outcome.acknowledged) ++lost;
  }
  BOOST_TEST(lost > 0);
}

BOOST_AUTO_TEST_CASE(a_commit_that_a_killed_process_left_survives_a_power_cut_once_it_was_read) {
  int left = 0;
  for (std::int64_t nth = 1; nth < 200; ++nth) BOOST_TEST_CONTEXT("disk call " << nth) {
      FaultVfs disk(static_cast<std::uint64_t>(nth));
      disk.CrashAt(nth);
      bool acknowledged = false;
      if (absl::StatusOr<Store::Opened> opened = OpenOn(disk); opened.ok()) acknowledged = ApplyNumber(*opened->store, 1).ok();
      disk.Crash();
      disk.Restart(FaultVfs::Stop::kKilled);
      int seen = 0;
      if (absl::StatusOr<Store::Opened> opened = OpenOn(disk); opened.ok()) {
        seen = WholeCommits(*opened->store);
        disk.Crash();
      }
      disk.Restart(FaultVfs::Stop::kPowerCut);
      BOOST_TEST(WholeCommits(*OpenOn(disk)->store) == seen);
      if (seen == 1 && !acknowledged) ++left;
    }
  BOOST_TEST(left > 0);  // the case did occur
}

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_the_commit_whole_and_later_ones_work_without_a_restart) {
  FaultVfs disk(1);
  absl::StatusOr<Store::Opened> opened = OpenOn(disk);
  BOOST_REQUIRE(opened.ok());
  Store& store = *opened->store;
  BOOST_REQUIRE(ApplyNumber(store, 1).ok());
  for (std::int64_t room = 0; room < 20'000; room += 1'000) BOOST_TEST_CONTEXT(room << " bytes left") {
      disk.set_capacity(disk.size() + room);
      SampleCommit large;
      FillCommit(large, 2);
      large.commit.outbox[0].payload = NoiseOf(100'000);
      const absl::Status status = store.Apply(large.commit);
      BOOST_TEST(absl::IsResourceExhausted(status), status);
      BOOST_TEST(std::string(status.message()).find(kPath) != std::string::npos);
      BOOST_TEST(std::string(status.message()).find("free some space") != std::string::npos);
      BOOST_TEST(WholeCommits(store) == 1);
      BOOST_TEST(store.Outbox()->depth == 1);
    }
  disk.set_capacity(std::int64_t{1} << 30);
  BOOST_TEST(ApplyNumber(store, 2).ok());
  BOOST_TEST(WholeCommits(store) == 2);
}

BOOST_AUTO_TEST_CASE(a_full_disk_does_not_keep_the_store_from_opening) {
  FaultVfs disk(1);
  {
    absl::StatusOr<Store::Opened> opened = OpenOn(disk);
    BOOST_REQUIRE(ApplyNumber(*opened->store, 1).ok());
    disk.Crash();  // no tidy close: the commit is in the -wal
  }
  disk.Restart(FaultVfs::Stop::kKilled);
  disk.set_capacity(disk.size());
  absl::StatusOr<Store::Opened> opened = OpenOn(disk);
  BOOST_REQUIRE_MESSAGE(opened.ok(), opened.status());
  BOOST_TEST(WholeCommits(*opened->store) == 1);
}

BOOST_AUTO_TEST_CASE(after_a_failed_disk_call_the_commit_can_be_applied_again_without_a_restart) {
  int failures = 0;
  for (const int code : {SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_FULL})
    for (std::int64_t nth = 1; nth <= 12; ++nth) BOOST_TEST_CONTEXT("code " << code << " at disk call " << nth) {
        FaultVfs disk(static_cast<std::uint64_t>(nth));
        absl::StatusOr<Store::Opened> opened = OpenOn(disk);
        BOOST_REQUIRE(opened.ok());
        BOOST_REQUIRE(ApplyNumber(*opened->store, 1).ok());
        disk.FailAt(nth, code);
        for (int n = 2; n <= 4; ++n) {
          absl::Status status = ApplyNumber(*opened->store, n);
          if (!status.ok()) ++failures, status = ApplyNumber(*opened->store, n);
          BOOST_TEST(status.ok(), status);
        }
        BOOST_TEST(WholeCommits(*opened->store) == 4);
        disk.Crash();
        opened->store.reset();
        disk.Restart(FaultVfs::Stop::kPowerCut);
        BOOST_TEST(WholeCommits(*OpenOn(disk)->store) == 4);
      }
  BOOST_TEST(failures > 6);
}

BOOST_AUTO_TEST_SUITE_END()
