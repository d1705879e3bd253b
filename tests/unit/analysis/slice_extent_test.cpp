#include "analysis/slice_extent.h"

#include <gtest/gtest.h>

#include "analysis/slice_order.h"
#include "tests/support/beating_heart.h"

namespace cmr {
namespace {

using test::BeatingHeart;

ExtentInput inputOf(const BeatingHeart& heart, const LabelStack& labels) {
  ExtentInput input;
  input.sliceCount = labels.sliceCount;
  input.phaseCount = labels.phaseCount;
  input.shapes = shapesOf(heart.stack(), labels);
  return input;
}

void expectTruth(const BeatingHeart& heart, const ExtentDecision& decision) {
  for (int phase = 0; phase < heart.phases; ++phase) {
    const SliceExtent& extent = decision.extent[static_cast<std::size_t>(phase)];
    for (int slice = 0; slice < heart.slices; ++slice) {
      EXPECT_EQ(slice >= extent.base && slice <= extent.apex, heart.holdsLv(slice, phase))
          << "slice " << slice << " phase " << phase;
    }
  }
}

TEST(SliceExtent, APerfectHeartKeepsItsSlicesAtEveryPhase) {
  for (const double descent : {0.0, 9.0, 15.0}) {
    BeatingHeart heart;
    heart.descentMm = descent;
    expectTruth(heart, decideExtent(inputOf(heart, heart.labels()), {}));
  }
}

TEST(SliceExtent, OpenOutflowSlicesAreCountedOut) {
  const BeatingHeart heart;
  LabelStack labels = heart.labels();
  heart.addOutflowSlices(labels, 2, 0.40);
  expectTruth(heart, decideExtent(inputOf(heart, labels), {}));
}

TEST(SliceExtent, AClosedBasalSliceIsKept) {
  BeatingHeart heart;
  heart.descentMm = 0;
  LabelStack labels = heart.labels();
  for (int phase = 0; phase < heart.phases; ++phase) {
    heart.addOutflow(labels, 2, phase, 0.85, heart.beating(20, phase));
  }
  const ExtentDecision decision = decideExtent(inputOf(heart, labels), {});
  for (const SliceExtent& extent : decision.extent) {
    EXPECT_EQ(extent.base, 2);
  }
}

TEST(SliceExtent, ASliceThatComesAndGoesIsOneOrTheOther) {
  const BeatingHeart heart;
  LabelStack labels = heart.labels();
  for (int phase = 0; phase < heart.phases; phase += 5) {
    heart.addOutflow(labels, 2, phase, 0.9, 18);  // beyond the base, seen now and then
    BeatingHeart::clear(labels, 10, phase);       // near the apex, missed now and then
  }
  const ExtentDecision decision = decideExtent(inputOf(heart, labels), {});
  for (const SliceExtent& extent : decision.extent) {
    EXPECT_GE(extent.base, 3);
    EXPECT_EQ(extent.apex, 11);
  }
}

TEST(SliceExtent, NeverGainsTowardsSystoleNorLosesMoreThanTheRuleAllows) {
  BeatingHeart heart;
  heart.descentMm = 40;  // five slices: no heart does that
  const PlausibilityRules rules;
  const ExtentDecision decision = decideExtent(inputOf(heart, heart.labels()), rules);
  const int atEd = decision.extent[0].base;
  for (const SliceExtent& extent : decision.extent) {
    EXPECT_GE(extent.base, atEd);
    EXPECT_LE(extent.base, atEd + rules.mostBasalLoss);
  }
}

TEST(SliceExtent, EndsMoveByOneSliceFromPhaseToPhaseAroundTheCycle) {
  BeatingHeart heart;
  heart.descentMm = 24;
  heart.endDiastole = 17;
  const ExtentDecision decision = decideExtent(inputOf(heart, heart.labels()), {});
  for (std::size_t phase = 0; phase < decision.extent.size(); ++phase) {
    const SliceExtent& next = decision.extent[(phase + 1) % decision.extent.size()];
    EXPECT_LE(std::abs(next.base - decision.extent[phase].base), 1);
    EXPECT_LE(std::abs(next.apex - decision.extent[phase].apex), 1);
  }
}

TEST(SliceExtent, TheNetworksDoubtCountsASliceOutAndItsConfidenceIn) {
  BeatingHeart heart;
  heart.descentMm = 0;
  LabelStack labels = heart.labels();
  for (int phase = 0; phase < heart.phases; ++phase) {
    heart.addOutflow(labels, 2, phase, 0.56,
                     heart.beating(20, phase));  // the ring alone leaves it open
  }
  ExtentInput input = inputOf(heart, labels);
  for (const auto& [mean, base] : {std::pair{0.62F, 3}, {0.97F, 2}}) {
    FrameConfidence sure;
    sure.meanProbability.fill(0.97F);
    sure.peakProbability.fill(0.01F);
    input.confidence.assign(input.shapes.size(), sure);
    for (int phase = 0; phase < heart.phases; ++phase) {
      input.confidence[static_cast<std::size_t>(2 * heart.phases + phase)].meanProbability.fill(
          mean);
    }
    EXPECT_EQ(decideExtent(input, {}).extent[0].base, base) << mean;
  }
}

TEST(SliceExtent, SaysHowCloseTheBasalDecisionWas) {
  BeatingHeart heart;
  heart.descentMm = 0;
  const double clear = decideExtent(inputOf(heart, heart.labels()), {}).basalCertainty;
  LabelStack labels = heart.labels();
  for (int phase = 0; phase < heart.phases; ++phase) {
    heart.addOutflow(labels, 2, phase, 0.56, heart.beating(20, phase));
  }
  const double close = decideExtent(inputOf(heart, labels), {}).basalCertainty;
  EXPECT_GT(clear, 0.3);
  EXPECT_LT(close, 0.15);
}

TEST(SliceExtent, NothingLabelledHasNoExtent) {
  const BeatingHeart heart;
  const LabelStack labels(96, 96, heart.slices, heart.phases);
  for (const SliceExtent& extent : decideExtent(inputOf(heart, labels), {}).extent) {
    EXPECT_LT(extent.apex, extent.base);
  }
}

TEST(SliceOrder, FindsTheBaseFromEitherEnd) {
  const BeatingHeart heart;
  ImageStack stack = heart.stack();
  const LabelStack labels = heart.labels();
  EXPECT_TRUE(baseIsFirst(stack, labels));
  LabelStack turned(labels.rows, labels.columns, labels.sliceCount, labels.phaseCount);
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    for (int phase = 0; phase < labels.phaseCount; ++phase) {
      const auto from = labels.frame(labels.sliceCount - 1 - slice, phase);
      std::copy(from.begin(), from.end(), turned.frame(slice, phase).begin());
    }
  }
  EXPECT_FALSE(baseIsFirst(stack, turned));
}

TEST(SliceOrder, WithoutLabelsThePatientDecides) {
  ImageStack stack;
  stack.planes.resize(2);
  stack.planes[0].rowDirection = {1, 0, 0};
  stack.planes[0].columnDirection = {0, 0,
                                     -1};  // the normal points to the back, away from the apex
  stack.planes[1] = stack.planes[0];
  stack.planes[1].originMm = {0, 8, 0};
  const LabelStack labels(4, 4, 2, 2);
  EXPECT_FALSE(baseIsFirst(stack, labels));
  stack.planes[1].originMm = {0, -8, 0};
  EXPECT_TRUE(baseIsFirst(stack, labels));
}

}  // namespace
}  // namespace cmr
