// Exams that are scheduled when their study is there already.
#include "plugin/exam_ties.h"

#include <gmock/gmock.h>

#include "analysis/errors.h"
#include "plugin/worklist_watch.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::HasSubstr;

class ExamTiesTest : public ServiceFixture {
 protected:
  ExamTiesTest() {
    archive.addSeries("a", "study", 2, 3);
    archive.extraTags = {
        {"StudyInstanceUID", "1.9.study"}, {"AccessionNumber", "A"}, {"PatientID", "P"}};
    archive.studiesByIdentifier = {{"A", {"study"}}, {"1.9.study", {"study"}}};
  }

  void schedule(const std::string& id, const std::string& accession, const std::string& uid = {}) {
    JobStore::ScheduledExam exam;
    exam.id = id;
    exam.PatientID = "P";
    exam.AccessionNumber = accession;
    exam.StudyInstanceUID = uid;
    exam.startDate = "20990131";
    exam.attributesJson = "{}";
    store->schedule(exam);
  }
  JobStore::ScheduledExam exam(const std::string& id) { return *store->scheduledExam(id); }

  int told = 0;
  ExamTies ties{archive, *store, 7, [this] { ++told; }};
};

TEST_F(ExamTiesTest, AnExamIsTiedToTheStudyWithItsAccessionNumberOrUid) {
  schedule("e", "A");
  schedule("f", "A", "1.9.study");
  schedule("g", "B");
  ties.tie({});
  EXPECT_EQ(exam("e").orthancStudyId, "study");
  EXPECT_EQ(exam("f").orthancStudyId, "study");
  EXPECT_EQ(exam("g").orthancStudyId, "");
  EXPECT_GE(told, 1);
  EXPECT_EQ(store->studiesTiedAnew().count("study"), 1U);
}

TEST_F(ExamTiesTest, AStudyOfAnotherPatientIsAConflict) {
  archive.extraTags["PatientID"] = "Q";
  schedule("e", "A");
  ties.tie({});
  ties.tie({});
  EXPECT_EQ(exam("e").orthancStudyId, "");
  EXPECT_THAT(exam("e").conflict, HasSubstr("another PatientID"));
  EXPECT_EQ(told, 0);
}

TEST_F(ExamTiesTest, WhatTheArchiveFindsInAnotherSpellingIsAnotherExam) {
  archive.studiesByIdentifier["a"] = {"study"};
  schedule("e", "a");
  ties.tie({});
  EXPECT_EQ(exam("e").orthancStudyId, "");
  EXPECT_EQ(exam("e").conflict, "");
}

TEST_F(ExamTiesTest, AStudyOfNothingButOurResultsIsNoArrival) {
  archive.extraTags["ManufacturerModelName"] = "Orthanc CMR";
  schedule("e", "A");
  ties.tie({});
  EXPECT_EQ(exam("e").orthancStudyId, "");
}

TEST_F(ExamTiesTest, TheArchiveIsAskedOnceUntilTheExamChanges) {
  schedule("e", "C");
  ties.tie({});
  archive.studiesByIdentifier["C"] = {"study"};
  archive.extraTags["AccessionNumber"] = "C";
  ties.tie({});
  EXPECT_EQ(exam("e").orthancStudyId, "") << "the intake ties what arrives later";
  nowMs += 1000;
  JobStore::ScheduledExam changed = exam("e");
  changed.attributesJson = "{\"a\": 1}";
  while (exam("e").updatedMs == changed.updatedMs) store->reschedule(changed);
  ties.tie({});
  EXPECT_EQ(exam("e").orthancStudyId, "study");
}

TEST_F(ExamTiesTest, AnOlderStudyUnderAnotherUidThanScheduledIsNotTied) {
  schedule("e", "A", "1.9.scheduled");
  archive.received[archive.instances("a").front().id] = exam("e").createdMs - 60000;
  ties.tie({});
  EXPECT_EQ(exam("e").orthancStudyId, "");
  EXPECT_THAT(exam("e").conflict, HasSubstr("under another StudyInstanceUID"));
  EXPECT_EQ(told, 0);
}

// Asked for at a start of the service, say, while the study is on its way.
TEST_F(ExamTiesTest, AStudyThatCameSinceIsTiedWhateverItsUid) {
  schedule("e", "A", "1.9.scheduled");
  archive.received[archive.instances("a").front().id] = exam("e").createdMs + 60000;
  ties.tie({});
  EXPECT_EQ(exam("e").orthancStudyId, "study");
  EXPECT_EQ(exam("e").conflict, "");
}

TEST_F(ExamTiesTest, TroubleOfTheArchiveIsTriedAgain) {
  WorklistFolder none(
      "", 7, *store, [](const std::stop_token&) { return std::string(); }, logCallback());
  WorklistWatch watch(none, ties, logCallback());
  schedule("e", "A");
  archive.unreadableSeries = "a";
  EXPECT_FALSE(watch.round({}));
  EXPECT_FALSE(watch.round({}));
  EXPECT_THAT(log, HasSubstr("the worklist is not up to date, trying again: the disk"));
  archive.unreadableSeries.clear();
  EXPECT_TRUE(watch.round({}));
  EXPECT_EQ(exam("e").orthancStudyId, "study");
}

}  // namespace
}  // namespace cmr
