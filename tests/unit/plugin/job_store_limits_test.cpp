// The job store where things run out or do not fit: a full disk, other schemas, many threads.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "analysis/errors.h"
#include "plugin/job_schema.h"
#include "tests/support/job_store_check.h"
#include "tests/support/job_store_fixture.h"

namespace cmr::test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

template <typename Call>
std::string resourceErrorOf(const Call& call) {
  try {
    call();
  } catch (const ResourceError& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(JobStoreTest, AFullDiskIsNamedAndChangesNothing) {
  settings.largestPages = 60;  // 240 KiB
  open();
  const std::string id = submit("a");
  const Lease lease = claim();
  const std::vector<ProducedObject> tooLarge{objectOf("1.1", std::string(1000, 'x')),
                                             objectOf("1.2", std::string(1000000, 'x'))};
  EXPECT_THAT(resourceErrorOf([&] { store->finishAnalysed(lease, tooLarge, "{}"); }),
              HasSubstr("database or disk is full"));
  EXPECT_EQ(state(id), JobState::leased);
  EXPECT_FALSE(store->isOwnObject("1.1"));
  EXPECT_TRUE(store->heartbeat(lease, 0.5, "still there"));
  EXPECT_EQ(store->finishAnalysed(lease, {objectOf("1.1", "fits")}, "{}"),
            JobStore::Finished::accepted);
  EXPECT_EQ(state(id), JobState::storing);
  store.reset();
  EXPECT_EQ(brokenInvariants(settings.path), "");
}

TEST_F(JobStoreTest, RoomComesBackWhenObjectsAreStored) {
  settings.largestPages = 132;
  open();
  int refused = 0;
  for (int i = 0; i < 40; ++i) {
    const std::string name = std::to_string(i);
    submit(name);
    const std::vector<ProducedObject> objects{objectOf("1." + name, std::string(100000, 'x'))};
    const Lease lease = claim();
    const std::string said = resourceErrorOf([&] { store->finishAnalysed(lease, objects, "{}"); });
    if (said == "no error") continue;
    ASSERT_THAT(said, HasSubstr("full"));
    ++refused;
    for (const OutboxObject& waiting : store->pendingObjects(100)) {
      store->markStored(waiting.jobId, waiting.position);
    }
    ASSERT_EQ(store->finishAnalysed(lease, objects, "{}"), JobStore::Finished::accepted);
  }
  EXPECT_GT(refused, 5);
}

TEST_F(JobStoreTest, ANewerSchemaIsRefusedUntouched) {
  submit("a");
  store.reset();
  SqliteConnection(settings.path, "").execute("PRAGMA user_version = 99");
  EXPECT_THAT(resourceErrorOf([&] { open(); }), HasSubstr("newer program"));
  SqliteConnection connection(settings.path, "");
  EXPECT_EQ(connection.integer("PRAGMA user_version"), 99);
  EXPECT_EQ(connection.integer("SELECT count(*) FROM jobs"), 1);
}

TEST_F(JobStoreTest, ADatabaseOfAnotherProgramIsRefusedUntouched) {
  settings.path = (folder.path() / "other.db").string();
  std::ofstream(settings.path).close();
  SqliteConnection(settings.path, "").execute("CREATE TABLE theirs (x)");
  EXPECT_THAT(resourceErrorOf([&] { open(); }), HasSubstr("another program"));
  SqliteConnection connection(settings.path, "");
  EXPECT_EQ(connection.integer("SELECT count(*) FROM sqlite_master"), 1);
}

TEST_F(JobStoreTest, AFileThatIsNoDatabaseIsRefused) {
  settings.path = (folder.path() / "text.db").string();
  std::ofstream(settings.path) << std::string(5000, 'x');
  EXPECT_THAT(resourceErrorOf([&] { open(); }), HasSubstr("not a database"));
}

TEST_F(JobStoreTest, AFolderThatCannotBeMadeIsNamed) {
  std::ofstream(folder.path() / "file").close();
  settings.path = (folder.path() / "file" / "jobs.db").string();
  EXPECT_THAT(resourceErrorOf([&] { open(); }), HasSubstr((folder.path() / "file").string()));
}

TEST_F(JobStoreTest, ALinkInPlaceOfTheDatabaseIsNotFollowed) {
  const auto target = folder.path() / "precious";
  std::ofstream(target) << "text";
  settings.path = (folder.path() / "link.db").string();
  std::filesystem::create_symlink(target, settings.path);
  EXPECT_NE(resourceErrorOf([&] { open(); }), "no error");
  EXPECT_EQ(std::filesystem::file_size(target), 4U);
}

TEST_F(JobStoreTest, OnlyTheNewestSkippedSeriesAreKeptOneRowEach) {
  settings.mostSkipped = 3;
  open();
  for (const char* id : {"a", "b", "c", "d", "b"}) {
    store->recordSkipped({id, "study", "1.2", std::string("seen as ") + id, 0});
  }
  std::vector<std::string> kept;
  for (const auto& series : store->skippedSeries({})) kept.push_back(series.orthancSeriesId);
  EXPECT_EQ(kept, (std::vector<std::string>{"b", "d", "c"}));
}

TEST_F(JobStoreTest, ASkippedSeriesThatBecomesAJobIsNotListedAnyMore) {
  store->recordSkipped({submissionOf("a").orthancSeriesIds.front(), "study", "1.2", "no rule", 0});
  store->recordSkipped({"another", "study", "1.3", "no rule", 0});
  submit("a");
  ASSERT_EQ(store->skippedSeries({}).size(), 1U);
  EXPECT_EQ(store->skippedSeries({}).front().orthancSeriesId, "another");
}

TEST_F(JobStoreTest, WhatABookOfReasonsSaysIsCutToAPage) {
  store->recordSkipped({"a", "study", "1.2", std::string(1 << 20, 'x'), 0});
  EXPECT_LE(store->skippedSeries({}).front().reason.size(), 4004U);
  std::string letters("x");
  for (int i = 0; i < 4000; ++i) letters += "ü";
  store->recordSkipped({"b", "study", "1.3", letters, 0});
  const std::string cut = store->skippedSeries({}).front().reason;
  EXPECT_EQ(cut, letters.substr(0, cut.size() - 4) + " ...");
  EXPECT_EQ(cut.size() % 2, 1U) << "no letter is cut in two";
}

TEST(JobSchema, MigrationsRunInOrderFromWhereTheDatabaseIs) {
  const TemporaryFolder folder(true);
  const std::string path = (folder.path() / "x.db").string();
  std::ofstream(path).close();
  SqliteConnection connection(path, "");
  std::vector<Migration> steps{{1, "CREATE TABLE a (x); INSERT INTO a VALUES (1)"}};
  migrate(connection, steps);
  steps.push_back({2, "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1"});
  steps.push_back({3, "UPDATE a SET y = y * 10"});
  migrate(connection, steps);
  migrate(connection, steps);
  EXPECT_EQ(connection.integer("SELECT y FROM a"), 20);
  EXPECT_EQ(connection.integer("PRAGMA user_version"), 3);
}

TEST(JobSchema, AMigrationThatFailsLeavesTheVersionBefore) {
  const TemporaryFolder folder(true);
  const std::string path = (folder.path() / "x.db").string();
  std::ofstream(path).close();
  SqliteConnection connection(path, "");
  const std::vector<Migration> steps{{1, "CREATE TABLE a (x)"},
                                     {2, "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)"}};
  EXPECT_THROW(migrate(connection, steps), ResourceError);
  EXPECT_EQ(connection.integer("PRAGMA user_version"), 1);
  EXPECT_EQ(connection.integer("SELECT count(*) FROM sqlite_master WHERE name = 'b'"), 0);
}

TEST(JobStoreThreads, EachJobIsHeldByOneThreadAtATime) {
  const TemporaryFolder folder(true);
  JobStoreSettings settings;
  settings.path = (folder.path() / "jobs.db").string();
  JobStore store(settings);
  constexpr int jobs = 40;
  for (int i = 0; i < jobs; ++i) store.submit(submissionOf(std::to_string(i)));
  std::mutex mutex;
  std::multiset<std::string> claimed;
  const auto work = [&] {
    while (const auto lease = store.claim("20260101120000")) {
      {
        const std::lock_guard guard(mutex);
        claimed.insert(lease->job.id);
      }
      store.heartbeat(*lease, 0.5, "half");
      store.finishAnalysed(*lease, {objectOf("1." + lease->job.id, "x")}, "{}");
      store.markStored(lease->job.id, 0);
      store.counts();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(claimed, SizeIs(jobs));
  EXPECT_EQ(std::set<std::string>(claimed.begin(), claimed.end()).size(), claimed.size());
  JobStore::ListFilter done;
  done.state = JobState::done;
  EXPECT_THAT(store.list(done), SizeIs(jobs));
}

}  // namespace
}  // namespace cmr::test
