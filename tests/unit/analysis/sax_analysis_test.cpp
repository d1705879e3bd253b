#include "analysis/sax_analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "analysis/errors.h"
#include "analysis/volumes.h"
#include "tests/support/beating_heart.h"

namespace cmr {
namespace {

using test::BeatingHeart;
using test::flagged;
using test::GivenSegmenter;
using test::measurement;

SaxAnalysis analyse(const BeatingHeart& heart, const LabelStack& labels) {
  GivenSegmenter segmenter(labels);
  return analyzeSax(heart.stack(), segmenter, {});
}

double trueEf(const BeatingHeart& heart) {
  const std::vector<double> ml = volumesMl(heart.stack(), heart.labels(), Structure::lvCavity);
  const auto [least, most] = std::minmax_element(ml.begin(), ml.end());
  return 100 * (1 - *least / *most);
}

TEST(SaxAnalysis, RepairOfAPerfectHeartChangesNothing) {
  for (const double descent : {0.0, 9.0, 14.0}) {
    BeatingHeart heart;
    heart.descentMm = descent;
    const SaxAnalysis analysis = analyse(heart, heart.labels());
    EXPECT_TRUE(analysis.labels.labels == heart.labels().labels) << descent;
    EXPECT_THAT(analysis.flags, testing::IsEmpty());
  }
}

TEST(SaxAnalysis, MeasuresWhatTheLabelsHold) {
  const BeatingHeart heart;
  const SaxAnalysis analysis = analyse(heart, heart.labels());
  const auto lv = volumesMl(heart.stack(), heart.labels(), Structure::lvCavity);
  const auto myocardium = volumesMl(heart.stack(), heart.labels(), Structure::lvMyocardium);
  EXPECT_EQ(analysis.endDiastolePhase, 0);
  EXPECT_EQ(analysis.endSystolePhase, 8);
  EXPECT_NEAR(*measurement(analysis, "lv.edv").value, lv[0], 1e-9);
  EXPECT_NEAR(*measurement(analysis, "lv.esv").value, lv[8], 1e-9);
  EXPECT_NEAR(*measurement(analysis, "lv.sv").value, lv[0] - lv[8], 1e-9);
  EXPECT_NEAR(*measurement(analysis, "lv.ef").value, 100 * (lv[0] - lv[8]) / lv[0], 1e-9);
  EXPECT_NEAR(*measurement(analysis, "lv.co").value, (lv[0] - lv[8]) * 70 / 1000, 1e-9);
  EXPECT_NEAR(*measurement(analysis, "lv.mass").value, 1.05 * myocardium[0], 1e-9);
  EXPECT_EQ(measurement(analysis, "lv.ef").quality, Quality::good);
  EXPECT_EQ(analysis.lvVolumeMl.size(), 20U);
  EXPECT_EQ(analysis.phaseTimesMs[2], 90);
}

TEST(SaxAnalysis, TheKeySliceHoldsTheLargestCavityAtEndDiastole) {
  const BeatingHeart heart;
  EXPECT_EQ(analyse(heart, heart.labels()).keySlice, 3);
}

TEST(SaxAnalysis, ShiftingThePhasesShiftsTheKeyPhasesAndChangesNoNumber) {
  BeatingHeart heart;
  LabelStack messy = heart.labels();
  heart.addOutflowSlices(messy, 2, 0.4);
  const SaxAnalysis first = analyse(heart, messy);
  for (const int shift : {1, 7, 19}) {
    LabelStack shifted(messy.rows, messy.columns, messy.sliceCount, messy.phaseCount);
    for (int slice = 0; slice < messy.sliceCount; ++slice) {
      for (int phase = 0; phase < 20; ++phase) {
        const auto from = messy.frame(slice, phase);
        std::copy(from.begin(), from.end(), shifted.frame(slice, (phase + shift) % 20).begin());
      }
    }
    const SaxAnalysis found = analyse(heart, shifted);
    EXPECT_EQ(found.endDiastolePhase, (first.endDiastolePhase + shift) % 20);
    EXPECT_EQ(found.endSystolePhase, (first.endSystolePhase + shift) % 20);
    EXPECT_NEAR(*measurement(found, "lv.ef").value, *measurement(first, "lv.ef").value, 1e-9);
  }
}

TEST(SaxAnalysis, TurningTheStackRoundChangesNoNumber) {
  const BeatingHeart heart;
  LabelStack messy = heart.labels();
  heart.addOutflowSlices(messy, 2, 0.4);
  BeatingHeart::clear(messy, 6, 3);
  const SaxAnalysis first = analyse(heart, messy);
  LabelStack turned(messy.rows, messy.columns, messy.sliceCount, messy.phaseCount);
  for (int slice = 0; slice < messy.sliceCount; ++slice) {
    for (int phase = 0; phase < 20; ++phase) {
      const auto from = messy.frame(messy.sliceCount - 1 - slice, phase);
      std::copy(from.begin(), from.end(), turned.frame(slice, phase).begin());
    }
  }
  const SaxAnalysis found = analyse(heart, turned);
  for (std::size_t i = 0; i < first.measurements.size(); ++i) {
    EXPECT_NEAR(*found.measurements[i].value, *first.measurements[i].value, 1e-9)
        << found.measurements[i].id;
  }
}

// Each with what it does to the labels of a heart.
struct Error {
  const char* name;
  std::function<void(const BeatingHeart&, LabelStack&)> inject;
};

void PrintTo(const Error& error, std::ostream* out) { *out << error.name; }

class WithErrors : public testing::TestWithParam<Error> {};

TEST_P(WithErrors, TheEjectionFractionStaysWithinTwoPoints) {
  for (const double descent : {0.0, 9.0}) {
    BeatingHeart heart;
    heart.descentMm = descent;
    LabelStack labels = heart.labels();
    GetParam().inject(heart, labels);
    ASSERT_FALSE(labels.labels == heart.labels().labels);
    const SaxAnalysis analysis = analyse(heart, labels);
    EXPECT_NEAR(*measurement(analysis, "lv.ef").value, trueEf(heart), 2) << descent;
    EXPECT_THAT(analysis.flags, testing::Not(testing::IsEmpty()));
  }
}

INSTANTIATE_TEST_SUITE_P(
    SaxAnalysis, WithErrors,
    testing::Values(Error{"TwoOpenBasalSlicesTooMany",
                          [](const BeatingHeart& heart, LabelStack& labels) {
                            heart.addOutflowSlices(labels, 2, 0.42);
                          }},
                    Error{"TwoAtrialSlicesTooMany",
                          [](const BeatingHeart& heart, LabelStack& labels) {
                            heart.addAtrium(labels, 2);
                          }},
                    Error{"SomethingRoundAndStillBeyondTheApex",
                          [](const BeatingHeart& heart, LabelStack& labels) {
                            for (int phase = 0; phase < heart.phases; ++phase) {
                              heart.addOutflow(labels, 12, phase, 1, 20);
                            }
                          }},
                    Error{"ABasalSliceSeenNowAndThen",
                          [](const BeatingHeart& heart, LabelStack& labels) {
                            for (int phase = 0; phase < heart.phases; phase += 4) {
                              heart.addOutflow(labels, 2, phase, 0.7, 20);
                            }
                          }},
                    Error{"FalseHeartsElsewhere",
                          [](const BeatingHeart& heart, LabelStack& labels) {
                            for (int phase = 0; phase < heart.phases; ++phase) {
                              heart.addBlob(labels, 5, phase, Structure::lvMyocardium, 50, 48, 15);
                              heart.addBlob(labels, 5, phase, Structure::lvCavity, 50, 48, 10);
                            }
                          }},
                    Error{"FalseHeartsBeyondTheApex",
                          [](const BeatingHeart& heart, LabelStack& labels) {
                            for (int phase = 0; phase < heart.phases; phase += 3) {
                              heart.addOutflow(labels, 12, phase, 1, 8);
                            }
                          }},
                    Error{"AMissingSlice",
                          [](const BeatingHeart& heart, LabelStack& labels) {
                            for (int phase = 0; phase < heart.phases; ++phase) {
                              BeatingHeart::clear(labels, 7, phase);
                            }
                          }},
                    Error{"MissingFrames",
                          [](const BeatingHeart& heart, LabelStack& labels) {
                            std::mt19937 random(4);
                            for (int k = 0; k < 12; ++k) {
                              BeatingHeart::clear(labels, 4 + static_cast<int>(random() % 7),
                                                  static_cast<int>(random()) % heart.phases);
                            }
                          }},
                    Error{"MissingAllAtEndSystole",
                          [](const BeatingHeart&, LabelStack& labels) {
                            for (int slice = 8; slice < 11; ++slice) {
                              BeatingHeart::clear(labels, slice, 8);
                            }
                          }},
                    Error{"FlickeringCavities",
                          [](const BeatingHeart& heart, LabelStack& labels) {
                            std::mt19937 random(9);
                            for (int phase = 0; phase < heart.phases; phase += 2) {
                              const int slice = 4 + static_cast<int>(random() % 5);
                              heart.addBlob(labels, slice, phase, Structure::lvMyocardium, 0, 0,
                                            30);
                              heart.addBlob(labels, slice, phase, Structure::lvCavity, 0, 0, 7);
                            }
                          }},
                    Error{"CavitiesWithoutWalls",
                          [](const BeatingHeart& heart, LabelStack& labels) {
                            for (int phase = 0; phase < heart.phases; ++phase) {
                              heart.addBlob(labels, 1, phase, Structure::lvCavity, 0, 0, 15);
                            }
                          }}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(SaxAnalysis, ASingleSliceIsMeasuredByNoVolumeAndSaysSo) {
  BeatingHeart heart;
  heart.slices = 1;
  heart.baseMm = -30;
  const SaxAnalysis analysis = analyse(heart, heart.labels());
  EXPECT_EQ(analysis.endSystolePhase, 8);
  for (const char* id : {"lv.edv", "lv.ef", "lv.mass", "rv.edv", "lv.co"}) {
    EXPECT_EQ(measurement(analysis, id).quality, Quality::unmeasurable) << id;
    EXPECT_FALSE(measurement(analysis, id).value) << id;
    EXPECT_FALSE(measurement(analysis, id).reason.empty()) << id;
  }
  EXPECT_TRUE(analysis.labels.labels == heart.labels().labels);
}

TEST(SaxAnalysis, ASinglePhaseIsNoCine) {
  BeatingHeart heart;
  heart.phases = 1;
  GivenSegmenter segmenter(LabelStack(96, 96, heart.slices, 1));
  EXPECT_THROW(analyzeSax(heart.stack(), segmenter, {}), InputError);
}

TEST(SaxAnalysis, NoHeartAnywhereIsUnmeasurableAndSeriouslyFlagged) {
  const BeatingHeart heart;
  GivenSegmenter segmenter(LabelStack(96, 96, heart.slices, heart.phases));
  segmenter.given.heartFound = false;
  const SaxAnalysis analysis = analyzeSax(heart.stack(), segmenter, {});
  EXPECT_TRUE(flagged(analysis, "heart-not-found"));
  for (const Measurement& m : analysis.measurements) {
    if (m.id == "heart.rate") continue;  // of the images, not of what was found on them
    EXPECT_EQ(m.quality, Quality::unmeasurable) << m.id;
    EXPECT_FALSE(m.value) << m.id;
  }
}

TEST(SaxAnalysis, AnUnreleasedRightVentricleLeavesNoTrace) {
  const BeatingHeart heart;
  PackageIdentity identity = test::givenIdentity();
  identity.release[3] = "off";
  GivenSegmenter segmenter(heart.labels(), identity);
  const SaxAnalysis analysis = analyzeSax(heart.stack(), segmenter, {});
  EXPECT_EQ(measurement(analysis, "rv.ef").quality, Quality::unmeasurable);
  EXPECT_FALSE(measurement(analysis, "rv.ef").value);
  EXPECT_TRUE(analysis.rvVolumeMl.empty());
  EXPECT_EQ(std::count(analysis.labels.labels.begin(), analysis.labels.labels.end(), 3), 0);
}

// A right ventricle that repair takes away, on labels that show nothing else to remark on.
SaxAnalysis analyseStrayRightVentricle(const std::string& release) {
  const BeatingHeart heart;
  PackageIdentity identity = test::givenIdentity();
  identity.release[3] = release;
  LabelStack labels = heart.labels();
  for (int phase = 0; phase < heart.phases; ++phase) {
    heart.addBlob(labels, 10, phase, Structure::rvCavity, -55, 0, 12);
  }
  GivenSegmenter segmenter(labels, identity);
  return analyzeSax(heart.stack(), segmenter, {});
}

TEST(SaxAnalysis, WhatIsSaidOfAnUnreleasedRightVentricleStaysWithTheExperimentalResults) {
  const SaxAnalysis analysis = analyseStrayRightVentricle("off");
  EXPECT_THAT(analysis.flags, testing::IsEmpty());
  ASSERT_EQ(analysis.experimental.size(), 1U);
  const ExperimentalStructure& right = analysis.experimental[0];
  EXPECT_EQ(right.structure, Structure::rvCavity);
  ASSERT_EQ(right.flags.size(), 1U);
  EXPECT_EQ(right.flags[0].id, "right-ventricle-without-septum");
}

TEST(SaxAnalysis, WhatIsSaidOfAReleasedRightVentricleIsReportedOnce) {
  const SaxAnalysis analysis = analyseStrayRightVentricle("flag");
  ASSERT_EQ(analysis.flags.size(), 1U);
  EXPECT_EQ(analysis.flags[0].id, "right-ventricle-without-septum");
  EXPECT_THAT(analysis.experimental, testing::IsEmpty());
}

TEST(SaxAnalysis, AnUnreleasedRightVentricleIsMeasuredAsExperimentalWithTheReason) {
  const BeatingHeart heart;
  ImageStack stack = heart.stack();
  stack.patient.heightM = 1.8;  // so that there are indices
  stack.patient.weightKg = 80;
  GivenSegmenter all(heart.labels(), test::givenIdentity());
  const SaxAnalysis released = analyzeSax(stack, all, {});
  PackageIdentity identity = test::givenIdentity();
  identity.release[3] = "off";
  GivenSegmenter segmenter(heart.labels(), identity);
  const SaxAnalysis analysis = analyzeSax(stack, segmenter, {});
  ASSERT_EQ(analysis.experimental.size(), 1U);
  const ExperimentalStructure& right = analysis.experimental[0];
  EXPECT_THAT(right.reason, testing::HasSubstr("synthetic images only"));
  EXPECT_EQ(right.volumeMl, released.rvVolumeMl);
  ASSERT_EQ(right.measurements.size(), 7U);
  for (const Measurement& m : right.measurements) {
    EXPECT_NEAR(*m.value, *measurement(released, m.id).value, 1e-9) << m.id;
    EXPECT_EQ(m.quality, Quality::uncertain);
    EXPECT_THAT(m.reason, testing::HasSubstr("does not release"));
  }
}

TEST(SaxAnalysis, ReportsProgressAndStopsWhenAsked) {
  const BeatingHeart heart;
  GivenSegmenter segmenter(heart.labels());
  double last = 0;
  analyzeSax(heart.stack(), segmenter, [&](double fraction, const std::string&) {
    EXPECT_GE(fraction, last);
    last = fraction;
  });
  EXPECT_EQ(last, 1);
  EXPECT_THROW(analyzeSax(heart.stack(), segmenter,
                          [](double, const std::string&) { throw CancelledError("stop"); }),
               CancelledError);
}

TEST(SaxAnalysis, IsTheSameTwice) {
  const BeatingHeart heart;
  LabelStack messy = heart.labels();
  heart.addOutflowSlices(messy, 2, 0.5);
  BeatingHeart::clear(messy, 6, 3);
  const SaxAnalysis first = analyse(heart, messy);
  const SaxAnalysis second = analyse(heart, messy);
  EXPECT_TRUE(first.labels.labels == second.labels.labels);
  EXPECT_EQ(first.flags.size(), second.flags.size());
}

}  // namespace
}  // namespace cmr
