#include "models/dicom_frames.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "analysis/errors.h"
#include "models/contour_file.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

const std::string human = std::string(CMR_SHARED_DATA) + "/sunnybrook-dicom";
const std::string pig = std::string(CMR_SHARED_DATA) + "/pig-cine";

#define CMR_NEEDS(folder) \
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no real images at " << (folder)

double cavityPixels(const TrainingFrame& frame) {
  return static_cast<double>(
      std::count(frame.allowed.begin(), frame.allowed.end(), bitOf(Structure::lvCavity)));
}

fs::path emptyFolder(const std::string& name) {
  const fs::path folder = fs::path(testing::TempDir()) / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

TEST(ContourFile, FillsPixelsWhoseCentresLieInsideOfTheOutline) {
  // From the outer corner of pixel (1, 1) to that of pixel (3, 2): two columns, one row.
  const std::vector<std::uint8_t> mask = fillContour({{1, 1}, {3, 1}, {3, 2}, {1, 2}}, 4, 5);
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 5; ++column) {
      EXPECT_EQ(mask[static_cast<std::size_t>(row * 5 + column)],
                row == 1 && (column == 1 || column == 2));
    }
  }
}

TEST(ContourFile, FillsAsManyPixelsAsTheOutlineHasAreaAndCutsAtTheImage) {
  std::vector<ContourPoint> circle;
  for (int i = 0; i < 360; ++i) {
    const double angle = i * 3.14159265358979 / 180;
    circle.push_back({60.3 + 20 * std::cos(angle), 50.1 + 20 * std::sin(angle)});
  }
  const std::vector<std::uint8_t> mask = fillContour(circle, 100, 100);
  const auto area = static_cast<double>(std::count(mask.begin(), mask.end(), 1));
  EXPECT_NEAR(area, 3.14159265 * 400, 12);
  double sumX = 0;
  for (std::size_t i = 0; i < mask.size(); ++i)
    sumX += mask[i] * (static_cast<double>(i % 100) + 0.5);
  EXPECT_NEAR(sumX / area, 60.3, 0.05);
  const std::vector<std::uint8_t> cut = fillContour(circle, 50, 60);
  EXPECT_GT(std::count(cut.begin(), cut.end(), 1), 0);
  EXPECT_EQ(cut.size(), 3000U);
}

TEST(ContourFile, RefusesLinesThatAreNoPairsOfNumbers) {
  const fs::path folder = emptyFolder("contour_file");
  for (const char* text :
       {"1 2\n3 4\n5 x\n", "1 2\n3 4\n", "1 2 3\n3 4 5\n5 6 7\n", "", "1 nan\n2 3\n4 5\n"}) {
    std::ofstream(folder / "contour.txt") << text;
    EXPECT_THROW(readContourFile((folder / "contour.txt").string()), InputError) << text;
  }
  EXPECT_THROW(readContourFile((folder / "absent.txt").string()), InputError);
  std::ofstream(folder / "contour.txt") << "1.5 2\r\n3 4\r\n5\t6\r\n\r\n";
  EXPECT_EQ(readContourFile((folder / "contour.txt").string()).size(), 3U);
}

TEST(DicomFrames, ReadsAHumanSeriesWithItsTwoPhases) {
  CMR_NEEDS(human);
  const std::vector<TrainingFrame> frames =
      readDicomFrames(human + "/SCD0000101", human + "/contours/SC-HF-I-1", "SC-HF-I-1");
  ASSERT_EQ(frames.size(), 18U);
  std::map<CardiacPhase, double> area;
  std::map<CardiacPhase, int> count;
  int withEpi = 0;
  for (const TrainingFrame& frame : frames) {
    EXPECT_EQ(frame.patient, "SC-HF-I-1");
    EXPECT_EQ(frame.source, "sunnybrook");
    EXPECT_EQ(frame.rows, 256);
    EXPECT_GT(frame.spacingMm, 1.2);
    EXPECT_LT(frame.spacingMm, 1.5);
    EXPECT_EQ(frame.pixels.size(), 256U * 256);
    area[frame.phase] += cavityPixels(frame);
    ++count[frame.phase];
    withEpi += (frame.known & bitOf(Structure::lvMyocardium)) != 0 ? 1 : 0;
  }
  EXPECT_EQ(frames.front().name, "SC-HF-I-1-IM-0001-0048");
  EXPECT_EQ(count[CardiacPhase::endDiastole], 9);
  EXPECT_EQ(count[CardiacPhase::endSystole], 9);
  EXPECT_GT(area[CardiacPhase::endDiastole], 1.1 * area[CardiacPhase::endSystole]);
  // Instance 59 is of phase 18, which is end diastole here (time is cyclic).
  EXPECT_EQ(frames.at(1).name, "SC-HF-I-1-IM-0001-0059");
  EXPECT_EQ(frames.at(1).phase, CardiacPhase::endDiastole);
  EXPECT_GT(withEpi, 0);
}

