#include "analysis/edge_contact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/frame_sampling.h"
#include "analysis/long_axis_analysis.h"
#include "analysis/long_axis_structure.h"
#include "analysis/sax_analysis.h"
#include "analysis/still_analysis.h"
#include "tests/support/beating_heart.h"

namespace cmr {
namespace {

using test::BeatingHeart;
using test::flagged;
using test::GivenSegmenter;
using test::measurement;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto right = static_cast<std::uint8_t>(Structure::rvCavity);

LabelStack withPixel(int slice, int row, int column) {
  LabelStack labels(10, 12, 3, 2);
  labels.frame(slice, 1)[static_cast<std::size_t>(row * 12 + column)] = right;
  return labels;
}

TEST(EdgeContact, TellsTheImagesEdgeFromThatOfTheCrop) {
  for (const auto& [row, column] : {std::pair{0, 5}, {9, 5}, {4, 0}, {4, 11}}) {
    const EdgeContact contact = edgeContact(withPixel(1, row, column), {}, right);
    EXPECT_THAT(contact.ofImage, ElementsAre(1)) << row << " " << column;
    EXPECT_THAT(contact.ofCrop, IsEmpty());
  }
  const std::vector<PixelWindow> seen(3, {2, 9, -4, 7});  // its upper side lies outside
  for (const auto& [row, column] : {std::pair{7, 5}, {4, 2}, {4, 9}}) {
    const EdgeContact contact = edgeContact(withPixel(2, row, column), seen, right);
    EXPECT_THAT(contact.ofCrop, ElementsAre(2)) << row << " " << column;
    EXPECT_THAT(contact.ofImage, IsEmpty());
  }
  EXPECT_THAT(edgeContact(withPixel(0, 0, 5), seen, right).ofImage, ElementsAre(0));
  EXPECT_THAT(edgeContact(withPixel(0, 4, 5), seen, right).ofImage, IsEmpty());
  EXPECT_THAT(edgeContact(withPixel(0, 4, 5), seen, right).ofCrop, IsEmpty());
}

TEST(EdgeContact, TakesTheWindowForWhatTheLabelsComeFrom) {
  const PixelMap map = cropMap(2.0, 1.4, 20.2, 14.7, 1.3, 16);
  const std::vector<float> one(static_cast<std::size_t>(16 * 16), 1.0F);
  const GridLabels grid = labelsOnSourceGrid(one, 1, 16, map, 40, 30);
  const PixelWindow window = pixelsInside(map, 16, 40, 30);
  for (int row = 0; row < 40; ++row) {
    for (int column = 0; column < 30; ++column) {
      const bool isInside = column >= window.firstColumn && column <= window.lastColumn &&
                            row >= window.firstRow && row <= window.lastRow;
      EXPECT_EQ(grid.probability[static_cast<std::size_t>(row * 30 + column)] > 0, isInside)
          << row << " " << column;
    }
  }
}

TEST(EdgeContact, DoubtsTheStructureThatIsCutAndNamesItsSlices) {
  const BeatingHeart heart;
  GivenSegmenter segmenter(heart.labels());
  // Through the right ventricle alone, which lies at smaller columns.
  segmenter.given.seen.assign(static_cast<std::size_t>(heart.slices), {20, 95, 0, 95});
  for (int slice = 0; slice < heart.slices; ++slice) {
    for (int phase = 0; phase < heart.phases; ++phase) {
      const auto frame = segmenter.given.labels.frame(slice, phase);
      for (std::size_t i = 0; i < frame.size(); ++i) {
        if (i % 96 < 20) frame[i] = 0;
      }
    }
  }
  const SaxAnalysis analysis = analyzeSax(heart.stack(), segmenter, {});
  EXPECT_TRUE(flagged(analysis, cutByCrop));
  EXPECT_FALSE(flagged(analysis, cutByImage));
  EXPECT_THAT(measurement(analysis, "rv.edv").reason,
              HasSubstr("The right ventricle reaches the edge of the part of the image"));
  EXPECT_THAT(measurement(analysis, "rv.edv").reason, HasSubstr("of 13"));
  EXPECT_EQ(measurement(analysis, "lv.edv").quality, Quality::good);
}

TEST(EdgeContact, DoubtsTheLeftVentricleAtTheImagesEdge) {
  BeatingHeart heart;
  heart.size = 96;
  heart.pixelMm = 1.5;
  ImageStack stack = heart.stack();
  const LabelStack whole = heart.labels();
  // The same heart in images that end right through its lateral wall.
  constexpr int columns = 66;
  stack.columns = columns;
  LabelStack cut(96, columns, whole.sliceCount, whole.phaseCount);
  for (int slice = 0; slice < whole.sliceCount; ++slice) {
    for (int phase = 0; phase < whole.phaseCount; ++phase) {
      for (int row = 0; row < 96; ++row) {
        const auto from = whole.frame(slice, phase).begin() + row * 96;
        std::copy(from, from + columns, cut.frame(slice, phase).begin() + row * columns);
      }
    }
  }
  GivenSegmenter segmenter(cut);
  const SaxAnalysis analysis = analyzeSax(stack, segmenter, {});
  EXPECT_TRUE(flagged(analysis, cutByImage));
  EXPECT_FALSE(flagged(analysis, cutByCrop));
  EXPECT_NE(measurement(analysis, "lv.mass").quality, Quality::good);
  EXPECT_THAT(measurement(analysis, "lv.mass").reason, HasSubstr("reaches the edge of the image"));
}

// What is kept back says nothing in a report.
TEST(EdgeContact, IsSilentAboutAStructureThatIsNotReleased) {
  const BeatingHeart heart;
  PackageIdentity identity = test::givenIdentity();
  identity.release[3] = "off";
  LabelStack labels = heart.labels();
  for (int slice = 0; slice < heart.slices; ++slice) labels.frame(slice, 0)[0] = right;
  GivenSegmenter segmenter(labels, identity);
  segmenter.given.seen.assign(static_cast<std::size_t>(heart.slices), {24, 95, 0, 95});
  EXPECT_FALSE(flagged(analyzeSax(heart.stack(), segmenter, {}), cutByCrop));
}

// A four-chamber view whose left atrium the crop cuts.
class LongAxisSegmenter final : public FrameSegmenter {
 public:
  Segmentation segment(const ImageStack&, const ProgressCallback&) override { return {}; }
  const PackageIdentity& identity() const override { return identity_; }
  Segmentation segmentLongAxis(const ImageStack&) override { return given; }

