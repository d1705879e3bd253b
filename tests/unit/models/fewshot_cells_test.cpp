#include "models/fewshot_cells.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "analysis/errors.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

const json settings{{"steps", 20}, {"seed", 1}};

std::string freshRecord() {
  const fs::path path = test::ownFolder() / "cells.jsonl";
  fs::remove(path);
  return path.string();
}

std::vector<FewshotCell> plan() {
  return fewshotCells(fewshotArms({"scratch", "unet"}, {}), {1, 2}, 2, {"a", "b"}, 1);
}

FewshotResult result(const FewshotCell& cell, double dice, double seconds = 10) {
  FewshotResult r;
  r.arm = cell.arm.name;
  r.size = cell.size;
  r.draw = cell.draw;
  r.lvDice = {{"t1", dice}, {"t2", dice / 3}};
  r.myocardiumDice = {{"t1", dice - 0.1}};
  r.ejectionErrorPoints = {{"t1", -2.5}};
  r.loss = 0.25;
  r.seconds = seconds;
  return r;
}

TEST(FewshotCells, AreThereAgainAfterTheRunWasKilled) {
  const std::string path = freshRecord();
  const std::vector<FewshotCell> cells = plan();
  {
    FewshotCells record(path, settings);
    record.declareArm("scratch", {{"start", "random"}});
    record.add(result(cells[0], 0.9));
    record.add(result(cells[3], 1.0 / 3));
  }
  FewshotCells again(path, settings);
  EXPECT_TRUE(again.has(cells[0]));
  EXPECT_FALSE(again.has(cells[1]));
  EXPECT_TRUE(again.has(cells[3]));
  ASSERT_EQ(again.results().size(), 2U);
  EXPECT_EQ(again.results()[1], result(cells[3], 1.0 / 3));  // to the last bit
}

TEST(FewshotCells, GoOnAtEveryByteAtWhichAKillMayCutThem) {
  const std::string path = freshRecord();
  const std::vector<FewshotCell> cells = plan();
  {
    FewshotCells record(path, settings);
    record.add(result(cells[0], 0.9));
  }
  const auto oneCell = fs::file_size(path);
  {
    FewshotCells record(path, settings);
    record.add(result(cells[1], 0.8));
  }
  std::string whole;
  std::getline(std::ifstream(path, std::ios::binary), whole, '\0');
  for (std::size_t bytes = oneCell; bytes < whole.size(); ++bytes) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, bytes);
    FewshotCells record(path, settings);
    EXPECT_TRUE(record.has(cells[0]));
    ASSERT_FALSE(record.has(cells[1])) << bytes;
    record.add(result(cells[1], 0.8));
    const FewshotCells again(path, settings);
    ASSERT_EQ(again.results().size(), 2U);
  }
}

TEST(FewshotCells, RefuseARecordOfOtherSettings) {
  const std::string path = freshRecord();
  { FewshotCells record(path, settings); }
  json other = settings;
  other["steps"] = 30;
  try {
    FewshotCells record(path, other);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("begun with another steps"));
  }
  std::ofstream(path) << "arm,patients\n";
  EXPECT_THROW(FewshotCells(path, settings), InputError);
  std::ofstream(path) << "{\"arm\":\"unet\"}\n";
  EXPECT_THROW(FewshotCells(path, settings), InputError);
}

TEST(FewshotCells, RefuseAnArmThatStartsFromOtherWeightsNow) {
  const std::string path = freshRecord();
  {
    FewshotCells record(path, settings);
    record.declareArm("dino frozen", {{"sha256", "aa"}});
  }
  FewshotCells record(path, settings);
  EXPECT_NO_THROW(record.declareArm("dino frozen", {{"sha256", "aa"}}));
  EXPECT_NO_THROW(record.declareArm("dino full", {{"sha256", "bb"}}));
  EXPECT_THROW(record.declareArm("dino frozen", {{"sha256", "bb"}}), InputError);
}

TEST(FewshotCells, SayWhenTheDiskIsNotThere) {
  EXPECT_THROW(FewshotCells("/nonexistent/cells.jsonl", settings), ResourceError);
}

TEST(FewshotCells, KeepToWhatIsPlannedInItsOrder) {
  const std::vector<FewshotCell> cells = plan();
  FewshotResult stranger = result(cells[0], 0.5);
  stranger.arm = "dino full";
  const std::vector<FewshotResult> own =
      resultsOf(cells, {stranger, result(cells[2], 0.2), result(cells[1], 0.1)});
  ASSERT_EQ(own.size(), 2U);
  EXPECT_EQ(own[0], result(cells[1], 0.1));
  EXPECT_EQ(own[1], result(cells[2], 0.2));
}

TEST(FewshotCells, HaveNoFigureOfAMyocardiumThatNobodyTaught) {
  const std::vector<FewshotCell> cells = plan();
  std::vector<FewshotResult> results;
  for (const FewshotCell& cell : cells) results.push_back(result(cell, 0.9));
  leaveOutUntaughtMyocardium(results, cells, {"b", "somebody"});
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool taught = cells[i].size == 2 || cells[i].patients.front() == "b";
    EXPECT_EQ(results[i].myocardiumDice.empty(), !taught) << i;
    EXPECT_EQ(results[i].lvDice.size(), 2U);
  }
  leaveOutUntaughtMyocardium(results, cells, {});
  EXPECT_TRUE(results.back().myocardiumDice.empty());
}

TEST(FewshotCells, TellTheTimeLeftByArm) {
  const std::vector<FewshotCell> cells = plan();  // scratch, unet, scratch, unet, ... : 8
  EXPECT_DOUBLE_EQ(secondsLeft(cells, {}), 0);
  EXPECT_DOUBLE_EQ(secondsLeft(cells, {result(cells[0], 1, 10)}), 70);
  EXPECT_DOUBLE_EQ(secondsLeft(cells, {result(cells[0], 1, 10), result(cells[1], 1, 2)}),
                   3 * 10 + 3 * 2);
}

FrameScore frame(const std::string& patient, CardiacPhase phase, double dice, std::size_t reference,
                 std::size_t predicted) {
  FrameScore score;
  score.patient = patient;
  score.phase = phase;
  score.structures[static_cast<std::size_t>(Structure::lvCavity)] =
      OverlapScore{patient, dice, 1.0, reference, predicted};
  return score;
}

TEST(FewshotCells, TakeTheFiguresOfAPatientFromTheFrames) {
  const FewshotResult r =
      fewshotResult(plan()[1], {frame("t1", CardiacPhase::endDiastole, 0.9, 100, 100),
                                frame("t1", CardiacPhase::endSystole, 0.7, 40, 50),
                                frame("t2", CardiacPhase::endDiastole, 0, 100, 0),
                                frame("t2", CardiacPhase::endSystole, 0, 50, 0)});
  EXPECT_EQ(r.arm, "unet");
  EXPECT_DOUBLE_EQ(r.lvDice.at("t1"), 0.8);
  EXPECT_DOUBLE_EQ(r.lvDice.at("t2"), 0);
  EXPECT_TRUE(r.myocardiumDice.empty());
  ASSERT_EQ(r.ejectionErrorPoints.size(), 1U);  // nothing was found in t2
  EXPECT_NEAR(r.ejectionErrorPoints.at("t1"), -10, 1e-12);
}

}  // namespace
}  // namespace cmr
