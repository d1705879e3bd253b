// The job store's tables and how older ones become today's.
#pragma once

#include <vector>

#include "plugin/sqlite_connection.h"

namespace cmr {

// Brings a database from version - 1 to version.
struct Migration {
  int version;
  const char* sql;
};

// Every migration ever released, in order; those that were released are never edited.
const std::vector<Migration>& jobMigrations();

// Applies what is missing, each step in one transaction with its version (PRAGMA user_version).
// Throws ResourceError for a database of a newer program or of another one; nothing was written
// then.
void migrate(SqliteConnection& connection, const std::vector<Migration>& migrations);

}  // namespace cmr
