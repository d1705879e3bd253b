// Thin owners of SQLite's handles. Every failure is a ResourceError that names what was being done
// and what SQLite said, so that "disk is full" reaches the person who can mend it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace cmr {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const;
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// One connection, used by one thread at a time. Keeps what it has prepared: the program has some
// hundred statements, and preparing one costs more than most of them do.
class SqliteConnection {
 public:
  // vfs: SQLite's name of the file system layer; empty: its default.
  SqliteConnection(const std::string& path, const std::string& vfs);

  void execute(const char* sql);          // statements without parameters; result rows are ignored
  std::int64_t integer(const char* sql);  // first column of the first row
  std::string text(const char* sql);      // first column of the first row
  std::int64_t changedRows() const;       // by the last statement
  bool inTransaction() const;
  [[noreturn]] void fail(std::string_view doing) const;
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  friend class SqliteStatement;
  // Where a statement of this text waits while nobody uses it.
  StatementHandle& placeOf(std::string_view sql);

  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::map<std::string, StatementHandle, std::less<>> idle_;  // after the handle: ends before it
};

// A prepared statement; parameters are bound in order by the constructor's caller through bind().
class SqliteStatement {
 public:
  SqliteStatement(SqliteConnection& connection, std::string_view sql);
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  // Binds the parameters from the first on.
  template <typename... Values>
  SqliteStatement& bind(const Values&... values) {
    int index = 0;
    (bindAt(++index, values), ...);
    return *this;
  }

  bool step();  // true: a row is there
  void run();   // steps to the end

  bool isNull(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string bytes(int column) const;  // text or blob, byte for byte; empty when null

  // Binds as a blob instead of text.
  struct Blob {
    std::string_view bytes;
  };

  // One parameter; the first is 1.
  void bindAt(int index, std::int64_t value);
  void bindAt(int index, int value) { bindAt(index, static_cast<std::int64_t>(value)); }
  void bindAt(int index, double value);
  void bindAt(int index, std::string_view value);
  void bindAt(int index, const std::string& value) { bindAt(index, std::string_view(value)); }
  void bindAt(int index, const char* value) { bindAt(index, std::string_view(value)); }
  void bindAt(int index, const Blob& value);

 private:
  friend class SqliteTransaction;
  void check(int code) const;

  SqliteConnection& connection_;
  StatementHandle& place_;
  StatementHandle statement_;
};

// BEGIN IMMEDIATE: the write lock is taken first, so that what is read in it is still true when it
// is written. Rolled back unless committed, also when there is no memory left: the words for it are
// ready before it begins.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(SqliteConnection& connection);
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;

  void commit();

 private:
  SqliteConnection& connection_;
  SqliteStatement rollback_;
  bool open_ = true;
};

}  // namespace cmr
