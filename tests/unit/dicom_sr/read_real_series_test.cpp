// The reader on series of three scanners, read whole.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "dicom_sr/read_series.h"
#include "tests/support/real_series.h"

namespace cmr {
namespace {

ReadResult readWhole(const std::string& folder) {
  return readFolder(std::string(CMR_SHARED_DATA) + "/" + folder);
}

TEST(ReadRealSeries, ReadsATwelveSliceHumanSeries) {
  CMR_REAL_SERIES(instances, "sunnybrook-dicom/SCD0000101");
  const ReadResult result = readInstances(instances);
  EXPECT_TRUE(result.verdicts.empty());
  ASSERT_EQ(result.stacks.size(), 1U);
  const SeriesStack& series = result.stacks.front();
  EXPECT_EQ(series.stack.sliceCount, 12);
  EXPECT_EQ(series.stack.phaseCount, 20);
  EXPECT_EQ(series.phaseOrderKey, "TriggerTime");
  for (const double d : sliceDistancesMm(series.stack)) EXPECT_NEAR(d, 10, 0.02);
  const auto numberOf = [&](int slice, int phase) {
    return std::stoi(
        series.sources.at(series.stack.frame(slice, phase).sourceIndex).InstanceNumber);
  };
  for (int slice = 0; slice < 12; ++slice) {
    for (int phase = 1; phase < 20; ++phase) {
      // Instances run over the phases of a slice, then over the slices.
      EXPECT_EQ((numberOf(slice, phase) - 1) / 20, (numberOf(slice, 0) - 1) / 20);
      EXPECT_GT(*series.stack.frame(slice, phase).timing.triggerTimeMs,
                *series.stack.frame(slice, phase - 1).timing.triggerTimeMs);
    }
  }
}

TEST(ReadRealSeries, QuotesIdentifiersThatDicomForbidsByteForByte) {
  CMR_REAL_SERIES(instances, "sunnybrook-dicom/SCD0000101");
  const ReadResult result = readInstances(instances);
  ASSERT_EQ(result.stacks.size(), 1U);
  std::map<std::string, const InstanceBytes*> byName;
  for (const InstanceBytes& instance : instances) byName[instance.name] = &instance;
  for (const SourceFrame& source : result.stacks.front().sources) {
    const std::string& bytes = byName.at(source.InstanceNumber + ".dcm")->bytes;
    for (const std::string& text :
         {source.SOPInstanceUID, source.SeriesInstanceUID, source.ImagePositionPatient,
          source.ImageOrientationPatient, source.PixelSpacing, source.SliceThickness}) {
      EXPECT_NE(bytes.find(text), std::string::npos) << text;
    }
  }
}

TEST(ReadRealSeries, KeepsAnIncompleteSeriesApartFromAFullGrid) {
  CMR_REAL_SERIES(instances, "sunnybrook-dicom/SCD0003701-partial");
  const ReadResult result = readInstances(instances);
  std::size_t images = 0;
  for (const SeriesStack& series : result.stacks) images += series.sources.size();
  EXPECT_TRUE(images == instances.size() || !result.verdicts.empty());
}

TEST(ReadRealSeries, ReadsLateEnhancementAndInversionTimes) {
  CMR_REAL_SERIES(instances, "siemens-t1-lge/lge");
  const ReadResult result = readInstances(instances);
  ASSERT_FALSE(result.stacks.empty());
  std::size_t images = 0;
  for (const SeriesStack& series : result.stacks) {
    images += series.sources.size();
    for (const StackFrame& frame : series.stack.frames) EXPECT_TRUE(frame.timing.inversionTimeMs);
  }
  EXPECT_EQ(images, 20U);
}

TEST(ReadRealSeries, GivesEveryScoutImageAStackOrAVerdict) {
  CMR_REAL_SERIES(instances, "scouts");
  const ReadResult result = readWhole("scouts");
  std::size_t images = 0;
  for (const SeriesStack& series : result.stacks) images += series.sources.size();
  EXPECT_GT(images, instances.size() / 2);
  EXPECT_LE(images, instances.size());
  EXPECT_TRUE(images == instances.size() || !result.verdicts.empty());
}

}  // namespace
}  // namespace cmr
