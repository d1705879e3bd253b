#include "dicom_sr/source_date.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gtest/gtest.h>

#include "dicom_sr/read_series.h"
#include "tests/support/dicom_edit.h"
#include "tests/support/real_series.h"

namespace cmr {
namespace {

TEST(SourceDate, FillsUpWhatADateTimeLeavesOutAndDropsFractionsAndOffsets) {
  EXPECT_EQ(wholeDateTime("20240102"), "20240102000000");
  EXPECT_EQ(wholeDateTime("202401021530"), "20240102153000");
  EXPECT_EQ(wholeDateTime("20240102153059.123456+0100"), "20240102153059");
  for (const char* bad : {"", "2024", "20240230", "20240102250000", "2024010215305", "today"}) {
    EXPECT_EQ(wholeDateTime(bad), "") << bad;
  }
}

TEST(SourceDate, IsTheLatestValidOneOfAnImage) {
  DcmDataset dataset;
  EXPECT_EQ(latestDateTime(dataset), "");
  dataset.putAndInsertString(DCM_StudyDate, "20120000");  // real anonymised data say so
  EXPECT_EQ(latestDateTime(dataset), "");
  dataset.putAndInsertString(DCM_SeriesDate, "20120314");
  dataset.putAndInsertString(DCM_SeriesTime, "9 o'clock");
  EXPECT_EQ(latestDateTime(dataset), "20120314000000");
  dataset.putAndInsertString(DCM_AcquisitionDate, "20120314");
  dataset.putAndInsertString(DCM_AcquisitionTime, "101530.5");
  EXPECT_EQ(latestDateTime(dataset), "20120314101530");
}

// A late image of the series may be in any place of it.
TEST(SourceDate, IsTheLatestOverAllImagesOfAStack) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> changed;
  for (const InstanceBytes& instance : instances) {
    if (std::stoi(instance.name) > 20) continue;  // the phases of one slice
    const bool isLate = instance.name == "13.dcm";
    changed.push_back(test::edited(instance, [&](DcmDataset& dataset) {
      dataset.putAndInsertString(DCM_ContentDate, isLate ? "20130101" : "20120101");
      dataset.putAndInsertString(DCM_ContentTime, "120000");
    }));
  }
  const ReadResult result = readInstances(changed);
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_EQ(result.stacks.front().latestDateTime, "20130101120000");
}

}  // namespace
}  // namespace cmr
