#include "models/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "analysis/compute_choice.h"
#include "analysis/errors.h"
#include "models/checkpoint.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_frame.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

class TrainingRecorder final : public TrainingReport {
 public:
  void progress(const TrainingProgress& p) override { losses.push_back(p.loss); }
  void validated(const ValidationScore& score, bool) override { scores.push_back(score); }
  std::vector<double> losses;
  std::vector<ValidationScore> scores;
};

BatchPlan tinyBatchPlan() {
  BatchPlan plan;
  plan.seed = 9;
  plan.crops = 2;
  plan.fields = 1;
  plan.phantomShare = 0;
  plan.augment.size = tinySize;
  plan.augment.spacingMm = 2;
  return plan;
}

TrainerOptions tinyTrainingOptions(const fs::path& folder, std::int64_t steps) {
  TrainerOptions o;
  o.steps = steps;
  o.warmupSteps = 2;
  o.learningRate = 3e-3;
  o.averageDecay = 0.9;
  o.validateEvery = 3;
  o.folder = folder.string();
  return o;
}

TrainingFrame phantomOf(std::uint64_t seed) {
  return tinyFrame("phantom", {20.0 + static_cast<double>(seed % 8), 24, 6});
}

struct TrainedRun {
  Network network;
  TrainingRecorder report;
  ValidationScore best;
};

TrainedRun trained(const NetworkGeometry& geometry, const TrainerOptions& options,
                   const BatchPlan& plan, const PhantomSource& phantom = phantomOf) {
  setThreads(1);  // sums in one order
  TrainedRun run{seededNetwork(geometry), {}, {}};
  run.best = train(run.network, options, plan, {tinyFrame("a"), tinyFrame("b", {27, 22, 6})},
                   {tinyFrame("c", {25, 25, 6.5})}, phantom, run.report);
  return run;
}

bool sameParameters(const Network& a, const Network& b) {
  const auto left = a->parameters();
  const auto right = b->parameters();
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!torch::equal(left[i], right[i])) return false;
  }
  return left.size() == right.size();
}

TEST(Trainer, LearnsASmallHeartByHeart) {
  BatchPlan plan = tinyBatchPlan();
  plan.augment.enabled = false;
  TrainerOptions options = tinyTrainingOptions(test::freshFolder("overfit"), 120);
  options.validateEvery = 120;
  const TrainedRun run = trained(tinyVit(), options, plan);
  EXPECT_LT(run.report.losses.back(), 0.6 * run.report.losses.front());
  EXPECT_GT(run.best.lvDice, 0.9);
  EXPECT_GT(run.best.myocardiumDice, 0.8);
}

TEST(Trainer, DoesTheSameForTheSameSeed) {
  const TrainedRun one =
      trained(tinyVit(), tinyTrainingOptions(test::freshFolder("one"), 4), tinyBatchPlan());
  const TrainedRun two =
      trained(tinyVit(), tinyTrainingOptions(test::freshFolder("two"), 4), tinyBatchPlan());
  EXPECT_EQ(one.report.losses, two.report.losses);
  EXPECT_TRUE(sameParameters(one.network, two.network));
  BatchPlan other = tinyBatchPlan();
  other.seed = 10;
  const TrainedRun three =
      trained(tinyVit(), tinyTrainingOptions(test::freshFolder("three"), 4), other);
  EXPECT_NE(one.report.losses, three.report.losses);
}

TEST(Trainer, GoesOnAfterAnInterruptionAsIfThereHadBeenNone) {
  BatchPlan plan = tinyBatchPlan();
  plan.phantomOnlySteps = 100;
  const TrainedRun whole =
      trained(tinyVit(), tinyTrainingOptions(test::freshFolder("whole"), 6), plan);
  // Steps 0, 1 and 2 are drawn and the checkpoint after them is written; the fourth step fails.
  const fs::path folder = test::freshFolder("resumed");
  int drawn = 0;
  const PhantomSource failing = [&drawn](std::uint64_t seed) {
    if (++drawn > 9) throw InputError("the power went off");
    return phantomOf(seed);
  };
  EXPECT_THROW(trained(tinyVit(), tinyTrainingOptions(folder, 6), plan, failing), InputError);
  TrainerOptions resumed = tinyTrainingOptions(folder, 6);
  resumed.resume = true;
  const TrainedRun rest = trained(tinyVit(), resumed, plan);
  EXPECT_TRUE(sameParameters(whole.network, rest.network));
  ASSERT_EQ(rest.report.scores.size(), 1U);
  EXPECT_EQ(rest.report.scores.front().step, 6);
  EXPECT_DOUBLE_EQ(rest.report.scores.front().lvDice, whole.report.scores.back().lvDice);
}

