// Every query behind a page of the REST interface finds what it looks for in an index, however many
// jobs there are. SQLite itself counts: rows stepped over in a walk through a whole table.
#include <gmock/gmock.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "plugin/delivery_queue.h"
#include "plugin/rest_routes.h"
#include "plugin/sqlite_connection.h"
#include "tests/support/job_store_fixture.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int manyJobs = 1500;
constexpr int listed = 100;  // rows of a list when nobody says otherwise

// What SQLite's trace tells of one text of a statement: the most of any run of it.
struct Cost {
  int rowsWalked = 0;  // SQLITE_STMTSTATUS_FULLSCAN_STEP
  int runs = 0;
};

// Listens to every connection that is opened while it lives; at most one at a time.
class StatementWatch {
 public:
  StatementWatch() {
    seen().clear();
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(onOpen));
  }
  ~StatementWatch() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(onOpen)); }
  StatementWatch(const StatementWatch&) = delete;
  StatementWatch& operator=(const StatementWatch&) = delete;

  static std::map<std::string, Cost>& seen() {
    static std::map<std::string, Cost> costs;
    return costs;
  }

 private:
  static int onOpen(sqlite3* connection, const char**, const void*) {
    return sqlite3_trace_v2(connection, SQLITE_TRACE_PROFILE, onEnd, nullptr);
  }
  static int onEnd(unsigned, void*, void* statement, void*) {
    auto* ended = static_cast<sqlite3_stmt*>(statement);
    const std::string sql = sqlite3_sql(ended);
    if (sql.rfind("EXPLAIN", 0) == 0) return 0;  // our own questions
    Cost& cost = seen()[sql];
    ++cost.runs;
    cost.rowsWalked =
        std::max(cost.rowsWalked, sqlite3_stmt_status(ended, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1));
    return 0;
  }
};

class QueryPlanTest : public ServiceFixture {
 protected:
  QueryPlanTest() {
    JobStoreSettings settings;
    settings.path = (folder / "many.sqlite").string();
    watched = std::make_unique<JobStore>(settings, [] { return std::int64_t{1000}; });
    std::vector<JobSubmission> jobs;
    for (int i = 0; i < manyJobs; ++i) jobs.push_back(test::submissionOf(std::to_string(i)));
    id = watched->submitAll(jobs)[7].jobId;
    path = settings.path;
    planner = std::make_unique<GroupPlanner>(
        archive, *watched, *liveRules, [this](const std::string& name) { return packageOf(name); });
    SqliteConnection(path, "").execute(R"sql(
      UPDATE jobs SET state = CASE WHEN seq % 10 = 0 THEN 'dead' ELSE 'done' END,
        cause = CASE WHEN seq % 500 = 0 THEN 'crash' ELSE '' END WHERE seq > 100;
      INSERT INTO skipped (orthanc_series, orthanc_study, series_uid, reason, at_ms)
        SELECT 'skipped-' || seq, orthanc_study, '1.2', 'no rule', 1 FROM jobs;
      INSERT INTO worklist (id, patient_id, accession, study_uid, start_date, attributes,
        orthanc_study, created_ms, updated_ms)
        SELECT id, id, id, '', 20260000 + seq / 3, '{}', orthanc_study, 1, 1 FROM jobs;
      INSERT INTO deliveries (job_seq, kind, destination, event, state, created_ms, updated_ms)
        SELECT seq, 'results', CASE WHEN seq % 700 = 0 THEN 'mirror' ELSE 'pacs' END, 'done',
          CASE WHEN seq % 600 = 0 THEN 'dead' ELSE 'sent' END, 1, 1 FROM jobs;
      INSERT INTO audit (at_ms, user, role, kind, action, subject, was, became)
        SELECT 1, CASE WHEN seq % 700 = 0 THEN 'ann' ELSE 'bob' END, 'operator',
          CASE WHEN seq % 600 = 0 THEN 'rules' ELSE 'job' END, 'retry', id, '', '' FROM jobs;
    )sql");
    StatementWatch::seen().clear();
  }

