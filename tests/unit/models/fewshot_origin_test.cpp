#include "models/fewshot_origin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

FewshotArm armFrom(const std::string& file, FewshotStart start) {
  return {"arm full", start, FewshotMode::full, false, file};
}

TEST(FewshotOrigin, NeedsNoFileForRandomWeights) {
  const FewshotOrigin origin =
      fewshotOrigin(fewshotArms({"unet"}, {}).front(), "vit-s8", {"a"}, {"t"});
  EXPECT_TRUE(origin.known);
  EXPECT_TRUE(origin.labelsSeen.empty());
  EXPECT_EQ(origin.description.at("architecture"), "unet");
  EXPECT_EQ(origin.description.at("start"), "random");
}

TEST(FewshotOrigin, NamesABackboneByItsHashAndSaysThatItIsSilentAboutPatients) {
  const std::string path = (test::ownFolder() / "b.safetensors").string();
  std::ofstream(path) << "weights";
  const FewshotOrigin origin =
      fewshotOrigin(armFrom(path, FewshotStart::backbone), "tokens", {"a"}, {"t"});
  EXPECT_FALSE(origin.known);
  EXPECT_EQ(origin.description.at("sha256"), sha256Hex("weights"));
  EXPECT_EQ(origin.description.at("architecture"), "tokens");
}

TEST(FewshotOrigin, TellsThatThePackageThatShipsSawLabelsOfTheTrainingPatients) {
  const FewshotArm arm = armFrom(std::string(CMR_PACKAGES) + "/starter", FewshotStart::network);
  const FewshotOrigin origin =
      fewshotOrigin(arm, "vit-s8", {"SC-N-02", "somebody", "SC-HF-I-01"}, {"SC-N-05"});
  EXPECT_TRUE(origin.known);
  EXPECT_THAT(origin.labelsSeen, ElementsAre("SC-N-02", "SC-HF-I-01"));  // trained, validated
}

TEST(FewshotOrigin, RefusesAPackageThatLearnedFromTestPatients) {
  const FewshotArm arm = armFrom(std::string(CMR_PACKAGES) + "/starter", FewshotStart::network);
  try {
    fewshotOrigin(arm, "vit-s8", {"somebody"}, {"SC-N-05", "SC-N-02"});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("holds patients of the test: SC-N-02"));
  }
}

}  // namespace
}  // namespace cmr
