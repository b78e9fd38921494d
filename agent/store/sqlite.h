// SQLite's C API in RAII clothes: a connection, a prepared statement, and statuses that name file and remedy.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace nephoscope {

class Connection;

// As times are stored; the ends of the range are InfinitePast and InfiniteFuture.
std::int64_t ToMicros(absl::Time time);
absl::Time FromMicros(std::int64_t micros);

// One prepared statement, used again and again. `Bind` fills the next `?`; a use ends with `Run` or with `Next` answering
// false, both of which make it ready for the next use (a use that is broken off: `Reset`).
class Statement {
 public:
  Statement() = default;

  Statement& Bind(std::int64_t value);
  Statement& Bind(absl::string_view text);  // must live until the use ends
  Statement& Bind(absl::Time time);         // as microseconds
  Statement& BindBlob(absl::string_view bytes);
  Statement& BindNull();

  // True: there is a row to read.
  absl::StatusOr<bool> Next();
  // For statements without rows. How many rows were changed.
  absl::StatusOr<int> Run();
  void Reset();

  std::int64_t Integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  absl::string_view Text(int column) const;  // until the next `Next`
  bool IsNull(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
  absl::Time Time(int column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  Connection* connection_ = nullptr;
  int bound_ = 0;
};

// One open database file; one thread at a time.
class Connection {
 public:
  // kMake: made when missing. kRead: nothing is written, and another process may have the file open.
  // kFrozen: the same of a file that nobody writes, on a disk that takes nothing; a -wal beside it is not read.
  enum class How { kMake, kRead, kFrozen };
  // `vfs`: nullptr for the system's.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, const char* vfs, How how = How::kMake);

  // False: closing leaves the -wal as it is (for a file that may have to be put aside).
  void set_tidy_close(bool tidy) { sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, tidy ? 0 : 1, nullptr); }

  absl::Status Execute(const std::string& sql);
  absl::StatusOr<Statement> Prepare(absl::string_view sql);
  // A statement that answers with one value.
  absl::StatusOr<std::string> Ask(const std::string& sql);

  // The result code of the last failed call in our words. ResourceExhausted: disk full. DataLoss: the file is damaged or no
  // database. PermissionDenied: read-only. Unavailable: anything else the disk does.
  absl::Status Failure(int code) const;

  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  bool read_only() const { return sqlite3_db_readonly(handle_.get(), "main") == 1; }
  std::int64_t last_row() const { return sqlite3_last_insert_rowid(handle_.get()); }
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::string path_;
};

// Rolled back unless committed.
class Transaction {
 public:
  // Takes the write lock at once.
  static absl::StatusOr<Transaction> Begin(Connection& connection);
  Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  absl::Status Commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace nephoscope
