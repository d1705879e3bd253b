#include "models/contoured_series.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "analysis/errors.h"
#include "models/series_reference.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

const std::string human = std::string(CMR_SHARED_DATA) + "/sunnybrook-dicom";

#define CMR_NEEDS(folder) \
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no real images at " << (folder)

ContouredSeries humanSeries() {
  return readContouredSeries(human + "/SCD0000101", human + "/contours/SC-HF-I-1");
}

TEST(ContouredSeries, SaysWhereEachContourStands) {
  CMR_NEEDS(human);
  const ContouredSeries series = humanSeries();
  ASSERT_EQ(series.images.size(), 18U);
  std::set<int> phases;
  for (const ContouredImage& image : series.images) {
    const SeriesStack& stack = series.read.stacks.at(image.stackIndex);
    const StackFrame& frame = stack.stack.frame(image.slice, image.phase);
    EXPECT_EQ(std::stoi(stack.sources.at(frame.sourceIndex).InstanceNumber), image.instanceNumber);
    EXPECT_FALSE(image.files.isAutomatic);
    phases.insert(image.phase);
  }
  EXPECT_EQ(phases, (std::set<int>{7, 18}));
}

TEST(ContouredSeries, GivesTheReferenceOfAnEnlargedHeart) {
  CMR_NEEDS(human);
  const ContouredSeries series = humanSeries();
  const StackContours drawn = contoursOfOneStack(series);
  EXPECT_EQ(drawn.contours.size(), 18U);
  const SeriesReference reference =
      referenceOf(series.read.stacks.at(drawn.stackIndex).stack, drawn.contours);
  EXPECT_EQ(reference.endDiastolePhase, 18);
  EXPECT_EQ(reference.endSystolePhase, 7);
  EXPECT_EQ(reference.endDiastole.size(), 9U);
  EXPECT_GT(*reference.numbers.edvMl, 150);
  EXPECT_LT(*reference.numbers.edvMl, 300);
  EXPECT_GT(*reference.numbers.efPercent, 15);
  EXPECT_LT(*reference.numbers.efPercent, 40);
  EXPECT_GT(*reference.numbers.massG, 80);
}

TEST(ContouredSeries, RefusesAnOutlineThatEnclosesNoPixel) {
  const fs::path path = fs::path(testing::TempDir()) / "outside_contour.txt";
  std::ofstream(path) << "500 500\n510 500\n510 510\n";
  EXPECT_THROW(readContourMasks({path.string(), "", false}, 64, 64), InputError);
  std::ofstream(path) << "5 5\n10 5\n10 10\n5 10\n";
  const ContourMasks masks = readContourMasks({path.string(), path.string(), false}, 64, 64);
  EXPECT_EQ(masks.endo.area(), 25U);
  ASSERT_TRUE(masks.epi);
}

TEST(ContouredSeries, RefusesPixelsThatAreNotSquare) {
  PlaneGeometry plane;
  plane.rowSpacingMm = 1.25;
  plane.columnSpacingMm = 1.25;
  EXPECT_DOUBLE_EQ(isotropicSpacingMm(plane, "image 1"), 1.25);
  plane.columnSpacingMm = 1.5;
  EXPECT_THROW(isotropicSpacingMm(plane, "image 1"), InputError);
}

}  // namespace
}  // namespace cmr
