#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gtest/gtest.h>

#include "analysis/errors.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/writers.h"
#include "tests/support/dicom_edit.h"
#include "tests/support/judge.h"
#include "tests/support/real_series.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr {
namespace {

SeriesStack demoStack() {
  const ReadResult result = readFolder(std::string(CMR_DEMO_DATA) + "/SCD0000301");
  if (result.stacks.size() != 1) throw std::runtime_error("the demo series does not read");
  return result.stacks.front();
}

RgbImage gradient(int width, int height) {
  RgbImage page{width, height, {}};
  for (int i = 0; i < width * height * 3; ++i) {
    page.pixels.push_back(static_cast<std::uint8_t>(i % 251));
  }
  return page;
}

TEST(WriteResultPage, GivesASecondaryCaptureThatDciodvfyAccepts) {
  const SeriesStack source = demoStack();
  const ProducedObject object = writeResultPage(source, gradient(640, 480), test::fixedContext());
  for (const std::string& error : test::dciodvfyErrors(object, source)) ADD_FAILURE() << error;
}

// An odd number of bytes has to be padded without shifting anything.
TEST(WriteResultPage, KeepsEveryPixelAsPydicomReadsIt) {
  const RgbImage page = gradient(17, 15);
  const ProducedObject object = writeResultPage(demoStack(), page, test::fixedContext());
  const test::TemporaryFolder folder;
  const std::string packed = folder.write("page.dcm", object.bytes);
  const std::string plain = packed + ".plain";
  // pydicom alone reads no JPEG-LS.
  const test::Verdict verdict =
      test::run("dcmdjpls '" + packed + "' '" + plain +
                "' && /usr/bin/python3 -W ignore -c \"import pydicom;d=pydicom.dcmread('" + plain +
                "');print(d.pixel_array.shape,int((d.pixel_array.ravel()==[i%251 for i in "
                "range(765)]).sum()),d.get('FrameOfReferenceUID'),d.BurnedInAnnotation)\"");
  EXPECT_EQ(verdict.output, "(15, 17, 3) 765 None NO\n");
}

TEST(WriteResultPage, GivesTheSameBytesTwiceAndIsRecognisedAsOurOwn) {
  const SeriesStack source = demoStack();
  const RgbImage page = gradient(64, 64);
  const ProducedObject object = writeResultPage(source, page, test::fixedContext());
  EXPECT_EQ(object.bytes, writeResultPage(source, page, test::fixedContext()).bytes);
  DcmFileFormat file;
  test::parse(object.bytes, file);
  EXPECT_TRUE(isOwnOutput(*file.getDataset()));
}

TEST(WriteResultPage, TakesAFractionOfThePixelsBytesForAPageOfFlatColours) {
  RgbImage page{400, 300, std::vector<std::uint8_t>(400 * 300 * 3, 20)};
  for (std::size_t i = 0; i < page.pixels.size(); i += 97) page.pixels[i] = 230;
  const ProducedObject object = writeResultPage(demoStack(), page, test::fixedContext());
  EXPECT_LT(object.bytes.size(), page.pixels.size() / 2);
}

TEST(WriteResultPage, RefusesAPictureWithoutAllItsPixels) {
  RgbImage page = gradient(8, 8);
  page.pixels.pop_back();
  EXPECT_THROW(writeResultPage(demoStack(), page, test::fixedContext()), InputError);
  EXPECT_THROW(writeResultPage(demoStack(), {}, test::fixedContext()), InputError);
}

}  // namespace
}  // namespace cmr
