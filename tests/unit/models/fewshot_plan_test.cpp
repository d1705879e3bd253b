#include "models/fewshot_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "analysis/errors.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

using testing::ElementsAre;

std::vector<std::string> patients(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(std::string("p").append(std::to_string(i)));
  return names;
}

std::vector<FewshotCell> plan(std::uint64_t seed = 3) {
  return fewshotCells(fewshotArms({"scratch", "unet"}, {}), {1, 4, 12}, 5, patients(12), seed);
}

std::string file(const std::string& name) {
  const std::string path = (test::ownFolder() / name).string();
  std::ofstream(path) << "weights";
  return path;
}

TEST(FewshotPlan, KnowsTheArmsThatNeedNoFile) {
  const std::vector<FewshotArm> arms = fewshotArms({"random-frozen", "scratch", "unet"}, {"full"});
  ASSERT_EQ(arms.size(), 3U);
  EXPECT_EQ(arms[0].mode, FewshotMode::frozen);
  EXPECT_EQ(arms[1].mode, FewshotMode::full);
  EXPECT_FALSE(arms[1].unet);
  EXPECT_TRUE(arms[2].unet);
}

TEST(FewshotPlan, MakesAnArmForEachModeOfAFile) {
  const std::string backbone = file("backbone.safetensors");
  const std::string network = file("best.ckpt");
  const std::vector<FewshotArm> arms =
      fewshotArms({"dino=" + backbone, "warmup=" + network}, {"frozen", "full"});
  ASSERT_EQ(arms.size(), 4U);
  EXPECT_EQ(arms[0].name, "dino frozen");
  EXPECT_EQ(arms[0].start, FewshotStart::backbone);
  EXPECT_EQ(arms[0].mode, FewshotMode::frozen);
  EXPECT_EQ(arms[1].name, "dino full");
  EXPECT_EQ(arms[1].mode, FewshotMode::full);
  EXPECT_EQ(arms[2].start, FewshotStart::network);
  EXPECT_EQ(arms[3].file, network);
}

TEST(FewshotPlan, RefusesArmsThatNobodyKnowsOrThatAreThereTwice) {
  EXPECT_THROW(fewshotArms({}, {"full"}), InputError);
  EXPECT_THROW(fewshotArms({"resnet"}, {"full"}), InputError);
  EXPECT_THROW(fewshotArms({"dino=/nowhere.safetensors"}, {"full"}), InputError);
  EXPECT_THROW(fewshotArms({"scratch", "scratch"}, {"full"}), InputError);
  EXPECT_THROW(fewshotArms({"a|b=" + file("x.ckpt")}, {"full"}), InputError);
  EXPECT_THROW(fewshotArms({"a=" + file("x.ckpt")}, {"half"}), InputError);
}

TEST(FewshotPlan, ReadsNumbersOfPatients) {
  EXPECT_THAT(fewshotSizes({"4", "all", "1"}, 25), ElementsAre(1U, 4U, 25U));
  for (const char* wrong : {"0", "26", "-1", "3x", "", "every"}) {
    EXPECT_THROW(fewshotSizes({wrong}, 25), InputError) << wrong;
  }
  EXPECT_THROW(fewshotSizes({"25", "all"}, 25), InputError);
}

TEST(FewshotPlan, GivesEveryArmTheSamePatientsAndSeedInADraw) {
  const std::vector<FewshotCell> cells = plan();
  ASSERT_EQ(cells.size(), 2U * 3 * 5);
  std::map<std::pair<int, std::size_t>, FewshotCell> first;
  for (const FewshotCell& cell : cells) {
    const auto [same, isNew] = first.try_emplace({cell.draw, cell.size}, cell);
    EXPECT_EQ(cell.patients, same->second.patients);
    EXPECT_EQ(cell.seed, same->second.seed);
  }
  EXPECT_EQ(first.size(), 15U);
}

TEST(FewshotPlan, NestsTheSizesOfADrawAndRepeatsNobody) {
  for (const FewshotCell& small : plan()) {
    EXPECT_EQ(small.patients.size(), small.size);
    const std::set<std::string> distinct(small.patients.begin(), small.patients.end());
    EXPECT_EQ(distinct.size(), small.size);
    for (const FewshotCell& large : plan()) {
      if (large.draw != small.draw || large.size < small.size) continue;
      EXPECT_TRUE(std::equal(small.patients.begin(), small.patients.end(), large.patients.begin()));
    }
  }
}

TEST(FewshotPlan, DrawsOthersInAnotherDrawAndForAnotherSeed) {
  std::set<std::vector<std::string>> orders;
  for (const std::uint64_t seed : {3U, 4U}) {
    for (const FewshotCell& cell : plan(seed)) {
      if (cell.size == 12) orders.insert(cell.patients);
    }
  }
  EXPECT_EQ(orders.size(), 10U);
}

// Over many draws every patient is the first one about equally often.
TEST(FewshotPlan, PrefersNobody) {
  std::map<std::string, int> count;
  for (const FewshotCell& cell :
       fewshotCells(fewshotArms({"unet"}, {}), {1}, 1200, patients(12), 8)) {
    ++count[cell.patients.front()];
  }
  ASSERT_EQ(count.size(), 12U);
  for (const auto& [patient, times] : count) {
    EXPECT_GT(times, 60) << patient;  // 100 expected, 9.6 the standard deviation
    EXPECT_LT(times, 140) << patient;
  }
}

TEST(FewshotPlan, DoesNotDependOnTheOrderOfThePatientsNorOnWhatElseIsPlanned) {
  std::vector<std::string> backwards = patients(12);
  std::reverse(backwards.begin(), backwards.end());
  const std::vector<FewshotCell> one =
      fewshotCells(fewshotArms({"unet"}, {}), {4}, 2, patients(12), 3);
  const std::vector<FewshotCell> two =
      fewshotCells(fewshotArms({"unet"}, {}), {4}, 2, backwards, 3);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].patients, two[i].patients);
  for (const FewshotCell& cell : plan()) {
    if (cell.arm.unet && cell.size == 4 && cell.draw <= 2) {
      EXPECT_EQ(cell.patients, one[static_cast<std::size_t>(cell.draw - 1)].patients);
    }
  }
}

TEST(FewshotPlan, NamesWhoIsInTrainingAndTest) {
  EXPECT_NO_THROW(requireDisjoint({"a", "b"}, {"c"}, "the training"));
  try {
    requireDisjoint({"a", "b", "c"}, {"c", "b", "d"}, "the training");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "the training holds patients of the test: b, c");
  }
}

}  // namespace
}  // namespace cmr
