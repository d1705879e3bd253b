#include "plugin/short_axis_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dicom_sr/read_series.h"
#include "tests/support/real_series.h"

namespace cmr {
namespace {

using testing::HasSubstr;

SeriesStack cine(int slices, int phases, const std::string& uid = "1.2.3") {
  SeriesStack source;
  source.SeriesInstanceUIDs = {uid};
  source.phaseOrderKey = "TriggerTime";
  source.ImageType = "ORIGINAL\\PRIMARY\\CARDIAC\\NONE";
  ImageStack& stack = source.stack;
  stack.sliceCount = slices;
  stack.phaseCount = phases;
  stack.rrIntervalMs = 900;
  stack.planes.resize(static_cast<std::size_t>(slices));
  for (int slice = 0; slice < slices; ++slice) {
    for (int phase = 0; phase < phases; ++phase) {
      StackFrame frame;
      frame.sourceIndex = source.sources.size();
      frame.timing.triggerTimeMs = 10 + 880.0 * phase / phases;
      source.sources.push_back({});
      source.sources.back().SOPInstanceUID = uid + "." + std::to_string(source.sources.size());
      stack.frames.push_back(frame);
    }
  }
  return source;
}

std::string verdictOn(const SeriesStack& stack) {
  const auto verdict = whyNoShortAxisCine(stack);
  return verdict ? verdict->id : "fine";
}

void setTimes(SeriesStack& source, std::optional<double> FrameTiming::*time, double first,
              double step) {
  for (int slice = 0; slice < source.stack.sliceCount; ++slice) {
    for (int phase = 0; phase < source.stack.phaseCount; ++phase) {
      source.stack.frame(slice, phase).timing.*time = first + step * phase;
    }
  }
}

TEST(ShortAxisChoice, TakesACineWithoutAnyDescription) {
  EXPECT_EQ(verdictOn(cine(10, 20)), "fine");
}

TEST(ShortAxisChoice, RefusesPhaseImagesThatOnlyTheirContentTells) {
  SeriesStack phase = cine(10, 20);
  phase.content = ImageContent::phase;
  EXPECT_EQ(verdictOn(phase), "not-cine");
  phase.content = ImageContent::magnitude;
  EXPECT_EQ(verdictOn(phase), "fine");
}

TEST(ShortAxisChoice, RefusesSinglePhasesFewPhasesAndFewSlicesWithTheNumberInTheReason) {
  EXPECT_EQ(verdictOn(cine(20, 1)), "single-phase");
  EXPECT_EQ(verdictOn(cine(20, 4)), "few-phases");
  EXPECT_EQ(verdictOn(cine(1, 20)), "few-slices");
  EXPECT_THAT(whyNoShortAxisCine(cine(1, 20))->reason, HasSubstr("has 1 slice:"));
  EXPECT_THAT(whyNoShortAxisCine(cine(20, 1))->reason, HasSubstr("it is no cine (20 slices)"));
}

TEST(ShortAxisChoice, RefusesWhatVariesInversionOrEchoTimeInsteadOfThePhase) {
  SeriesStack molli = cine(10, 9);
  setTimes(molli, &FrameTiming::inversionTimeMs, 100, 300);
  EXPECT_EQ(verdictOn(molli), "not-cine");
  SeriesStack multiEcho = cine(10, 8);
  setTimes(multiEcho, &FrameTiming::echoTimeMs, 2, 2);
  EXPECT_EQ(verdictOn(multiEcho), "not-cine");
}

TEST(ShortAxisChoice, RefusesRepetitionsOfOneMomentAndPartsOfABeat) {
  SeriesStack perfusion = cine(3, 40);
  setTimes(perfusion, &FrameTiming::triggerTimeMs, 300, 0);
  EXPECT_EQ(verdictOn(perfusion), "not-cine");
  SeriesStack part = cine(10, 20);
  setTimes(part, &FrameTiming::triggerTimeMs, 10, 10);
  EXPECT_EQ(verdictOn(part), "not-cine");
}

TEST(ShortAxisChoice, RefusesOtherPlanesAndSequencesByTheNamesThatRealSeriesCarry) {
  for (const char* name : {"4CH_FIESTA_BH", "LV3CH_FIESTA_BH", "VLAX_FIESTA", "SSFP-CINE LAx",
                           "cine_lvot", "2_Chamber", "CINE_segmented_LAX_4Ch"}) {
    SeriesStack stack = cine(10, 20);
    stack.SeriesDescription = name;
    EXPECT_EQ(verdictOn(stack), "not-short-axis") << name;
  }
  for (const char* name : {"CINE_IR", "SAX_Tags_Grid_T2_FGRE_BH", "SAX MOLLI", "perfusion sax"}) {
    SeriesStack stack = cine(10, 20);
    stack.SeriesDescription = name;
    EXPECT_EQ(verdictOn(stack), "not-cine") << name;
  }
  for (const char* name :
       {"SAX_FIESTA_BH", "SSFP-CINE SAx", "Short_Ax_Mid", "cine", "b1", "CINE_segmented_SAX_b1"}) {
    SeriesStack stack = cine(10, 20);
    stack.SeriesDescription = name;
    EXPECT_EQ(verdictOn(stack), "fine") << name;
  }
}

TEST(ShortAxisChoice, RefusesPhaseAndVelocityImages) {
  SeriesStack flow = cine(10, 20);
  flow.ImageType = "DERIVED\\PRIMARY\\P\\RETRO";
  EXPECT_EQ(verdictOn(flow), "not-cine");
}

TEST(ShortAxisChoice, PrefersTheStackWithMoreSlicesAndGivesTheOthersAVerdict) {
  const ShortAxisChoice choice =
      chooseShortAxis({cine(4, 30, "1.1"), cine(10, 20, "1.2"), cine(20, 1, "1.3")});
  ASSERT_EQ(choice.stack, std::optional<std::size_t>(1));
  ASSERT_EQ(choice.verdicts.size(), 2U);
  EXPECT_EQ(choice.verdicts[0].id, "single-phase");
  EXPECT_EQ(choice.verdicts[1].id, "other-stack-analysed");
  EXPECT_TRUE(choice.flags.empty());
}

TEST(ShortAxisChoice, FlagsAChoiceBetweenEqualsWhichDoesNotDependOnTheirOrder) {
  const ShortAxisChoice one = chooseShortAxis({cine(10, 20, "1.2"), cine(10, 20, "1.1")});
  const ShortAxisChoice two = chooseShortAxis({cine(10, 20, "1.1"), cine(10, 20, "1.2")});
  EXPECT_EQ(one.stack, std::optional<std::size_t>(1));
  EXPECT_EQ(two.stack, std::optional<std::size_t>(0));
  ASSERT_EQ(one.flags.size(), 1U);
  EXPECT_EQ(one.flags[0].id, "several-short-axis-cines");
}

TEST(ShortAxisChoice, FlagsACineWithoutTriggerTimes) {
  SeriesStack anonymised = cine(10, 20);
  for (StackFrame& frame : anonymised.stack.frames) frame.timing.triggerTimeMs.reset();
  anonymised.phaseOrderKey = "InstanceNumber";
  const ShortAxisChoice choice = chooseShortAxis({anonymised});
  ASSERT_TRUE(choice.stack);
  ASSERT_EQ(choice.flags.size(), 1U);
  EXPECT_THAT(choice.flags[0].text, HasSubstr("taken from InstanceNumber"));
}

TEST(ShortAxisChoice, FindsNothingAmongNothing) { EXPECT_FALSE(chooseShortAxis({}).stack); }

TEST(ShortAxisChoice, RefusesRealLateEnhancementAndScoutsAndTakesARealPigCine) {
  CMR_REAL_SERIES(enhancement, "siemens-t1-lge/lge");
  const ShortAxisChoice lge = chooseShortAxis(readInstances(enhancement).stacks);
  EXPECT_FALSE(lge.stack);
  EXPECT_FALSE(lge.verdicts.empty());
  const ShortAxisChoice scouts =
      chooseShortAxis(readFolder(std::string(CMR_SHARED_DATA) + "/scouts").stacks);
  EXPECT_FALSE(scouts.stack);
  const ShortAxisChoice pig = chooseShortAxis(
      readFolder(std::string(CMR_SHARED_DATA) + "/pig-cine/E774S5-shortAxis").stacks);
  EXPECT_TRUE(pig.stack);
}

}  // namespace
}  // namespace cmr
