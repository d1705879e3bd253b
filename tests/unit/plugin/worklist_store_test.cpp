// Scheduled exams in the job store, and the studies that came of them.
#include <gmock/gmock.h>

#include "plugin/worklist_entry.h"
#include "plugin/worklist_routes.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

class WorklistStore : public ServiceFixture {
 protected:
  WorklistStore() { store->schedule(exam); }
  JobStore::ScheduledExam now() { return *store->scheduledExam("e"); }

  JobStore::ScheduledExam exam{"e", "P", "A", "1.9.study", "20260131", "{}", {}, {}, {}, 0, 0};
};

TEST_F(WorklistStore, TheSameExamAgainChangesNothingAndAnotherIsNotTaken) {
  EXPECT_EQ(store->schedule(exam), JobStore::Scheduled::same);
  exam.attributesJson = "{\"a\": 1}";
  EXPECT_EQ(store->schedule(exam), JobStore::Scheduled::different);
  EXPECT_EQ(now().attributesJson, "{}");
  EXPECT_TRUE(store->reschedule(exam));
  EXPECT_EQ(now().attributesJson, "{\"a\": 1}");
  EXPECT_TRUE(store->unschedule("e"));
  EXPECT_FALSE(store->unschedule("e"));
  EXPECT_FALSE(store->reschedule(exam));
}

TEST_F(WorklistStore, OnlyExamsOfTheDayAndLaterWithoutAStudyAreOpen) {
  EXPECT_EQ(store->openExams("20260131", 10).size(), 1U);
  EXPECT_TRUE(store->openExams("20260201", 10).empty());
  EXPECT_EQ(store->tieToExams({"study", "", "A", "P"}), 1);
  EXPECT_TRUE(store->openExams("20260131", 10).empty());
}

TEST_F(WorklistStore, AStudyIsTiedByEitherIdentifierOfItsPatient) {
  EXPECT_EQ(store->tieToExams({"study", "1.9.study", "", "P"}), 1);
  EXPECT_EQ(store->tieToExams({"study", "1.9.study", "A", "P"}), 0);  // known
  EXPECT_EQ(now().orthancStudyId, "study");
  EXPECT_EQ(now().conflict, "");
}

TEST_F(WorklistStore, AStudyThatNamesNothingIsTiedToNothing) {
  exam.id = "f";
  exam.AccessionNumber = "";
  exam.StudyInstanceUID = "";
  store->schedule(exam);
  EXPECT_EQ(store->tieToExams({"study", "", "", "P"}), 0);
}

TEST_F(WorklistStore, AnotherPatientAnotherAccessionAndASecondStudyAreFlagged) {
  EXPECT_EQ(store->tieToExams({"other", "1.5", "A", "Q"}), 0);
  EXPECT_THAT(now().conflict, ::testing::HasSubstr("another PatientID"));
  EXPECT_EQ(now().orthancStudyId, "");
  EXPECT_EQ(store->tieToExams({"other", "1.9.study", "B", "P"}), 0);
  EXPECT_THAT(now().conflict, ::testing::HasSubstr("another AccessionNumber"));
  EXPECT_EQ(store->tieToExams({"study", "1.9.study", "A", "P"}), 1);
  EXPECT_EQ(store->tieToExams({"third", "1.7", "A", "P"}), 0);
  EXPECT_EQ(now().orthancStudyId, "study");
  EXPECT_THAT(now().conflict, ::testing::HasSubstr("a second study"));
  EXPECT_TRUE(store->reschedule(exam));
  EXPECT_EQ(now().conflict, "");
}

// It may be an earlier exam under the same order; who scheduled a UID expects it of the study.
TEST_F(WorklistStore, AStudyThatWasThereBeforeNeedsTheUidThatWasScheduled) {
  const std::int64_t before = now().createdMs - 1000;
  EXPECT_TRUE(store->mustKnowArrival({"old", "1.5", "A", "P"}));
  EXPECT_FALSE(store->mustKnowArrival({"study", "1.9.study", "A", "P"}));
  EXPECT_EQ(store->tieToExams({"old", "1.5", "A", "P", before}), 0);
  EXPECT_EQ(now().orthancStudyId, "");
  EXPECT_THAT(now().conflict, ::testing::HasSubstr("was in the archive before"));
  EXPECT_EQ(store->tieToExams({"other", "1.6", "A", "Q", before}), 0);
  EXPECT_THAT(now().conflict, ::testing::HasSubstr("another PatientID"));
  EXPECT_EQ(store->tieToExams({"old", "1.5", "A", "P", before}), 0) << "whatever else came by";
  EXPECT_EQ(store->tieToExams({"study", "1.9.study", "A", "P", before}), 1);
  EXPECT_EQ(now().orthancStudyId, "study");
}

