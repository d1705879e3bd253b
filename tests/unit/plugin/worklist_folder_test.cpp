#include "plugin/worklist_folder.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "analysis/errors.h"
#include "plugin/audit_trail.h"
#include "plugin/worklist_entry.h"
#include "plugin/worklist_program.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

// A real folder, and a reader that says of each file what the test put there.
class WorklistFolderTest : public ServiceFixture {
 protected:
  WorklistFolderTest() { std::filesystem::create_directories(files); }

  static Json exam(const std::string& accession, const std::string& date = "20990131") {
    return {{"PatientName", "Doe^Jane"},
            {"PatientID", "4711"},
            {"AccessionNumber", accession},
            {"Modality", "MR"},
            {"ScheduledProcedureStepStartDate", date},
            {"ScheduledProcedureStepStartTime", "0830.25"},
            {"InstitutionName", "General"}};
  }
  void put(const std::string& name, const Json& entry) {
    said[name] = {{"file", name}, {"entry", entry}};
    std::ofstream(files / name) << entry.dump();
  }
  void putBroken(const std::string& name, const std::string& error) {
    said[name] = {{"file", name}, {"error", error}};
    std::ofstream(files / name) << error;
  }
  void take(const std::string& name) {
    said.erase(name);
    std::filesystem::remove(files / name);
  }
  std::vector<std::string> accessions() {
    std::vector<std::string> all;
    for (const auto& one : store->scheduledExams(100, 0)) all.push_back(one.AccessionNumber);
    std::sort(all.begin(), all.end());
    return all;
  }
  std::string read() {
    ++reads;
    if (!trouble.empty()) throw ResourceError(trouble);
    Json list = Json::array();
    for (const auto& [name, one] : said) list.push_back(one);
    return Json{{"files", list}}.dump();
  }

  const std::filesystem::path files = folder / "worklist";
  std::map<std::string, Json> said;
  std::string trouble;
  int reads = 0;
  WorklistFolder followed{files.string(), 7,
                          *store,         [this](const std::stop_token&) { return read(); },
                          logCallback(),  [this] { return nowMs; }};
};

TEST_F(WorklistFolderTest, FilesAreTakenInChangedAndWithdrawn) {
  put("a.wl", exam("A"));
  put("b.wl", exam("B"));
  followed.look(stopper.get_token());
  followed.look(stopper.get_token());
  EXPECT_EQ(reads, 1) << "nothing changed";
  EXPECT_THAT(accessions(), ElementsAre("A", "B"));
  put("a.wl", exam("A", "20990201"));
  take("b.wl");
  followed.look(stopper.get_token());
  ASSERT_THAT(accessions(), ElementsAre("A"));
  EXPECT_EQ(store->scheduledExams(1, 0)[0].startDate, "20990201");
  EXPECT_EQ(store->scheduledExams(1, 0)[0].file, "a.wl") << "so that people know where to mend it";
  put("a.wl", exam("C"));  // another exam in the same file
  followed.look(stopper.get_token());
  EXPECT_THAT(accessions(), ElementsAre("C"));
  AuditTrail::Filter filter;
  filter.kind = "worklist";
  const auto trail = AuditTrail(*store).list(filter);
  ASSERT_EQ(trail.size(), 6U);
  EXPECT_EQ(trail.front().by.role, serviceRole);
}

TEST_F(WorklistFolderTest, AFileThatBreaksKeepsWhatItSaidAndIsNamed) {
  put("a.wl", exam("A"));
  followed.look(stopper.get_token());
  putBroken("a.wl", "it is cut off");
  Json incomplete = exam("B");
  incomplete.erase("PatientID");
  put("b.wl", incomplete);
  followed.look(stopper.get_token());
  EXPECT_THAT(accessions(), ElementsAre("A"));
  const WorklistFolderStatus status = followed.status();
  ASSERT_EQ(status.refused.size(), 2U);
  EXPECT_EQ(status.refused[0].reason, "it is cut off");
  EXPECT_THAT(status.refused[1].reason, HasSubstr("\"PatientID\" is needed"));
  EXPECT_THAT(log, HasSubstr("worklist file b.wl is refused"));
}

TEST_F(WorklistFolderTest, TheLogNamesAFileThatIsRefusedAndNothingThatStandsInIt) {
  Json wrong = exam("A");
  wrong["PatientBirthDate"] = "1960-1-1";
  put("a.wl", wrong);
  followed.look(stopper.get_token());
  EXPECT_THAT(followed.status().refused.at(0).reason, HasSubstr("1960-1-1"));
  EXPECT_THAT(atDefaultLevel, HasSubstr("worklist file a.wl is refused"));
  EXPECT_EQ(atDefaultLevel.find("1960"), std::string::npos);
}