// What was validated before the interruption is told afterwards: a figure that is not at hand any
// more would stand in the manifest as a perfect 0 mm.
TEST(Trainer, KeepsAllThatIsKnownOfTheBestWeightsOverAnInterruption) {
  const fs::path folder = test::freshFolder("figures");
  const TrainedRun whole = trained(tinyVit(), tinyTrainingOptions(folder, 3), tinyBatchPlan());
  TrainerOptions resumed = tinyTrainingOptions(folder, 3);
  resumed.resume = true;
  const TrainedRun rest = trained(tinyVit(), resumed, tinyBatchPlan());
  EXPECT_EQ(rest.best.step, whole.best.step);
  EXPECT_DOUBLE_EQ(rest.best.lvDiceWorst, whole.best.lvDiceWorst);
  EXPECT_DOUBLE_EQ(rest.best.locatorErrorMm, whole.best.locatorErrorMm);
  EXPECT_GT(rest.best.locatorErrorMm, 0);
}

TEST(Trainer, RefusesToResumeARunOfAnotherSeedOrBatch) {
  const fs::path folder = test::freshFolder("other");
  trained(tinyVit(), tinyTrainingOptions(folder, 1), tinyBatchPlan());
  TrainerOptions resumed = tinyTrainingOptions(folder, 2);
  resumed.resume = true;
  BatchPlan other = tinyBatchPlan();
  other.seed = 10;
  EXPECT_THROW(trained(tinyVit(), resumed, other), InputError);
  other = tinyBatchPlan();
  other.crops = 3;
  EXPECT_THROW(trained(tinyVit(), resumed, other), InputError);
  EXPECT_NO_THROW(trained(tinyVit(), resumed, tinyBatchPlan()));
}

TEST(Trainer, KeepsTheLastWeightsWhereThereIsNothingToChooseBy) {
  setThreads(1);
  Network network = seededNetwork(tinyVit());
  TrainingRecorder report;
  const TrainerOptions options = tinyTrainingOptions(test::freshFolder("unvalidated"), 6);
  EXPECT_EQ(train(network, options, tinyBatchPlan(), {tinyFrame("a")}, {}, phantomOf, report).step,
            6);
}

TEST(Trainer, StopsAndNamesStepAndFramesWhenThereAreNoNumbersAnyMore) {
  TrainerOptions options = tinyTrainingOptions(test::freshFolder("nan"), 8);
  options.learningRate = 1e30;
  options.warmupSteps = 0;
  try {
    trained(tinyVit(), options, tinyBatchPlan());
    FAIL() << "went on without numbers";
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("is not a number at step 1"), std::string::npos) << text;
    EXPECT_NE(text.find("saw 3 images: "), std::string::npos) << text;
    EXPECT_NE(text.find("no checkpoint yet"), std::string::npos) << text;
  }
}

// The first step of AdamW is as long as the rate, whatever the gradient: so lengths tell rates.
TEST(Trainer, LetsLowerBlocksLearnMoreSlowly) {
  TrainerOptions options = tinyTrainingOptions(test::freshFolder("layers"), 1);
  options.warmupSteps = 1;
  options.averageDecay = 0;
  options.weightDecay = 0;
  options.layerDecay = 0.5;
  const TrainedRun run = trained(tinyVit(), options, tinyBatchPlan());
  const Network before = seededNetwork(tinyVit());
  const auto start = before->named_parameters();
  const auto moved = [&](const std::string& name) {
    return (run.network->named_parameters()[name] - start[name]).abs().max().item<double>();
  };
  const int depth = tinyVit().vit.depth;
  const std::string last = "backbone.blocks." + std::to_string(depth - 1) + ".mlp.fc1.weight";
  const double head = moved("backbone.norm.weight");
  EXPECT_NEAR(moved(last) / head, 0.5, 0.02);
  EXPECT_NEAR(moved("backbone.patch_embed.proj.weight") / head, std::pow(0.5, depth + 1), 0.01);
}

TEST(Trainer, LeavesAFrozenBackboneAlone) {
  TrainerOptions options = tinyTrainingOptions(test::freshFolder("frozen"), 2);
  options.backboneRate = 0;
  const TrainedRun run = trained(tinyVit(), options, tinyBatchPlan());
  const Network before = seededNetwork(tinyVit());
  const auto start = before->named_parameters();
  bool headMoved = false;
  for (const auto& item : run.network->named_parameters()) {
    const bool same = torch::equal(item.value(), start[item.key()]);
    if (item.key().rfind("backbone.", 0) == 0) {
      EXPECT_TRUE(same) << item.key();
    } else {
      headMoved = headMoved || !same;
    }
  }
  EXPECT_TRUE(headMoved);
}

