// The N-th change of the database's files fails while rules are replaced over REST, for N = 1, 2,
// ... until one replacement passes untouched: the file, the rules in use and what is on record say
// the same.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "plugin/audit_trail.h"
#include "plugin/rest_routes.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/job_store_fixture.h"
#include "tests/unit/plugin/fake_archive.h"

namespace cmr {
namespace {

constexpr int mostChanges = 200;  // a replacement that makes more than this never ends

std::string rulesNamed(const std::string& name) {
  return R"({"schema": 1, "rules": [{"name": ")" + name +
         R"(", "when": [{"tag": "Modality", "equals": "MR"}], "tasks": ["seg_cine_sax"]}]})";
}

class Replacement {
 public:
  explicit Replacement(const std::string& onDisk) {
    write(rulesNamed("before"));
    rules = std::make_unique<LiveRules>(file, quiet, true);
    if (onDisk != rulesNamed("before")) write(onDisk);
    rules->now();
    JobStoreSettings settings;
    settings.path = (folder.path() / "jobs.sqlite").string();
    settings.vfs = test::FaultyVfs::name();
    store = std::make_unique<JobStore>(settings, [] { return std::int64_t{1000}; });
    planner = std::make_unique<GroupPlanner>(archive, *store, *rules,
                                             [](const std::string&) { return "package"; });
  }

  int put() {
    RestContext context;
    context.status = [] { return nlohmann::json{{"state", "running"}}; };
    context.store = store.get();
    context.planner = planner.get();
    context.rules = rules.get();
    return answerRest({"PUT", "/cmr/rules", {}, rulesNamed("after"), {{"if-match", "*"}}}, context)
        .status;
  }

  std::string nameInUse() { return rules->now().rules.ruleNames().front(); }
  std::size_t onRecord() { return AuditTrail(*store).list({}).size(); }
  std::string text() const {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

 private:
  void write(const std::string& text) const {
    std::ofstream(file + ".new") << text;
    std::filesystem::rename(file + ".new", file);
  }

  static constexpr auto quiet = [](LogLevel, const std::string&) {};
  const test::TemporaryFolder folder{true};
  const std::string file = (folder.path() / "rules.json").string();
  FakeArchive archive;
  std::unique_ptr<LiveRules> rules;
  std::unique_ptr<JobStore> store;
  std::unique_ptr<GroupPlanner> planner;
};

// Returns how many changes failed before one replacement passed.
int failEach(const std::string& onDisk) {
  test::FaultyVfs vfs;
  int change = 1;
  for (bool failed = true; failed && change < mostChanges; ++change) {
    vfs.failAt(0, false);
    Replacement replacement(onDisk);
    vfs.failAt(change, false);
    const int status = replacement.put();
    failed = vfs.failed();
    vfs.failAt(0, false);
    const bool isDone = status == 200;
    EXPECT_TRUE(isDone || (failed && status == 500)) << status;
    EXPECT_EQ(replacement.nameInUse(), isDone ? "after" : "before") << change;
    EXPECT_EQ(replacement.text(), isDone ? rulesNamed("after") : onDisk) << change;
    EXPECT_EQ(replacement.onRecord(), isDone ? 1U : 0U) << change;
  }
  return change - 2;
}

TEST(RulesFault, ARecordThatCannotBeKeptLeavesTheEarlierRulesInTheFileAndInUse) {
  const int failures = failEach(rulesNamed("before"));
  EXPECT_GT(failures, 0);
  EXPECT_LT(failures, mostChanges - 2);
}

TEST(RulesFault, SoItDoesWhereTheFileWasBroken) { EXPECT_GT(failEach("{"), 0); }

}  // namespace
}  // namespace cmr
