#include "plugin/exam_person.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cmr {
namespace {

std::string otherBy(const std::string& keyword, const std::string& scheduled,
                    const std::string& arrived) {
  JobStore::ScheduledExam exam;
  exam.attributesJson = nlohmann::json{{keyword, scheduled}}.dump();
  JobStore::ArrivedStudy study;
  study.PatientName = keyword == "PatientName" ? arrived : "Somebody^Else";
  study.PatientBirthDate = keyword == "PatientBirthDate" ? arrived : "19000101";
  study.PatientSex = keyword == "PatientSex" ? arrived : "O";
  return otherPersonBy(exam, study);
}

TEST(ExamPerson, AnotherBirthDateSexOrFamilyNameIsAnotherPerson) {
  EXPECT_EQ(otherBy("PatientBirthDate", "19700131", "19700131"), "");
  EXPECT_EQ(otherBy("PatientBirthDate", "19700131", "19700113"), "PatientBirthDate");
  EXPECT_EQ(otherBy("PatientSex", "F", "F"), "");
  EXPECT_EQ(otherBy("PatientSex", "F", "M"), "PatientSex");
  EXPECT_EQ(otherBy("PatientName", "Doe^Jane", "Test^Series"), "PatientName");
  EXPECT_EQ(otherBy("PatientName", "Doe^Jane", "Doering^Jane"), "PatientName");
}

TEST(ExamPerson, WhatOneSideLacksSaysNothing) {
  for (const std::string keyword : {"PatientBirthDate", "PatientSex", "PatientName"}) {
    EXPECT_EQ(otherBy(keyword, "", "X"), "") << keyword;
    EXPECT_EQ(otherBy(keyword, "X", ""), "") << keyword;
  }
  EXPECT_EQ(otherBy("PatientName", "^Jane", "Doe^Jane"), "");
}

TEST(ExamPerson, ANameMayBeWrittenInManyWays) {
  for (const std::string arrived :
       {"DOE^JANE", "Doe^Jane^^^", "doe ^Jane", "Doe", "Doe Jane", "DOE, JANE", "Doe^J", "Doe^",
        "Doe^Jane=\xE3\x83\x89\xE3\x82\xA6", "\xE3\x83\x89\xE3\x82\xA6^x", "D?e^Jane"}) {
    EXPECT_EQ(otherBy("PatientName", "Doe^Jane", arrived), "") << arrived;
    EXPECT_EQ(otherBy("PatientName", arrived, "Doe^Jane"), "") << arrived;
  }
  EXPECT_EQ(otherBy("PatientName", "O'Brien-Smith^A", "OBRIEN SMITH^A"), "");
  EXPECT_EQ(otherBy("PatientName", "M\xC3\xBCller^J", "Mueller^J"), "");
}

}  // namespace
}  // namespace cmr