TEST(Trainer, TrainsTheUnetByTheSameLoop) {
  const TrainedRun run =
      trained(tinyUnet(), tinyTrainingOptions(test::freshFolder("unet"), 2), tinyBatchPlan());
  EXPECT_EQ(run.report.scores.size(), 1U);
  EXPECT_TRUE(std::isfinite(run.report.losses.back()));
}

TEST(Checkpoint, OfAnotherNetworkOrKindIsRefused) {
  const fs::path folder = test::freshFolder("checkpoint");
  fs::create_directories(folder);
  const std::string path = (folder / "best.ckpt").string();
  saveParameters(path, seededNetwork(tinyVit(), 1));
  Network same = seededNetwork(tinyVit(), 2);
  loadParameters(path, same);
  EXPECT_TRUE(sameParameters(same, seededNetwork(tinyVit(), 1)));
  Network other = seededNetwork(tinyUnet());
  EXPECT_THROW(loadParameters(path, other), InputError);
  std::ofstream(path) << "no checkpoint";
  EXPECT_THROW(loadParameters(path, same), InputError);
  EXPECT_THROW(loadParameters("/nonexistent/best.ckpt", same), InputError);
  EXPECT_THROW(saveParameters("/nonexistent/best.ckpt", same), ResourceError);
}

// The temporary file leads to a device that is always full.
TEST(Checkpoint, OfAFullDiskIsToldAndLeavesTheEarlierOneAsItWas) {
  const fs::path folder = test::freshFolder("full");
  fs::create_directories(folder);
  const std::string path = (folder / "last.ckpt").string();
  saveParameters(path, seededNetwork(tinyVit(), 1));
  fs::create_symlink("/dev/full", path + ".writing");
  EXPECT_THROW(saveParameters(path, seededNetwork(tinyVit(), 2)), ResourceError);
  EXPECT_FALSE(fs::exists(fs::symlink_status(path + ".writing")));
  Network kept = seededNetwork(tinyVit(), 3);
  loadParameters(path, kept);
  EXPECT_TRUE(sameParameters(kept, seededNetwork(tinyVit(), 1)));
  saveParameters(path, seededNetwork(tinyVit(), 2));  // there is room again
  loadParameters(path, kept);
  EXPECT_TRUE(sameParameters(kept, seededNetwork(tinyVit(), 2)));
}

TEST(Checkpoint, GivesAnotherNetworkWhatFitsIt) {
  const fs::path folder = test::freshFolder("matching");
  fs::create_directories(folder);
  const std::string path = (folder / "best.ckpt").string();
  NetworkGeometry tokensAlone = tinyVit();
  tokensAlone.dense.useImagePath = false;
  const Network from = seededNetwork(tokensAlone, 1);
  saveParameters(path, from);
  Network to = seededNetwork(tinyVit(), 2);
  const TakenParameters result = takeMatchingParameters(path, to);
  EXPECT_EQ(result.total, to->parameters().size());
  EXPECT_GT(result.taken, 0U);
  EXPECT_LT(result.taken, result.total);
  const auto source = from->named_parameters();
  for (const auto& item : to->named_parameters()) {
    if (item.key().rfind("backbone.", 0) == 0) {
      EXPECT_TRUE(torch::equal(item.value(), source[item.key()])) << item.key();
    }
  }
  Network unet = seededNetwork(tinyUnet());
  EXPECT_THROW(takeMatchingParameters(path, unet), InputError);
  EXPECT_THROW(takeMatchingParameters("/nonexistent/best.ckpt", to), InputError);
}

TEST(Validation, ScoresOnlyFramesThatKnowTheMyocardium) {
  Network network = seededNetwork(tinyVit());
  const AugmentOptions geometry = tinyBatchPlan().augment;
  TinyFrame withoutEpi;
  withoutEpi.withEpi = false;
  const ValidationScore score =
      validate(network, {tinyFrame("a", withoutEpi)}, geometry, ComputePrecision::float32);
  EXPECT_TRUE(std::isnan(score.myocardiumDice));
  EXPECT_FALSE(std::isnan(score.lvDice));
  EXPECT_FALSE(std::isnan(score.locatorErrorMm));
  EXPECT_DOUBLE_EQ(score.selection(), score.lvDice);
  EXPECT_TRUE(std::isnan(validate(network, {}, geometry, ComputePrecision::float32).lvDice));
  EXPECT_TRUE(network->is_training());
}

}  // namespace
}  // namespace cmr
