#include "plugin/job_schema.h"

#include <string>

#include "analysis/errors.h"

namespace cmr {
namespace {

constexpr std::int64_t applicationId = 0x434d524a;  // "CMRJ"

// due_ms and lease_until_ms are of the steady clock of the process that wrote them, all other times
// are Unix time for people. `objects` keeps the identity of everything that we ever wrote, its
// bytes only while somebody waits for them.
constexpr const char* firstTables = R"sql(
CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL UNIQUE,
  study_uid TEXT NOT NULL,
  orthanc_study TEXT NOT NULL,
  content TEXT NOT NULL,
  package TEXT NOT NULL,
  rule TEXT NOT NULL,
  priority INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'storing', 'done', 'notAnalysable',
                                       'retry', 'dead', 'cancelled')),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  storing_attempts INTEGER NOT NULL DEFAULT 0 CHECK (storing_attempts >= 0),
  progress REAL NOT NULL DEFAULT 0,
  stage TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  date_time TEXT NOT NULL DEFAULT '',
  results TEXT NOT NULL DEFAULT '',
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  due_ms INTEGER,
  retry_at_ms INTEGER,
  token TEXT,
  lease_until_ms INTEGER,
  source_gone INTEGER NOT NULL DEFAULT 0,
  CHECK ((state = 'leased') = (token IS NOT NULL)),
  CHECK ((state = 'leased') = (lease_until_ms IS NOT NULL)),
  CHECK (state <> 'retry' OR due_ms IS NOT NULL),
  CHECK (source_gone = 0 OR state = 'cancelled')
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, priority DESC, seq);

CREATE TABLE job_items (
  job_seq INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('orthancSeries', 'series', 'task')),
  position INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (job_seq, kind, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_items_by_value ON job_items (kind, value);

CREATE TABLE objects (
  sop_uid TEXT NOT NULL PRIMARY KEY,
  sha256 TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('segmentation', 'structuredReport', 'resultPage')),
  class_uid TEXT NOT NULL,
  series_uid TEXT NOT NULL,
  notes TEXT NOT NULL,
  bytes BLOB
) STRICT;

CREATE TABLE outbox (
  job_seq INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  sop_uid TEXT NOT NULL REFERENCES objects (sop_uid),
  stored INTEGER NOT NULL DEFAULT 0 CHECK (stored IN (0, 1)),
  PRIMARY KEY (job_seq, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_by_object ON outbox (sop_uid, stored);

CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT;
)sql";

// Which of two results is the later one: jobs may be done in another order than they came, and
// again. A job that is done anew is superseded by nothing.
constexpr const char* orderOfResults = R"sql(
ALTER TABLE jobs ADD COLUMN done_order INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN superseded_by TEXT NOT NULL DEFAULT '';
UPDATE jobs SET done_order = seq WHERE state = 'done';
CREATE INDEX jobs_by_study ON jobs (orthanc_study, state);
CREATE TRIGGER jobs_done AFTER UPDATE OF state ON jobs
WHEN NEW.state = 'done' AND OLD.state <> 'done'
BEGIN
  UPDATE jobs SET done_order = (SELECT max(done_order) + 1 FROM jobs), superseded_by = ''
  WHERE seq = NEW.seq;
END;
)sql";

// Series that were left alone, and why: the newest only (job_skipped.cpp).
constexpr const char* seriesLeftAlone = R"sql(
CREATE TABLE skipped (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  orthanc_series TEXT NOT NULL UNIQUE,
  orthanc_study TEXT NOT NULL,
  series_uid TEXT NOT NULL,
  reason TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX skipped_by_study ON skipped (orthanc_study);
)sql";