  RestResponse ask(const std::string& page, std::map<std::string, std::string> query = {}) {
    DeliveryQueue deliveries(*watched, 3);
    RestContext context;
    context.status = [&] {
      watched->counts();
      watched->depths();
      watched->outbox();
      deliveries.depths();
      return nlohmann::json{{"isDrained", watched->isDrained()}};
    };
    context.metrics = [&] { return context.status().dump(); };
    context.store = watched.get();
    context.deliveries = &deliveries;
    context.planner = planner.get();
    context.worklist.enable = true;
    return answerRest({"GET", page, std::move(query)}, context);
  }

  std::string planOf(const std::string& sql) {
    SqliteConnection connection(path, "");
    SqliteStatement rows(connection, "EXPLAIN QUERY PLAN " + sql);
    std::string plan;
    while (rows.step()) plan += rows.bytes(3) + "\n";
    return plan;
  }

  std::string watchedSql(const std::string& part) {
    for (const auto& [sql, cost] : StatementWatch::seen()) {
      if (sql.find(part) != std::string::npos) return sql;
    }
    return "SELECT 'no statement with " + part + "'";
  }

  // What counts has to look at what it counts: in an index alone.
  bool isCount(const std::string& sql) { return sql.find("count(*)") != std::string::npos; }

  std::string walks() {
    std::string found;
    for (const auto& [sql, cost] : StatementWatch::seen()) {
      if (cost.rowsWalked > listed + 1 && !isCount(sql)) {
        found += std::to_string(cost.rowsWalked) + " rows: " + sql + "\n" + planOf(sql);
      }
    }
    return found;
  }

  StatementWatch watch;
  std::unique_ptr<JobStore> watched;
  std::string path;
  std::string id;
};

TEST_F(QueryPlanTest, NoPageWalksThroughATable) {
  archive.addSeries("7", "study-7", 2, 3);
  for (const char* page : {"/cmr/status", "/cmr/metrics", "/cmr/queue", "/cmr/jobs", "/cmr/skipped",
                           "/cmr/audit", "/cmr/deliveries", "/cmr/studies/study-7"}) {
    EXPECT_EQ(ask(page).status, 200) << page;
  }
  EXPECT_EQ(ask("/cmr/jobs/" + id).status, 200);
  EXPECT_EQ(ask("/cmr/worklist/" + id).status, 200);
  for (const auto& query : std::vector<std::map<std::string, std::string>>{
           {{"state", "dead"}},
           {{"state", "leased"}},
           {{"series", "series-7"}},
           {{"cause", "crash"}},
           {{"state", "dead"}, {"cause", "crash"}},
           {{"series", "series-7"}, {"state", "queued"}}}) {
    EXPECT_EQ(ask("/cmr/jobs", query).status, 200);
  }
  for (const auto& query : std::vector<std::map<std::string, std::string>>{
           {{"study", "study-7"}}, {{"series", "skipped-7"}}}) {
    EXPECT_EQ(ask("/cmr/skipped", query).status, 200);
  }
  for (const auto& query : std::vector<std::map<std::string, std::string>>{
           {{"state", "dead"}},
           {{"destination", "mirror"}},
           {{"state", "dead"}, {"destination", "mirror"}}}) {
    EXPECT_EQ(ask("/cmr/deliveries", query).status, 200);
  }
  for (const auto& query : std::vector<std::map<std::string, std::string>>{
           {{"kind", "rules"}}, {{"user", "ann"}}, {{"subject", id}}}) {
    EXPECT_EQ(ask("/cmr/audit", query).status, 200);
  }
  EXPECT_GT(StatementWatch::seen().size(), 20U);
  EXPECT_EQ(walks(), "");
}

