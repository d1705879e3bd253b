#include "analysis/rhythm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/sax_analysis.h"
#include "tests/support/beating_heart.h"

namespace cmr {
namespace {

using test::BeatingHeart;
using test::flagged;
using test::GivenSegmenter;
using test::measurement;
using testing::HasSubstr;

ImageStack withBeats(std::vector<SliceBeats> beats) {
  ImageStack stack;
  stack.beats = std::move(beats);
  return stack;
}

SaxAnalysis analysisWith(const std::function<void(ImageStack&)>& change) {
  const BeatingHeart heart;
  ImageStack stack = heart.stack();
  stack.patient.heightM = 1.8;
  stack.patient.weightKg = 80;
  change(stack);
  GivenSegmenter segmenter(heart.labels());
  return analyzeSax(stack, segmenter, {});
}

TEST(Rhythm, SaysNothingOfBeatsThatBreathHoldsChange) {
  // As the slices of a patient of the Sunnybrook collection have them.
  const Rhythm even = examineRhythm(
      withBeats({{731, 82, 731.7}, {759, 79, 759.5}, {800, 75, 800}, {769, 78, 769.2}}));
  EXPECT_FALSE(even.irregular);
  EXPECT_FALSE(even.contradictory);
}

TEST(Rhythm, SaysNothingWhereTheImagesAreSilent) {
  for (const ImageStack& stack :
       {ImageStack{}, withBeats({{}, {}}), withBeats({{900, {}, {}}, {}})}) {
    EXPECT_FALSE(examineRhythm(stack).irregular);
    EXPECT_FALSE(examineRhythm(stack).contradictory);
  }
}

TEST(Rhythm, ComparesWhateverTheSlicesStateOfTheirBeats) {
  for (const auto& [beats, said] :
       {std::pair{std::vector<SliceBeats>{{700, {}, {}}, {900, {}, {}}, {910, {}, {}}},
                  "700 to 910 ms"},
        {{{{}, 60, {}}, {{}, 80, {}}}, "60 to 80 per minute"},
        {{{{}, {}, 700}, {{}, {}, 900}}, "span 700 to 900 ms"},
        // A rate that was noted once for all of them hides nothing.
        {{{700, 75, {}}, {800, 75, {}}, {1000, 75, {}}}, "700 to 1000 ms"}}) {
    const Rhythm rhythm = examineRhythm(withBeats(beats));
    ASSERT_TRUE(rhythm.irregular) << said;
    EXPECT_EQ(rhythm.irregular->id, "irregular-rhythm");
    EXPECT_THAT(rhythm.irregular->text, HasSubstr(said));
  }
}

TEST(Rhythm, SeesAHeaderThatContradictsItself) {
  const Rhythm rate = examineRhythm(withBeats({{1000, 120, {}}, {1000, 120, {}}}));
  ASSERT_TRUE(rate.contradictory);
  EXPECT_EQ(rate.contradictory->id, "heart-rate-contradictory");
  EXPECT_THAT(rate.contradictory->text, HasSubstr("120 per minute and an RR interval of 1000 ms"));
  const Rhythm span = examineRhythm(withBeats({{{}, 60, 1400}}));
  ASSERT_TRUE(span.contradictory);
  EXPECT_THAT(span.contradictory->text, HasSubstr("span 1400 ms, longer than the beat of 1000 ms"));
  // Beats that differ do not contradict themselves.
  EXPECT_FALSE(examineRhythm(withBeats({{923, 65, {}}, {1200, 50, {}}})).contradictory);
  // Prospective triggering leaves the end of the beat out.
  EXPECT_FALSE(examineRhythm(withBeats({{1000, 60, 800}})).contradictory);
  EXPECT_FALSE(examineRhythm(withBeats({{1000, 66, {}}})).contradictory);
}

TEST(Rhythm, DoubtsWhatDependsOnBeatsThatDiffer) {
  const SaxAnalysis analysis = analysisWith([](ImageStack& stack) {
    for (int slice = 0; slice < stack.sliceCount; ++slice) {
      stack.beats.push_back({slice < 6 ? 700.0 : 1000.0, {}, {}});
    }
  });
  EXPECT_TRUE(flagged(analysis, "irregular-rhythm"));
  EXPECT_FALSE(flagged(analysis, "heart-rate-contradictory"));
  for (const char* const id :
       {"lv.edv", "lv.esv", "lv.sv", "lv.ef", "lv.co", "lv.ci", "lv.per", "lv.pfr", "rv.ef",
        "heart.rate", "lv.wall.thickening", "lv.wall.ecc.mid", "lv.wall.err"}) {
    const Measurement& m = measurement(analysis, id);
    EXPECT_TRUE(m.value) << id;
    EXPECT_EQ(m.quality, Quality::uncertain) << id;
    EXPECT_THAT(m.reason, HasSubstr("700 to 1000 ms")) << id;
  }
  for (const char* const id : {"lv.mass", "lv.massi", "lv.wall.mean", "lv.wall.max"}) {
    EXPECT_EQ(measurement(analysis, id).quality, Quality::good) << id;
  }
}

TEST(Rhythm, GivesNoOutputFromAHeartRateThatTheHeaderContradicts) {
  const SaxAnalysis analysis = analysisWith([](ImageStack& stack) {
    stack.heartRateBpm = 120;
    stack.rrIntervalMs = 1000;
  });
  EXPECT_TRUE(flagged(analysis, "heart-rate-contradictory"));
  for (const char* const id : {"lv.co", "lv.ci", "heart.rate"}) {
    EXPECT_FALSE(measurement(analysis, id).value) << id;
    EXPECT_EQ(measurement(analysis, id).quality, Quality::unmeasurable) << id;
    EXPECT_THAT(measurement(analysis, id).reason, HasSubstr("1000 ms")) << id;
  }
  EXPECT_EQ(measurement(analysis, "lv.ef").quality, Quality::uncertain);
  EXPECT_EQ(measurement(analysis, "lv.per").quality, Quality::uncertain);
}

// What is kept back is doubted as well, beside its own reason.
TEST(Rhythm, DoubtsWhatIsExperimentalToo) {
  const BeatingHeart heart;
  ImageStack stack = heart.stack();
  stack.beats = {{700, {}, {}}, {1000, {}, {}}};
  PackageIdentity identity = test::givenIdentity();
  identity.release[3] = "off";
  GivenSegmenter segmenter(heart.labels(), identity);
  const SaxAnalysis analysis = analyzeSax(stack, segmenter, {});
  ASSERT_EQ(analysis.experimental.size(), 1U);
  EXPECT_THAT(analysis.experimental[0].measurements[3].reason, HasSubstr("700 to 1000 ms"));
}

}  // namespace
}  // namespace cmr