// Objects in the archive that an earlier run of a job left there: complete sets until the next one
// is stored, and what was stored of a set when its job was cancelled.
constexpr const char* earlierObjects = R"sql(
CREATE TABLE earlier_objects (
  job_seq INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
  sop_uid TEXT NOT NULL REFERENCES objects (sop_uid),
  complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
  PRIMARY KEY (job_seq, sop_uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX earlier_by_object ON earlier_objects (sop_uid);
CREATE INDEX earlier_interrupted ON earlier_objects (job_seq) WHERE complete = 0;
)sql";

// Why a job is one, and which of its objects are wanted (job_decision.cpp).
constexpr const char* decisionsOfJobs = R"sql(
CREATE TABLE decisions (
  job_seq INTEGER NOT NULL PRIMARY KEY REFERENCES jobs (seq) ON DELETE CASCADE,
  outputs TEXT NOT NULL,
  decision TEXT NOT NULL
) STRICT;
)sql";

// For those who run the service: since when a job is in its state, why it failed, whether it ever
// had objects (then its key and its dates are never forgotten), and what was set by hand.
constexpr const char* operation = R"sql(
ALTER TABLE jobs ADD COLUMN since_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN produced INTEGER NOT NULL DEFAULT 0 CHECK (produced IN (0, 1));
UPDATE jobs SET since_ms = updated_ms;
UPDATE jobs SET produced = 1
WHERE state IN ('storing', 'done') OR done_order > 0 OR (state = 'cancelled' AND date_time <> '');
CREATE INDEX jobs_by_content ON jobs (content, package);
CREATE INDEX jobs_by_age ON jobs (state, since_ms);
CREATE TRIGGER jobs_since_insert AFTER INSERT ON jobs
BEGIN
  UPDATE jobs SET since_ms = created_ms WHERE seq = NEW.seq;
END;
CREATE TRIGGER jobs_since AFTER UPDATE OF state ON jobs WHEN NEW.state <> OLD.state
BEGIN
  UPDATE jobs SET since_ms = NEW.updated_ms WHERE seq = NEW.seq;
END;
CREATE TABLE marks (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
)sql";

// Kinds of objects come and go with versions of the program, which knows them
// (dicom_sr/object_kinds.h): the table stops listing them. SQLite can take no constraint from a
// table, so it and those that refer to it are made anew.
constexpr const char* kindsOfObjects = R"sql(
CREATE TABLE new_objects (
  sop_uid TEXT NOT NULL PRIMARY KEY,
  sha256 TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind <> ''),
  class_uid TEXT NOT NULL,
  series_uid TEXT NOT NULL,
  notes TEXT NOT NULL,
  bytes BLOB
) STRICT;
INSERT INTO new_objects SELECT sop_uid, sha256, kind, class_uid, series_uid, notes, bytes
FROM objects;
CREATE TABLE new_outbox (
  job_seq INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  sop_uid TEXT NOT NULL REFERENCES new_objects (sop_uid),
  stored INTEGER NOT NULL DEFAULT 0 CHECK (stored IN (0, 1)),
  PRIMARY KEY (job_seq, position)
) STRICT, WITHOUT ROWID;
INSERT INTO new_outbox SELECT job_seq, position, sop_uid, stored FROM outbox;
CREATE TABLE new_earlier_objects (
  job_seq INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
  sop_uid TEXT NOT NULL REFERENCES new_objects (sop_uid),
  complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
  PRIMARY KEY (job_seq, sop_uid)
) STRICT, WITHOUT ROWID;
INSERT INTO new_earlier_objects SELECT job_seq, sop_uid, complete FROM earlier_objects;
DROP TABLE outbox;
DROP TABLE earlier_objects;
DROP TABLE objects;
ALTER TABLE new_objects RENAME TO objects;
ALTER TABLE new_outbox RENAME TO outbox;
ALTER TABLE new_earlier_objects RENAME TO earlier_objects;
CREATE INDEX outbox_by_object ON outbox (sop_uid, stored);
CREATE INDEX earlier_by_object ON earlier_objects (sop_uid);
CREATE INDEX earlier_interrupted ON earlier_objects (job_seq) WHERE complete = 0;
)sql";

