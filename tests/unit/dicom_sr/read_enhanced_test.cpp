#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "dicom_sr/read_series.h"
#include "tests/support/enhanced_mr.h"
#include "tests/support/real_series.h"

namespace cmr {
namespace {

struct Source {
  std::vector<InstanceBytes> instances;
  std::vector<int> temporalIndex;
};

// Three slices of four phases, in no order.
Source someImages(const std::vector<InstanceBytes>& all) {
  std::vector<std::pair<InstanceBytes, int>> some;
  for (const InstanceBytes& instance : all) {
    const int number = std::stoi(instance.name) - 1;
    if (number / 20 < 3 && number % 5 == 0) some.emplace_back(instance, number % 20 / 5 + 1);
  }
  std::sort(some.begin(), some.end(),
            [](const auto& a, const auto& b) { return a.first.name < b.first.name; });
  std::shuffle(some.begin(), some.end(), std::mt19937(3));
  Source source;
  for (auto& [instance, index] : some) {
    source.instances.push_back(instance);
    source.temporalIndex.push_back(index);
  }
  return source;
}

TEST(ReadEnhanced, GivesTheSameStackAsTheClassicSeries) {
  CMR_DEMO_SERIES(instances);
  const Source source = someImages(instances);
  const ReadResult classic = readInstances(source.instances);
  const ReadResult enhanced =
      readInstances({test::enhancedFrom(source.instances, source.temporalIndex, true)});
  ASSERT_TRUE(enhanced.verdicts.empty()) << enhanced.verdicts.front().reason;
  ASSERT_EQ(enhanced.stacks.size(), 1U);
  ASSERT_EQ(classic.stacks.size(), 1U);
  const SeriesStack& a = classic.stacks.front();
  const SeriesStack& b = enhanced.stacks.front();
  EXPECT_EQ(b.stack.sliceCount, 3);
  EXPECT_EQ(b.stack.phaseCount, 4);
  EXPECT_EQ(b.phaseOrderKey, "TriggerTime");
  EXPECT_EQ(b.stack.rrIntervalMs, 923);
  EXPECT_EQ(b.stack.rescaleUnits, "US");
  for (std::size_t i = 0; i < a.sources.size(); ++i) {
    EXPECT_EQ(a.sources[i].ImagePositionPatient, b.sources[i].ImagePositionPatient);
    EXPECT_EQ(a.stack.frames[i].timing.triggerTimeMs, b.stack.frames[i].timing.triggerTimeMs);
    std::vector<float> rescaled = a.stack.frames[i].pixels;
    for (float& v : rescaled) v = v * 2 + 5;
    EXPECT_EQ(rescaled, b.stack.frames[i].pixels);
  }
}

TEST(ReadEnhanced, NamesTheFrameOfTheInstanceThatEachImageIs) {
  CMR_DEMO_SERIES(instances);
  const Source source = someImages(instances);
  const ReadResult result =
      readInstances({test::enhancedFrom(source.instances, source.temporalIndex, true)});
  ASSERT_EQ(result.stacks.size(), 1U);
  std::vector<int> numbers;
  for (const SourceFrame& f : result.stacks.front().sources) {
    EXPECT_EQ(f.SOPInstanceUID, "1.2.3.4.5");
    numbers.push_back(f.frameNumber);
  }
  std::sort(numbers.begin(), numbers.end());
  for (int i = 0; i < 12; ++i) EXPECT_EQ(numbers[static_cast<std::size_t>(i)], i + 1);
}

TEST(ReadEnhanced, OrdersByTemporalPositionWhenTriggerDelaysAreAbsent) {
  CMR_DEMO_SERIES(instances);
  const Source source = someImages(instances);
  const ReadResult by =
      readInstances({test::enhancedFrom(source.instances, source.temporalIndex, false)});
  const ReadResult classic = readInstances(source.instances);
  ASSERT_EQ(by.stacks.size(), 1U);
  EXPECT_EQ(by.stacks.front().phaseOrderKey, "TemporalPosition");
  std::vector<float> rescaled = classic.stacks.at(0).stack.frame(2, 3).pixels;
  for (float& v : rescaled) v = v * 2 + 5;
  EXPECT_EQ(by.stacks.front().stack.frame(2, 3).pixels, rescaled);
}

TEST(ReadEnhanced, RefusesFramesThatDoNotSayWhereTheyLie) {
  CMR_DEMO_SERIES(instances);
  const Source source = someImages(instances);
  const InstanceBytes whole = test::enhancedFrom(source.instances, source.temporalIndex, true);
  const InstanceBytes bare = test::edited(
      whole, [](DcmDataset& d) { delete d.remove(DCM_PerFrameFunctionalGroupsSequence); });
  const ReadResult result = readInstances({bare});
  EXPECT_TRUE(result.stacks.empty());
  ASSERT_EQ(result.verdicts.size(), 1U);
  EXPECT_EQ(result.verdicts.front().id, "missing-geometry");
}

TEST(ReadEnhanced, RefusesAnAbsurdNumberOfFramesAndOneThatThePixelsDoNotHold) {
  CMR_DEMO_SERIES(instances);
  const Source source = someImages(instances);
  const InstanceBytes whole = test::enhancedFrom(source.instances, source.temporalIndex, true);
  const auto claiming = [&](const char* frames) {
    return readInstances({test::edited(
        whole, [&](DcmDataset& d) { d.putAndInsertString(DCM_NumberOfFrames, frames); })});
  };
  EXPECT_EQ(claiming("2000000000").verdicts.at(0).id, "absurd-dimensions");
  EXPECT_EQ(claiming("13").verdicts.at(0).id, "missing-geometry");
}

}  // namespace
}  // namespace cmr
