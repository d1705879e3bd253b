#include "dicom_sr/repeated_runs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "dicom_sr/read_series.h"
#include "tests/support/small_image.h"

namespace cmr {
namespace {

using test::smallImage;
using test::SmallImage;

constexpr int slices = 4;
constexpr int phases = 6;

const Verdict* verdictOf(const ReadResult& result, const std::string& id) {
  const auto found = std::find_if(result.verdicts.begin(), result.verdicts.end(),
                                  [&](const Verdict& v) { return v.id == id; });
  return found == result.verdicts.end() ? nullptr : &*found;
}

bool holdsOnly(const SeriesStack& series, float value) {
  return std::all_of(
      series.stack.frames.begin(), series.stack.frames.end(),
      [&](const StackFrame& frame) { return frame.pixels == std::vector<float>(16, value); });
}

void put(DcmDataset& d, const DcmTagKey& tag, const std::string& text) {
  d.putAndInsertString(tag, text.c_str());
}

std::string clock(int minute) {
  return "10" + std::string(minute < 10 ? "0" : "") + std::to_string(minute) + "00";
}

// A take of a slice: the value of its pixels is 100 and the number of the run.
struct Take {
  int slice = 0;
  int run = 1;
};

using Edit = std::function<void(DcmDataset&, const Take&, int phase)>;

// All in one series; images are numbered in their order.
std::vector<InstanceBytes> oneSeries(const std::vector<Take>& takes, const Edit& edit) {
  std::vector<InstanceBytes> instances;
  int number = 0;
  for (const Take& take : takes) {
    for (int phase = 0; phase < phases; ++phase) {
      SmallImage image{take.slice, phase, ++number, 100 + take.run};
      image.edit = [&](DcmDataset& d) { edit(d, take, phase); };
      instances.push_back(smallImage(image));
    }
  }
  return instances;
}

std::vector<Take> runsOfAllSlices(int runs) {
  std::vector<Take> takes;
  for (int run = 1; run <= runs; ++run) {
    for (int slice = 0; slice < slices; ++slice) takes.push_back({slice, run});
  }
  return takes;
}

void expectSecondRun(const ReadResult& result) {
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_EQ(result.stacks[0].stack.phaseCount, phases);
  EXPECT_EQ(result.stacks[0].stack.sliceCount, slices);
  EXPECT_TRUE(holdsOnly(result.stacks[0], 102));
  const Verdict* verdict = verdictOf(result, "repeated-acquisition");
  ASSERT_NE(verdict, nullptr);
  EXPECT_NE(verdict->reason.find("24 images"), std::string::npos) << verdict->reason;
  EXPECT_FALSE(result.stacks[0].notes.empty());
}

TEST(RepeatedRuns, OfTwoRunsInOneSeriesTheLastIsReadByAcquisitionNumber) {
  expectSecondRun(
      readInstances(oneSeries(runsOfAllSlices(2), [](DcmDataset& d, const Take& take, int) {
        put(d, DCM_AcquisitionNumber, std::to_string(take.run));
      })));
}

TEST(RepeatedRuns, TheClockSaysWhichRunIsTheLast) {
  expectSecondRun(
      readInstances(oneSeries(runsOfAllSlices(2), [](DcmDataset& d, const Take& take, int) {
        put(d, DCM_AcquisitionNumber, std::to_string(9 - take.run));
        put(d, DCM_AcquisitionDate, "20200101");
        put(d, DCM_AcquisitionTime, clock(take.run));
      })));
}

TEST(RepeatedRuns, RunsOfTwoHeartRatesAreKnownByTheTimesThatFall) {
  // No two images share a time after the R wave: ordered by it, they would be one cine of twelve.
  expectSecondRun(readInstances(oneSeries(runsOfAllSlices(2), [](DcmDataset& d, const Take& take,
                                                                 int phase) {
    put(d, DCM_TriggerTime, std::to_string(10 + (take.run == 1 ? 100 : 117) * phase + take.run));
  })));
}

TEST(RepeatedRuns, DynamicScansOfTheSamePhasesAreRuns) {
  expectSecondRun(
      readInstances(oneSeries(runsOfAllSlices(2), [](DcmDataset& d, const Take& take, int) {
        put(d, DCM_TemporalPositionIdentifier, std::to_string(take.run));
        put(d, DCM_InstanceNumber, std::to_string(1));
      })));
}

TEST(RepeatedRuns, RunsThatNothingTellsApartAreRefused) {
  const ReadResult result =
      readInstances(oneSeries(runsOfAllSlices(2), [](DcmDataset& d, const Take& take, int phase) {
        // Numbered so that the two images of each moment are neighbours.
        put(d, DCM_InstanceNumber,
            std::to_string(1 + take.run + 2 * (phase + phases * take.slice)));
      }));
  EXPECT_TRUE(result.stacks.empty());
  EXPECT_NE(verdictOf(result, "repeated-acquisition"), nullptr);
}

TEST(RepeatedRuns, HalvesOfTheBeatInTwoAcquisitionsAreOneCine) {
  const ReadResult result =
      readInstances(oneSeries(runsOfAllSlices(1), [](DcmDataset& d, const Take&, int phase) {
        put(d, DCM_AcquisitionNumber, phase < phases / 2 ? "1" : "2");
      }));
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_EQ(result.stacks[0].stack.phaseCount, phases);
  EXPECT_TRUE(result.verdicts.empty());
}

TEST(RepeatedRuns, ImagesOfSeveralInversionTimesAreNoRuns) {
  const ReadResult result =
      readInstances(oneSeries(runsOfAllSlices(2), [](DcmDataset& d, const Take& take, int phase) {
        put(d, DCM_InversionTime, std::to_string(100 * take.run + 300 * phase));
        put(d, DCM_AcquisitionNumber, std::to_string(take.run));
      }));
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_EQ(result.stacks[0].stack.phaseCount, 2 * phases);
}

// Each take a series of its own, a minute after the one before; UIDs are in no order of time.
std::vector<InstanceBytes> seriesPerSlice(const std::vector<Take>& takes, const Edit& edit) {
  std::vector<InstanceBytes> instances;
  for (std::size_t t = 0; t < takes.size(); ++t) {
    const Take& take = takes[t];
    for (int phase = 0; phase < phases; ++phase) {
      SmallImage image{take.slice, phase, phase + 1, 100 + take.run};
      image.series = "1.2.3." + std::to_string((7 * t + 3) % 31);
      image.edit = [&](DcmDataset& d) {
        put(d, DCM_AcquisitionDate, "20200101");
        put(d, DCM_AcquisitionTime, clock(static_cast<int>(t)));
        put(d, DCM_SeriesNumber, std::to_string(t + 5));
        edit(d, take, phase);
      };
      instances.push_back(smallImage(image));
    }
  }
  return instances;
}

const Edit asItIs = [](DcmDataset&, const Take&, int) {};
const Edit withoutClock = [](DcmDataset& d, const Take&, int) {
  put(d, DCM_AcquisitionTime, "120000");
};
const Edit withoutOrder = [](DcmDataset& d, const Take&, int) {
  put(d, DCM_AcquisitionTime, "120000");
  put(d, DCM_SeriesNumber, "1");
};

TEST(RepeatedRuns, OfTwoRunsOfOneSeriesPerSliceTheLastIsReadWhateverTheUids) {
  expectSecondRun(readInstances(seriesPerSlice(runsOfAllSlices(2), asItIs)));
  expectSecondRun(readInstances(seriesPerSlice(runsOfAllSlices(2), withoutClock)));
}

TEST(RepeatedRuns, EachSliceTakenTwiceInARowGivesTheSecondTakes) {
  std::vector<Take> takes;
  for (int slice = 0; slice < slices; ++slice) {
    takes.push_back({slice, 1});
    takes.push_back({slice, 2});
  }
  expectSecondRun(readInstances(seriesPerSlice(takes, asItIs)));
}

TEST(RepeatedRuns, ARunThatWasBrokenOffIsNoPartOfTheWholeOne) {
  const std::vector<Take> whole = runsOfAllSlices(1);
  const std::vector<Take> part{{0, 2}, {1, 2}};
  const std::vector<Take> back{{3, 1}, {2, 1}, {1, 1}, {0, 1}};
  std::vector<std::vector<Take>> orders{part, whole, part};
  orders[0].insert(orders[0].end(), whole.begin(), whole.end());
  orders[1].insert(orders[1].end(), part.begin(), part.end());
  orders[2].insert(orders[2].end(), back.begin(), back.end());
  for (const auto& takes : orders) {
    const ReadResult result = readInstances(seriesPerSlice(takes, asItIs));
    ASSERT_EQ(result.stacks.size(), 2U);
    for (const SeriesStack& series : result.stacks) {
      EXPECT_TRUE(holdsOnly(series, series.stack.sliceCount == slices ? 101 : 102));
      EXPECT_FALSE(series.notes.empty());
    }
  }
}

TEST(RepeatedRuns, RunsOfOneSeriesPerSliceInNoKnownOrderAreRefused) {
  const ReadResult result = readInstances(seriesPerSlice(runsOfAllSlices(2), withoutOrder));
  EXPECT_TRUE(result.stacks.empty());
  EXPECT_NE(verdictOf(result, "repeated-acquisition"), nullptr);
}

}  // namespace
}  // namespace cmr
