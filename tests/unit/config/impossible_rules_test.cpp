#include "config/impossible_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/check_rules.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> found(const std::string& clauses) {
  std::vector<std::string> sentences;
  Effort effort;
  for (const Impossible& one :
       impossibleIn(nlohmann::json::parse(clauses), DocumentPlace("x").at("when"), effort)) {
    sentences.push_back(one.place.words() + " " + one.sentence);
  }
  return sentences;
}

bool isPossible(const std::string& clauses) { return found(clauses).empty(); }

TEST(ImpossibleRules, TwoTextsOfOneAttributeExcludeEachOther) {
  if (isDicomKeyword("NoSuchKeyword")) GTEST_SKIP() << "built without DCMTK's dicom.dic";
  EXPECT_THAT(
      found(R"([{"tag": "Modality", "equals": "MR"}, {"tag": "Modality", "equals": "CT"}])"),
      ElementsAre("x: when can never hold: no series meets Modality equals \"MR\" and Modality "
                  "equals \"CT\""));
  EXPECT_TRUE(isPossible(
      R"([{"tag": "Modality", "in": ["MR", "CT"]}, {"tag": "Modality", "notEquals": "CT"}])"));
  EXPECT_FALSE(isPossible(
      R"([{"tag": "SeriesDescription", "equals": "cine sax"},
          {"tag": "SeriesDescription", "matches": "lge"}])"));
  EXPECT_TRUE(isPossible(
      R"([{"tag": "SeriesDescription", "equals": "Cine SAX"},
          {"tag": "SeriesDescription", "matches": "sax$"}])"));
}

// ImageType holds several values at once.
TEST(ImpossibleRules, AnAttributeOfSeveralValuesMayHoldBoth) {
  EXPECT_TRUE(isPossible(
      R"([{"tag": "ImageType", "equals": "ORIGINAL"}, {"tag": "ImageType", "equals": "M"}])"));
  EXPECT_FALSE(isPossible(R"([{"tag": "ImageType", "in": ["P", "M"]},
                              {"tag": "ImageType", "notIn": ["m", "P", "X"]}])"));
  EXPECT_TRUE(
      isPossible(R"([{"tag": "PixelSpacing", "min": 2}, {"tag": "PixelSpacing", "max": 1}])"));
}

TEST(ImpossibleRules, NothingIsAskedOfWhatIsAbsent) {
  EXPECT_FALSE(isPossible(
      R"([{"tag": "ImageType", "present": false}, {"tag": "ImageType", "matches": "P"}])"));
  EXPECT_TRUE(isPossible(
      R"([{"tag": "ImageType", "present": false}, {"tag": "ImageType", "notEquals": "P"}])"));
  EXPECT_FALSE(isPossible(
      R"([{"source": "RemoteAET", "present": true}, {"source": "RemoteAET", "present": false}])"));
}

TEST(ImpossibleRules, RangesNeedACommonNumber) {
  EXPECT_THAT(
      found(R"([{"count": "instances", "min": 30}, {"count": "instances", "max": 20}])"),
      ElementsAre(HasSubstr("no series meets number of instances is at least 30 and number of "
                            "instances is at most 20")));
  EXPECT_TRUE(
      isPossible(R"([{"count": "instances", "min": 2}, {"count": "instances", "max": 2}])"));
  EXPECT_FALSE(isPossible(R"([{"count": "instances", "max": 0}])")) << "every series has one";
  EXPECT_FALSE(
      isPossible(R"([{"count": "instances", "equals": "25"}, {"count": "instances", "min": 30}])"));
}

TEST(ImpossibleRules, APatternExcludesItsOwnOpposite) {
  EXPECT_FALSE(isPossible(R"([{"tag": "SeriesDescription", "matches": "cine"},
                              {"tag": "SeriesDescription", "notMatches": "cine"}])"));
  EXPECT_TRUE(isPossible(R"([{"tag": "SeriesDescription", "matches": "cine"},
                             {"tag": "SeriesDescription", "notMatches": "real"}])"));
}

TEST(ImpossibleRules, PicturesHaveOneClassOrNone) {
  EXPECT_FALSE(isPossible(
      R"([{"classified": "view", "equals": "sax"}, {"classified": "view", "equals": "4ch"}])"));
  EXPECT_TRUE(isPossible(
      R"([{"classified": "view", "equals": "sax"}, {"classified": "sequence", "equals": "lge"}])"));
  EXPECT_TRUE(isPossible(R"([{"classified": "view",
                              "notIn": ["sax", "2ch", "3ch", "4ch", "aorta", "other"]}])"))
      << "nothing for sure";
  EXPECT_TRUE(isPossible(R"([{"classified": "view", "equals": "sax", "minConfidence": 0.5},
                             {"classified": "view", "notEquals": "sax", "minConfidence": 0.99}])"))
      << "likely, and not that likely";
}

TEST(ImpossibleRules, APlaneIsNearOneAxisOfTheBody) {
  EXPECT_THAT(found(R"([{"orientation": "coronal"}, {"orientation": "sagittal"}])"),
              ElementsAre(HasSubstr("no plane is coronal and sagittal at once")));
  EXPECT_FALSE(isPossible(R"([{"orientation": "coronal"}, {"orientation": "oblique"}])"));
  EXPECT_TRUE(isPossible(
      R"([{"orientation": "coronal", "within": 40}, {"orientation": "oblique", "within": 10}])"));
}

