#include "models/losses.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "models/training_frame.h"

namespace cmr {
namespace {

constexpr std::int64_t classes = 4;
constexpr std::int64_t side = 6;
constexpr int cavityBit = bitOf(Structure::lvCavity);
constexpr int notCavity = anyStructure & ~cavityBit;

torch::Tensor seededLogits() {
  torch::manual_seed(11);
  return torch::randn({2, classes, side, side});
}

torch::Tensor filled(int value) { return torch::full({2, side, side}, value, torch::kUInt8); }

torch::Tensor knownAs(int value) { return torch::full({2}, value, torch::kUInt8); }

double lossOf(const torch::Tensor& logits, const torch::Tensor& allowed,
              const torch::Tensor& known) {
  return partialLabelLoss(logits, allowed, known).item<double>();
}

torch::Tensor gradientOf(torch::Tensor logits, const torch::Tensor& allowed,
                         const torch::Tensor& known) {
  logits = logits.clone().set_requires_grad(true);
  partialLabelLoss(logits, allowed, known).backward();
  return logits.grad();
}

TEST(PartialLabelLoss, LearnsNothingWhereAnythingIsAllowedAndNothingKnown) {
  const torch::Tensor gradient = gradientOf(seededLogits(), filled(anyStructure), knownAs(0));
  EXPECT_LT(gradient.abs().max().item<double>(), 1e-7);
  EXPECT_NEAR(lossOf(seededLogits(), filled(anyStructure), knownAs(0)), 0, 1e-6);
}

// With an endocardium alone the other three structures may be anywhere outside of it: whatever the
// loss changes, it changes in proportion to what the network already believes of them.
TEST(PartialLabelLoss, GivesNoGradientBetweenStructuresThatTheLabelsDoNotTellApart) {
  torch::Tensor allowed = filled(notCavity);
  allowed.slice(1, 2, 4).slice(2, 2, 4).fill_(cavityBit);
  const torch::Tensor logits = seededLogits();
  const torch::Tensor gradient = gradientOf(logits, allowed, knownAs(cavityBit));
  const torch::Tensor share = gradient / torch::softmax(logits, 1);
  EXPECT_LT((share.select(1, 0) - share.select(1, 2)).abs().max().item<double>(), 1e-5);
  EXPECT_LT((share.select(1, 0) - share.select(1, 3)).abs().max().item<double>(), 1e-5);
  EXPECT_GT(gradient.select(1, 1).abs().min().item<double>(), 1e-5);
}

TEST(PartialLabelLoss, DoesNotCallUndrawnMyocardiumWrong) {
  // Myocardium everywhere outside the cavity costs as much as background everywhere.
  torch::Tensor allowed = filled(notCavity);
  allowed.slice(1, 2, 4).slice(2, 2, 4).fill_(cavityBit);
  const auto certain = [&](std::int64_t outside) {
    torch::Tensor logits = torch::zeros({2, classes, side, side});
    logits.select(1, outside).add_(12 * allowed.ne(cavityBit).to(torch::kFloat32));
    logits.select(1, 1).add_(12 * allowed.eq(cavityBit).to(torch::kFloat32));
    return lossOf(logits, allowed, knownAs(cavityBit));
  };
  EXPECT_NEAR(certain(2), certain(0), 1e-6);
  EXPECT_LT(certain(2), 0.01);
  EXPECT_GT(certain(1), 1.0);
}

TEST(PartialLabelLoss, PunishesAKnownStructureThatIsFoundWhereItIsAbsent) {
  const int outside = bitOf(Structure::background) | bitOf(Structure::rvCavity);
  torch::Tensor logits = torch::zeros({2, classes, side, side});
  logits.select(1, 2).fill_(8);
  const double known =
      lossOf(logits, filled(outside), knownAs(cavityBit | bitOf(Structure::lvMyocardium)));
  logits.select(1, 2).fill_(-8);
  EXPECT_GT(
      known,
      lossOf(logits, filled(outside), knownAs(cavityBit | bitOf(Structure::lvMyocardium))) + 5);
}

TEST(PartialLabelLoss, CountsOverlapOnlyInFramesThatKnowTheStructure) {
  torch::Tensor allowed = filled(bitOf(Structure::background));
  allowed[0].slice(0, 2, 4).fill_(bitOf(Structure::lvMyocardium));
  const torch::Tensor logits = seededLogits();
  torch::Tensor known = knownAs(0);
  const double crossEntropy = lossOf(logits, allowed, known);
  known[0] = bitOf(Structure::lvMyocardium);
  const double withDice = lossOf(logits, allowed, known);
  const torch::Tensor p = torch::softmax(logits, 1)[0][2];
  const double overlap = p.slice(0, 2, 4).sum().item<double>();
  const double expected = 1 - (2 * overlap + 20) / (p.sum().item<double>() + 12 + 20);
  EXPECT_NEAR(withDice - crossEntropy, expected, 1e-5);
}

TEST(PartialLabelLoss, IsCrossEntropyWhereEveryPixelHasOneStructure) {
  torch::manual_seed(4);
  const torch::Tensor target = torch::randint(0, classes, {2, side, side}, torch::kInt64);
  const torch::Tensor allowed = torch::pow(2, target).to(torch::kUInt8);
  const torch::Tensor logits = seededLogits();
  const double plain = torch::nn::functional::cross_entropy(logits, target).item<double>();
  EXPECT_NEAR(lossOf(logits, allowed, knownAs(0)), plain, 1e-5);
}

TEST(LocatorTarget, SpreadsACentreOverItsFourCells) {
  const torch::Tensor target = locatorTarget(torch::tensor({{1.25F, 2.5F}}), 4, 5);
  ASSERT_EQ(target.sizes(), (std::vector<std::int64_t>{1, 21}));
  EXPECT_NEAR(target[0][2 * 5 + 1].item<double>(), 0.375, 1e-6);
  EXPECT_NEAR(target[0][2 * 5 + 2].item<double>(), 0.125, 1e-6);
  EXPECT_NEAR(target[0][3 * 5 + 1].item<double>(), 0.375, 1e-6);
  EXPECT_NEAR(target[0][3 * 5 + 2].item<double>(), 0.125, 1e-6);
  EXPECT_NEAR(target.sum().item<double>(), 1, 1e-6);
}

TEST(LocatorTarget, SaysNowhereWithoutACentreAndStaysInsideTheGrid) {
  const float nowhere = std::numeric_limits<float>::quiet_NaN();
  const torch::Tensor target =
      locatorTarget(torch::tensor({{nowhere, nowhere}, {4.4F, -0.4F}}), 4, 5);
  EXPECT_NEAR(target[0][20].item<double>(), 1, 1e-6);
  EXPECT_NEAR(target[1][4].item<double>(), 1, 1e-6);
  EXPECT_NEAR(target.sum().item<double>(), 2, 1e-6);
}

TEST(LocatorLoss, IsLeastWhereTheAnswerIsTheTarget) {
  const torch::Tensor target = locatorTarget(torch::tensor({{1.0F, 2.0F}}), 4, 5);
  torch::Tensor right = torch::zeros({1, 21});
  right[0][11] = 9;
  torch::Tensor wrong = torch::zeros({1, 21});
  wrong[0][20] = 9;
  EXPECT_LT(locatorLoss(right, target).item<double>(), 0.01);
  EXPECT_GT(locatorLoss(wrong, target).item<double>(), 8);
}

TEST(LandmarkLoss, WantsALandmarkWhereItIsAndNowhereWhenItIsAbsent) {
  const float none = std::numeric_limits<float>::quiet_NaN();
  const torch::Tensor positions = torch::tensor({2.5F, 3.0F, none, none}).view({1, 2, 2});
  const torch::Tensor target = landmarkTarget(positions, side, side, 0.8);
  EXPECT_TRUE(torch::allclose(target.sum(2), torch::ones({1, 2})));
  EXPECT_FLOAT_EQ(target[0][1][side * side].item<float>(), 1);
  EXPECT_FLOAT_EQ(target[0][0][3 * side + 2].item<float>(),
                  target[0][0][3 * side + 3].item<float>());
  torch::Tensor logits = torch::full({1, 2, side, side}, -20.0);
  const double everythingNowhere = landmarkLoss(logits, target).item<double>();
  logits[0][0] = (target[0][0].slice(0, 0, side * side) + 1e-9).log().view({side, side}) + 20;
  const double right = landmarkLoss(logits, target).item<double>();
  logits[0][1][0][0] = 20;
  EXPECT_LT(right, everythingNowhere);
  EXPECT_LT(right, landmarkLoss(logits, target).item<double>());
}

}  // namespace
}  // namespace cmr
