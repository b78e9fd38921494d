// What Store::Open finds: unsound files, files of others, locked, unwritable and read-only ones.
#include <stdlib.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "agent/store/schema.h"
#include "agent/store/store.h"
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
  BOOST_REQUIRE_MESSAGE(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, sqlite3_errmsg(db));
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

BOOST_AUTO_TEST_CASE(a_read_only_file_is_refused_with_a_remedy) {
  FaultVfs disk(1);
  BOOST_REQUIRE(Store::Open({.path = "/a.db", .files = &disk}).ok());
  disk.set_read_only(true);
  const absl::Status status = Store::Open({.path = "/a.db", .files = &disk}).status();
  BOOST_TEST(absl::IsPermissionDenied(status), status);
  BOOST_TEST(Says(status, "/a.db is read-only; let this user write"), status);
}

BOOST_AUTO_TEST_SUITE_END()
