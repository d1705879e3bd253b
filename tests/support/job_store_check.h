// What must be true of a job store's database whenever nobody is inside a call.
#pragma once

#include <string>
#include <vector>

#include "plugin/sqlite_connection.h"

namespace cmr::test {

// Empty when all is well; otherwise the invariants that do not hold. The store must be closed, or
// idle in this process.
inline std::string brokenInvariants(const std::string& path) {
  struct Invariant {
    const char* name;
    const char* offenders;  // counts them
  };
  static const std::vector<Invariant> invariants{
      {"one row per key",
       "SELECT count(*) FROM (SELECT key FROM jobs GROUP BY key HAVING count(*) > 1)"},
      {"a storing job waits for an object",
       "SELECT count(*) FROM jobs WHERE state = 'storing' AND NOT EXISTS"
       " (SELECT 1 FROM outbox WHERE job_seq = seq AND stored = 0)"},
      {"a done job waits for nothing",
       "SELECT count(*) FROM jobs JOIN outbox ON job_seq = seq WHERE state = 'done' AND stored = "
       "0"},
      {"only storing and done jobs have an outbox",
       "SELECT count(*) FROM jobs JOIN outbox ON job_seq = seq"
       " WHERE state NOT IN ('storing', 'done')"},
      {"an object that waits has its bytes",
       "SELECT count(*) FROM outbox JOIN objects USING (sop_uid) WHERE stored = 0 AND bytes IS "
       "NULL"},
      {"bytes that nobody waits for are gone",
       "SELECT count(*) FROM objects WHERE bytes IS NOT NULL AND NOT EXISTS"
       " (SELECT 1 FROM outbox WHERE outbox.sop_uid = objects.sop_uid AND stored = 0)"},
      {"every job has its series",
       "SELECT count(*) FROM jobs WHERE NOT EXISTS"
       " (SELECT 1 FROM job_items WHERE job_seq = seq AND kind = 'series')"},
      {"attempts are counted", "SELECT count(*) FROM jobs WHERE state = 'leased' AND attempts < 1"},
      {"positions have no gaps",
       "SELECT count(*) FROM (SELECT 1 FROM outbox GROUP BY job_seq"
       " HAVING max(position) <> count(*) - 1)"},
      {"only results of done jobs wait to be sent on",
       "SELECT count(*) FROM deliveries JOIN jobs ON jobs.seq = job_seq"
       " WHERE kind = 'results' AND deliveries.state = 'waiting' AND jobs.state <> 'done'"},
      {"a complete set is sent to every destination of its job",
       "SELECT count(*) FROM jobs JOIN job_destinations n ON n.job_seq = seq WHERE state = 'done'"
       " AND EXISTS (SELECT 1 FROM outbox WHERE outbox.job_seq = seq) AND NOT EXISTS"
       " (SELECT 1 FROM deliveries d WHERE d.job_seq = jobs.seq AND d.destination = n.name)"},
      {"what was sent was sent as a whole",
       "SELECT count(*) FROM deliveries JOIN delivery_objects ON delivery_seq = seq"
       " WHERE state = 'sent' AND sent = 0"},
      {"references hold", "SELECT count(*) FROM pragma_foreign_key_check"},
  };
  SqliteConnection connection(path, "");
  std::string broken;
  const std::string integrity = connection.text("PRAGMA integrity_check");
  if (integrity != "ok") broken += "integrity: " + integrity + "; ";
  for (const Invariant& invariant : invariants) {
    if (connection.integer(invariant.offenders) != 0) broken += std::string(invariant.name) + "; ";
  }
  return broken;
}

}  // namespace cmr::test
