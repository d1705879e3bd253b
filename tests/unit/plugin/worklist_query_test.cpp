#include "plugin/worklist_query.h"

#include <gtest/gtest.h>

#include "plugin/worklist_entry.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

WorklistQuery query(const char* asked) { return WorklistQuery(Json::parse(asked)); }
WorklistQuery stepQuery(const std::string& keys) {
  return WorklistQuery(Json::parse(R"({"0040,0100": [{)" + keys + "}]}"));
}

WorklistItem entry(const Json& more = Json::object()) {
  Json body{{"PatientName", "Roe^Ann"},
            {"PatientID", "P1"},
            {"AccessionNumber", "A1"},
            {"Modality", "MR"},
            {"ScheduledProcedureStepStartDate", "20991229"}};
  body.update(more);
  return worklistDataset(readWorklistEntry(body.dump()));
}

// PS3.4 K.2.2.1.1.2.
TEST(WorklistQuery, KeysThatAnEntryDoesNotHaveAreNotCompared) {
  EXPECT_EQ(query(R"({"0008,0005": "ISO_IR 100", "0009,0010": "ACME", "0009,1001": "x",
      "0010,0010": "Müll*", "0020,000d": null, "0038,0010": "X7", "0008,1110": [],
      "0040,0100": [{"0008,0060": "MR", "0041,1001": "y", "0040,0020": "SCHEDULED",
        "0040,0008": [{"0008,0100": "HEART", "0008,0103": "2"}]}]})")
                .forOrthanc(),
            Json::parse(R"({"0008,0005": "ISO_IR 192", "0010,0010": "Müll*", "0020,000d": "",
      "0040,0100": [{"0008,0060": "MR", "0040,0008": [{"0008,0100": "HEART"}]}]})"));
}

TEST(WorklistQuery, TheStartIsNotForOrthancUnlessItIsNoneOfTheStandard) {
  EXPECT_EQ(stepQuery(R"("0040,0002": "20991229", "0040,0003": "0900")").forOrthanc()["0040,0100"],
            Json::parse("[{}]"));
  EXPECT_EQ(
      stepQuery(R"("0040,0002": "2099.12.29", "0040,0003": "0900")").forOrthanc()["0040,0100"],
      Json::parse(R"([{"0040,0002": "2099.12.29", "0040,0003": "0900"}])"));
}

TEST(WorklistQuery, AStartIsComparedByTheRulesOfTheStandard) {
  const auto morning = entry({{"ScheduledProcedureStepStartTime", "0900"}});
  EXPECT_TRUE(stepQuery(R"("0040,0003": "09")").isMetBy(morning));
  EXPECT_FALSE(stepQuery(R"("0040,0003": "10")").isMetBy(morning));
  EXPECT_FALSE(stepQuery(R"("0040,0003": "-10")").isMetBy(entry()));
  EXPECT_TRUE(stepQuery(R"("0040,0002": "20991229", "0040,0003": "")").isMetBy(entry()));
  EXPECT_TRUE(query(R"({"0040,0100": []})").isMetBy(entry()));
}

// PS3.4 K.2.2.1.1.1.
TEST(WorklistQuery, ACodeWithAValueIsNotMetByNone) {
  const auto codes = [](const std::string& asked) {
    return stepQuery(R"("0040,0008": )" + asked).isMetBy(entry());
  };
  EXPECT_TRUE(codes("[]"));
  EXPECT_TRUE(codes("[{}]"));
  EXPECT_TRUE(codes(R"([{"0008,0100": "", "0008,0104": null}])"));
  EXPECT_TRUE(codes(R"([{"0008,0103": "2"}])")) << "a version is no key of ours";
  EXPECT_FALSE(codes(R"([{"0008,0100": "HEART"}])"));
}

// PS3.4 K.2.2.1.2.
TEST(WorklistQuery, WhatIsAskedForAndNotKnownIsAnsweredEmpty) {
  const auto answer =
      query(R"({"0010,1030": "", "0038,0010": "X7", "0008,1110": [{"0008,1150": ""}],
          "0010,0010": "Roe*", "0008,0005": "ISO_IR 100", "0029,0010": "ACME"})")
          .answer(entry());
  EXPECT_EQ(answer.at("0010,1030").text, "");
  EXPECT_EQ(answer.at("0038,0010").text, "");
  EXPECT_EQ(answer.at("0008,1110").vr, "SQ");
  EXPECT_TRUE(answer.at("0008,1110").items.empty());
  EXPECT_EQ(answer.at("0010,0010").text, "Roe^Ann");
  EXPECT_EQ(answer.at("0008,0005").text, "ISO_IR 192");
  EXPECT_EQ(answer.count("0029,0010"), 0U);
}