// Scheduled exams (job_worklist.cpp). attributes: JSON; orthanc_study: empty until one arrived.
constexpr const char* scheduledExams = R"sql(
CREATE TABLE worklist (
  id TEXT NOT NULL PRIMARY KEY,
  patient_id TEXT NOT NULL,
  accession TEXT NOT NULL,
  study_uid TEXT NOT NULL,
  start_date TEXT NOT NULL,
  attributes TEXT NOT NULL,
  orthanc_study TEXT NOT NULL DEFAULT '',
  conflict TEXT NOT NULL DEFAULT '',
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX worklist_by_accession ON worklist (accession);
CREATE INDEX worklist_by_study ON worklist (study_uid);
CREATE INDEX worklist_by_date ON worklist (start_date);
)sql";

// What is sent on after a job has ended: its complete set to the destinations that it was submitted
// for, and a notice of its end to those who asked for it (delivery_queue.h). The rows are made in
// the statement that ends the job, by triggers, so that no end is without them. sop_uid does not
// refer to objects: what was sent is on record even when the object is not known any more.
constexpr const char* deliveriesOfJobs = R"sql(
CREATE TABLE job_destinations (
  job_seq INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (job_seq, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE notice_targets (
  name TEXT NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (name, event)
) STRICT, WITHOUT ROWID;
CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  job_seq INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('results', 'notice')),
  destination TEXT NOT NULL,
  event TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead', 'cancelled')),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  reason TEXT NOT NULL DEFAULT '',
  due_ms INTEGER,
  retry_at_ms INTEGER,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveries_by_state ON deliveries (kind, destination, state, seq);
CREATE INDEX deliveries_by_job ON deliveries (job_seq);
CREATE INDEX deliveries_by_age ON deliveries (state, updated_ms);
CREATE TABLE delivery_objects (
  delivery_seq INTEGER NOT NULL REFERENCES deliveries (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  sop_uid TEXT NOT NULL,
  sent INTEGER NOT NULL DEFAULT 0 CHECK (sent IN (0, 1)),
  PRIMARY KEY (delivery_seq, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER jobs_deliver AFTER UPDATE OF state ON jobs
WHEN NEW.state = 'done' AND OLD.state = 'storing'
BEGIN
  INSERT INTO deliveries (job_seq, kind, destination, event, state, created_ms, updated_ms)
    SELECT NEW.seq, 'results', name, NEW.state, 'waiting', NEW.updated_ms, NEW.updated_ms
    FROM job_destinations WHERE job_seq = NEW.seq ORDER BY position;
  INSERT INTO delivery_objects (delivery_seq, position, sop_uid)
    SELECT d.seq, o.position, o.sop_uid
    FROM deliveries d JOIN outbox o ON o.job_seq = d.job_seq
    WHERE d.job_seq = NEW.seq AND d.kind = 'results' AND d.state = 'waiting';
END;
CREATE TRIGGER jobs_deliver_other AFTER UPDATE OF state ON jobs
WHEN OLD.state = 'done' AND NEW.state <> 'done'
BEGIN
  UPDATE deliveries SET state = 'cancelled', reason = 'its job was asked for again',
    due_ms = NULL, retry_at_ms = NULL, updated_ms = NEW.updated_ms
  WHERE job_seq = NEW.seq AND kind = 'results' AND state IN ('waiting', 'dead');
END;
CREATE TRIGGER jobs_deliver_later AFTER UPDATE OF superseded_by ON jobs
WHEN NEW.superseded_by <> ''
BEGIN
  UPDATE deliveries SET state = 'cancelled',
    reason = 'the results of job ' || NEW.superseded_by || ' took the place of these',
    due_ms = NULL, retry_at_ms = NULL, updated_ms = NEW.updated_ms
  WHERE job_seq = NEW.seq AND kind = 'results' AND state IN ('waiting', 'dead');
END;
CREATE TRIGGER jobs_notice AFTER UPDATE OF state ON jobs WHEN NEW.state <> OLD.state
BEGIN
  INSERT INTO deliveries (job_seq, kind, destination, event, state, created_ms, updated_ms)
    SELECT NEW.seq, 'notice', name, NEW.state, 'waiting', NEW.updated_ms, NEW.updated_ms
    FROM notice_targets WHERE event = NEW.state ORDER BY name;
END;
)sql";

// Who changed what (audit_trail.h): appended to, and forgotten only as old as the mark says.
// rule_texts: every version of the rules that was in use.
constexpr const char* auditTrail = R"sql(
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  user TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role <> ''),
  kind TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  was TEXT NOT NULL,
  became TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_kind ON audit (kind, seq);
CREATE INDEX audit_by_subject ON audit (subject, seq);
CREATE INDEX audit_by_age ON audit (at_ms);
CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit trail is only appended to');
END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
WHEN OLD.at_ms >= coalesce((SELECT CAST(value AS INTEGER) FROM marks WHERE name = 'auditKeptFrom'), 0)
BEGIN
  SELECT RAISE(ABORT, 'the audit trail is only appended to');
END;
CREATE TABLE rule_texts (sha256 TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL) STRICT;
)sql";

// The file of the worklist's folder that an exam was read from; empty: it came over REST.
constexpr const char* sourcesOfExams = R"sql(
ALTER TABLE worklist ADD COLUMN source TEXT NOT NULL DEFAULT '';
)sql";

