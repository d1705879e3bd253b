#include "dicom_sr/pixel_unit.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gtest/gtest.h>

#include "analysis/image_stack.h"
#include "dicom_sr/read_series.h"
#include "tests/support/real_series.h"

namespace cmr {
namespace {

std::string unitWith(const DcmTagKey& tag, const char* value) {
  DcmDataset dataset;
  dataset.putAndInsertString(tag, value);
  return pixelUnitOf(dataset);
}

std::string unitOfMapping(const char* unit, const char* rescaleSlope) {
  DcmDataset dataset;
  dataset.putAndInsertString(DCM_RescaleSlope, rescaleSlope);
  DcmItem* mapping = nullptr;
  dataset.findOrCreateSequenceItem(DCM_RealWorldValueMappingSequence, mapping, 0);
  mapping->putAndInsertFloat64(DCM_RealWorldValueSlope, 0.5);
  mapping->putAndInsertFloat64(DCM_RealWorldValueIntercept, 0);
  DcmItem* code = nullptr;
  mapping->findOrCreateSequenceItem(DCM_MeasurementUnitsCodeSequence, code, 0);
  code->putAndInsertString(DCM_CodeValue, unit);
  return pixelUnitOf(dataset);
}

TEST(PixelUnit, ReadsMillisecondsInEverySpelling) {
  EXPECT_EQ(unitWith(DCM_RescaleType, "ms"), "ms");
  EXPECT_EQ(unitWith(DCM_RescaleType, "MSEC"), "ms");
  EXPECT_EQ(unitWith(DCM_ImageComments, "T1 MAP (ms)"), "ms");
}

TEST(PixelUnit, KeepsWhatElseIsStated) {
  EXPECT_EQ(unitWith(DCM_RescaleType, "US"), "US");
  EXPECT_EQ(unitWith(DCM_ImageComments, "PS recon image"), "");
}

TEST(PixelUnit, TrustsARealWorldMappingThatSaysWhatTheRescaleSays) {
  EXPECT_EQ(unitOfMapping("ms", "0.5"), "ms");
  EXPECT_EQ(unitOfMapping("ms", "1"), "");
  EXPECT_EQ(unitOfMapping("s", "0.5"), "");
}

TEST(PixelUnit, IsKnownOfARealT1MapAndNotOfTheImagesBehindLateEnhancement) {
  CMR_REAL_SERIES(map, "siemens-t1-lge/ssfp/T1map_imgs");
  EXPECT_EQ(readInstances(map).stacks.at(0).stack.rescaleUnits, "ms");
  EXPECT_EQ(
      readInstances(test::instancesBelow(std::string(CMR_SHARED_DATA) + "/siemens-t1-lge/lge"))
          .stacks.at(0)
          .stack.rescaleUnits,
      "");
}

}  // namespace
}  // namespace cmr
