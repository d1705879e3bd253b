#include "plugin/long_axis_choice.h"

#include <gtest/gtest.h>

namespace cmr {
namespace {

SeriesStack longCine(const std::string& description, int phases = 20, int slices = 1) {
  SeriesStack source;
  source.ImageType = "ORIGINAL\\PRIMARY\\M";
  source.SeriesDescription = description;
  source.stack.sliceCount = slices;
  source.stack.phaseCount = phases;
  source.stack.frames.resize(static_cast<std::size_t>(slices * phases));
  for (std::size_t i = 0; i < source.stack.frames.size(); ++i) {
    source.stack.frames[i].timing.triggerTimeMs =
        40.0 * static_cast<double>(i % static_cast<std::size_t>(phases));
  }
  return source;
}

std::string viewOf(const SeriesStack& stack, const std::vector<std::string>& tasks = {}) {
  const auto choice = chooseLongAxis({stack}, {readTags(stack)}, tasks);
  return choice ? choice->view : "none";
}

TEST(LongAxisChoice, TakesTwoAndFourChamberCinesByTheirNames) {
  EXPECT_EQ(viewOf(longCine("CINE_segmented_LAX_2Ch")), "2ch");
  EXPECT_EQ(viewOf(longCine("4CH_FIESTA_BH")), "4ch");
  EXPECT_EQ(viewOf(longCine("cine VLA")), "2ch");
}

TEST(LongAxisChoice, LeavesOtherViewsStacksStillsAndUnnamedOnesAlone) {
  EXPECT_EQ(viewOf(longCine("LV3CH_FIESTA_BH")), "none");
  EXPECT_EQ(viewOf(longCine("CINE_segmented_SAX")), "none");
  EXPECT_EQ(viewOf(longCine("")), "none");
  EXPECT_EQ(viewOf(longCine("4CH_FIESTA_BH", 20, 14)), "none");
  EXPECT_EQ(viewOf(longCine("4CH_PSIR", 1)), "none");
}

TEST(LongAxisChoice, KeepsToTheTasksThatARuleAsksFor) {
  EXPECT_EQ(viewOf(longCine("4CH_FIESTA_BH"), {"seg_cine_sax"}), "none");
  EXPECT_EQ(viewOf(longCine("4CH_FIESTA_BH"), {"seg_cine_lax"}), "4ch");
}

TEST(LongAxisChoice, PrefersFourChambersThenMorePhases) {
  const std::vector<SeriesStack> stacks{longCine("2CH_FIESTA", 30), longCine("4CH_FIESTA", 20),
                                        longCine("4CH_FIESTA", 25)};
  const auto choice =
      chooseLongAxis(stacks, {readTags(stacks[0]), readTags(stacks[1]), readTags(stacks[2])}, {});
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->stack, 2U);
}

}  // namespace
}  // namespace cmr
