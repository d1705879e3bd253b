#include "plugin/still_choice.h"

#include <gtest/gtest.h>

namespace cmr {
namespace {

SeriesStack still(const std::string& ImageType, const std::string& description, int slices = 4,
                  int phases = 1) {
  SeriesStack source;
  source.ImageType = ImageType;
  source.SeriesDescription = description;
  source.stack.sliceCount = slices;
  source.stack.phaseCount = phases;
  source.stack.frames.resize(static_cast<std::size_t>(slices * phases));
  return source;
}

const std::string original = "ORIGINAL\\PRIMARY\\R\\DIS2D";

std::string taskOf(const SeriesStack& stack, const std::vector<std::string>& tasks = {}) {
  const auto choice = chooseStill({stack}, {readTags(stack)}, tasks);
  return choice ? choice->task + " " + choice->sequence : "none";
}

TEST(StillChoice, GivesLateEnhancementAndMapsTheHeadThatWasTrainedForThem) {
  EXPECT_EQ(taskOf(still(original, "DE_tfl_psir_seg_PSIR")), "seg_lge_sax lge");
  EXPECT_EQ(taskOf(still(original, "SAX_IrP-FGRE_TI=345")), "seg_lge_sax lge");
  EXPECT_EQ(taskOf(still("DERIVED\\PRIMARY\\T1 MAP", "SAX_MOLLI_T1MAP")), "seg_map_sax t1_map");
  EXPECT_EQ(taskOf(still("DERIVED\\PRIMARY\\T2 MAP", "T2_GraSE_SA_MAP")), "seg_map_sax t2_map");
}

TEST(StillChoice, LeavesOtherSequencesOtherViewsAndSeveralImagesAtOnePlaceAlone) {
  EXPECT_EQ(taskOf(still(original, "localizer")), "none");
  EXPECT_EQ(taskOf(still(original, "T1Map_LongT1_MOCO")), "none");
  EXPECT_EQ(taskOf(still(original, "PSIR_4CH")), "none");
  EXPECT_EQ(taskOf(still(original, "DE_tfl_psir_seg_PSIR", 4, 2)), "none");
}

TEST(StillChoice, TakesASilentSeriesForWhatItsPicturesSay) {
  const SeriesStack silent = still(original, "");
  EXPECT_EQ(taskOf(silent), "none");
  const auto choice = chooseStill({silent}, {{"lge", ""}}, {});
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->task, "seg_lge_sax");
  EXPECT_FALSE(chooseStill({silent}, {{"lge", "4ch"}}, {}));
}

TEST(StillChoice, KeepsToTheTasksThatARuleAsksFor) {
  const SeriesStack psir = still(original, "DE_tfl_psir_seg_PSIR");
  EXPECT_EQ(taskOf(psir, {"seg_cine_sax"}), "none");
  EXPECT_EQ(taskOf(psir, {"seg_cine_sax", "seg_lge_sax"}), "seg_lge_sax lge");
}

TEST(StillChoice, PrefersTheStackWithTheMostSlices) {
  const std::vector<SeriesStack> stacks{still(original, "psir", 3), still(original, "psir", 8),
                                        still(original, "psir", 8)};
  const auto choice =
      chooseStill(stacks, {readTags(stacks[0]), readTags(stacks[1]), readTags(stacks[2])}, {});
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->stack, 1U);
}

}  // namespace
}  // namespace cmr
