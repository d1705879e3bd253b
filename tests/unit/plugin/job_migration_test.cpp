// Databases of every released schema become today's, with what they hold.
#include <gmock/gmock.h>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "plugin/exclusive_file.h"
#include "plugin/job_schema.h"
#include "plugin/sqlite_connection.h"
#include "tests/support/job_store_check.h"
#include "tests/support/job_store_fixture.h"

namespace cmr::test {
namespace {

// One job in each state, in the columns of the first schema; the done one has a stored object.
constexpr const char* oldJobs = R"sql(
INSERT INTO jobs (id, key, study_uid, orthanc_study, content, package, rule, priority, state,
                  attempts, date_time, results, created_ms, updated_ms, due_ms, token,
                  lease_until_ms) VALUES
 ('q', 'k1', '1.2', 's1', 'c1', 'p', 'r', 0, 'queued', 0, '', '', 1, 2, NULL, NULL, NULL),
 ('l', 'k2', '1.2', 's2', 'c2', 'p', 'r', 0, 'leased', 1, '20260101', '', 1, 2, NULL, 't', 999),
 ('d', 'k3', '1.2', 's3', 'c3', 'p', 'r', 0, 'done', 1, '20260101', '{}', 1, 2, NULL, NULL, NULL),
 ('r', 'k4', '1.2', 's4', 'c4', 'p', 'r', 0, 'retry', 1, '20260101', '', 1, 2, 9, NULL, NULL),
 ('x', 'k5', '1.2', 's5', 'c5', 'p', 'r', 0, 'dead', 4, '20260101', '', 1, 2, NULL, NULL, NULL),
 ('c', 'k6', '1.2', 's6', 'c6', 'p', 'r', 0, 'cancelled', 0, '', '', 1, 2, NULL, NULL, NULL),
 ('s', 'k7', '1.2', 's7', 'c7', 'p', 'r', 0, 'storing', 1, '20260101', '{}', 1, 2, NULL, NULL, NULL),
 ('n', 'k8', '1.2', 's8', 'c8', 'p', 'r', 0, 'notAnalysable', 1, '20260101', '', 1, 2, NULL, NULL, NULL);
INSERT INTO job_items SELECT seq, 'series', 0, '1.2.' || seq FROM jobs;
INSERT INTO job_items SELECT seq, 'orthancSeries', 0, 'series-' || seq FROM jobs;
INSERT INTO objects VALUES ('1.1', 'h', 'segmentation', '1', '2', '', NULL),
                           ('1.2', 'h', 'segmentation', '1', '2', '', x'41');
INSERT INTO outbox SELECT seq, 0, '1.1', 1 FROM jobs WHERE id = 'd';
INSERT INTO outbox SELECT seq, 0, '1.2', 0 FROM jobs WHERE id = 's';
INSERT INTO counters VALUES ('lastChange', 77);
)sql";

void makeOld(const std::string& path, int version) {
  makePrivateFile(path);
  SqliteConnection connection(path, "");
  connection.execute("PRAGMA journal_mode = WAL");
  std::vector<Migration> steps;
  for (const Migration& step : jobMigrations()) {
    if (step.version <= version) steps.push_back(step);
  }
  migrate(connection, steps);
  connection.execute(oldJobs);
  if (version >= 6) {  // since then it is noted which jobs had objects
    connection.execute("UPDATE jobs SET produced = 1 WHERE id IN ('d', 's')");
  }
}

class EverySchema : public ::testing::TestWithParam<int> {};

TEST_P(EverySchema, BecomesTodaysWithAllThatItHolds) {
  const TemporaryFolder folder(true);
  JobStoreSettings settings;
  settings.path = (folder.path() / "jobs.db").string();
  makeOld(settings.path, GetParam());
  std::int64_t now = 5;
  {
    JobStore store(settings, [&] { return now; });
    EXPECT_EQ(store.list({}).size(), 8U);
    EXPECT_EQ(store.lastChange(), 77);
    EXPECT_EQ(store.job("l")->state, JobState::queued);
    EXPECT_EQ(store.job("x")->state, JobState::dead);
    EXPECT_GT(store.job("q")->sinceMs, 0);
    EXPECT_TRUE(store.isOwnObject("1.1"));
    EXPECT_EQ(store.mode(), JobStore::Mode::running);
    EXPECT_TRUE(store.outdatedResults().empty());
    ASSERT_EQ(store.pendingObjects(10).size(), 1U);
    store.markStored("s", 0);
    EXPECT_EQ(store.job("s")->state, JobState::done);
    EXPECT_EQ(store.claim("20260202")->job.id, "q");
    EXPECT_EQ(store.claim("20260202")->job.id, "l");
    now += 100000000;
    EXPECT_EQ(store.claim("20260202")->job.dateTime, "20260101");
    // What has objects keeps key and date; the rest may be forgotten.
    store.forgetOld(std::int64_t{1} << 50, 100);
    EXPECT_TRUE(store.job("d"));
    EXPECT_FALSE(store.job("n"));
    EXPECT_FALSE(store.job("c"));
  }
  EXPECT_EQ(brokenInvariants(settings.path), "");
}

INSTANTIATE_TEST_SUITE_P(JobMigrations, EverySchema, ::testing::Range(1, 19));

TEST(JobMigrations, AreAllCoveredByTheTestAbove) { EXPECT_EQ(jobMigrations().back().version, 18); }

// Whoever changes a released migration makes databases of two shapes under one number.
TEST(JobMigrations, ReleasedOnesAreNeverEdited) {
  std::vector<std::string> hashes;
  for (const Migration& step : jobMigrations()) {
    hashes.push_back(sha256Hex(step.sql).substr(0, 12));
  }
  EXPECT_THAT(hashes,
              ::testing::ElementsAre("4936eea09482", "84fb3e79d443", "87db6663c1cf", "bfd7efc2c200",
                                     "f682b3f5cf6a", "358a9ce087c4", "e8e46765e075", "732d731ee7a5",
                                     "ee59d54e31ea", "d869d5a26271", "223207726d3c", "7a7abc2457c5",
                                     "c8d46ac84898", "a2c260515434", "05e8aa408058", "c38d8b8a432e",
                                     "3eb77fa4b45e", "388c0effefb1"));
}

}  // namespace
}  // namespace cmr::test