TEST_F(QueryPlanTest, ADeletionLooksOnlyAtTheJobsOverItsSeries) {
  watched->seriesWithoutJob("series-7");
  watched->seriesWithoutJob();
  EXPECT_EQ(walks(), "");
}

TEST_F(QueryPlanTest, TheWorklistIsReadInItsOrder) {
  ask("/cmr/worklist");
  for (const auto& [sql, cost] : StatementWatch::seen()) {
    EXPECT_LE(cost.rowsWalked, 1000 + 3) << sql;  // as the page shows, and the rest of that day
  }
  EXPECT_THAT(planOf(watchedSql("ORDER BY start_date")), HasSubstr("USING INDEX worklist_by_date"));
}

TEST_F(QueryPlanTest, WhatTheStatusCountsStandsInCoveringIndexes) {
  ask("/cmr/status");
  int counts = 0;
  for (const auto& [sql, cost] : StatementWatch::seen()) {
    if (!isCount(sql) || sql.find("FROM jobs JOIN outbox") != std::string::npos) continue;
    ++counts;
    EXPECT_THAT(planOf(sql), HasSubstr("USING COVERING INDEX")) << sql;
  }
  EXPECT_GE(counts, 3);
}

TEST_F(QueryPlanTest, TheOutboxIsCountedFromTheJobsThatStore) {
  ask("/cmr/status");
  EXPECT_THAT(planOf(watchedSql("JOIN outbox ON job_seq = seq")), Not(HasSubstr("SCAN")));
}

// Not a page, but what every one waits for: the only index in which the next job comes first.
TEST_F(QueryPlanTest, TheNextJobIsTheFirstOfItsIndex) {
  ASSERT_TRUE(watched->claim("20260101120000"));
  const std::string plan = planOf(watchedSql("SET state = 'leased'"));
  EXPECT_THAT(plan, HasSubstr("USING INDEX jobs_by_state"));
  // Once, of the two that come first.
  EXPECT_EQ(plan.find("USE TEMP B-TREE"), plan.rfind("USE TEMP B-TREE")) << plan;
}

// Asked of every job that might be next: nothing but the study's leased and retried jobs is read.
TEST_F(QueryPlanTest, WhetherAStudyIsFreeStandsInTheIndexOfStudies) {
  ASSERT_TRUE(watched->claim("20260101120000"));
  const std::string plan = planOf(watchedSql("SET state = 'leased'"));
  EXPECT_THAT(plan,
              HasSubstr("SEARCH other USING INDEX jobs_by_study (orthanc_study=? AND state=?)"));
  EXPECT_THAT(plan, Not(HasSubstr("SCAN other")));
  EXPECT_EQ(walks(), "");
}

// The queue waits for this one, too, whenever a job is done.
TEST_F(QueryPlanTest, WhatIsOutdatedIsLookedForAmongTheJobsDoneSince) {
  SqliteConnection(path, "").execute("UPDATE jobs SET produced = 1 WHERE seq = 1111");
  const std::int64_t newest = watched->newestSet();
  EXPECT_GT(newest, 0);
  EXPECT_TRUE(watched->outdatedResults(newest).empty());
  const std::string plan = planOf(watchedSql("CROSS JOIN jobs old"));
  EXPECT_THAT(plan, AllOf(HasSubstr("SEARCH new USING INDEX jobs_by_done_order"),
                          HasSubstr("SEARCH old USING INDEX jobs_by_study")));
  EXPECT_EQ(walks(), "");
}

TEST_F(QueryPlanTest, AListOfAStateComesOutOfItsIndexInOrder) {
  ask("/cmr/jobs", {{"state", "done"}});
  const std::string plan = planOf(watchedSql("state = ? ORDER BY seq DESC"));
  EXPECT_THAT(plan, AllOf(HasSubstr("SEARCH jobs"), Not(HasSubstr("TEMP B-TREE"))));
}

}  // namespace
}  // namespace cmr
