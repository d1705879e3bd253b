// `cmr models` on the package that ships, and on what is none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "analysis/model_package.h"
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

TEST(StarterPackage, HoldsAllNineHeadsAndReleasesNothingThatOnlyDrawnHeartsTaught) {
  const ModelPackage package = openPackage(starter);
  EXPECT_EQ(package.heads.size(), 9U);
  for (const Task& task : knownTasks()) {
    if (task.id == "seg_cine_sax_rv") continue;  // a tenth, which a package may have besides
    ASSERT_EQ(package.heads.count(task.id), 1U) << task.id;
    const HeadDescription& head = package.heads.at(task.id);
    EXPECT_TRUE(head.measured.contains("real")) << task.id;
    EXPECT_TRUE(head.measured.contains("phantom")) << task.id;
    for (const HeadClass& c : head.classes) {
      EXPECT_TRUE(c.evidence != "phantom" || c.release == "off") << task.id << " " << c.name;
    }
  }
}

// What no patient proved tells no reader a diagnosis.
TEST(StarterPackage, ReleasesNoDiagnosis) {
  const ModelPackage package = openPackage(starter);
  for (const char* task : {"disease", "lge_presence"}) {
    for (const HeadClass& c : package.heads.at(task).classes) EXPECT_EQ(c.release, "off") << c.name;
  }
}

TEST(StarterPackage, StaysBelowFiftyMegabytes) {
  std::uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(starter)) bytes += file.file_size();
  EXPECT_LT(bytes, 50'000'000U);
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

TEST(ModelsCommand, AddsNothingWithoutASourceAndNamesAPackageThatIsNone) {
  const std::filesystem::path folder = test::ownFolder();
  const std::string to = (folder / "new").string();
  const test::Verdict nothing = test::run(CMR_PROGRAM " models add " + starter + " -o " + to);
  EXPECT_NE(nothing.status, 0);
  EXPECT_THAT(nothing.output, HasSubstr("nothing to add"));
  const test::Verdict absent = test::run(CMR_PROGRAM " models add " + starter + " --from " +
                                         (folder / "absent").string() + " -o " + to);
  EXPECT_NE(absent.status, 0);
  EXPECT_THAT(absent.output, HasSubstr("absent"));
  EXPECT_FALSE(std::filesystem::exists(to));
  std::filesystem::remove_all(folder);
}

TEST(ModelsCommand, StatesWhatWasMeasuredInACopyWhoseWeightsStayTheSame) {
  const std::filesystem::path folder = test::ownFolder();
  std::ofstream(folder / "measured.json")
      << R"({"seg_cine_sax": {"real": {"ten patients": {"dice": 0.931}}}})";
  const std::string to = (folder / "new").string();
  const test::Verdict added =
      test::run(CMR_PROGRAM " models add " + starter + " --measured " +
                (folder / "measured.json").string() + " --package-version 9.8.7 -o " + to);
  ASSERT_EQ(added.status, 0) << added.output;
  const test::Verdict shown = test::run(CMR_PROGRAM " models show " + to);
  EXPECT_THAT(shown.output, HasSubstr("starter 9.8.7"));
  EXPECT_THAT(shown.output, HasSubstr("ten patients: dice 0.931"));
  const test::Verdict same =
      test::run("cmp " + starter + "/heads-1.safetensors " + to + "/heads-1.safetensors");
  EXPECT_EQ(same.status, 0) << same.output;
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace cmr