  Segmentation given;
  PackageIdentity identity_ = test::givenIdentity();
};

TEST(EdgeContact, DoubtsTheChamberOfALongAxisThatIsCut) {
  ImageStack stack;
  stack.rows = stack.columns = 80;
  stack.sliceCount = 1;
  stack.phaseCount = 3;
  stack.planes = {{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, 1.5, 1.5}};
  stack.frames.resize(3);
  LongAxisSegmenter segmenter;
  segmenter.identity_.release = {"", "report", "report", "off"};
  segmenter.given.labels = LabelStack(80, 80, 1, 3);
  const auto put = [&](int phase, int top, int bottom, LongAxisStructure what) {
    for (int row = top; row <= bottom; ++row) {
      for (int column = 30; column < 50; ++column) {
        segmenter.given.labels.frame(0, phase)[static_cast<std::size_t>(row * 80 + column)] =
            static_cast<std::uint8_t>(what);
      }
    }
  };
  for (int phase = 0; phase < 3; ++phase) {
    put(phase, 15 + phase, 45, LongAxisStructure::lvCavity);
    put(phase, 46, 60, LongAxisStructure::leftAtrium);
  }
  segmenter.given.seen = {{0, 79, 15, 70}};
  const SaxAnalysis analysis = analyzeLongAxis(stack, "4ch", segmenter.identity_, segmenter,
                                               [](double, const std::string&) {});
  EXPECT_TRUE(flagged(analysis, cutByCrop));
  bool isDoubted = false;
  for (const Measurement& m : analysis.measurements) {
    isDoubted = isDoubted || (m.id.rfind("lax.lv.", 0) == 0 &&
                              m.reason.find("the network saw") != std::string::npos);
    if (m.id.rfind("lax.la", 0) == 0) {
      EXPECT_EQ(m.reason.find("the network saw"), std::string::npos) << m.id;
    }
  }
  EXPECT_TRUE(isDoubted);
}

}  // namespace
}  // namespace cmr
