#include "plugin/worklist_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/errors.h"

namespace cmr {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

Json usual() {
  return {{"PatientName", "Müller^Jörg"},
          {"PatientID", "P1"},
          {"AccessionNumber", "A1"},
          {"Modality", "MR"},
          {"ScheduledProcedureStepStartDate", "20260131"}};
}

std::string mistakeWith(const std::string& keyword, const Json& value) {
  Json body = usual();
  body[keyword] = value;
  try {
    readWorklistEntry(body.dump());
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(WorklistEntry, TheSameExamHasTheSameIdentityWhateverElseChanges) {
  Json body = usual();
  const auto first = readWorklistEntry(body.dump());
  body["PatientName"] = "Somebody^Else";
  const auto second = readWorklistEntry(body.dump());
  EXPECT_EQ(first.id, second.id);
  EXPECT_EQ(first.StudyInstanceUID, second.StudyInstanceUID);
  body["ScheduledProcedureStepID"] = "2";
  EXPECT_NE(readWorklistEntry(body.dump()).id, first.id);
  EXPECT_EQ(readWorklistEntry(body.dump()).StudyInstanceUID, first.StudyInstanceUID);
  body["AccessionNumber"] = "A2";
  EXPECT_NE(readWorklistEntry(body.dump()).StudyInstanceUID, first.StudyInstanceUID);
}

TEST(WorklistEntry, TheUidThatIsMadeIsOneOfDicom) {
  const std::string uid = readWorklistEntry(usual().dump()).StudyInstanceUID;
  EXPECT_LE(uid.size(), 44U);
  EXPECT_EQ(uid.rfind("2.25.", 0), 0U);
  EXPECT_NE(uid[5], '0');
  EXPECT_EQ(uid.find_first_not_of("0123456789", 5), std::string::npos);
}

TEST(WorklistEntry, EveryMistakeIsNamedWithItsAttribute) {
  for (const auto& [keyword, value, said] : std::vector<std::tuple<std::string, Json, std::string>>{
           {"PatientName", "", "is needed"},
           {"PatientName", 5, "must be a text"},
           {"PatientId", "x", "did you mean \"PatientID\"?"},
           {"PatientID", "a\\b", "backslash"},
           {"PatientID", "a*", "stand for others"},
           {"PatientID", "a\nb", "control"},
           {"AccessionNumber", "12345678901234567", "more than 16"},
           {"Modality", "mr", "capital"},
           {"PatientSex", "ZZZ", "M, F or O"},
           {"PatientSex", "m", "M, F or O"},
           {"PatientName", "a^b^c^d^e^f^g", "five components"},
           {"PatientName", "a=b=c=d", "three groups"},
           {"ScheduledPerformingPhysicianName", "a=b^c^d^e^f^g", "five components"},
           {"StudyInstanceUID", "1.02", "a UID"},
           {"StudyInstanceUID", "1..2", "a UID"},
           {"ScheduledProcedureStepStartDate", "20260230", "a date"},
           {"ScheduledProcedureStepStartDate", "2026-01-31", "more than 8"},
           {"ScheduledProcedureStepStartTime", "2460", "a time"},
           {"ScheduledStationAETitle", "MÜ", "ASCII"},
           {"ScheduledProtocolCodeSequence", "x", "a list"},
           {"ScheduledProtocolCodeSequence", Json::array({Json::object()}), "without CodeValue"}}) {
    EXPECT_THAT(mistakeWith(keyword, value), HasSubstr(said)) << keyword;
  }
  EXPECT_THROW(readWorklistEntry("[]"), InputError);
  EXPECT_THROW(readWorklistEntry(""), InputError);
  EXPECT_THROW(readWorklistEntry("{\"PatientName\": \"M\xfcller\"}"), InputError);
}

TEST(WorklistEntry, SexAndNamesMayBeAllThatDicomAllows) {
  for (const char* sex : {"", "M", "F", "O"}) EXPECT_EQ(mistakeWith("PatientSex", sex), "accepted");
  EXPECT_EQ(mistakeWith("PatientName", "a^b^c^d^e=f^g^h^i^j=k^l^m^n^o"), "accepted");
}

TEST(WorklistEntry, LengthsAreCountedInCharacters) {
  std::string sixteen;
  for (int i = 0; i < 16; ++i) sixteen += "ü";
  EXPECT_EQ(mistakeWith("AccessionNumber", sixteen), "accepted");
  const std::string longest = sixteen + sixteen + sixteen + sixteen;
  EXPECT_EQ(mistakeWith("PatientName", longest + "=" + longest + "=" + longest), "accepted");
  EXPECT_THAT(mistakeWith("PatientName", "x=" + longest + "ü"), HasSubstr("more than 64"));
  EXPECT_THAT(mistakeWith("PatientID", longest + "ü"), HasSubstr("more than 64"));
}

}  // namespace
}  // namespace cmr