// Lists, the newest first, of what was asked for. An index ends with the row's seq by itself, so
// that these give their rows in the order of the list.
constexpr const char* listsByIndex = R"sql(
CREATE INDEX jobs_newest_of_state ON jobs (state);
CREATE INDEX jobs_newest_of_cause ON jobs (cause) WHERE cause <> '';
CREATE INDEX jobs_by_done_order ON jobs (done_order);
CREATE INDEX deliveries_newest_of_state ON deliveries (state);
CREATE INDEX deliveries_newest_of_destination ON deliveries (destination);
CREATE INDEX audit_by_user ON audit (user);
)sql";

// Reports on whole studies (job_studies.cpp): jobs like others, over the results of the study's
// series instead of their images. A study is marked when something of it ended; the mark's version
// tells a mark that was seen from one that was set again meanwhile.
constexpr const char* studyReports = R"sql(
ALTER TABLE jobs ADD COLUMN scope TEXT NOT NULL DEFAULT 'series'
  CHECK (scope IN ('series', 'study'));
CREATE TABLE study_documents (
  job_seq INTEGER NOT NULL PRIMARY KEY REFERENCES jobs (seq) ON DELETE CASCADE,
  document TEXT NOT NULL
) STRICT;
CREATE TABLE studies_to_report (
  orthanc_study TEXT NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
CREATE TRIGGER jobs_to_report AFTER UPDATE OF state ON jobs
WHEN NEW.scope = 'series' AND NEW.state <> OLD.state
  AND NEW.state IN ('done', 'notAnalysable', 'dead', 'cancelled')
BEGIN
  INSERT INTO studies_to_report (orthanc_study) VALUES (NEW.orthanc_study)
    ON CONFLICT (orthanc_study) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER skipped_to_report AFTER INSERT ON skipped
WHEN EXISTS (SELECT 1 FROM jobs WHERE orthanc_study = NEW.orthanc_study AND state = 'done')
BEGIN
  INSERT INTO studies_to_report (orthanc_study) VALUES (NEW.orthanc_study)
    ON CONFLICT (orthanc_study) DO UPDATE SET version = version + 1;
END;
)sql";

// What people state of a study that its images do not tell.
constexpr const char* factsOfStudies = R"sql(
CREATE TABLE study_facts (
  orthanc_study TEXT NOT NULL PRIMARY KEY,
  haematocrit REAL NOT NULL CHECK (haematocrit > 0 AND haematocrit < 1)
) STRICT, WITHOUT ROWID;
)sql";

// Studies whose report somebody wants without the series that the rules have it wait for.
constexpr const char* askedReports = R"sql(
CREATE TABLE reports_asked_for (
  orthanc_study TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
)sql";

// Which model package new jobs are for where their rule names none (package_choice.h): the latest
// word of an administrator, whose number grows with each. An empty name: the configuration's.
constexpr const char* choiceOfPackage = R"sql(
CREATE TABLE package_choice (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  user TEXT NOT NULL,
  role TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
)sql";