// Scanners may give a study a UID of their own.
TEST_F(WorklistStore, AStudyThatArrivedSinceNeedsNotTheUidThatWasScheduled) {
  EXPECT_EQ(store->tieToExams({"study", "1.5", "A", "P", now().createdMs}), 1);
  EXPECT_EQ(now().conflict, "");
}

// Several exams may have one accession number.
TEST_F(WorklistStore, AStudyWithTheUidOfOneExamLeavesThoseOfOtherUidsOpen) {
  exam.id = "f";
  exam.StudyInstanceUID = "1.9.other";
  store->schedule(exam);
  EXPECT_EQ(store->tieToExams({"study", "1.9.study", "A", "P"}), 1);
  EXPECT_EQ(store->tieToExams({"study", "1.9.study", "A", "P"}), 0);
  EXPECT_EQ(now().orthancStudyId, "study");
  EXPECT_EQ(store->scheduledExam("f")->orthancStudyId, "");
  EXPECT_EQ(store->scheduledExam("f")->conflict, "");
  EXPECT_EQ(store->openExams("20260131", 10).size(), 1U);
  EXPECT_EQ(store->tieToExams({"next", "1.9.other", "A", "P"}), 1);
  EXPECT_EQ(store->scheduledExam("f")->orthancStudyId, "next");
  EXPECT_EQ(now().conflict, "");
}

TEST_F(WorklistStore, AStudyOfAnotherPersonUnderTheSamePatientIdIsFlagged) {
  exam.attributesJson = R"({"PatientName": "Doe^Jane"})";
  store->reschedule(exam);
  JobStore::ArrivedStudy study{"study", "1.9.study", "A", "P"};
  study.PatientName = "Roe^Richard";
  EXPECT_EQ(store->tieToExams(study), 0);
  EXPECT_EQ(now().orthancStudyId, "");
  EXPECT_EQ(now().conflict, "a study with this StudyInstanceUID arrived for another PatientName");
}

TEST_F(WorklistStore, ATieIsOnRecordUntilItIsSettled) {
  EXPECT_TRUE(store->studiesTiedAnew().empty());
  store->tieToExams({"study", "1.9.study", "A", "P"});
  const auto tied = store->studiesTiedAnew();
  ASSERT_EQ(tied.size(), 1U);
  exam.id = "f";
  store->schedule(exam);
  store->tieToExams({"study", "1.9.study", "A", "P"});
  store->settleTie("study", tied.at("study"));
  EXPECT_EQ(store->studiesTiedAnew().size(), 1U) << "tied once more meanwhile";
  store->settleTie("study", store->studiesTiedAnew().at("study"));
  EXPECT_TRUE(store->studiesTiedAnew().empty());
}

TEST_F(WorklistStore, AUidThatWeMadeIsExpectedOfNoStudyThatWasThereBefore) {
  const auto made = readWorklistEntry(R"({"PatientName": "Roe^Ann", "PatientID": "P",
      "AccessionNumber": "B", "Modality": "MR", "ScheduledProcedureStepStartDate": "20990131"})");
  store->schedule(made);
  EXPECT_EQ(store->tieToExams({"old", "1.5", "B", "P", 1000}), 1);
}

TEST_F(WorklistStore, TheStateFollowsFromTheJobsOverTheStudy) {
  EXPECT_EQ(now().state, "scheduled");
  store->tieToExams({"study", "1.9.study", "A", "P"});
  EXPECT_EQ(now().state, "arrived");
  submit();
  EXPECT_EQ(now().state, "analysing");
  const auto lease = store->claim("20260101");
  ASSERT_TRUE(lease);
  EXPECT_EQ(store->finishAnalysed(*lease, {}, "{}"), JobStore::Finished::accepted);
  EXPECT_EQ(now().state, "reported");
}

