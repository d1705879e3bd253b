#include "dicom_sr/cine_timing.h"

#include <gtest/gtest.h>

namespace cmr {
namespace {

ImageStack stackWith(const std::vector<double>& timesMs) {
  ImageStack stack;
  stack.sliceCount = 1;
  stack.phaseCount = static_cast<int>(timesMs.size());
  for (const double time : timesMs) {
    stack.frames.emplace_back();
    stack.frames.back().timing.triggerTimeMs = time;
  }
  return stack;
}

TEST(CineTiming, IsTheMeanStepWherePhasesAreEvenlySpaced) {
  const CineTiming timing = cineTiming(stackWith({12, 52, 93, 132, 172}));
  EXPECT_TRUE(timing.isKnown);
  EXPECT_DOUBLE_EQ(timing.frameTimeMs, 40);
  EXPECT_TRUE(timing.stepsMs.empty());
}

TEST(CineTiming, KeepsEveryStepWhereTheyDiffer) {
  const CineTiming timing = cineTiming(stackWith({0, 40, 80, 140}));
  EXPECT_TRUE(timing.isKnown);
  EXPECT_EQ(timing.stepsMs, (std::vector<double>{0, 40, 40, 60}));
  EXPECT_DOUBLE_EQ(timing.frameTimeMs, 46.667);
}

TEST(CineTiming, ComesFromTheCycleWhereTheImagesHaveNoTimesOfUse) {
  ImageStack stack = stackWith({0, 0, 0, 0});
  stack.rrIntervalMs = 1000;
  EXPECT_DOUBLE_EQ(cineTiming(stack).frameTimeMs, 250);
  EXPECT_TRUE(cineTiming(stack).isKnown);
  stack.frames[2].timing.triggerTimeMs.reset();
  EXPECT_DOUBLE_EQ(cineTiming(stack).frameTimeMs, 250);
}

TEST(CineTiming, SaysWhenNothingIsKnownAndStillCanBePlayed) {
  const CineTiming timing = cineTiming(stackWith({100, 60, 20}));
  EXPECT_FALSE(timing.isKnown);
  EXPECT_GT(timing.frameTimeMs, 0);
}

}  // namespace
}  // namespace cmr
