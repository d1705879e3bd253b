#include "analysis/first_look.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace cmr {
namespace {

ImageStack stackOf(int slices, int phases) {
  ImageStack stack;
  stack.sliceCount = slices;
  stack.phaseCount = phases;
  return stack;
}

TEST(FirstLook, LooksAtFewFramesSpreadOverSlicesAndBeat) {
  for (const int slices : {1, 2, 5, 6, 7, 12, 40}) {
    const auto frames = fewFrames(stackOf(slices, 20));
    EXPECT_EQ(frames.size(), static_cast<std::size_t>(std::min(slices, 6)));
    std::set<int> seen;
    for (const FrameKey& frame : frames) {
      EXPECT_GE(frame.slice, 0);
      EXPECT_LT(frame.slice, slices);
      EXPECT_LT(frame.phase, 20);
      EXPECT_TRUE(seen.insert(frame.slice).second);
    }
  }
  EXPECT_EQ(fewFrames(stackOf(1, 1)).at(0).phase, 0);
}

TEST(FirstLook, TakesTheMostProbableClassAndIsCertainFromTheOperatingPointOn) {
  const FirstLookAnswer answer{
      "view", {{"sax", "real", "report"}, {"4ch", "phantom", "off"}}, {0.3, 0.7}, 0.7};
  EXPECT_EQ(answer.taken().name, "4ch");
  EXPECT_DOUBLE_EQ(answer.probability(), 0.7);
  EXPECT_TRUE(answer.isCertain());
}

TEST(FirstLook, HasNoAnswerOfAHeadThatThePackageLacks) {
  FirstLook look;
  EXPECT_EQ(look.answer("view"), nullptr);
  EXPECT_FALSE(look.isUnlikeTraining());
}

}  // namespace
}  // namespace cmr