TEST_F(WorklistFolderTest, AFolderThatCannotBeReadWithdrawsNothing) {
  put("a.wl", exam("A"));
  followed.look(stopper.get_token());
  trouble = "no such folder";
  put("b.wl", exam("B"));
  followed.look(stopper.get_token());
  EXPECT_THAT(accessions(), ElementsAre("A"));
  EXPECT_EQ(followed.status().problem, "no such folder");
}

TEST_F(WorklistFolderTest, AReadingThatFailedIsTriedAgainButNotAtOnce) {
  put("a.wl", exam("A"));
  trouble = "no process can be started";
  EXPECT_TRUE(followed.look(stopper.get_token()));
  trouble.clear();
  nowMs += 29000;
  EXPECT_FALSE(followed.look(stopper.get_token()));
  EXPECT_EQ(reads, 1);
  nowMs += 1000;
  EXPECT_TRUE(followed.look(stopper.get_token()));
  EXPECT_THAT(accessions(), ElementsAre("A"));
  EXPECT_EQ(followed.status().problem, "");
  nowMs += 60000;
  EXPECT_FALSE(followed.look(stopper.get_token()));
  EXPECT_EQ(reads, 2);
}

TEST_F(WorklistFolderTest, AReadingThatFailedIsTriedAtOnceWhenTheFolderChanges) {
  put("a.wl", exam("A"));
  trouble = "no process can be started";
  EXPECT_TRUE(followed.look(stopper.get_token()));
  trouble.clear();
  put("b.wl", exam("B"));
  EXPECT_TRUE(followed.look(stopper.get_token()));
  EXPECT_THAT(accessions(), ElementsAre("A", "B"));
}

TEST_F(WorklistFolderTest, WhatCameOverRestIsNotOverwritten) {
  store->schedule(readWorklistEntry(R"({"PatientName": "Roe^Ann", "PatientID": "4711",
      "AccessionNumber": "A", "Modality": "MR", "ScheduledProcedureStepStartDate": "20990131"})"));
  put("a.wl", exam("A"));
  followed.look(stopper.get_token());
  EXPECT_THAT(followed.status().refused.at(0).reason, HasSubstr("over REST"));
  take("a.wl");
  followed.look(stopper.get_token());
  EXPECT_THAT(accessions(), ElementsAre("A"));
}

TEST_F(WorklistFolderTest, TwoFilesOfOneExamContradictEachOther) {
  put("a.wl", exam("A"));
  put("b.wl", exam("A", "20990202"));
  followed.look(stopper.get_token());
  EXPECT_THAT(accessions(), ElementsAre("A"));
  EXPECT_THAT(followed.status().refused.at(0).reason, HasSubstr("is in \"a.wl\""));
}

TEST_F(WorklistFolderTest, AFileThatIsRenamedKeepsItsExam) {
  put("a.wl", exam("A"));
  followed.look(stopper.get_token());
  take("a.wl");
  put("z.wl", exam("A"));
  followed.look(stopper.get_token());
  EXPECT_THAT(accessions(), ElementsAre("A"));
  EXPECT_EQ(followed.status().entries, 1U);
  take("z.wl");
  followed.look(stopper.get_token());
  EXPECT_THAT(accessions(), IsEmpty());
}

TEST_F(WorklistFolderTest, AFileThatTakesAnothersPlaceWithOtherValuesIsTaken) {
  put("a.wl", exam("A"));
  followed.look(stopper.get_token());
  take("a.wl");
  put("z.wl", exam("A", "20990202"));
  followed.look(stopper.get_token());
  ASSERT_THAT(accessions(), ElementsAre("A"));
  EXPECT_EQ(store->scheduledExams(1, 0)[0].startDate, "20990202");
  EXPECT_THAT(followed.status().refused, IsEmpty());
}

TEST_F(WorklistFolderTest, OneOfTwoFilesThatSayTheSameIsEnough) {
  put("a.wl", exam("A"));
  put("b.wl", exam("A"));
  followed.look(stopper.get_token());
  EXPECT_EQ(followed.status().entries, 2U);
  take("a.wl");
  followed.look(stopper.get_token());
  EXPECT_THAT(accessions(), ElementsAre("A"));
}

