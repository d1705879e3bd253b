#include "dicom_sr/contour_cine.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "analysis/errors.h"
#include "dicom_sr/page_paint.h"
#include "dicom_sr/read_series.h"
#include "tests/support/dicom_edit.h"
#include "tests/support/judge.h"
#include "tests/support/reshaped_stack.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr {
namespace {

using test::circlesOn;
using test::fixedContext;
using test::reshaped;

const SeriesStack& demoStack() {
  static const SeriesStack stack =
      readFolder(std::string(CMR_DEMO_DATA) + "/SCD0000301").stacks.at(0);
  return stack;
}

std::size_t pixelsOf(const ContourCine& cine, int frame, RgbColor color) {
  const std::vector<std::uint8_t> pixels = cine.frame(frame).pixels;
  std::size_t count = 0;
  for (std::size_t i = 0; i < pixels.size(); i += 3) {
    count += pixels[i] == color.red && pixels[i + 1] == color.green && pixels[i + 2] == color.blue;
  }
  return count;
}

ProducedObject cineOf(const SeriesStack& source) {
  const SaxAnalysis analysis = circlesOn(source);
  return writeContourCine(source, drawContourCine(source, analysis), fixedContext());
}

// What pydicom prints of the object `d`. It has no decoder for JPEG-LS: DCMTK's tool comes first.
std::string ask(const ProducedObject& object, const std::string& expression) {
  const test::TemporaryFolder folder;
  const std::string file = folder.write("cine.dcm", object.bytes);
  const std::string plain = folder.path() + "/plain.dcm";
  return test::run("dcmdjpls '" + file + "' '" + plain +
                   "' && /usr/bin/python3 -W ignore -c \"import pydicom;d=pydicom.dcmread('" +
                   plain + "');print(" + expression + ")\"")
      .output;
}

TEST(ContourCine, ShowsEveryContourInEveryFrame) {
  const SeriesStack& source = demoStack();
  const SaxAnalysis analysis = circlesOn(source);
  const ContourCine cine = drawContourCine(source, analysis);
  ASSERT_EQ(cine.frameCount, 20);
  EXPECT_EQ(cine.width, contourCineWidth);
  for (int frame = 0; frame < cine.frameCount; ++frame) {
    EXPECT_GT(pixelsOf(cine, frame, lvCavityColor), 200U) << frame;
    EXPECT_GT(pixelsOf(cine, frame, lvMyocardiumColor), 300U) << frame;
    EXPECT_GT(pixelsOf(cine, frame, rvCavityColor), 200U) << frame;
  }
}

TEST(ContourCine, ShowsNothingOfAStructureThatThePackageDoesNotRelease) {
  const SeriesStack source = reshaped(demoStack(), 4, 3);
  SaxAnalysis analysis = circlesOn(source);
  analysis.package.release = {"", "report", "report", "off"};
  const ContourCine cine = drawContourCine(source, analysis);
  for (int frame = 0; frame < 3; ++frame) EXPECT_EQ(pixelsOf(cine, frame, rvCavityColor), 0U);
}

TEST(ContourCine, HasRoomForOneSliceAndForTwenty) {
  for (const int slices : {1, 2, 3, 5, 9, 20}) {
    const SeriesStack source = reshaped(demoStack(), slices, 2);
    const SaxAnalysis analysis = circlesOn(source);
    const ContourCine cine = drawContourCine(source, analysis);
    const std::vector<std::uint8_t> pixels = cine.frame(0).pixels;
    EXPECT_LE(cine.slices.size(), mostSlicesInCine);
    EXPECT_EQ(cine.width, contourCineWidth);
    EXPECT_LE(cine.height, 960) << slices;
    // The rim is free, whatever is drawn.
    for (int y = 0; y < cine.height; ++y) {
      const std::size_t at = static_cast<std::size_t>(y) * contourCineWidth * 3;
      ASSERT_EQ(pixels[at], screenPalette.ground.red) << slices << " slices, row " << y;
      ASSERT_EQ(pixels[at + contourCineWidth * 3 - 3], screenPalette.ground.red);
    }
  }
}

TEST(ContourCine, IsAMultiFrameSecondaryCaptureThatDciodvfyAccepts) {
  const SeriesStack& source = demoStack();
  for (const std::string& error : test::dciodvfyErrors(cineOf(source), source)) {
    ADD_FAILURE() << error;
  }
}

TEST(ContourCine, IsPlayedAtThePaceOfTheHeart) {
  const SeriesStack source = reshaped(demoStack(), 3, 5);
  EXPECT_EQ(ask(cineOf(source),
                "d.NumberOfFrames,d.FrameIncrementPointer,d.FrameTime,d.CineRate,"
                "d.RecommendedDisplayFrameRate,d.PreferredPlaybackSequencing"),
            "5 (0018, 1063) 40 25 25 0\n");
  SeriesStack uneven = source;
  for (int slice = 0; slice < 3; ++slice) uneven.stack.frame(slice, 4).timing.triggerTimeMs = 240;
  EXPECT_EQ(ask(cineOf(uneven), "d.FrameIncrementPointer,d.FrameTimeVector,'FrameTime' in d"),
            "(0018, 1065) [0, 40, 40, 40, 100] False\n");
  EXPECT_TRUE(test::dciodvfyErrors(cineOf(uneven), uneven).empty());
}

TEST(ContourCine, KeepsEveryPixelAsPydicomReadsIt) {
  const SeriesStack source = reshaped(demoStack(), 1, 3);
  const SaxAnalysis analysis = circlesOn(source);
  const ContourCine cine = drawContourCine(source, analysis);
  unsigned long sum = 0;
  std::size_t at = 0;
  for (int frame = 0; frame < 3; ++frame) {
    for (const std::uint8_t value : cine.frame(frame).pixels) sum += value * (at++ % 251);
  }
  EXPECT_EQ(ask(writeContourCine(source, cine, fixedContext()),
                "d.pixel_array.shape,int(sum(int(v)*(i%251) for i,v in "
                "enumerate(d.pixel_array.tobytes())))"),
            "(3, " + std::to_string(cine.height) + ", 640, 3) " + std::to_string(sum) + "\n");
}

TEST(ContourCine, RefersToTheImagesThatItShowsAndToNoOthers) {
  const SeriesStack& source = demoStack();
  const SaxAnalysis analysis = circlesOn(source);  // eight of the ten slices hold something
  const ProducedObject object = cineOf(source);
  DcmFileFormat file;
  test::parse(object.bytes, file);
  DcmItem* item = nullptr;
  std::set<std::string> images;
  for (long i = 0;
       file.getDataset()->findAndGetSequenceItem(DCM_SourceImageSequence, item, i).good(); ++i) {
    OFString uid;
    item->findAndGetOFString(DCM_ReferencedSOPInstanceUID, uid);
    images.insert(uid.c_str());
  }
  EXPECT_EQ(images.size(), 8U * 20U);
  EXPECT_TRUE(isOwnOutput(*file.getDataset()));
}

TEST(ContourCine, GivesTheSameBytesTwice) {
  const SeriesStack source = reshaped(demoStack(), 3, 3);
  EXPECT_EQ(cineOf(source).bytes, cineOf(source).bytes);
}

TEST(ContourCine, IsOfNoStillSeriesAndOfNoBrokenPicture) {
  const SeriesStack source = reshaped(demoStack(), 3, 1);
  EXPECT_THROW(drawContourCine(source, circlesOn(source)), InputError);
  ContourCine cine;
  EXPECT_THROW(writeContourCine(source, cine, fixedContext()), InputError);
  cine.width = cine.height = cine.frameCount = 2;
  const auto framesOf = [&](int width, int height, std::size_t bytes) {
    cine.frame = [=](int) { return RgbImage{width, height, std::vector<std::uint8_t>(bytes)}; };
  };
  framesOf(2, 2, 11);
  EXPECT_THROW(writeContourCine(source, cine, fixedContext()), InputError);
  framesOf(2, 4, 24);  // whole, of another size
  EXPECT_THROW(writeContourCine(source, cine, fixedContext()), InputError);
}

}  // namespace
}  // namespace cmr
