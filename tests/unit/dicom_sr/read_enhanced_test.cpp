#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "dicom_sr/read_series.h"
#include "tests/support/enhanced_mr.h"
#include "tests/support/real_series.h"
#include "tests/support/small_image.h"

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

// One place, four frames; `fill` is given the groups of each.
InstanceBytes enhancedSmall(const std::function<void(DcmDataset&, DcmItem&, int)>& fill) {
  test::SmallImage image;
  image.edit = [&](DcmDataset& d) {
    d.putAndInsertString(DCM_SOPClassUID, UID_EnhancedMRImageStorage);
    d.putAndInsertString(DCM_NumberOfFrames, "4");
    const std::vector<Uint16> cells(64, 3);
    d.putAndInsertUint16Array(DCM_PixelData, cells.data(), cells.size());
    for (int i = 0; i < 4; ++i) {
      DcmItem* groups = nullptr;
      d.findOrCreateSequenceItem(DCM_PerFrameFunctionalGroupsSequence, groups, i);
      test::group(*groups, DCM_PlanePositionSequence)
          .putAndInsertString(DCM_ImagePositionPatient, "0\\0\\0");
      test::group(*groups, DCM_PlaneOrientationSequence)
          .putAndInsertString(DCM_ImageOrientationPatient, "1\\0\\0\\0\\1\\0");
      test::group(*groups, DCM_PixelMeasuresSequence).putAndInsertString(DCM_PixelSpacing, "1\\1");
      fill(d, *groups, i);
    }
  };
  return test::smallImage(image);
}

TEST(ReadEnhanced, TakesInversionTimesFromTheModifierOfEachFrameOrTheSharedOne) {
  const ReadResult own = readInstances({enhancedSmall([](DcmDataset&, DcmItem& groups, int i) {
    const double times[] = {100.0 + 80 * i, 7};
    test::group(groups, DCM_MRModifierSequence)
        .putAndInsertFloat64Array(DCM_InversionTimes, times, i < 3 ? 1 : 2);
  })});
  ASSERT_EQ(own.stacks.size(), 1U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(own.stacks[0].stack.frame(0, i).timing.inversionTimeMs, 100.0 + 80 * i);
  }
  EXPECT_FALSE(own.stacks[0].stack.frame(0, 3).timing.inversionTimeMs);  // two: which one?
  const ReadResult shared = readInstances({enhancedSmall([](DcmDataset& d, DcmItem&, int) {
    DcmItem& groups = test::group(d, DCM_SharedFunctionalGroupsSequence);
    test::group(groups, DCM_MRModifierSequence).putAndInsertFloat64(DCM_InversionTimes, 300);
  })});
  EXPECT_EQ(shared.stacks.at(0).stack.frame(0, 2).timing.inversionTimeMs, 300);
  const ReadResult converted = readInstances({enhancedSmall([](DcmDataset&, DcmItem& groups, int) {
    test::group(groups, DCM_UnassignedPerFrameConvertedAttributesSequence)
        .putAndInsertString(DCM_InversionTime, "250");
  })});
  EXPECT_EQ(converted.stacks.at(0).stack.frame(0, 2).timing.inversionTimeMs, 250);
}

TEST(ReadEnhanced, RefusesARescaleThatIsNoNumber) {
  for (const DcmTagKey& tag : {DCM_RescaleSlope, DCM_RescaleIntercept}) {
    const ReadResult result =
        readInstances({enhancedSmall([&](DcmDataset&, DcmItem& groups, int i) {
          test::group(groups, DCM_PixelValueTransformationSequence)
              .putAndInsertString(tag, i == 2 ? "0,5" : "1");
        })});
    EXPECT_TRUE(result.stacks.empty());
    ASSERT_EQ(result.verdicts.size(), 1U);
    EXPECT_EQ(result.verdicts[0].id, "broken-pixels");
  }
}

}  // namespace
}  // namespace cmr
