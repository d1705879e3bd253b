#include "plugin/left_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cmr {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Measurement good(const std::string& id) {
  Measurement m;
  m.id = id;
  m.value = 60;
  return m;
}

SaxAnalysis measured() {
  SaxAnalysis analysis;
  for (const char* const id :
       {"lv.edv", "lv.ef", "lv.mass", "rv.ef", "lge.mass.5sd", "heart.rate"}) {
    analysis.measurements.push_back(good(id));
  }
  analysis.lvVolumeMl = {150, 60};
  analysis.rvVolumeMl = {160, 70};
  ExperimentalStructure apart;
  apart.volumeMl = {1, 2};
  apart.measurements = {good("rv.edv")};
  analysis.experimental.push_back(apart);
  return analysis;
}

std::vector<SeriesStack> ofOneSeries(std::size_t count) {
  std::vector<SeriesStack> stacks(count);
  for (SeriesStack& stack : stacks) {
    stack.SeriesInstanceUIDs = {"1.2"};
    stack.sources.resize(3);
  }
  return stacks;
}

TEST(LeftOut, SaysNothingWhereEverythingWasRead) {
  SaxAnalysis analysis = measured();
  const LeftOut nothing = whatIsLeftOut(ofOneSeries(1), 0, {{"not-dicom", "no DICOM", {"a"}}});
  doubtForWhatIsLeftOut(analysis, nothing);
  EXPECT_THAT(analysis.flags, IsEmpty());
  EXPECT_EQ(analysis.measurements[0].quality, Quality::good);
}

TEST(LeftOut, DoubtsNumbersWhenASliceMayBeMissing) {
  SaxAnalysis analysis = measured();
  const LeftOut apart = whatIsLeftOut(ofOneSeries(2), 0, {});
  EXPECT_FALSE(apart.isCutShort);
  doubtForWhatIsLeftOut(analysis, apart);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(analysis.measurements[i].value);
    EXPECT_EQ(analysis.measurements[i].quality, Quality::uncertain);
    EXPECT_THAT(analysis.measurements[i].reason, HasSubstr("3 images of the same series"));
  }
  EXPECT_EQ(analysis.measurements[5].quality, Quality::good);
  EXPECT_EQ(analysis.experimental[0].measurements[0].quality, Quality::uncertain);
  EXPECT_EQ(analysis.lvVolumeMl.size(), 2U);
}

// Long axes of one series, one stack for each view.
TEST(LeftOut, TakesOtherStacksForOthersWhereASeriesHoldsSeveralByRight) {
  EXPECT_THAT(whatIsLeftOut(ofOneSeries(3), 0, {}, OtherStacks::areOthers).sentence, IsEmpty());
}

// Another plane may hold a slice of the ventricles; a map of the same places does not.
TEST(LeftOut, MissesNoMapBesideTheImages) {
  std::vector<SeriesStack> stacks = ofOneSeries(2);
  stacks[1].content = ImageContent::t1Map;
  EXPECT_THAT(whatIsLeftOut(stacks, 0, {}).sentence, IsEmpty());
}

TEST(LeftOut, WarnsOfARepeatedAcquisitionAndOfNothingElse) {
  const std::vector<Flag> flags =
      flagsOfRepeats({{"other-component", "series 'a' holds phase images", {}},
                      {"repeated-acquisition", "series 'a' was acquired 2 times", {"1.2"}}});
  ASSERT_EQ(flags.size(), 1U);
  EXPECT_EQ(flags[0].id, "repeated-acquisition");
  EXPECT_EQ(flags[0].severity, Severity::warning);
  EXPECT_THAT(flags[0].text, HasSubstr("acquired 2 times"));
}

TEST(LeftOut, MeasuresNothingOnThePartThatACeilingLeft) {
  for (const char* const id : {"too-much", "out-of-memory"}) {
    SaxAnalysis analysis = measured();
    const LeftOut cut = whatIsLeftOut(ofOneSeries(1), 0, {{id, "more than it takes", {"a", "b"}}});
    EXPECT_TRUE(cut.isCutShort);
    doubtForWhatIsLeftOut(analysis, cut);
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_FALSE(analysis.measurements[i].value) << analysis.measurements[i].id;
      EXPECT_EQ(analysis.measurements[i].quality, Quality::unmeasurable);
      EXPECT_THAT(analysis.measurements[i].reason, HasSubstr("2 images: more than it takes"));
    }
    EXPECT_TRUE(analysis.measurements[5].value);
    EXPECT_FALSE(analysis.experimental[0].measurements[0].value);
    EXPECT_THAT(analysis.experimental[0].volumeMl, IsEmpty());
    EXPECT_THAT(analysis.lvVolumeMl, IsEmpty());
    EXPECT_THAT(analysis.rvVolumeMl, IsEmpty());
    ASSERT_EQ(analysis.flags.size(), 1U);
    EXPECT_EQ(analysis.flags[0].id, "images-left-out");
    EXPECT_EQ(analysis.flags[0].severity, Severity::serious);
  }
}

}  // namespace
}  // namespace cmr
