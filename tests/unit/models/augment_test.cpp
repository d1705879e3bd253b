#include "models/augment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/support/tiny_frame.h"

namespace cmr {
namespace {

constexpr std::uint8_t cavity = bitOf(Structure::lvCavity);

AugmentOptions options(bool enabled) {
  AugmentOptions o;
  o.size = 32;
  o.spacingMm = 2;
  o.shiftMm = 4;
  o.enabled = enabled;
  return o;
}

struct Mean {
  double inside = 0;
  double wall = 0;
};

Mean meansOf(const TrainingSample& sample) {
  std::array<double, 2> sum{};
  std::array<double, 2> count{};
  for (std::size_t i = 0; i < sample.image.size(); ++i) {
    const std::size_t which = sample.allowed[i] == cavity                           ? 0U
                              : sample.allowed[i] == bitOf(Structure::lvMyocardium) ? 1U
                                                                                    : 2U;
    if (which < 2) {
      sum[which] += static_cast<double>(sample.image[i]);
      count[which] += 1;
    }
  }
  return {sum[0] / count[0], sum[1] / count[1]};
}

TEST(Augment, CentresThePlainCropOnTheCavity) {
  const TrainingSample crop = drawCrop(tinyFrame("a", {31, 15, 6}), 0, options(false));
  double column = 0;
  double row = 0;
  double area = 0;
  for (std::size_t i = 0; i < crop.allowed.size(); ++i) {
    if (crop.allowed[i] != cavity) continue;
    column += static_cast<double>(i % 32);
    row += static_cast<double>(i / 32);
    ++area;
  }
  EXPECT_NEAR(column / area, 15.5, 0.6);
  EXPECT_NEAR(row / area, 15.5, 0.6);
  EXPECT_NEAR(area, 3.14159 * 36, 8);
}

TEST(Augment, GivesTheSamePlainCropWhateverTheSeed) {
  const TrainingFrame frame = tinyFrame("a");
  EXPECT_EQ(drawCrop(frame, 1, options(false)).image, drawCrop(frame, 2, options(false)).image);
  EXPECT_EQ(drawField(frame, 1, options(false)).image, drawField(frame, 2, options(false)).image);
}

TEST(Augment, IsAFunctionOfItsSeed) {
  const TrainingFrame frame = tinyFrame("a");
  const TrainingSample one = drawCrop(frame, 7, options(true));
  EXPECT_EQ(one.image, drawCrop(frame, 7, options(true)).image);
  EXPECT_EQ(one.allowed, drawCrop(frame, 7, options(true)).allowed);
  EXPECT_NE(one.image, drawCrop(frame, 8, options(true)).image);
  EXPECT_EQ(drawField(frame, 7, options(true)).image, drawField(frame, 7, options(true)).image);
}

TEST(Augment, BendsLabelsTogetherWithTheImage) {
  AugmentOptions o = options(true);
  o.biasField = 0;
  o.noise = 0.01;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Mean mean = meansOf(drawCrop(tinyFrame("a", {24, 24, 8}), seed, o));
    if (std::isnan(mean.inside) || std::isnan(mean.wall)) continue;  // moved out of the crop
    EXPECT_GT(mean.inside, mean.wall + 0.3) << seed;
  }
}

TEST(Augment, InventsNoLabelsAndKeepsWhatTheFrameKnows) {
  const TrainingFrame frame = tinyFrame("a");
  std::set<std::uint8_t> possible(frame.allowed.begin(), frame.allowed.end());
  possible.insert(bitOf(Structure::background));  // outside of the image is air
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const TrainingSample crop = drawCrop(frame, seed, options(true));
    EXPECT_EQ(crop.known, frame.known);
    for (const std::uint8_t allowed : crop.allowed) EXPECT_EQ(possible.count(allowed), 1U);
    for (const float v : crop.image) EXPECT_TRUE(std::isfinite(v));
  }
}

TEST(Augment, ScalesToMillimetres) {
  const auto areaAt = [](double spacingMm) {
    AugmentOptions o = options(false);
    o.spacingMm = spacingMm;
    const TrainingSample crop = drawCrop(tinyFrame("a", {24, 24, 7}), 0, o);
    return static_cast<double>(std::count(crop.allowed.begin(), crop.allowed.end(), cavity));
  };
  EXPECT_NEAR(areaAt(4) / areaAt(2), 0.25, 0.05);
}

TEST(Augment, TellsTheFieldWhereTheCavityIs) {
  AugmentOptions o = options(true);
  o.biasField = o.noise = 0;
  int seen = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const FieldSample field = drawField(tinyFrame("a", {29, 20, 8}), seed, o);
    if (!field.centreColumn) continue;
    ++seen;
    const auto at = static_cast<std::size_t>(std::lround(*field.centreRow)) * 32 +
                    static_cast<std::size_t>(std::lround(*field.centreColumn));
    EXPECT_GT(field.image.at(at), 0.6F) << seed;
  }
  EXPECT_GT(seen, 20);
}

TEST(Augment, NamesNoCentreInAFieldWithoutACavity) {
  TrainingFrame frame = tinyFrame("a");
  std::fill(frame.allowed.begin(), frame.allowed.end(), bitOf(Structure::background));
  EXPECT_FALSE(drawField(frame, 1, options(true)).centreColumn);
  EXPECT_FALSE(drawField(frame, 1, options(false)).centreColumn);
  EXPECT_EQ(drawCrop(frame, 1, options(true)).image.size(), 32U * 32U);
}

TEST(Augment, MixesSeedsWithoutCollisions) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    for (std::uint64_t step = 0; step < 40; ++step) {
      for (std::uint64_t i = 0; i < 16; ++i) seen.insert(mixSeed(seed, step, i));
    }
  }
  EXPECT_EQ(seen.size(), 5U * 40U * 16U);
}

}  // namespace
}  // namespace cmr
