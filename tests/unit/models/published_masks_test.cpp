#include "models/published_masks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "analysis/errors.h"
#include "models/contour_file.h"
#include "models/mask_overlap.h"
#include "models/png_file.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
constexpr int size = 24;

// The pixels of rows top to bottom and columns left to right, both ends included.
std::vector<std::uint8_t> block(int top, int bottom, int left, int right) {
  std::vector<std::uint8_t> mask(size * size, 0);
  for (int row = top; row <= bottom; ++row) {
    for (int column = left; column <= right; ++column) mask[row * size + column] = 255;
  }
  return mask;
}

std::size_t areaOf(const std::vector<std::uint8_t>& mask) {
  return static_cast<std::size_t>(mask.size()) -
         static_cast<std::size_t>(std::count(mask.begin(), mask.end(), 0));
}

TEST(PublishedMasks, AnEndocardiumLosesTheOutlineThatWasPaintedOverIt) {
  // A contour from (4.5, 3) to (10.5, 9) was cut to (4, 3) to (10, 9) and painted, edges included.
  const std::vector<std::uint8_t> drawn = recoverSunnybrookEndo(block(3, 9, 4, 10), size, size);
  EXPECT_EQ(areaOf(drawn), 36U);  // the area within the contour, where the mask held 49
  EXPECT_EQ(drawn[3 * size + 4], 1);
  EXPECT_EQ(drawn[9 * size + 10], 0);
}

TEST(PublishedMasks, AnEpicardiumMovesFromThePixelsCornersToTheirCentres) {
  // Corners inside: rows 3 to 9, columns 4 to 10; the pixels between them are one fewer each way.
  const std::vector<std::uint8_t> drawn = recoverSunnybrookEpi(block(3, 9, 4, 10), size, size);
  EXPECT_EQ(areaOf(drawn), 36U);
  EXPECT_EQ(drawn[3 * size + 4], 1);
  EXPECT_EQ(drawn[8 * size + 9], 1);
}

TEST(PublishedMasks, NothingStaysNothingAndTheEdgeOfThePictureIsNoTrap) {
  const std::vector<std::uint8_t> none(size * size, 0);
  EXPECT_EQ(recoverSunnybrookEndo(none, size, size), none);
  EXPECT_EQ(recoverSunnybrookEpi(none, size, size), none);
  const std::vector<std::uint8_t> all(size * size, 255);
  EXPECT_EQ(areaOf(recoverSunnybrookEndo(all, size, size)), 23U * 23U);
  EXPECT_EQ(areaOf(recoverSunnybrookEpi(all, size, size)), 23U * 23U);
  std::vector<std::uint8_t> dot = none;
  dot[5 * size + 5] = 255;
  EXPECT_EQ(areaOf(recoverSunnybrookEndo(dot, size, size)), 0U);
}

TEST(PublishedMasks, EdgesAreTakenByNameAndByNoOther) {
  EXPECT_EQ(maskEdgesByName("stored"), MaskEdges::asStored);
  EXPECT_EQ(maskEdgesByName("sunnybrook"), MaskEdges::sunnybrook);
  EXPECT_THROW(maskEdgesByName("acdc"), InputError);
}

TEST(PublishedMasks, AreKnownByTheirPatientsNames) {
  for (const char* name : {"SC-HF-I-04", "SC-HF-NI-13", "SC-HYP-12", "SC-N-40"}) {
    EXPECT_TRUE(isSunnybrookPatient(name)) << name;
  }
  for (const char* name : {"", "patient001", "SC-X-01", "SC-N-", "SC-N-05b"}) {
    EXPECT_FALSE(isSunnybrookPatient(name)) << name;
  }
}

// Over all published masks of which the contour is known as well: mean Dice with it and mean ratio
// of areas.
struct Agreement {
  std::size_t masks = 0;
  double dice = 0;
  double area = 0;
};

using Recover = std::vector<std::uint8_t> (*)(const std::vector<std::uint8_t>&, int, int);

std::vector<std::uint8_t> asStored(const std::vector<std::uint8_t>& mask, int, int) { return mask; }

Agreement agreement(const std::string& kind, const std::string& folder, Recover recover) {
  const fs::path data = CMR_SHARED_DATA;
  Agreement sum;
  for (const auto& file : fs::recursive_directory_iterator(data / "sunnybrook-contours")) {
    const std::string name = file.path().filename().string();
    if (name.find(kind) == std::string::npos) continue;
    const std::string patient = file.path().parent_path().filename().string();
    const std::string picture = patient + "-" + name.substr(0, 12) + ".png";
    for (const char* part : {"train", "test"}) {
      const fs::path path = data / "sunnybrook-frames" / part / folder / picture;
      if (!fs::exists(path)) continue;
      const GrayImage stored = readPng(path.string());
      const Mask truth{
          stored.height, stored.width,
          fillContour(readContourFile(file.path().string()), stored.height, stored.width)};
      const Mask mask{
          stored.height, stored.width,
          recover({stored.pixels.begin(), stored.pixels.end()}, stored.height, stored.width)};
      sum.dice += diceOf(mask, truth).value();
      sum.area += static_cast<double>(mask.area()) / static_cast<double>(truth.area());
      ++sum.masks;
    }
  }
  const auto n = static_cast<double>(sum.masks);
  return {sum.masks, sum.dice / n, sum.area / n};
}

TEST(PublishedMasks, ComeCloserToTheExpertsContoursThanTheyAreStored) {
  if (!fs::is_directory(fs::path(CMR_SHARED_DATA) / "sunnybrook-contours")) {
    GTEST_SKIP() << "the contours are not on this machine";
  }
  const Agreement endo = agreement("icontour", "endo", recoverSunnybrookEndo);
  EXPECT_EQ(endo.masks, 90U);
  EXPECT_GT(endo.dice, 0.98);
  EXPECT_NEAR(endo.area, 1, 0.02);
  EXPECT_LT(agreement("icontour", "endo", asStored).dice, 0.965);
  const Agreement epi = agreement("ocontour", "epi", recoverSunnybrookEpi);
  EXPECT_EQ(epi.masks, 48U);
  EXPECT_GT(epi.dice, 0.985);
  EXPECT_NEAR(epi.area, 1, 0.02);
  EXPECT_LT(agreement("ocontour", "epi", asStored).dice, 0.98);
}

}  // namespace
}  // namespace cmr
