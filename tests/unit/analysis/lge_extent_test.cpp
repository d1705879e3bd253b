#include "analysis/lge_extent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "tests/support/ring_heart.h"

namespace cmr {
namespace {

using test::circle;
using test::RingHeart;

constexpr double degree = std::numbers::pi / 180;
const SeptumDirections usual{225 * degree, 135 * degree};

// Nine rings of 20 to 30 mm; between -30 and 30 degrees (the lateral wall) the inner half is scar:
// a sixth of the circle, by area (25^2 - 20^2) / (30^2 - 20^2) = 45 % of it.
class LgeExtentTest : public testing::Test {
 protected:
  LgeExtentTest() {
    for (int slice = 0; slice < slices; ++slice)
      heart.draw(labels, slice, 0, circle(20), circle(30));
  }
  // zero: the value of no signal; normal muscle is nulled.
  ImageStack images(double normal, double scar, double zero) {
    ImageStack stack = heart.stack(slices, 1);
    std::mt19937_64 rng(5);
    std::normal_distribution<double> noise(0, 10);
    for (int slice = 0; slice < slices; ++slice) {
      auto& pixels = stack.frame(slice, 0).pixels;
      pixels.resize(labels.frameSize());
      for (std::size_t i = 0; i < pixels.size(); ++i) {
        const double x = (static_cast<double>(i % 128) - heart.centreX) * heart.columnMm;
        const double y = (static_cast<double>(i / 128) - heart.centreY) * heart.rowMm;
        const double away = std::hypot(x, y);
        const bool isScar = std::abs(std::atan2(y, x)) < 30 * degree && away < 25;
        pixels[i] = static_cast<float>(zero + noise(rng) +
                                       (away > 30 || away < 20 ? 0
                                        : isScar               ? scar
                                                               : normal));
      }
    }
    return stack;
  }
  static std::optional<double> value(const std::vector<Measurement>& all, const std::string& id) {
    for (const Measurement& m : all) {
      if (m.id == id) return m.value;
    }
    throw std::out_of_range(id);
  }

  static constexpr int slices = 9;
  RingHeart heart;
  LabelStack labels = heart.noLabels(slices, 1);
  std::vector<std::optional<SeptumDirections>> septum =
      std::vector<std::optional<SeptumDirections>>(9, usual);
};

const double truthPercent = 100.0 * (25 * 25 - 400) / (900 - 400) / 6;
const double truthGrams = std::numbers::pi * (625 - 400) / 6 * 9 * 8 / 1000 * 1.05;

TEST_F(LgeExtentTest, EveryMethodFindsTheDrawnScar) {
  for (const LgeImage kind : {LgeImage::magnitude, LgeImage::phaseSensitive}) {
    const bool isSigned = kind == LgeImage::phaseSensitive;
    const auto all = lgeMeasurements(images(60, 400, isSigned ? 2048 : 100), labels, septum, kind);
    for (const std::string name : {"fwhm", "5sd", "6sd"}) {
      EXPECT_NEAR(value(all, "lge.percent." + name).value(), truthPercent, 0.6) << name;
      EXPECT_NEAR(value(all, "lge.mass." + name).value(), truthGrams, 0.06 * truthGrams) << name;
    }
  }
}

TEST_F(LgeExtentTest, RemoteRegionLiesInNormalMuscle) {
  const auto remote = remoteRegion(wallPixels(images(60, 400, 0), labels, 0, septum));
  ASSERT_TRUE(remote);
  EXPECT_NEAR(remote->mean, 60, 8);
  EXPECT_NEAR(remote->standardDeviation, 10, 4);
  EXPECT_GE(remote->pixels.size(), 12U);
}

// As where an outline strayed into the lung beside the heart.
TEST_F(LgeExtentTest, RemoteRegionIsNotWhereTheImageIsDarkAndUneven) {
  ImageStack stack = images(60, 400, 0);
  std::mt19937_64 rng(3);
  std::normal_distribution<double> noise(0, 90);
  for (float& pixel : stack.frame(8, 0).pixels) pixel = static_cast<float>(noise(rng));
  const auto remote = remoteRegion(wallPixels(stack, labels, 0, septum));
  ASSERT_TRUE(remote);
  EXPECT_NE(remote->slice, 8);
  EXPECT_NEAR(remote->mean, 60, 8);
}

TEST_F(LgeExtentTest, SegmentsSayWhereAndHowDeep) {
  const auto all = lgeMeasurements(images(60, 400, 0), labels, septum, LgeImage::magnitude);
  // From -30 to 30 degrees: of segment 5 (-15 to 45) three quarters, of segment 6 one.
  EXPECT_NEAR(value(all, "lge.segment.5.percent").value(), 45 * 0.75, 4);
  EXPECT_NEAR(value(all, "lge.segment.6.percent").value(), 45 * 0.25, 4);
  EXPECT_NEAR(value(all, "lge.segment.5.transmurality").value(), 45, 7);
  EXPECT_NEAR(value(all, "lge.segment.2.percent").value(), 0, 0.01);
}

TEST_F(LgeExtentTest, NormalMuscleHasNoExtentByHalfMaximum) {
  const auto all = lgeMeasurements(images(60, 60, 0), labels, septum, LgeImage::magnitude);
  EXPECT_EQ(value(all, "lge.percent.fwhm").value(), 0);
  EXPECT_LT(value(all, "lge.percent.6sd").value(), 0.5);
}

TEST_F(LgeExtentTest, WithholdsHalfMaximumOfPhaseSensitiveImagesWithoutBackground) {
  ImageStack masked = images(60, 400, 2048);
  for (StackFrame& frame : masked.frames) {
    for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
      const std::size_t row = i / 128;
      const std::size_t column = i % 128;
      if (row < 12 || row > 115 || column < 12 || column > 115) frame.pixels[i] = 0;
    }
  }
  const auto all = lgeMeasurements(masked, labels, septum, LgeImage::phaseSensitive);
  EXPECT_FALSE(value(all, "lge.mass.fwhm"));
  EXPECT_THAT(all[0].reason, testing::HasSubstr("background"));
  EXPECT_TRUE(value(all, "lge.mass.5sd"));
}

TEST_F(LgeExtentTest, WithholdsEverythingWithoutARemoteRegionAndSaysWhy) {
  const ImageStack stack = images(60, 400, 0);
  labels = heart.noLabels(slices, 1);
  for (const Measurement& m : lgeMeasurements(stack, labels, septum, LgeImage::magnitude)) {
    EXPECT_EQ(m.quality, Quality::unmeasurable) << m.id;
    EXPECT_FALSE(m.value) << m.id;
    EXPECT_THAT(m.reason, testing::HasSubstr(m.id.starts_with("lge.segment.17")
                                                 ? apexNotMeasured
                                                 : "No left ventricular myocardium"))
        << m.id;
  }
}

TEST_F(LgeExtentTest, GivesNoSegmentsWithoutInsertions) {
  const auto all = lgeMeasurements(images(60, 400, 0), labels, {}, LgeImage::magnitude);
  EXPECT_TRUE(value(all, "lge.percent.5sd"));
  EXPECT_FALSE(value(all, "lge.segment.5.percent"));
}

}  // namespace
}  // namespace cmr
