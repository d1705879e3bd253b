// `cmr fewshot` from outside: what it leaves, how it goes on, what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/judge.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string frames = std::string(CMR_SHARED_DATA) + "/sunnybrook-frames";

std::string command(const std::string& arms, const fs::path& out, const std::string& test) {
  return CMR_PROGRAM " fewshot --frames " + frames + "/train --test-frames " + frames + "/" + test +
         " --spacing-mm 1.33 --mask-edges sunnybrook --patients 1 --draws 1 --steps 1 --crops 1"
         " --size 48 --input-spacing-mm 2.67 --threads 1 --precision float32 " +
         arms + " -o " + out.string();
}

TEST(FewshotCommand, LeavesTablesAndAPictureOfRealFramesAndGoesOnWhereItWas) {
  if (!fs::exists(frames)) GTEST_SKIP() << "needs CMR_SHARED_DATA with sunnybrook-frames";
  const fs::path out = test::ownFolder() / "run";
  const test::Verdict first = test::run(command("--arm unet", out, "test"));
  ASSERT_EQ(first.status, 0) << first.output;
  EXPECT_THAT(first.output, HasSubstr("Trained on 436 frames of 25 patients"));
  EXPECT_THAT(first.output, HasSubstr("Tested on 182 frames of 10 other patients"));
  for (const char* name : {"fewshot.md", "fewshot.csv", "fewshot.json", "fewshot.png"}) {
    EXPECT_GT(fs::file_size(out / name), 100U) << name;
  }
  const test::Verdict again = test::run(command("--arm unet", out, "test"));
  EXPECT_THAT(again.output, HasSubstr("1 trainings of 1 steps in float32, 1 of them finished"));
  fs::remove_all(out);
}

TEST(FewshotCommand, RefusesToTestOnWhomItTrains) {
  if (!fs::exists(frames)) GTEST_SKIP() << "needs CMR_SHARED_DATA with sunnybrook-frames";
  const fs::path out = test::ownFolder() / "run";
  const test::Verdict verdict = test::run(command("--arm unet", out, "train"));
  EXPECT_EQ(verdict.status, 1);
  EXPECT_THAT(verdict.output, HasSubstr("the training holds patients of the test: SC-HF-I-01"));
  EXPECT_FALSE(fs::exists(out));
}

TEST(FewshotCommand, NamesTheArmsThatThereAreWhenOneIsUnknown) {
  const test::Verdict verdict =
      test::run(command("--arm resnet", test::ownFolder() / "run", "test"));
  EXPECT_EQ(verdict.status, 1);
  EXPECT_THAT(verdict.output, HasSubstr("there are scratch, random-frozen, unet, and NAME=FILE"));
}

}  // namespace
}  // namespace cmr
