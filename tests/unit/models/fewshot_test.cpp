#include "models/fewshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "analysis/errors.h"
#include "models/fewshot_cells.h"
#include "models/phantom_frames.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_frame.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

FewshotOptions smallestTable(const std::string& name) {
  FewshotOptions o;
  o.arms = fewshotArms({"unet"}, {});
  o.sizes = {"1", "all"};
  o.draws = 1;
  o.steps = 2;
  o.crops = 2;
  o.size = 32;
  o.spacingMm = 2;
  o.threads = 1;
  o.precision = "float32";
  o.output = (test::ownFolder() / name).string();
  fs::remove_all(o.output);
  return o;
}

std::vector<TrainingFrame> training() { return {tinyFrame("a"), tinyFrame("b", {26, 22, 6})}; }
std::vector<TrainingFrame> testFrames() {
  return {tinyFrame("t", {22, 26, 8}), tinyFrame("u", {25, 25, 6})};
}

// Everything but the time that it took.
std::vector<FewshotResult> resultsOfRun(const FewshotOptions& o) {
  std::vector<FewshotResult> results;
  fewshot(o, training(), testFrames(), [&](const FewshotReport& r) { results = r.results; });
  for (FewshotResult& r : results) r.seconds = 0;
  return results;
}

TEST(Fewshot, GivesTheSameFiguresForTheSameSeedAlsoWhenItWasKilledBetween) {
  const FewshotOptions whole = smallestTable("whole");
  const std::vector<FewshotResult> expected = resultsOfRun(whole);
  ASSERT_EQ(expected.size(), 2U);
  EXPECT_EQ(expected[0].size, 1U);
  EXPECT_EQ(expected[1].size, 2U);
  EXPECT_EQ(expected[0].lvDice.size(), 2U);

  const FewshotOptions cut = smallestTable("cut");
  struct Killed {};
  EXPECT_THROW(fewshot(cut, training(), testFrames(),
                       [](const FewshotReport& r) {
                         if (r.results.size() == 1) throw Killed();
                       }),
               Killed);
  std::size_t calls = 0;
  fewshot(cut, training(), testFrames(), [&](const FewshotReport&) { ++calls; });
  EXPECT_EQ(calls, 2U);  // at the start, and after the one training that was left
  EXPECT_EQ(resultsOfRun(cut), expected);
  EXPECT_FALSE(fs::exists(cut.output + "/network"));
}

TEST(Fewshot, RefusesTestPatientsInTraining) {
  const FewshotOptions o = smallestTable("leak");
  try {
    fewshot(o, training(), {tinyFrame("b")}, [](const FewshotReport&) {});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the training holds patients of the test: b"));
  }
  EXPECT_THROW(fewshot(o, training(), {}, [](const FewshotReport&) {}), InputError);
}

TEST(Fewshot, RefusesACropThatTheNetworksCannotHalve) {
  FewshotOptions o = smallestTable("size");
  o.size = 40;
  EXPECT_THROW(fewshot(o, training(), testFrames(), [](const FewshotReport&) {}), InputError);
}

TEST(Fewshot, LeavesOutWhoIsExcluded) {
  FewshotOptions o = smallestTable("excluded");
  o.excludedPatients = {"b"};
  o.sizes = {"all"};
  fewshot(o, training(), {tinyFrame("b")}, [](const FewshotReport& r) {
    EXPECT_EQ(r.settings.at("trainingPatients"), nlohmann::json::array({"a"}));
  });
  o.excludedPatients = {"nobody"};
  EXPECT_THROW(fewshot(o, training(), testFrames(), [](const FewshotReport&) {}), InputError);
}

TEST(Fewshot, LearnsTheMapsOfDrawnHearts) {
  FewshotOptions o = smallestTable("maps");
  o.task = "seg_map_sax";
  o.drawn = true;
  o.sizes = {"all"};
  fewshot(o, drawPatients(o.task, 1, 1, 1), drawPatients(o.task, 1, 2, 1),
          [](const FewshotReport& r) {
            EXPECT_EQ(r.settings.at("task"), "seg_map_sax");
            EXPECT_TRUE(r.settings.at("drawn").get<bool>());
            EXPECT_EQ(r.settings.at("testPatients"), nlohmann::json::array({"phantom-2"}));
            for (const FewshotResult& result : r.results) {
              EXPECT_EQ(result.myocardiumDice.count("phantom-2"), 1U);
            }
          });
}

TEST(Fewshot, RefusesToMixTrainingsOfOtherSettings) {
  FewshotOptions o = smallestTable("settings");
  o.sizes = {"1"};
  resultsOfRun(o);
  o.steps = 3;
  EXPECT_THROW(resultsOfRun(o), InputError);
}

}  // namespace
}  // namespace cmr