// Studies that were tied to a scheduled exam, until the series that rules had left alone before
// were looked at again: a process may end in between. The version tells a tie that was settled from
// one that was made meanwhile.
constexpr const char* tiesToSettle = R"sql(
CREATE TABLE studies_tied_anew (
  orthanc_study TEXT NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
)sql";

// One row for each attempt of a job, its latest twenty. Written by triggers, so that no way into or
// out of `leased` goes past them; an attempt that does not count leaves none.
constexpr const char* attemptsOfJobs = R"sql(
CREATE TABLE attempts (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  job_seq INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
  begun_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  outcome TEXT NOT NULL DEFAULT '',
  cause TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX attempts_of_job ON attempts (job_seq, seq);
CREATE TRIGGER attempt_begins AFTER UPDATE OF state ON jobs
WHEN NEW.state = 'leased' AND OLD.state <> 'leased'
BEGIN
  INSERT INTO attempts (job_seq, begun_ms) VALUES (NEW.seq, NEW.updated_ms);
  DELETE FROM attempts WHERE job_seq = NEW.seq AND seq <=
    (SELECT seq FROM attempts WHERE job_seq = NEW.seq ORDER BY seq DESC LIMIT 1 OFFSET 20);
END;
CREATE TRIGGER attempt_ends AFTER UPDATE OF state ON jobs
WHEN OLD.state = 'leased' AND NEW.state <> 'leased' AND NEW.attempts = OLD.attempts
BEGIN
  UPDATE attempts SET ended_ms = NEW.updated_ms, cause = NEW.cause, reason = NEW.reason,
    outcome = CASE WHEN NEW.state IN ('storing', 'done') THEN 'analysed'
                   WHEN NEW.state IN ('notAnalysable', 'cancelled') THEN NEW.state
                   ELSE 'failed' END
  WHERE job_seq = NEW.seq AND ended_ms IS NULL;
END;
CREATE TRIGGER attempt_counts_not AFTER UPDATE OF state ON jobs
WHEN OLD.state = 'leased' AND NEW.attempts < OLD.attempts
BEGIN
  DELETE FROM attempts WHERE job_seq = NEW.seq AND ended_ms IS NULL;
END;
)sql";

int checkedVersion(SqliteConnection& connection, int newest) {
  const auto version = connection.integer("PRAGMA user_version");
  if (version > newest) {
    throw ResourceError(
        "the job store's schema is version " + std::to_string(version) + ", this program knows " +
        std::to_string(newest) +
        ": it was used by a newer program; install that one, or give another folder");
  }
  const bool ours = connection.integer("PRAGMA application_id") == applicationId;
  const bool blank = version == 0 && connection.integer("SELECT count(*) FROM sqlite_master") == 0;
  if (!ours && !blank) throw ResourceError("the job store's file is a database of another program");
  return static_cast<int>(version);
}

}  // namespace

const std::vector<Migration>& jobMigrations() {
  static const std::vector<Migration> migrations{
      {1, firstTables},      {2, orderOfResults},  {3, seriesLeftAlone}, {4, earlierObjects},
      {5, decisionsOfJobs},  {6, operation},       {7, kindsOfObjects},  {8, scheduledExams},
      {9, deliveriesOfJobs}, {10, auditTrail},     {11, sourcesOfExams}, {12, listsByIndex},
      {13, studyReports},    {14, factsOfStudies}, {15, askedReports},   {16, choiceOfPackage},
      {17, tiesToSettle},    {18, attemptsOfJobs}};
  return migrations;
}

void migrate(SqliteConnection& connection, const std::vector<Migration>& migrations) {
  const int newest = migrations.back().version;
  const int found = checkedVersion(connection, newest);
  for (const Migration& step : migrations) {
    if (step.version <= found) continue;
    SqliteTransaction transaction(connection);
    connection.execute(step.sql);
    connection.execute(("PRAGMA application_id = " + std::to_string(applicationId)).c_str());
    connection.execute(("PRAGMA user_version = " + std::to_string(step.version)).c_str());
    transaction.commit();
  }
}

}  // namespace cmr
