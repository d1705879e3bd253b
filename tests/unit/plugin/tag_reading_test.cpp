#include "plugin/tag_reading.h"

#include <gtest/gtest.h>

namespace cmr {
namespace {

// One slice; times by phase, NaN-free, empty for none.
SeriesStack series(const std::string& description, const std::string& type, int phases,
                   double triggerStepMs = 0, double inversionStepMs = 0) {
  SeriesStack s;
  s.SeriesDescription = description;
  s.ImageType = type;
  s.stack.sliceCount = 1;
  s.stack.phaseCount = phases;
  s.stack.frames.resize(static_cast<std::size_t>(phases));
  for (int p = 0; p < phases; ++p) {
    FrameTiming& timing = s.stack.frame(0, p).timing;
    timing.triggerTimeMs = p * triggerStepMs;
    timing.inversionTimeMs = 100 + p * inversionStepMs;
  }
  return s;
}

// Descriptions and image types of real series.
TEST(TagReading, KnowsRealSeriesByTheirHeaders) {
  struct Case {
    SeriesStack stack;
    const char* sequence;
    const char* view;
  };
  const char* ge = "ORIGINAL\\PRIMARY\\OTHER";
  const std::vector<Case> cases{
      {series("SSFP-CINE SAx", ge, 20, 40), "cine", "sax"},
      {series("SSFP-CINE LAx", ge, 20, 40), "cine", ""},
      {series("", "ORIGINAL\\PRIMARY\\CARDIAC\\NONE", 20, 40), "cine", ""},
      {series("4CH_FIESTA_BH", ge, 20, 40), "cine", "4ch"},
      {series("LV3CH_FIESTA_BH", ge, 20, 40), "cine", "3ch"},
      {series("LOC_SAX_FIESTA_BH", ge, 1), "other", "sax"},
      {series("SCOUT", ge, 1), "other", "other"},
      {series("SAX_DELAY_TI=260_BH", ge, 1), "lge", "sax"},
      {series("SAX_IrP-FGRE_TI=240", ge, 1), "lge", "sax"},
      {series("LateGAD-SAX - DE_tfl31_psir_seg_PSIR", "ORIGINAL\\PRIMARY\\R\\DIS2D", 1), "lge",
       "sax"},
      {series("Post-GAD_T1Map_ShortT1_Post gd_MOCO_T1", "DERIVED\\PRIMARY\\T1 MAP\\MOCO\\T1\\DIS2D",
              1),
       "t1_map", ""},
      {series("Post-GAD_T1Map_ShortT1_Post gd_MOCO", "ORIGINAL\\PRIMARY\\M\\MOCO\\DIS2D", 9, 0, 80),
       "other", ""},
      {series("CINE_IR", ge, 20, 40), "other", ""},
      {series("Ao_FastPC_V=250_BH", ge, 20, 40), "other", ""},
      {series("", "ORIGINAL\\PRIMARY\\P\\RETRO", 20, 40), "other", ""},
      {series("", ge, 1), "", ""}};
  for (const Case& c : cases) {
    const TagReading reading = readTags(c.stack);
    EXPECT_EQ(reading.sequence, c.sequence) << c.stack.SeriesDescription;
    EXPECT_EQ(reading.view, c.view) << c.stack.SeriesDescription;
  }
}

}  // namespace
}  // namespace cmr
