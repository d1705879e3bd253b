// `cmr models` on the package that ships, and on what is none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/judge.h"
#include "tests/support/small_package.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

using testing::HasSubstr;

const std::string starter = std::string(CMR_PACKAGES) + "/starter";

TEST(ModelsCommand, ShowsTheHeadsOfThePackageThatShipsAndWhatTheyRestOn) {
  const test::Verdict verdict = test::run(CMR_PROGRAM " models show " + starter);
  ASSERT_EQ(verdict.status, 0) << verdict.output;
  EXPECT_THAT(verdict.output, HasSubstr("starter "));
  EXPECT_THAT(verdict.output, HasSubstr("12 layers of width 384"));
  EXPECT_THAT(verdict.output, HasSubstr("seg_cine_sax"));
  EXPECT_THAT(verdict.output, HasSubstr("learned from drawn images alone; not reported (off)"));
}

TEST(ModelsCommand, ListsPackagesAndSaysWhyOneCannotBeUsed) {
  const std::filesystem::path folder = test::ownFolder();
  std::filesystem::create_directories(folder / "broken");
  std::ofstream(folder / "broken/manifest.json") << "{";
  const test::Verdict verdict = test::run(CMR_PROGRAM " models list " + folder.string());
  EXPECT_EQ(verdict.status, 1);
  EXPECT_THAT(verdict.output, HasSubstr("cannot be used"));
  std::filesystem::remove_all(folder);
}

TEST(ModelsCommand, NamesTheFileThatIsNotWhatTheManifestSays) {
  test::SmallPackage package;
  package.install("some weights");
  package.writeWeights("other weights");
  const test::Verdict verdict =
      test::run(CMR_PROGRAM " models verify " + package.folder().string());
  EXPECT_EQ(verdict.status, 1);
  EXPECT_THAT(verdict.output, HasSubstr("weights.safetensors"));
}

}  // namespace
}  // namespace cmr
