#include "models/evaluate_crops.h"

#include <gtest/gtest.h>

#include "models/trainer.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_frame.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

class Silent final : public TrainingReport {
 public:
  void progress(const TrainingProgress&) override {}
  void validated(const ValidationScore&, bool) override {}
};

// A small U-Net that has learned what a bright disk in a dark ring is.
Network trainedNetwork() {
  Network network = seededNetwork(tinyUnet());
  TrainerOptions o;
  o.steps = o.validateEvery = 150;
  o.warmupSteps = 5;
  o.learningRate = 5e-3;
  o.averageDecay = 0.9;
  o.folder = test::ownFolder().string();
  BatchPlan plan;
  plan.crops = 4;
  plan.fields = 0;
  plan.phantomShare = 0;
  plan.augment.size = tinySize;
  plan.augment.spacingMm = 2;
  Silent silent;
  train(network, o, plan, {tinyFrame("a"), tinyFrame("b", {27, 22, 6})}, {}, {}, silent);
  return network;
}

TEST(EvaluateCrops, ScoresOnTheFramesOwnGridWhereverTheHeartLies) {
  Network network = trainedNetwork();
  const std::vector<FrameScore> scores =
      evaluateCrops(network, {tinyFrame("middle"), tinyFrame("aside", {33, 14, 7})}, tinySize, 2,
                    ComputePrecision::float32);
  ASSERT_EQ(scores.size(), 2U);
  for (const FrameScore& score : scores) {
    const auto& cavity = score.structures[static_cast<std::size_t>(Structure::lvCavity)];
    ASSERT_TRUE(cavity && cavity->dice);
    EXPECT_GT(*cavity->dice, 0.85) << score.patient;
  }
  EXPECT_EQ(scores[1].patient, "aside");
  EXPECT_GT(scores[1].structures[static_cast<std::size_t>(Structure::lvCavity)]->referencePixels,
            140U);  // 7 pixels of radius: on the frame's grid, whatever the crop's
}

TEST(EvaluateCrops, GivesAFrameTheSameScoreAmongOthersAsAlone) {
  Network network = seededNetwork(tinyUnet());
  std::vector<TrainingFrame> frames;
  for (int i = 0; i < 11; ++i) frames.push_back(tinyFrame("p", {18.0 + i, 24, 6}));
  const auto together = evaluateCrops(network, frames, tinySize, 2, ComputePrecision::float32);
  const auto alone =
      evaluateCrops(network, {frames.back()}, tinySize, 2, ComputePrecision::float32);
  ASSERT_EQ(together.size(), 11U);
  EXPECT_EQ(together.back().structures[1]->predictedPixels,
            alone.front().structures[1]->predictedPixels);
}

}  // namespace
}  // namespace cmr
