#include "agent/store/sqlite.h"

#include <cerrno>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

constexpr int kBusyMs = 2000;  // somebody looks into the file with another tool

}  // namespace

std::int64_t ToMicros(absl::Time time) {
  if (time == absl::InfinitePast()) return std::numeric_limits<std::int64_t>::min();
  if (time == absl::InfiniteFuture()) return std::numeric_limits<std::int64_t>::max();
  return absl::ToUnixMicros(time);
}

absl::Time FromMicros(std::int64_t micros) {
  if (micros == std::numeric_limits<std::int64_t>::min()) return absl::InfinitePast();
  if (micros == std::numeric_limits<std::int64_t>::max()) return absl::InfiniteFuture();
  return absl::FromUnixMicros(micros);
}

Statement& Statement::Bind(std::int64_t value) {
  CHECK(sqlite3_bind_int64(statement_.get(), ++bound_, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::Bind(absl::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();  // a null pointer would be SQL's NULL
  CHECK(sqlite3_bind_text64(statement_.get(), ++bound_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK);
  return *this;
}

Statement& Statement::Bind(absl::Time time) { return Bind(ToMicros(time)); }

Statement& Statement::BindBlob(absl::string_view bytes) {
  CHECK(sqlite3_bind_blob64(statement_.get(), ++bound_, bytes.data() == nullptr ? "" : bytes.data(), bytes.size(), SQLITE_STATIC) ==
        SQLITE_OK);
  return *this;
}

Statement& Statement::BindNull() {
  CHECK(sqlite3_bind_null(statement_.get(), ++bound_) == SQLITE_OK);
  return *this;
}

absl::StatusOr<bool> Statement::Next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  const absl::Status status = code == SQLITE_DONE ? absl::OkStatus() : connection_->Failure(code);
  Reset();
  if (!status.ok()) return status;
  return false;
}

absl::StatusOr<int> Statement::Run() {
  absl::StatusOr<bool> row = Next();
  if (!row.ok()) return row.status();
  CHECK(!*row);
  return sqlite3_changes(sqlite3_db_handle(statement_.get()));
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());  // repeats the failure of the last step, which was told already
  sqlite3_clear_bindings(statement_.get());
  bound_ = 0;
}

absl::string_view Statement::Text(int column) const {
  const char* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  return {data == nullptr ? "" : data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

absl::Time Statement::Time(int column) const { return FromMicros(Integer(column)); }

namespace {

// A path as a URI: SQLite reads "%", "?" and "#" in it.
std::string FrozenUri(const std::string& path) {
  return absl::StrCat("file:", absl::StrReplaceAll(path, {{"%", "%25"}, {"?", "%3f"}, {"#", "%23"}}), "?immutable=1");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path, const char* vfs, How how) {
  auto connection = std::make_unique<Connection>();
  connection->path_ = path;
  sqlite3* handle = nullptr;
  const int write = how == How::kMake ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  const int uri = how == How::kFrozen ? SQLITE_OPEN_URI : 0;
  const std::string name = how == How::kFrozen ? FrozenUri(path) : path;
  const int code = sqlite3_open_v2(name.c_str(), &handle, write | uri | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
  connection->handle_.reset(handle);
  if (code != SQLITE_OK) return connection->Failure(code);
  sqlite3_busy_timeout(handle, kBusyMs);
  return connection;
}

absl::Status Connection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Failure(code);
}

absl::StatusOr<Statement> Connection::Prepare(absl::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return Failure(code);
  Statement statement;
  statement.statement_.reset(raw);
  statement.connection_ = this;
  return statement;
}

absl::StatusOr<std::string> Connection::Ask(const std::string& sql) {
  absl::StatusOr<Statement> statement = Prepare(sql);
  if (!statement.ok()) return statement.status();
  absl::StatusOr<bool> row = statement->Next();
  if (!row.ok()) return row.status();
  if (!*row) return std::string();
  const absl::string_view text = statement->Text(0);
  return std::string(text.data(), text.size());
}

absl::Status Connection::Failure(int code) const {
  const int system = handle_ ? sqlite3_system_errno(handle_.get()) : 0;
  const std::string found = absl::StrCat("database ", path_, ": ", handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code));
  const bool disk_error = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
  if ((code & 0xff) == SQLITE_FULL || (disk_error && (system == ENOSPC || system == EDQUOT)))
    return absl::ResourceExhaustedError(absl::StrCat(found, "; free some space on its disk: nothing is lost, the agent goes on by itself"));
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(absl::StrCat(found, "; restart the agent: it puts this file aside and begins a new one"));
    case SQLITE_READONLY:
    case SQLITE_PERM: return absl::PermissionDeniedError(absl::StrCat(found, "; let this user write the file and its directory"));
    case SQLITE_CANTOPEN:
      return absl::PermissionDeniedError(absl::StrCat(found, "; it must be a file, in a directory this user can write"));
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return absl::UnavailableError(absl::StrCat(found, "; close the other program that has it open"));
    case SQLITE_IOERR: return absl::UnavailableError(absl::StrCat(found, " (", sqlite3_errstr(code), "); check its disk"));
    default: return absl::InternalError(found);
  }
}

absl::StatusOr<Transaction> Transaction::Begin(Connection& connection) {
  if (absl::Status s = connection.Execute("BEGIN IMMEDIATE"); !s.ok()) return s;
  return Transaction(connection);
}

Transaction::~Transaction() {
  if (connection_ == nullptr || !connection_->in_transaction()) return;
  connection_->Execute("ROLLBACK").IgnoreError();  // also undone by the next open
}

absl::Status Transaction::Commit() {
  absl::Status status = connection_->Execute("COMMIT");
  if (status.ok()) connection_ = nullptr;
  return status;
}

}  // namespace nephoscope
