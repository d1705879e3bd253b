#include "models/phantom_labels.h"

#include <gtest/gtest.h>

#include <array>

#include "analysis/errors.h"
#include "analysis/tasks.h"

namespace cmr {
namespace {

// How often each class is among the images.
std::vector<int> countsOf(const std::string& task, const std::vector<LabelledImage>& images) {
  std::vector<int> counts(taskById(task).classes.size());
  for (const LabelledImage& image : images) {
    for (std::size_t k = 0; k < counts.size(); ++k) counts[k] += (image.allowed >> k & 1U) != 0;
  }
  return counts;
}

TEST(PhantomLabels, ShowEveryDiseaseInAHeartWhosePlaceIsKnown) {
  const auto images = drawLabelledImages("disease", 15, 3);
  EXPECT_EQ(countsOf("disease", images), (std::vector<int>{3, 3, 3, 3, 3}));
  for (const LabelledImage& image : images) {
    ASSERT_TRUE(image.heart);
    EXPECT_GT(image.heart->column, 20);
    EXPECT_LT(image.heart->column, image.image.columns - 20);
    EXPECT_GT(image.image.columnSpacingMm, 1);
    EXPECT_TRUE(image.isPhantom);
  }
}

TEST(PhantomLabels, ShowOneHeartInThreeViews) {
  const auto images = drawLabelledImages("disease", 6, 3);
  for (std::size_t i = 0; i < images.size(); ++i) {
    EXPECT_EQ(images[i].view, (std::array{"sax", "2ch", "4ch"}[i % 3]));
    EXPECT_EQ(images[i].subject, images[i / 3 * 3].subject);
    EXPECT_EQ(images[i].allowed, images[i / 3 * 3].allowed);
  }
  EXPECT_NE(images[0].subject, images[3].subject);
  EXPECT_NE(images[0].series, images[1].series);
}

TEST(PhantomLabels, ShowLateEnhancementInSomeAndNoneInOthers) {
  const std::vector<int> counts =
      countsOf("lge_presence", drawLabelledImages("lge_presence", 16, 3));
  EXPECT_GE(counts[0], 4);
  EXPECT_GE(counts[1], 2);
}

TEST(PhantomLabels, AreTheSamePicturesForSequenceAndView) {
  const auto sequence = drawLabelledImages("sequence", 4, 3);
  const auto view = drawLabelledImages("view", 4, 3);
  for (std::size_t i = 0; i < view.size(); ++i) {
    EXPECT_EQ(view[i].image.pixels, sequence[i].image.pixels);
  }
}

TEST(PhantomLabels, AreNotDrawnForOutlines) {
  EXPECT_THROW(drawLabelledImages("seg_cine_lax", 1, 3), InputError);
}

}  // namespace
}  // namespace cmr