// Whatever Orthanc compares the step with once more.
TEST(WorklistQuery, AStepMeetsTheKeysThatItDoesNotHave) {
  const auto entryAnswer =
      stepQuery(R"("0008,0060": "MR", "0040,0020": "SCHED*", "0040,0012": "a\\b", "0040,1400": "",
          "0040,0004": "20991201-20991231", "0032,1070": null, "0040,0009": "",
          "0041,0010": "ACME", "0041,1001": "x", "0040,9211": "1", "0028,0104": "")")
          .answer(entry());
  const WorklistItem& step = stepOf(entryAnswer);
  EXPECT_EQ(step.at("0008,0060").text, "MR");
  EXPECT_EQ(step.at("0040,0020").text, "SCHED");
  EXPECT_EQ(step.at("0040,0012").text, "a");
  EXPECT_EQ(step.at("0040,1400").text, "");
  EXPECT_EQ(step.at("0040,0004").text, "20991201");
  for (const char* tag : {"0040,0020", "0040,0012", "0040,0004", "0032,1070"}) {
    EXPECT_EQ(step.at(tag).vr, "UT") << tag << ": Orthanc answers it empty";
  }
  for (const char* tag : {"0041,0010", "0041,1001", "0040,9211", "0028,0104"}) {
    EXPECT_EQ(step.count(tag), 0U) << tag << ": Orthanc could not make it";
  }
}

TEST(WorklistQuery, AManufacturersOwnValueInTheStepHidesIt) {
  EXPECT_FALSE(query(R"({"0009,0010": "ACME", "0040,0100": [{"0008,0060": "MR"}]})").hidesSteps());
  EXPECT_FALSE(stepQuery(R"("0041,1001": "", "7fdb,1002": null)").hidesSteps());
  EXPECT_TRUE(stepQuery(R"("0041,0010": "ACME")").hidesSteps());
  EXPECT_TRUE(stepQuery(R"("0040,0008": [{"7fdB,1001": "x"}])").hidesSteps());
}

TEST(WorklistQuery, SequencesOfAStepAreLeftOutWhereKeysInThemCouldNotBeMet) {
  const auto stepWith = [](const std::string& keys, const WorklistItem& entry) {
    return stepOf(stepQuery(keys).answer(entry));
  };
  EXPECT_EQ(stepWith(R"("0040,0440": [{"0008,0100": ""}])", entry()).count("0040,0440"), 0U);
  EXPECT_EQ(stepWith(R"("0040,0440": [])", entry()).count("0040,0440"), 1U);
  const auto codes = Json::parse(
      R"([{"CodeValue": "H", "CodingSchemeDesignator": "99X", "CodeMeaning": "Heart"}])");
  const auto step = stepWith(R"("0040,0008": [{"0008,0100": "H", "0008,0103": "2"}])",
                             entry({{"ScheduledProtocolCodeSequence", codes}}));
  const WorklistItem& code = step.at("0040,0008").items.at(0);
  EXPECT_EQ(code.at("0008,0100").text, "H");
  EXPECT_EQ(code.at("0008,0103").text, "2");
  EXPECT_EQ(code.at("0008,0103").vr, "UT");
}

TEST(WorklistQuery, ATimeIsAnsweredAsTheKeyLetsItThroughOrEmpty) {
  const auto timeFor = [](const std::string& keys, const std::string& time) {
    const auto answer = stepQuery(keys).answer(entry({{"ScheduledProcedureStepStartTime", time}}));
    return stepOf(answer).at("0040,0003");
  };
  EXPECT_EQ(timeFor(R"("0040,0003": "")", "0900").text, "090000");
  EXPECT_EQ(timeFor(R"("0040,0003": "0900")", "0900").text, "0900");
  EXPECT_EQ(timeFor(R"("0040,0003": "0900")", "0900").vr, "TM");
  const WorklistElement late =
      timeFor(R"("0040,0002": "20991229-20991230", "0040,0003": "0800-0930")", "2300");
  EXPECT_EQ(late.text, "0800");
  EXPECT_EQ(late.vr, "UT") << "Orthanc answers it empty";
}

}  // namespace
}  // namespace cmr
