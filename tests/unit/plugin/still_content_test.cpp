#include "plugin/still_content.h"

#include <gtest/gtest.h>

namespace cmr {
namespace {

// 32 x 32 images with a bright middle; background and everything else as given.
SeriesStack images(const std::string& ImageType, const std::string& description,
                   float background = 100) {
  SeriesStack source;
  source.ImageType = ImageType;
  source.SeriesDescription = description;
  source.stack.rows = source.stack.columns = 32;
  source.stack.sliceCount = source.stack.phaseCount = 1;
  source.stack.frames.resize(1);
  source.stack.frames[0].pixels.assign(32 * 32, background);
  for (std::size_t i = 12 * 32; i < 20 * 32; ++i) source.stack.frames[0].pixels[i] = 200;
  return source;
}

LgeImage lge(const std::string& ImageType, const std::string& description, float background = 100) {
  return stillContent(images(ImageType, description, background), "lge").lge;
}

MapKind t1(const std::string& description, const std::string& agent = "") {
  SeriesStack source = images("DERIVED\\PRIMARY\\T1 MAP", description);
  source.ContrastBolusAgent = agent;
  return stillContent(source, "t1_map").map;
}

TEST(StillContent, TakesTheImageTypesWordBeforeTheDescriptions) {
  EXPECT_EQ(lge("ORIGINAL\\PRIMARY\\R\\DIS2D", "LateGAD"), LgeImage::phaseSensitive);
  EXPECT_EQ(lge("ORIGINAL\\PRIMARY\\R_IR\\R\\IR", "LateGAD"), LgeImage::phaseSensitive);
  EXPECT_EQ(lge("ORIGINAL\\PRIMARY\\M\\DIS2D", "DE_tfl_psir_MAG"), LgeImage::magnitude);
  EXPECT_EQ(lge("ORIGINAL\\PRIMARY\\OTHER", "SAX_PSIR_TI=250"), LgeImage::phaseSensitive);
}

TEST(StillContent, LooksAtThePixelsWhereTheHeaderIsSilent) {
  const std::string other = "ORIGINAL\\PRIMARY\\OTHER";
  EXPECT_EQ(lge(other, "SAX_IrP-FGRE_TI=240", 2), LgeImage::magnitude);
  EXPECT_EQ(lge(other, "SAX_IrP-FGRE_TI=240", -40), LgeImage::phaseSensitive);
  EXPECT_EQ(lge(other, "SAX_IrP-FGRE_TI=240", 100), LgeImage::unknown);
}

TEST(StillContent, TellsNativeT1FromT1AfterContrastOnlyWhereItIsSaid) {
  EXPECT_EQ(t1("Post-GAD_T1Map_ShortT1_Post gd_MOCO_T1"), MapKind::t1AfterContrast);
  EXPECT_EQ(t1("Native_T1Map_MOCO_T1"), MapKind::t1Native);
  EXPECT_EQ(t1("T1_MOLLI_PRE_CON"), MapKind::t1Native);
  EXPECT_EQ(t1("T1Map_LongT1_MOCO_T1"), MapKind::t1);
  EXPECT_EQ(t1("Native_T1_MOLLI_postproc"), MapKind::t1Native);
  EXPECT_EQ(t1("native T1 post GD"), MapKind::t1);
  EXPECT_EQ(t1("T1Map_LongT1_MOCO_T1", "Gadovist"), MapKind::t1AfterContrast);
  EXPECT_EQ(stillContent(images("T2 MAP", "T2"), "t2_map").map, MapKind::t2);
}

}  // namespace
}  // namespace cmr