TEST_F(WorklistFolderTest, FilesThatExchangeTheirExamsLoseNone) {
  put("a.wl", exam("A"));
  put("b.wl", exam("B"));
  followed.look(stopper.get_token());
  put("a.wl", exam("B"));
  put("b.wl", exam("A"));
  followed.look(stopper.get_token());
  EXPECT_THAT(accessions(), ElementsAre("A", "B"));
}

TEST_F(WorklistFolderTest, WhatPeopleDeletedOrChangedStaysSoWhenOtherFilesChange) {
  put("a.wl", exam("A"));
  put("b.wl", exam("B"));
  followed.look(stopper.get_token());
  EXPECT_TRUE(store->unschedule(worklistEntryOfFile(exam("A")).id));
  EXPECT_TRUE(store->reschedule(worklistEntryOfFile(exam("B", "20990301"))));
  put("c.wl", exam("C", "20990401"));
  followed.look(stopper.get_token());
  ASSERT_THAT(accessions(), ElementsAre("B", "C"));
  EXPECT_EQ(store->scheduledExam(worklistEntryOfFile(exam("B")).id)->startDate, "20990301");
  EXPECT_EQ(followed.status().entries, 2U);
  put("a.wl", exam("A", "20990501"));  // whoever scheduled it says something new
  followed.look(stopper.get_token());
  EXPECT_THAT(accessions(), ElementsAre("A", "B", "C"));
}

TEST_F(WorklistFolderTest, DaysLongPastAreNotTakenIn) {
  put("a.wl", exam("A", "20200101"));
  followed.look(stopper.get_token());
  EXPECT_THAT(accessions(), IsEmpty());
  EXPECT_EQ(followed.status().expired, 1U);
}

TEST_F(WorklistFolderTest, AnExamWhoseStudyArrivedOutlivesItsFile) {
  put("a.wl", exam("A"));
  followed.look(stopper.get_token());
  EXPECT_EQ(store->tieToExams({"study", "", "A", "4711"}), 1);
  take("a.wl");
  followed.look(stopper.get_token());
  EXPECT_THAT(accessions(), ElementsAre("A"));
}

TEST_F(WorklistFolderTest, OpenExamsExpireByTheirDateAndArrivedOnesLater) {
  for (const char* accession : {"A", "B"}) {
    store->schedule(worklistEntryOfFile(exam(accession, "20260101")));
  }
  store->tieToExams({"study", "", "B", "4711"});
  EXPECT_EQ(store->expireExams("20260101", ""), 0) << "not before its day is over";
  EXPECT_EQ(store->expireExams("20260102", ""), 1);
  EXPECT_THAT(accessions(), ElementsAre("B"));
  EXPECT_EQ(store->expireExams("20260102", "20260102"), 1);
  AuditTrail::Filter ofExams;
  ofExams.kind = "worklist";
  const auto changes = AuditTrail(*store).list(ofExams);
  ASSERT_EQ(changes.size(), 2U) << "both went by themselves; routes audit what users schedule";
  for (const AuditEntry& gone : {changes[0], changes[1]}) {
    EXPECT_EQ(gone.action, "expire");
    EXPECT_EQ(gone.by.role, serviceRole);
    EXPECT_THAT(gone.wasJson, HasSubstr("20260101"));
    EXPECT_EQ(gone.becameJson, "");
  }
}

// Rules may ask what was scheduled.
TEST_F(WorklistFolderTest, RulesSeeWhatWasScheduledOfTheirStudy) {
  useRules(R"({"schema": 1, "rules": [{"name": "heart", "when":
      [{"scheduled": "CodeValue", "equals": "HEART"}], "tasks": ["seg_cine_sax"]}]})");
  Json heart = exam("A");
  heart["ScheduledProtocolCodeSequence"] = Json::array(
      {{{"CodeValue", "HEART"}, {"CodingSchemeDesignator", "99"}, {"CodeMeaning", "Heart"}}});
  put("a.wl", heart);
  followed.look(stopper.get_token());
  archive.addSeries("a", "study", 2, 3);
  EXPECT_FALSE(planner->look("a")->wanted());
  EXPECT_EQ(store->tieToExams({"study", "", "A", "4711"}), 1);
  EXPECT_TRUE(planner->look("a")->wanted());
  EXPECT_THAT(planner->look("a")->decision.explanation[0].clauses[0].why,
              "scheduled CodeValue is \"HEART\"");
}

TEST(WorklistProgram, SaysWhyItCouldNotBeRun) {
  EXPECT_THROW(readFolderByProgram("/none/there", "/tmp"), ResourceError);
  EXPECT_THROW(readFolderByProgram("/bin/false", "/tmp"), ResourceError);
}

}  // namespace
}  // namespace cmr