TEST_F(WorklistStore, RoutesSayWhatIsWrong) {
  RestContext context;
  context.status = [] { return nlohmann::json::object(); };
  context.store = store.get();
  context.planner = planner.get();
  context.rules = liveRules.get();
  EXPECT_EQ(answerRest({"GET", "/cmr/worklist", {}}, context).status, 409);
  context.worklist.enable = true;
  EXPECT_EQ(answerRest({"GET", "/cmr/worklist", {}}, context).status, 200);
  EXPECT_EQ(answerRest({"GET", "/cmr/worklist/x", {}}, context).status, 404);
  EXPECT_EQ(answerRest({"PUT", "/cmr/worklist", {}}, context).allow, "GET,POST");
  EXPECT_EQ(answerRest({"POST", "/cmr/worklist/x", {}}, context).allow, "GET,PUT,DELETE");
  EXPECT_EQ(answerRest({"POST", "/cmr/worklist", {}, "{"}, context).status, 400);
}

// Whose study may be in the archive already.
TEST_F(WorklistStore, ANewOrReplacedEntryRings) {
  int rings = 0;
  RestContext context;
  context.status = [] { return nlohmann::json::object(); };
  context.store = store.get();
  context.planner = planner.get();
  context.worklist.enable = true;
  context.ring = [&] { ++rings; };
  const std::string body = R"({"PatientName": "Roe^Ann", "PatientID": "4711",
      "AccessionNumber": "B", "Modality": "MR", "ScheduledProcedureStepStartDate": "20990131"})";
  const RestResponse made = answerRest({"POST", "/cmr/worklist", {}, body}, context);
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(rings, 1);
  const std::string id = nlohmann::json::parse(made.body)["id"];
  EXPECT_EQ(
      answerRest({"PUT", "/cmr/worklist/" + id, {}, body, {{"if-match", "*"}}}, context).status,
      200);
  EXPECT_EQ(rings, 2);
}

TEST_F(WorklistStore, OfTwoOperatorsWhoChangeOneExamTheSecondIsTold) {
  RestContext context;
  context.status = [] { return nlohmann::json::object(); };
  context.store = store.get();
  context.planner = planner.get();
  context.worklist.enable = true;
  const auto bodyFor = [](const std::string& station) {
    return R"({"PatientName": "Roe^Ann", "PatientID": "4711", "AccessionNumber": "B",
        "Modality": "MR", "ScheduledProcedureStepStartDate": "20990131",
        "ScheduledStationAETitle": ")" +
           station + "\"}";
  };
  const RestResponse made = answerRest({"POST", "/cmr/worklist", {}, bodyFor("MR1")}, context);
  const nlohmann::json entry = nlohmann::json::parse(made.body);
  const std::string path = "/cmr/worklist/" + entry.at("id").get<std::string>();
  const std::string version = entry.at("version");
  EXPECT_EQ(made.headers.at("ETag"), "\"" + version + "\"");
  const auto ask = [&](const std::string& method, const std::string& body,
                       std::map<std::string, std::string> headers) {
    return answerRest({method, path, {}, body, std::move(headers)}, context);
  };
  const auto station = [&] {
    return nlohmann::json::parse(ask("GET", {}, {}).body)["attributes"]["ScheduledStationAETitle"];
  };
  EXPECT_EQ(ask("PUT", bodyFor("MR2"), {}).status, 400);
  EXPECT_EQ(ask("PUT", bodyFor("MR2"), {{"if-match", "\"" + version + "\""}}).status, 200);
  const RestResponse second = ask("PUT", bodyFor("MR3"), {{"if-match", version}});
  EXPECT_EQ(second.status, 409);
  EXPECT_THAT(second.body, ::testing::HasSubstr("somebody else changed this exam meanwhile"));
  EXPECT_EQ(station(), "MR2");
  EXPECT_EQ(ask("DELETE", {}, {{"if-match", version}}).status, 409);
  EXPECT_EQ(station(), "MR2");
  EXPECT_EQ(ask("DELETE", {}, {}).status, 200);
  EXPECT_EQ(ask("DELETE", {}, {{"if-match", version}}).status, 200) << "gone is gone";
}

}  // namespace
}  // namespace cmr
