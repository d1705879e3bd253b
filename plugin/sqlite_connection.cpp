#include "plugin/sqlite_connection.h"

#include <sqlite3.h>

#include <utility>

#include "analysis/errors.h"

namespace cmr {

void SqliteConnection::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

SqliteConnection::SqliteConnection(const std::string& path, const std::string& vfs) : path_(path) {
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code =
      sqlite3_open_v2(path.c_str(), &opened, flags, vfs.empty() ? nullptr : vfs.c_str());
  handle_.reset(opened);  // a failed open may leave a handle that carries the message
  if (handle_ == nullptr) throw ResourceError("job store " + path + ": no memory for SQLite");
  if (code != SQLITE_OK) fail("open it");
}

void SqliteConnection::execute(const char* sql) {
  if (sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

std::int64_t SqliteConnection::integer(const char* sql) {
  SqliteStatement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::string SqliteConnection::text(const char* sql) {
  SqliteStatement statement(*this, sql);
  return statement.step() ? statement.bytes(0) : std::string();
}

std::int64_t SqliteConnection::changedRows() const { return sqlite3_changes64(handle()); }

bool SqliteConnection::inTransaction() const { return sqlite3_get_autocommit(handle()) == 0; }

void SqliteConnection::fail(std::string_view doing) const {
  constexpr std::size_t shown = 60;
  std::string what(doing.substr(0, shown));
  if (doing.size() > shown) what += "...";
  throw ResourceError("job store " + path_ + ": SQLite says \"" + sqlite3_errmsg(handle()) +
                      "\" (code " + std::to_string(sqlite3_extended_errcode(handle())) +
                      ") when asked to " + what);
}

void FinalizeStatement::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

StatementHandle& SqliteConnection::placeOf(std::string_view sql) {
  const auto found = idle_.find(sql);
  if (found != idle_.end()) return found->second;
  return idle_.emplace(sql, StatementHandle()).first->second;
}

SqliteStatement::SqliteStatement(SqliteConnection& connection, std::string_view sql)
    : connection_(connection),
      place_(connection.placeOf(sql)),
      statement_(std::exchange(place_, nullptr)) {
  if (statement_) return;
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  statement_.reset(prepared);
  if (code != SQLITE_OK) connection_.fail(sql);
}

SqliteStatement::~SqliteStatement() {
  sqlite3_reset(statement_.get());  // ends what it reads; its error was told when it happened
  sqlite3_clear_bindings(statement_.get());
  if (!place_) place_ = std::move(statement_);  // of two at work at once, the first is kept
}

void SqliteStatement::check(int code) const {
  if (code != SQLITE_OK) connection_.fail(sqlite3_sql(statement_.get()));
}

void SqliteStatement::bindAt(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), index, value));
}

void SqliteStatement::bindAt(int index, double value) {
  check(sqlite3_bind_double(statement_.get(), index, value));
}

void SqliteStatement::bindAt(int index, std::string_view value) {
  // A null pointer would bind NULL, not the empty text.
  const char* text = value.data() == nullptr ? "" : value.data();
  check(sqlite3_bind_text64(statement_.get(), index, text, value.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8));
}

void SqliteStatement::bindAt(int index, const Blob& value) {
  const char* bytes = value.bytes.data() == nullptr ? "" : value.bytes.data();
  check(sqlite3_bind_blob64(statement_.get(), index, bytes, value.bytes.size(), SQLITE_TRANSIENT));
}

bool SqliteStatement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  connection_.fail(sqlite3_sql(statement_.get()));
}

void SqliteStatement::run() {
  while (step()) {
  }
}

bool SqliteStatement::isNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double SqliteStatement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string SqliteStatement::bytes(int column) const {
  // column_blob leaves text as its UTF-8 bytes; it must come before column_bytes.
  const void* start = sqlite3_column_blob(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  if (start != nullptr) return {static_cast<const char*>(start), size};
  if (size == 0 && sqlite3_errcode(connection_.handle()) != SQLITE_NOMEM) return {};
  connection_.fail("read a column");
}

SqliteTransaction::SqliteTransaction(SqliteConnection& connection)
    : connection_(connection), rollback_(connection, "ROLLBACK") {
  connection_.execute("BEGIN IMMEDIATE");
}

SqliteTransaction::~SqliteTransaction() {
  // After some errors (a full disk, an I/O error) SQLite has rolled back by itself.
  if (!open_ || !connection_.inTransaction()) return;
  sqlite3_step(rollback_.statement_.get());
}

void SqliteTransaction::commit() {
  connection_.execute("COMMIT");
  open_ = false;
}

}  // namespace cmr
