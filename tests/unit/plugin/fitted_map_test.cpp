// T1 fitted from the inversion images of a real scanner, against the map of that scanner.
#include "plugin/fitted_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "analysis/site_release.h"
#include "analysis/wall_pixels.h"
#include "dicom_sr/read_series.h"
#include "plugin/analyze_instances.h"
#include "tests/support/circle_segmenter.h"
#include "tests/support/judge.h"
#include "tests/support/real_series.h"

namespace cmr {
namespace {

using testing::Contains;
using testing::Field;

// Ten by ten pixels of T1* 800 ms, B / A = 2: T1 is 800 ms.
SeriesStack inversionImages(const std::string& description = "T1Map_MOCO",
                            const std::string& type = "ORIGINAL\\PRIMARY\\M\\MOCO\\DIS2D") {
  SeriesStack source;
  source.ImageType = type;
  source.SeriesDescription = description;
  source.stack.rows = source.stack.columns = 10;
  source.stack.sliceCount = 2;
  source.stack.phaseCount = 6;
  source.stack.planes.resize(2);
  for (int i = 0; i < 12; ++i) {
    StackFrame frame;
    frame.timing.inversionTimeMs = 120 + 700 * (i % 6);
    const double signal = 500 * (1 - 2 * std::exp(-*frame.timing.inversionTimeMs / 800));
    frame.pixels.assign(100, static_cast<float>(std::abs(signal)));
    frame.sourceIndex = static_cast<std::size_t>(i);
    source.stack.frames.push_back(frame);
    source.sources.emplace_back();
  }
  return source;
}

TEST(FittedMap, IsMadeOfInversionImagesAloneAndOnlyWhereAMapIsAskedFor) {
  EXPECT_TRUE(chooseInversionImages({inversionImages()}, {}));
  EXPECT_TRUE(chooseInversionImages({inversionImages()}, {"seg_map_sax"}));
  EXPECT_FALSE(chooseInversionImages({inversionImages()}, {"seg_cine_sax"}));
  EXPECT_FALSE(chooseInversionImages({inversionImages("TI_scout")}, {}));
  EXPECT_FALSE(chooseInversionImages({inversionImages("MOLLI_4CH")}, {}));
  SeriesStack cine = inversionImages();
  for (StackFrame& frame : cine.stack.frames) frame.timing.inversionTimeMs.reset();
  EXPECT_FALSE(chooseInversionImages({cine}, {}));
}

TEST(FittedMap, StandsInTheNameOfTheFirstImageAtEachPlace) {
  const FittedSeries fitted = fitT1Series(inversionImages());
  EXPECT_EQ(fitted.map.stack.phaseCount, 1);
  EXPECT_EQ(fitted.map.stack.rescaleUnits, "ms");
  EXPECT_EQ(fitted.map.stack.frame(1, 0).sourceIndex, 6U);
  EXPECT_EQ(fitted.map.sources.size(), 12U);
  EXPECT_NEAR(fitted.map.stack.frame(0, 0).pixels[42], 800, 2);
  EXPECT_THAT(fitted.flags, Contains(Field(&Flag::id, "t1-fitted")));
}

// A pixel whose images do not follow any recovery has no T1, and is counted.
TEST(FittedMap, LeavesOutPixelsWhoseCurveMissesTheImages) {
  SeriesStack moved = inversionImages();
  const float wild[] = {360, 141, 350, 437, 250, 700};
  for (int phase = 0; phase < 6; ++phase) moved.stack.frame(0, phase).pixels[42] = wild[phase];
  const FittedSeries fitted = fitT1Series(moved);
  EXPECT_EQ(fitted.map.stack.frame(0, 0).pixels[42], 0);
  EXPECT_NEAR(fitted.map.stack.frame(0, 0).pixels[43], 800, 2);
  EXPECT_THAT(fitted.flags,
              Contains(Field(&Flag::text, testing::HasSubstr("1 was left out, as its curve"))));
  EXPECT_EQ(fitT1Series(inversionImages()).flags[0].text.find("left out"), std::string::npos);
}

TEST(FittedMap, DoubtsImagesThatWereNotCorrectedForMotion) {
  const auto flags = fitT1Series(inversionImages("T1Map", "ORIGINAL\\PRIMARY\\M")).flags;
  EXPECT_THAT(flags, Contains(Field(&Flag::id, "t1-fit-unregistered")));
}

// Pixels that are muscle by their T1 after contrast agent: 250 to 700 ms in the scanner's map.
TEST(FittedMap, AgreesWithTheScannersOwnMapOfAPig) {
  CMR_REAL_SERIES(theirs, "siemens-t1-lge/ssfp/T1map_imgs");
  const test::TemporaryFolder folder;
  const test::Verdict unpacked =
      test::run("tar xJf '" CMR_SHARED_DATA "/siemens-t1-lge/ssfp/multicontrast_imgs.tar.xz' -C '" +
                folder.path() + "'");
  ASSERT_EQ(unpacked.status, 0) << unpacked.output;
  const ReadResult read = readInstances(test::instancesBelow(folder.path()));
  const auto at = chooseInversionImages(read.stacks, {});
  ASSERT_TRUE(at);
  const ImageStack ours = fitT1Series(read.stacks[*at]).map.stack;
  const ImageStack map = readInstances(theirs).stacks.at(0).stack;
  ASSERT_EQ(ours.frames.size(), map.frames.size());
  std::vector<double> differences;
  for (std::size_t slice = 0; slice < map.frames.size(); ++slice) {
    for (std::size_t i = 0; i < map.frames[slice].pixels.size(); ++i) {
      const double theirMs = map.frames[slice].pixels[i];
      const double ourMs = ours.frames[slice].pixels[i];
      if (theirMs < 250 || theirMs > 700 || ourMs <= 0) continue;
      differences.push_back(ourMs - theirMs);
    }
  }
  ASSERT_GT(differences.size(), 10000U);
  const double median = quantileOf(differences, 0.5);
  std::printf(
      "T1 fitted here less T1 of the scanner over %zu pixels: median %.1f ms, quartiles "
      "%.1f to %.1f ms\n",
      differences.size(), median, quantileOf(differences, 0.25), quantileOf(differences, 0.75));
  EXPECT_NEAR(median, 0, 20);
}

// What a job makes of the pig's inversion images where the site turned the head on.
TEST(FittedMap, IsAParametricMapOfTheJobThatFittedIt) {
  CMR_REAL_SERIES(theirs, "siemens-t1-lge/ssfp/T1map_imgs");
  const test::TemporaryFolder folder;
  ASSERT_EQ(
      test::run("tar xJf '" CMR_SHARED_DATA "/siemens-t1-lge/ssfp/multicontrast_imgs.tar.xz' -C '" +
                folder.path() + "'")
          .status,
      0);
  test::CircleSegmenter segmenter;
  segmenter.head = segmenter.identity_;
  segmenter.head->release.fill(releasedBySite);
  AnalysisRequest request;
  request.tasks = {"seg_map_sax"};
  request.instances = test::instancesBelow(folder.path());
  const ReadResult read = readInstances(request.instances);
  const AnalysisOutcome outcome =
      analyzeInstances(request, segmenter, [](double, const std::string&) {});
  ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  const auto map =
      std::find_if(outcome.objects.begin(), outcome.objects.end(),
                   [](const ProducedObject& one) { return one.kind == ObjectKind::parametricMap; });
  ASSERT_NE(map, outcome.objects.end());
  EXPECT_EQ(outcome.objects.back().kind, ObjectKind::structuredReport);
  const SeriesStack& source = read.stacks.at(chooseInversionImages(read.stacks, {}).value());
  for (const std::string& error : test::dciodvfyErrors(*map, source)) ADD_FAILURE() << error;
  const std::string text =
      test::run("dcmdump '" + folder.write("map.dcm", map->bytes) + "'").output;
  EXPECT_THAT(text, testing::HasSubstr("NumberOfFrames"));
  EXPECT_THAT(text, testing::HasSubstr("[10]"));
}

}  // namespace
}  // namespace cmr
