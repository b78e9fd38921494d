// What Store::Open finds: unsound files, files of others, locked, unwritable and read-only ones.
#include <stdlib.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "agent/store/schema.h"
#include "agent/store/store.h"
#include "absl/strings/str_cat.h"
#include "tests/agent/store/fault_vfs.h"
#include "tests/agent/store/sample_commit.h"

BOOST_AUTO_TEST_SUITE(open_test)

using namespace nephoscope;

namespace {

namespace fs = std::filesystem;

// A directory that goes away with the test.
struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "nephoscope-store-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const char* name) const { return (path / name).string(); }
};

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteAll(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

void RunSql(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  BOOST_REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  const int code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
  BOOST_REQUIRE_MESSAGE(code == SQLITE_OK, sqlite3_errmsg(db) << ": " << sql);
  sqlite3_close(db);
}

bool Says(const absl::Status& status, const std::string& text) { return std::string(status.message()).find(text) != std::string::npos; }

// A database with 200 commits, closed.
std::string SoundBytes() {
  const Folder folder;
  {
    auto opened = Store::Open({.path = folder / "a.db"});
    BOOST_REQUIRE_MESSAGE(opened.ok(), opened.status());
    SampleCommit c;
    for (int n = 0; n < 200; ++n) FillCommit(c, n);
    BOOST_REQUIRE(opened->store->Apply(c.commit).ok());
  }
  return ReadAll(folder / "a.db");
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_unsound_file_is_put_aside_and_a_new_one_begun) {
  const std::string sound = SoundBytes();
  std::string bad_header = sound, bad_pages = sound;
  bad_header[3] = 'X';
  for (std::size_t i = 4096; i < bad_pages.size(); i += 64) bad_pages[i] ^= 0x5a;
  const struct {
    const char* what;
    std::string bytes;
    bool unsound;
  } rows[] = {
      {"sound", sound, false},
      {"empty", "", false},
      {"a text file", "alert: this is no database\n", true},
      {"a header that is not SQLite's", bad_header, true},
      {"half of it is missing", sound.substr(0, sound.size() / 2), true},
      {"only the first page is there", sound.substr(0, 4096), true},
      {"a few bytes of the header", sound.substr(0, 50), true},
      {"zeros", std::string(8192, '\0'), true},
      {"pages overwritten", bad_pages, true},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      const Folder folder;
      const std::string path = folder / "a.db";
      WriteAll(path, row.bytes);
      auto opened = Store::Open({.path = path});
      BOOST_REQUIRE_MESSAGE(opened.ok(), opened.status());
      BOOST_TEST(opened->quarantined == (row.unsound ? path + ".quarantined-1" : ""));
      if (row.unsound) BOOST_TEST(ReadAll(opened->quarantined) == row.bytes);
      BOOST_TEST(ApplyNumber(*opened->store, 1000).ok());
      BOOST_TEST(opened->store->VerifyChain().value() == (row.bytes == sound ? 201 : 1));
    }
}

BOOST_AUTO_TEST_CASE(a_second_unsound_file_gets_the_next_number) {
  const Folder folder;
  const std::string path = folder / "a.db";
  for (const char* want : {".quarantined-1", ".quarantined-2"}) {
    WriteAll(path, "no database, but long enough for a header of one hundred bytes, which SQLite reads first of all of them");
    BOOST_TEST(Store::Open({.path = path})->quarantined == path + want);
  }
}

BOOST_AUTO_TEST_CASE(the_wal_goes_aside_with_its_database) {
  const Folder folder;
  const std::string path = folder / "a.db";
  WriteAll(path, "no database");
  WriteAll(path + "-wal", "left over");
  auto opened = Store::Open({.path = path});
  BOOST_REQUIRE(opened.ok());
  BOOST_TEST(ReadAll(opened->quarantined + "-wal") == "left over");
}

BOOST_AUTO_TEST_CASE(a_database_with_a_missing_table_is_put_aside) {
  for (const char* sql : {"DROP TABLE cursors", "ALTER TABLE outbox RENAME COLUMN payload TO body"}) BOOST_TEST_CONTEXT(sql) {
      const Folder folder;
      const std::string path = folder / "a.db";
      WriteAll(path, SoundBytes());
      RunSql(path, sql);
      auto opened = Store::Open({.path = path});
      BOOST_REQUIRE_MESSAGE(opened.ok(), opened.status());
      BOOST_TEST(opened->quarantined == path + ".quarantined-1");
    }
}

BOOST_AUTO_TEST_CASE(files_of_a_newer_version_or_another_program_are_refused_and_left_alone) {
  const Folder folder;
  const std::string newer = folder / "newer.db", other = folder / "other.db";
  WriteAll(newer, SoundBytes());
  RunSql(newer, "PRAGMA user_version = 99");
  RunSql(other, "CREATE TABLE orders (id)");
  const struct {
    std::string path;
    const char* says;
  } rows[] = {{newer, "newer version of nephoscope (format 99"}, {other, "another program"}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.path) {
      const std::string before = ReadAll(row.path);
      const absl::Status status = Store::Open({.path = row.path}).status();
      BOOST_TEST(absl::IsFailedPrecondition(status));
      BOOST_TEST(Says(status, row.path), status);
      BOOST_TEST(Says(status, row.says), status);
      BOOST_TEST(ReadAll(row.path) == before);
    }
}

BOOST_AUTO_TEST_CASE(a_second_opener_is_told_which_file_and_which_process) {
  const Folder folder;
  const std::string path = folder / "a.db";
  auto first = Store::Open({.path = path});
  BOOST_REQUIRE(first.ok());
  const absl::Status status = Store::Open({.path = path}).status();
  BOOST_TEST(absl::IsFailedPrecondition(status));
  BOOST_TEST(Says(status, path), status);
  BOOST_TEST(Says(status, absl::StrCat("(process ", getpid(), ")")), status);
  first->store.reset();
  BOOST_TEST(Store::Open({.path = path}).ok());
}

BOOST_AUTO_TEST_CASE(a_path_that_cannot_hold_a_database_is_refused_with_a_remedy) {
  const Folder folder;
  WriteAll(folder / "file", "");
  fs::create_directory(folder / "directory.db");
  const struct {
    const char* what;
    std::string path;
    absl::StatusCode code;
    const char* says;
  } rows[] = {
      {"no path", "", absl::StatusCode::kInvalidArgument, "give one such as"},
      {"SQLite's word for memory only", ":memory:", absl::StatusCode::kInvalidArgument, "give one such as"},
      {"directory is missing", folder / "missing/a.db", absl::StatusCode::kNotFound, "make its directory"},
      {"directory is a file", folder / "file/a.db", absl::StatusCode::kNotFound, "make its directory"},
      {"path is a directory", folder / "directory.db", absl::StatusCode::kPermissionDenied, "it must be a file"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      const absl::Status status = Store::Open({.path = row.path}).status();
      BOOST_TEST(static_cast<int>(status.code()) == static_cast<int>(row.code), status);
      BOOST_TEST(Says(status, row.says), status);
      BOOST_TEST(Says(status, row.path), status);
    }
}

BOOST_AUTO_TEST_CASE(an_unwritable_directory_is_told_apart) {
  const Folder folder;
  fs::permissions(folder.path, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  const bool root = geteuid() == 0;  // may write everywhere: be nobody for a moment
  if (root) BOOST_REQUIRE(seteuid(65534) == 0);
  const absl::Status status = Store::Open({.path = folder / "a.db"}).status();
  if (root) BOOST_REQUIRE(seteuid(0) == 0);
  fs::permissions(folder.path, fs::perms::owner_all);
  BOOST_TEST(absl::IsPermissionDenied(status), status);
  BOOST_TEST(Says(status, "let this user write"), status);
}

BOOST_AUTO_TEST_CASE(a_read_only_file_is_read_and_written_again_when_it_can_be) {
  FaultVfs disk(1);
  BOOST_REQUIRE(ApplyNumber(*Store::Open({.path = "/a.db", .files = &disk})->store, 1).ok());
  disk.set_read_only(true);
  auto opened = Store::Open({.path = "/a.db", .files = &disk});
  BOOST_REQUIRE_MESSAGE(opened.ok(), opened.status());
  BOOST_TEST(absl::IsPermissionDenied(opened->writable), opened->writable);
  BOOST_TEST(Says(opened->writable, "/a.db is read-only; let this user write"), opened->writable);
  BOOST_TEST(opened->store->Instances()->size() == 1u);
  BOOST_TEST(!ApplyNumber(*opened->store, 2).ok());
  disk.set_read_only(false);
  BOOST_TEST(ApplyNumber(*opened->store, 2).ok());
  BOOST_TEST(opened->store->VerifyChain().value() == 2);
}

BOOST_AUTO_TEST_CASE(a_database_that_was_there_and_is_not_or_is_empty_is_said_to_be_lost) {
  const Folder folder;
  const std::string path = folder / "a.db";
  const auto open = [&path] { return Store::Open({.path = path}).value(); };
  BOOST_TEST(open().lost == "");
  BOOST_TEST(open().lost == "");
  fs::remove(path);
  const Store::Opened gone = open();
  BOOST_TEST(gone.lost == "the database " + path + " is gone");
  BOOST_TEST(gone.is_new);
}

BOOST_AUTO_TEST_CASE(an_emptied_file_and_one_without_its_format_number_are_put_aside_and_said) {
  const struct {
    const char* what;
    const char* says;
    void (*damage)(const std::string& path);
  } rows[] = {
      {"emptied", "is empty, though it was in use", [](const std::string& path) { WriteAll(path, ""); }},
      {"its tables dropped", "the number of its format is gone", [](const std::string& path) { RunSql(path, "PRAGMA user_version = 0"); }},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      const Folder folder;
      const std::string path = folder / "a.db";
      BOOST_REQUIRE(ApplyNumber(*Store::Open({.path = path})->store, 1).ok());
      row.damage(path);
      const Store::Opened opened = Store::Open({.path = path}).value();
      BOOST_TEST(opened.quarantined == path + ".quarantined-1");
      BOOST_TEST(opened.lost.find(row.says) != std::string::npos, opened.lost);
      BOOST_TEST(ApplyNumber(*opened.store, 2).ok());
    }
}

// Bits all over what was stored: noticed at the start, or harmless.
BOOST_AUTO_TEST_CASE(a_flipped_bit_hides_no_alert_and_what_is_sound_is_saved) {
  const auto filled = [](FaultVfs& disk) {
    auto opened = Store::Open({.path = "/a.db", .files = &disk});
    for (int n = 1; n <= 40; ++n) BOOST_REQUIRE(ApplyNumber(*opened->store, n).ok());
  };
  FaultVfs first(1);
  filled(first);
  const std::string sound = first.Bytes("/a.db");
  int noticed = 0, saved = 0;
  for (std::size_t at = 100; at < sound.size(); at += 211) {
    FaultVfs disk(1);
    filled(disk);
    disk.Bytes("/a.db")[at] ^= 0x04;
    auto opened = Store::Open({.path = "/a.db", .files = &disk});
    BOOST_REQUIRE_MESSAGE(opened.ok(), opened.status());
    noticed += !opened->quarantined.empty(), saved += opened->saved > 0;
    if (!opened->quarantined.empty()) continue;
    BOOST_TEST(opened->store->Instances()->size() == 3u, "byte " << at);
    BOOST_TEST(opened->store->LatestEvents(absl::InfinitePast())->size() == 3u, "byte " << at);
    BOOST_TEST(opened->store->Pending("kafka", 0, 100)->size() == 40u, "byte " << at);
  }
  BOOST_TEST_MESSAGE(noticed << " noticed, rows saved from " << saved);
  BOOST_TEST(noticed > 20);
  BOOST_TEST(saved > noticed / 2);
}

BOOST_AUTO_TEST_CASE(a_number_that_was_changed_in_a_sound_page_is_noticed) {
  const std::string sound = SoundBytes();
  const struct { const char* table; const char* column; const char* changed; } rows[] = {
      {"instances", "shard", "(shard + 1) % 64"},
      {"alerts", "recorded_us", "recorded_us + 1"},
      {"cursors", "watermark_us", "watermark_us + 1"},
      {"outbox", "recorded_us", "recorded_us + 1"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.table << "." << row.column) {
    const Folder folder;
    WriteAll(folder / "a.db", sound);
    RunSql(folder / "a.db", absl::StrCat("UPDATE ", row.table, " SET ", row.column, " = ", row.changed));
    const auto opened = Store::Open({.path = folder / "a.db"});
    BOOST_REQUIRE_MESSAGE(opened.ok(), opened.status());
    BOOST_TEST(!opened->quarantined.empty());
  }
}

BOOST_AUTO_TEST_CASE(parked_events_are_listed_and_released_also_by_another_process) {
  const Folder folder;
  const StoreOptions options{.path = folder / "a.db"};
  auto store = Store::Open(options).value().store;
  for (int n = 1; n <= 3; ++n) BOOST_REQUIRE(ApplyNumber(*store, n).ok());
  BOOST_TEST(!store->ChangedElsewhere().value());
  const std::vector<OutboxRow> rows = store->Pending("kafka", 0, 2).value();
  for (const OutboxRow& row : rows) BOOST_REQUIRE(store->Park(row.id, "too large").ok());
  const std::vector<ParkedRow> parked = store->Parked(10).value();
  BOOST_REQUIRE(parked.size() == 2u);
  BOOST_TEST(parked[1].event_id == "event-2");
  BOOST_TEST(parked[1].receiver == "kafka");
  BOOST_TEST(parked[1].key == "alert-2");
  BOOST_TEST(parked[1].reason == "too large");
  BOOST_TEST(store->Release("pager", 0).value() == 0);
  BOOST_TEST(store->Release("kafka", parked[1].id).value() == 1);
  BOOST_TEST(store->Outbox()->parked == 1);
  {
    const auto other = Store::Look(options, true).value();
    BOOST_TEST(other->Release("", 0).value() == 1);
  }
  BOOST_TEST(store->ChangedElsewhere().value());
  BOOST_TEST(!store->ChangedElsewhere().value());
  BOOST_TEST(store->Outbox()->parked == 0);
  BOOST_TEST(store->Pending("kafka", 0, 9)->size() == 3u);
  BOOST_TEST(store->Check()->problems.empty());
}

BOOST_AUTO_TEST_SUITE_END()
