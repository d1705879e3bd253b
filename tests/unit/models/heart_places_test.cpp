#include "models/heart_places.h"

#include <gtest/gtest.h>

#include "analysis/errors.h"

namespace cmr {
namespace {

// Sees a cavity of four pixels wherever an image is bright, and the heart's axis in its corner.
class BrightSegmenter final : public FrameSegmenter {
 public:
  Segmentation segment(const ImageStack& stack, const ProgressCallback&) override {
    ++searches;
    Segmentation found;
    found.labels = LabelStack(stack.rows, stack.columns, stack.sliceCount, 1);
    found.heartFound = finds;
    found.heartCentreColumn = 7;
    for (int slice = 0; slice < stack.sliceCount; ++slice) {
      const auto& pixels = stack.frame(slice, 0).pixels;
      for (std::size_t i = 0; i < pixels.size(); ++i) {
        if (pixels[i] > 0) found.labels.frame(slice, 0)[i] = 1;
      }
    }
    return found;
  }
  // Cavity and muscle, one below the other.
  Segmentation segmentLongAxis(const ImageStack& stack) override {
    Segmentation found = segment(stack, {});
    for (int slice = 0; slice < stack.sliceCount; ++slice) {
      const auto labels = found.labels.frame(slice, 0);
      for (std::size_t i = labels.size(); i-- > 16;) {
        if (labels[i - 16] == 1) labels[i] = 2;
      }
    }
    return found;
  }
  const PackageIdentity& identity() const override { return identity_; }

  bool finds = true;
  int searches = 0;

 private:
  PackageIdentity identity_;
};

LabelledImage imageOf(const std::string& series, std::size_t bright) {
  LabelledImage image;
  image.image = {series, 8, 8, 1, std::vector<float>(64), 1.5};
  if (bright < 64) image.image.pixels[bright] = 1;
  image.series = series;
  return image;
}

TEST(HeartPlaces, AreTheCavityOrElseTheAxisOfTheSeries) {
  BrightSegmenter segmenter;
  const auto placed =
      withHearts({imageOf("a", 3 * 8 + 5), imageOf("b", 0), imageOf("a", 64)}, segmenter);
  ASSERT_EQ(placed.size(), 3U);
  EXPECT_EQ(segmenter.searches, 2);  // a series at once
  EXPECT_EQ(placed[0].heart->column, 5);
  EXPECT_EQ(placed[0].heart->row, 3);
  EXPECT_EQ(placed[2].heart->column, 7);
}

TEST(HeartPlaces, OfALongAxisAreTheMiddleOfAllThatIsOutlined) {
  BrightSegmenter segmenter;
  std::vector<LabelledImage> images{imageOf("a", 3 * 8 + 5), imageOf("a", 64), imageOf("a", 0)};
  for (LabelledImage& image : images) image.view = "4ch";
  images[2].view = "sax";
  const auto placed = withHearts(images, segmenter);
  ASSERT_EQ(placed.size(), 2U) << "none is placed on an axis that long axes do not have";
  EXPECT_EQ(placed[0].heart->column, 5);
  EXPECT_EQ(placed[0].heart->row, 4);
  EXPECT_EQ(placed[1].view, "sax");
}

TEST(HeartPlaces, LeaveOutImagesWithoutAHeartButNotDrawnOnes) {
  BrightSegmenter segmenter;
  segmenter.finds = false;
  LabelledImage drawn = imageOf("drawn", 0);
  drawn.isPhantom = true;
  drawn.heart = HeartPlace{1, 2};
  const auto placed = withHearts({imageOf("a", 3), drawn}, segmenter);
  ASSERT_EQ(placed.size(), 1U);
  EXPECT_EQ(placed[0].heart->row, 2);
  EXPECT_THROW(withHearts({imageOf("a", 3)}, segmenter), InputError);
}

TEST(HeartPlaces, RefuseAnImageThatTellsNoPixelSpacing) {
  BrightSegmenter segmenter;
  LabelledImage image = imageOf("a", 3);
  image.image.columnSpacingMm = 0;
  EXPECT_THROW(withHearts({image}, segmenter), InputError);
}

}  // namespace
}  // namespace cmr