TEST(DicomFrames, SupervisesOnlyWhatTheContoursKnow) {
  CMR_NEEDS(human);
  const std::vector<TrainingFrame> frames =
      readDicomFrames(human + "/SCD0000101", human + "/contours/SC-HF-I-1", "SC-HF-I-1");
  for (const TrainingFrame& frame : frames) {
    const bool hasEpi = (frame.known & bitOf(Structure::lvMyocardium)) != 0;
    EXPECT_NE(frame.known & bitOf(Structure::lvCavity), 0);
    std::set<int> sets(frame.allowed.begin(), frame.allowed.end());
    const int cavity = bitOf(Structure::lvCavity);
    if (hasEpi) {
      const int outside = bitOf(Structure::background) | bitOf(Structure::rvCavity);
      EXPECT_EQ(sets, (std::set<int>{cavity, bitOf(Structure::lvMyocardium), outside}));
    } else {
      EXPECT_EQ(sets, (std::set<int>{cavity, anyStructure & ~cavity}));
    }
  }
}

TEST(DicomFrames, LabelsLieOnBloodThatIsBrighterThanTheRingAroundIt) {
  CMR_NEEDS(human);
  int brighter = 0;
  int compared = 0;
  for (const TrainingFrame& frame :
       readDicomFrames(human + "/SCD0000101", human + "/contours/SC-HF-I-1", "SC-HF-I-1")) {
    if ((frame.known & bitOf(Structure::lvMyocardium)) == 0) continue;
    std::map<int, std::pair<double, double>> sums;
    for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
      auto& [sum, number] = sums[frame.allowed[i]];
      sum += static_cast<double>(frame.pixels[i]);
      ++number;
    }
    const auto mean = [&](Structure s) { return sums[bitOf(s)].first / sums[bitOf(s)].second; };
    brighter += mean(Structure::lvCavity) > mean(Structure::lvMyocardium) ? 1 : 0;
    ++compared;
  }
  EXPECT_GT(compared, 5);
  EXPECT_EQ(brighter, compared);
}

TEST(DicomFrames, LeavesThePigsBasalSlicesOutAndItsPhasesUnmarked) {
  CMR_NEEDS(pig);
  const std::vector<TrainingFrame> frames =
      readDicomFrames(pig + "/E774S5-shortAxis", pig + "/lvContours", "pig");
  EXPECT_GT(frames.size(), 200U);
  for (const TrainingFrame& frame : frames) {
    EXPECT_GT(frame.name, "pig-IM-0001-0100");
    EXPECT_EQ(frame.source, "pig");
    EXPECT_EQ(frame.phase, CardiacPhase::unknown);
    EXPECT_GT(cavityPixels(frame), 0);
  }
}

TEST(DicomFrames, NamesAContourThatHasNoImage) {
  CMR_NEEDS(human);
  const fs::path folder = emptyFolder("contours_without_image");
  std::ofstream(folder / "IM-0001-0999-icontour-manual.txt") << "1 1\n9 1\n9 9\n";
  try {
    readDicomFrames(human + "/SCD0000101", folder.string(), "SC-HF-I-1");
    FAIL() << "the contour was taken";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("999"), std::string::npos);
  }
}

TEST(DicomFrames, SaysWhatIsMissing) {
  const fs::path folder = emptyFolder("no_contours");
  EXPECT_THROW(readDicomFrames("/nonexistent", folder.string(), "p"), InputError);
  EXPECT_THROW(readDicomFrames("/nonexistent", "/nonexistent", "p"), InputError);
  std::ofstream(folder / "IM-0001-0001-icontour-manual.txt") << "1 1\n9 1\n9 9\n";
  EXPECT_THROW(readDicomFrames("/nonexistent", folder.string(), "p"), InputError);
}

}  // namespace
}  // namespace cmr
