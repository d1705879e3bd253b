#include "models/mask_overlap.h"

#include <gtest/gtest.h>

namespace cmr {
namespace {

Mask rectangle(int top, int left, int height, int width) {
  Mask mask{40, 50, std::vector<std::uint8_t>(40 * 50)};
  for (int r = top; r < top + height; ++r) {
    for (int c = left; c < left + width; ++c) mask.pixels[static_cast<std::size_t>(r * 50 + c)] = 1;
  }
  return mask;
}

TEST(MaskOverlap, CountsTheSharedPixelsTwice) {
  // 10 x 10 moved by two columns: 80 pixels shared of 100 and 100.
  EXPECT_DOUBLE_EQ(*diceOf(rectangle(5, 5, 10, 10), rectangle(5, 7, 10, 10)), 0.8);
  EXPECT_DOUBLE_EQ(*diceOf(rectangle(5, 5, 10, 10), rectangle(5, 5, 10, 10)), 1.0);
  EXPECT_DOUBLE_EQ(*diceOf(rectangle(5, 5, 10, 10), rectangle(20, 20, 10, 10)), 0.0);
}

TEST(MaskOverlap, GivesNoScoreToEmptyAgainstEmptyAndZeroToAMissedStructure) {
  EXPECT_FALSE(diceOf(rectangle(0, 0, 0, 0), rectangle(0, 0, 0, 0)));
  EXPECT_DOUBLE_EQ(*diceOf(rectangle(5, 5, 10, 10), rectangle(0, 0, 0, 0)), 0.0);
  EXPECT_DOUBLE_EQ(*diceOf(rectangle(0, 0, 0, 0), rectangle(5, 5, 10, 10)), 0.0);
}

TEST(MaskOverlap, MeasuresTheDistanceOfBordersInMillimetres) {
  EXPECT_DOUBLE_EQ(*hausdorff95Mm(rectangle(5, 5, 10, 10), rectangle(5, 5, 10, 10), 1.5), 0.0);
  // Single pixels three rows and four columns apart: five pixels.
  EXPECT_DOUBLE_EQ(*hausdorff95Mm(rectangle(5, 5, 1, 1), rectangle(8, 9, 1, 1), 1.5), 7.5);
  EXPECT_FALSE(hausdorff95Mm(rectangle(5, 5, 10, 10), rectangle(0, 0, 0, 0), 1.5));
}

TEST(MaskOverlap, TakesTheWorseDirectionAndForgivesOneFarPixelInAHundred) {
  const Mask square = rectangle(2, 2, 30, 30);  // 116 border pixels
  Mask spotted = square;
  spotted.pixels[39 * 50 + 49] = 1;
  EXPECT_DOUBLE_EQ(*hausdorff95Mm(square, spotted, 1), 0.0);
  // All of the small one's border is inside of the large one's; the other way it is far.
  EXPECT_GT(*hausdorff95Mm(square, rectangle(2, 2, 5, 5), 1), 25.0);
  EXPECT_DOUBLE_EQ(*hausdorff95Mm(square, rectangle(2, 2, 5, 5), 1),
                   *hausdorff95Mm(rectangle(2, 2, 5, 5), square, 1));
}

TEST(MaskOverlap, TakesTheEdgeOfTheImageForABorder) {
  EXPECT_DOUBLE_EQ(*hausdorff95Mm(rectangle(0, 0, 40, 50), rectangle(0, 0, 40, 50), 1), 0.0);
}

}  // namespace
}  // namespace cmr
