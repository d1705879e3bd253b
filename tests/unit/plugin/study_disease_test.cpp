#include "plugin/study_disease.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cmr {
namespace {

using Json = nlohmann::json;
using ::testing::ElementsAre;

DiseaseAnswer seen(const std::string& series, int slices, double dilated, double infarct) {
  return {series,
          "sha",
          {{"normal", "both", "report", 1 - dilated - infarct},
           {"dilated", "real", "report", dilated},
           {"infarct", "phantom", "off", infarct}},
          0.6,
          slices};
}

TEST(StudyDisease, IsWhatAllViewsSayTogetherByTheirSlices) {
  const auto found = suggestedDisease({seen("SAX", 8, 0.6, 0.1), seen("4CH", 2, 0.9, 0.0)});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->disease, "dilated");
  EXPECT_NEAR(found->probability, 0.66, 1e-12);
  EXPECT_TRUE(found->isCertain);
  EXPECT_EQ(found->evidence, "real");
  EXPECT_THAT(found->series, ElementsAre("SAX", "4CH"));
}

TEST(StudyDisease, MayBeUncertainTogetherWhereAViewWasCertainAlone) {
  const auto found = suggestedDisease({seen("SAX", 8, 0.5, 0.1), seen("4CH", 1, 0.9, 0.0)});
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->isCertain);
}

TEST(StudyDisease, IsSilentWhereThePackageKeepsBackWhatTheHeartIsTakenFor) {
  EXPECT_FALSE(suggestedDisease({seen("SAX", 8, 0.1, 0.7)}));
  DiseaseAnswer experimental = seen("SAX", 8, 0.8, 0.1);
  for (DiseaseAnswer::Class& one : experimental.classes) one.release = "off";
  EXPECT_FALSE(suggestedDisease({experimental}));
}

TEST(StudyDisease, NeverMixesTwoPackages) {
  DiseaseAnswer other = seen("4CH", 1, 0.1, 0.0);
  other.packageSha256 = "another";
  const auto found = suggestedDisease({other, seen("SAX", 8, 0.8, 0.1)});
  ASSERT_TRUE(found);
  EXPECT_THAT(found->series, ElementsAre("SAX"));
}

TEST(StudyDisease, NeedsASliceThatWasSeen) {
  EXPECT_FALSE(suggestedDisease({}));
  EXPECT_FALSE(suggestedDisease({seen("SAX", 0, 0.8, 0.1)}));
}

TEST(StudyDisease, IsReadFromResultsAndFromNothingThatOnlyLooksLikeThem) {
  Json results = {{"package", {{"sha256", "sha"}}},
                  {"pathology",
                   {{"disease",
                     {{"leastProbability", 0.6},
                      {"bySlice", {nullptr, {{"normal", 1.0}}, {{"normal", 0.5}}}},
                      {"classes", {{"normal", {{"evidence", "both"}, {"release", "flag"}}}}},
                      {"probabilities", {{"normal", 0.75}}}}}}}};
  const auto answer = diseaseAnswerOf(results, "SAX");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->slices, 2);
  EXPECT_EQ(answer->series, "SAX");
  ASSERT_EQ(answer->classes.size(), 1U);
  EXPECT_EQ(answer->classes[0].release, "flag");
  results["pathology"]["disease"].erase("classes");  // as older programs wrote it
  EXPECT_FALSE(diseaseAnswerOf(results, "SAX"));
  EXPECT_FALSE(diseaseAnswerOf(Json("text"), "SAX"));
}

}  // namespace
}  // namespace cmr