TEST(ImpossibleRules, TimesNeedACommonMinute) {
  const std::string night = R"({"time": {"from": "20:00", "to": "06:00"}})";
  EXPECT_THAT(found("[" + night + R"(, {"time": {"from": "08:00", "to": "12:00"}}])"),
              ElementsAre(HasSubstr("times are never at once")));
  EXPECT_TRUE(isPossible("[" + night + R"(, {"time": {"from": "05:59", "to": "12:00"}}])"));
  EXPECT_TRUE(isPossible("[" + night +
                         R"(, {"time": {"from": "01:00", "to": "02:00", "days": ["Sun"]}}])"));
}

TEST(ImpossibleRules, OfAlternativesEachIsNamedThatNothingCanMeet) {
  if (isDicomKeyword("NoSuchKeyword")) GTEST_SKIP() << "built without DCMTK's dicom.dic";
  const std::string mr = R"({"tag": "Modality", "equals": "MR"})";
  const std::string ct = R"({"tag": "Modality", "equals": "CT"})";
  const std::string us = R"({"allOf": [{"tag": "Modality", "equals": "US"}]})";
  EXPECT_THAT(found("[" + mr + R"(, {"anyOf": [)" + mr + "," + ct + "]}]"),
              ElementsAre(HasSubstr("when[1].anyOf[1] can never hold")));
  EXPECT_THAT(
      found("[" + mr + R"(, {"anyOf": [)" + us + "," + ct + "]}]"),
      ElementsAre(HasSubstr("when[1].anyOf[0] can never"), HasSubstr("when[1].anyOf[1] can"),
                  HasSubstr("when[1] can never hold, nor can its rule")));
}

std::vector<std::string> contradictionsIn(const std::string& rules) {
  std::vector<std::string> sentences;
  for (const RuleNote& note :
       checkRules(R"({"schema": 1, "rules": [)" + rules + "]}", "x").warnings) {
    sentences.push_back(note.message);
  }
  return sentences;
}

TEST(ImpossibleRules, WhatIsTriedForOneDocumentHasAnEnd) {
  std::string values;
  for (int i = 0; i < 100; ++i) values += (i == 0 ? "\"" : ", \"") + std::to_string(i) + "\"";
  std::string tests;
  for (int i = 0; i < 100; ++i) {
    tests += (i == 0 ? "" : ", ") + (R"({"tag": "Modality", "notIn": [)" + values + "]}");
  }
  const std::string clauses = "[" + tests + R"(, {"tag": "Modality", "in": [)" + values +
                              R"(]}, {"anyOf": [)" + tests + "]}]";
  Effort effort{10000};
  EXPECT_THAT(impossibleIn(nlohmann::json::parse(clauses), DocumentPlace("x"), effort), IsEmpty());
  EXPECT_EQ(effort.left, 0U);
  EXPECT_FALSE(isPossible(clauses)) << "with more of it";
}

TEST(ImpossibleRules, TasksForWhatIsNoMrImageAreWarnedOf) {
  const std::string good =
      R"({"name": "g", "when": [{"tag": "Rows", "min": 1}], "tasks": ["seg_cine_sax"]})";
  const std::string ct = R"("when": [{"tag": "Modality", "in": ["CT", "PT"]}])";
  EXPECT_THAT(contradictionsIn(R"({"name": "a", "tasks": ["seg_cine_sax"], )" + ct + "}, " + good),
              ElementsAre(HasSubstr(
                  R"(rules[0] has nothing analysed: its clauses leave no Modality "MR")")));
  EXPECT_THAT(contradictionsIn(R"({"name": "a", "skip": "no", )" + ct + "}, " + good), IsEmpty());
  EXPECT_THAT(contradictionsIn(R"({"name": "a", "enabled": false, "tasks": ["seg_cine_sax"], )" +
                               ct + "}, " + good),
              IsEmpty());
  EXPECT_THAT(contradictionsIn(R"({"name": "a", "tasks": ["seg_cine_sax"], "when":
                  [{"tag": "SOPClassUID", "equals": "1.2.840.10008.5.1.4.1.1.2"}]}, )" +
                               good),
              ElementsAre(HasSubstr("no SOPClassUID of MR images")));
}

TEST(ImpossibleRules, ARuleBehindOneThatAsksLessIsWarnedOf) {
  const std::string some = R"({"tag": "ImageType", "equals": "M"})";
  const std::string more = R"({"tag": "SeriesDescription", "matches": "cine"})";
  const auto rule = [](const std::string& name, const std::string& when, const std::string& rest) {
    return R"({"name": ")" + name + R"(", "tasks": ["seg_cine_sax"], "when": [)" + when + "]" +
           rest + "}";
  };
  const std::string both = rule("b", more + "," + some, "");
  EXPECT_THAT(contradictionsIn(rule("a", some, "") + "," + both),
              ElementsAre(HasSubstr(R"(rules[1] "b" is never reached: "a" stands before it)")));
  EXPECT_THAT(contradictionsIn(both + "," + rule("a", some, "")), IsEmpty());
  EXPECT_THAT(contradictionsIn(rule("a", some, R"(, "enabled": false)") + "," + both), IsEmpty());
}

}  // namespace
}  // namespace cmr
