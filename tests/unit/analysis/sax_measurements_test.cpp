#include "analysis/sax_measurements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/evidence.h"
#include "analysis/sax_checks.h"
#include "analysis/site_release.h"
#include "tests/support/beating_heart.h"

namespace cmr {
namespace {

using test::BeatingHeart;

class SaxMeasurementsTest : public testing::Test {
 protected:
  Measurement measured(const std::string& id, const std::vector<Finding>& findings = {}) {
    for (const Measurement& m : measureSax(series(), findings)) {
      if (m.id == id) {
        return m;
      }
    }
    throw std::out_of_range(id);
  }
  MeasuredSeries series() { return {stack, labels, {0, 8}, lv, rv, myocardium, package}; }
  bool found(const std::string& id) {
    const auto findings = checkSax(series());
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& f) { return f.flag.id == id; });
  }
  static std::vector<double> curve(double atEd, double atEs) {
    std::vector<double> values(20, atEd);
    values[8] = atEs;
    return values;
  }

  BeatingHeart heart;
  ImageStack stack = heart.stack();
  LabelStack labels = heart.labels();
  PackageIdentity package = test::givenIdentity();
  std::vector<double> lv = curve(150, 60);
  std::vector<double> rv = curve(160, 75);
  std::vector<double> myocardium = curve(100, 104);
};

TEST_F(SaxMeasurementsTest, TheListIsAlwaysTheSame) {
  const std::vector<std::string> expected{"lv.edv",
                                          "lv.esv",
                                          "lv.sv",
                                          "lv.ef",
                                          "lv.co",
                                          "lv.edvi",
                                          "lv.esvi",
                                          "lv.svi",
                                          "lv.ci",
                                          "lv.per",
                                          "lv.pfr",
                                          "lv.mass",
                                          "lv.massi",
                                          "lv.wall.mean",
                                          "lv.wall.max",
                                          "lv.wall.thickening",
                                          "lv.wall.ecc.endo",
                                          "lv.wall.ecc.mid",
                                          "lv.wall.err",
                                          "rv.edv",
                                          "rv.esv",
                                          "rv.sv",
                                          "rv.ef",
                                          "rv.edvi",
                                          "rv.esvi",
                                          "rv.svi",
                                          "heart.rate",
                                          "body.surface"};
  for (int round = 0; round < 2; ++round) {
    std::vector<std::string> ids;
    for (const Measurement& m : measureSax(series(), {})) {
      ids.push_back(m.id);
      EXPECT_FALSE(m.label.empty() || m.method.empty() || m.concept_.value.empty());
      EXPECT_EQ(m.unit.scheme, "UCUM");
    }
    EXPECT_EQ(ids, expected);
    lv.clear();
    rv.clear();
    myocardium.clear();
  }
}

TEST_F(SaxMeasurementsTest, WhatIsNotReleasedCastsNoDoubtOnWhatIs) {
  package.release[3] = "off";
  package.evidence[3] = "real";
  rv = curve(160, 140);
  const std::vector<Finding> findings = checkSax(series());
  ASSERT_TRUE(found("stroke-volumes-differ"));
  EXPECT_EQ(measured("lv.sv", findings).quality, Quality::good);
}

TEST_F(SaxMeasurementsTest, WhatTheSiteTurnedOnIsUncertainAndSaysWhy) {
  package.release[3] = "off";
  turnOn(package, {"rv_cavity"});
  EXPECT_EQ(*measured("rv.edv").value, 160);
  EXPECT_EQ(measured("rv.edv").quality, Quality::uncertain);
  EXPECT_THAT(measured("rv.edv").reason, testing::HasSubstr("this site's configuration"));
  EXPECT_THAT(measured("rv.edv").reason, testing::HasSubstr("synthetic images only"));
}

TEST_F(SaxMeasurementsTest, CarryTheCodesOfTheStandard) {
  EXPECT_EQ(measured("lv.edv").concept_.value, "8821-1");
  EXPECT_EQ(measured("lv.esv").concept_.value, "8823-7");
  EXPECT_EQ(measured("lv.ef").concept_.value, "8811-2");
  EXPECT_EQ(measured("lv.mass").concept_.value, "18087-7");
  EXPECT_EQ(measured("rv.edv").concept_.value, "8822-9");
  EXPECT_EQ(measured("rv.ef").concept_.value, "8818-7");
  EXPECT_EQ(measured("lv.ef").unit.value, "%");
  EXPECT_EQ(measured("lv.mass").unit.value, "g");
}

TEST_F(SaxMeasurementsTest, NameTheImagesThatTheyComeFrom) {
  std::vector<std::size_t> expected;
  for (int slice = 0; slice < heart.slices; ++slice) {
    if (heart.holdsLv(slice, 0)) {
      expected.push_back(stack.frame(slice, 0).sourceIndex);
    }
  }
  EXPECT_EQ(measured("lv.edv").sourceFrames, expected);
  EXPECT_GT(measured("lv.ef").sourceFrames.size(), expected.size());
}

TEST_F(SaxMeasurementsTest, WhatOnlyPhantomsTaughtIsUncertainEvenWhenReleased) {
  EXPECT_EQ(measured("rv.ef").quality, Quality::uncertain);
  EXPECT_THAT(measured("rv.ef").reason, testing::HasSubstr("synthetic"));
  EXPECT_EQ(measured("lv.ef").quality, Quality::good);
  package.evidence[3] = "real";
  package.release[3] = "report";
  EXPECT_EQ(measured("rv.ef").quality, Quality::good);
}

TEST_F(SaxMeasurementsTest, AStructureReleasedWithReservationIsUncertain) {
  package.release[2] = "flag";
  EXPECT_EQ(measured("lv.mass").quality, Quality::uncertain);
  EXPECT_EQ(measured("lv.edv").quality, Quality::good);
}

TEST_F(SaxMeasurementsTest, AWarningDoubtsItsNumbersAndANoteDoesNot) {
  Finding finding{{Severity::warning, "w", "The base is doubtful."}, true, false, false};
  EXPECT_EQ(measured("lv.edv", {finding}).quality, Quality::uncertain);
  EXPECT_EQ(measured("lv.edv", {finding}).reason, "The base is doubtful.");
  EXPECT_EQ(measured("lv.mass", {finding}).quality, Quality::good);
  finding.flag.severity = Severity::note;
  EXPECT_EQ(measured("lv.edv", {finding}).quality, Quality::good);
}

TEST_F(SaxMeasurementsTest, CardiacOutputNeedsAPlausibleHeartRate) {
  EXPECT_NEAR(*measured("lv.co").value, 0.09 * 70, 1e-9);
  stack.heartRateBpm = 0;
  EXPECT_EQ(measured("lv.co").quality, Quality::unmeasurable);
  stack.rrIntervalMs = 1000;
  EXPECT_NEAR(*measured("lv.co").value, 0.09 * 60, 1e-9);
}

// 200 cm and 72 kg: sqrt(200 * 72 / 3600) = 2 m2.
TEST_F(SaxMeasurementsTest, IndicesAreTheNumbersPerSquareMetreOfBody) {
  EXPECT_EQ(measured("lv.edvi").quality, Quality::unmeasurable);
  EXPECT_THAT(measured("lv.massi").reason, testing::HasSubstr("height"));
  stack.patient.heightM = 2;
  stack.patient.weightKg = 72;
  EXPECT_DOUBLE_EQ(*measured("body.surface").value, 2);
  EXPECT_DOUBLE_EQ(*measured("lv.edvi").value, 75);
  EXPECT_DOUBLE_EQ(*measured("lv.esvi").value, 30);
  EXPECT_DOUBLE_EQ(*measured("lv.svi").value, 45);
  EXPECT_NEAR(*measured("lv.ci").value, 0.09 * 70 / 2, 1e-9);
  EXPECT_NEAR(*measured("lv.massi").value, 100 * 1.05 / 2, 1e-9);
  EXPECT_DOUBLE_EQ(*measured("rv.edvi").value, 80);
  EXPECT_EQ(measured("lv.edvi").unit.value, "mL/m2");
  EXPECT_EQ(measured("lv.edvi").indexedFrom, "lv.edv");
  EXPECT_EQ(measured("lv.svi").concept_.value, "277381004");
  EXPECT_EQ(measured("rv.edvi").quality, Quality::uncertain);
}

TEST_F(SaxMeasurementsTest, ReasonsAreSentencesWhateverWasSaidBefore) {
  package.release[3] = "off";
  for (const Measurement& m : measureSax(series(), {})) {
    EXPECT_FALSE(m.reason.starts_with(' ') || m.reason.ends_with(' ')) << m.id;
    EXPECT_EQ(m.reason.find("  "), std::string::npos) << m.id;
  }
}

TEST_F(SaxMeasurementsTest, RatesNeedTimesAndAreDoubtedWhenPhasesLieFarApart) {
  stack.rrIntervalMs = 800;  // 20 phases, 40 ms apart
  EXPECT_EQ(measured("lv.per").quality, Quality::good);
  EXPECT_GT(*measured("lv.pfr").value, 0);
  for (StackFrame& frame : stack.frames) *frame.timing.triggerTimeMs *= 2;
  stack.rrIntervalMs = 1600;
  EXPECT_EQ(measured("lv.per").quality, Quality::uncertain);
  EXPECT_THAT(measured("lv.per").reason, testing::HasSubstr("80 ms"));
  stack.frame(0, 3).timing.triggerTimeMs.reset();
  EXPECT_EQ(measured("lv.per").quality, Quality::unmeasurable);
}

TEST_F(SaxMeasurementsTest, RangesStandBesideWhatMeetsTheirConditions) {
  EXPECT_FALSE(measured("lv.edv").reference);
  EXPECT_THAT(measured("lv.edv").noReference, testing::HasSubstr("sex"));
  stack.patient.sex = Sex::female;
  stack.patient.ageYears = 40;
  ASSERT_TRUE(measured("lv.edv").reference);
  EXPECT_EQ(measured("lv.edv").reference->high, 158);
  package.release[1] = "off";
  EXPECT_FALSE(measured("lv.edv").reference);
}

TEST_F(SaxMeasurementsTest, NoRangeStandsBesideNumbersOfAPackageThatIsSilentOnPapillaryMuscles) {
  stack.patient.sex = Sex::female;
  stack.patient.ageYears = 40;
  package.papillaryMuscles[static_cast<std::size_t>(Structure::lvCavity)] =
      PapillaryConvention::unknown;
  EXPECT_FALSE(measured("lv.edv").reference);
  EXPECT_THAT(measured("lv.edv").noReference, testing::HasSubstr("papillary muscles"));
  EXPECT_THAT(measured("lv.edv").method, testing::HasSubstr("is not stated"));
  EXPECT_TRUE(measured("rv.edv").reference) << "drawn by a head that does say";
  EXPECT_THAT(measured("lv.mass").method, testing::HasSubstr("without papillary muscles"));
  package.papillaryMuscles.fill(PapillaryConvention::unknown);
  EXPECT_FALSE(measured("rv.edv").reference);
  EXPECT_THAT(measured("lv.mass").method, testing::HasSubstr("is not stated"));
}

TEST_F(SaxMeasurementsTest, AVentricleThatIsNotThereIsUnmeasurableAndNeverZero) {
  rv = std::vector<double>(20, 0);
  EXPECT_EQ(measured("rv.edv").quality, Quality::unmeasurable);
  EXPECT_FALSE(measured("rv.edv").value);
  EXPECT_FALSE(measured("rv.ef").value);
}

TEST_F(SaxMeasurementsTest, AVentricleThatIsLostAtEndSystoleIsNotEmpty) {
  rv = curve(85, 0);
  EXPECT_EQ(*measured("rv.edv").value, 85);
  for (const char* id : {"rv.esv", "rv.sv", "rv.ef"}) {
    EXPECT_FALSE(measured(id).value) << id;
    EXPECT_NE(measured(id).reason.find("was found at end systole"), std::string::npos) << id;
  }
}

TEST_F(SaxMeasurementsTest, AVentricleThatDoesNotShrinkHasNoEjectionFraction) {
  rv = curve(75, 80);
  EXPECT_EQ(*measured("rv.edv").value, 75);
  EXPECT_EQ(measured("rv.sv").quality, Quality::unmeasurable);
  EXPECT_FALSE(measured("rv.ef").value);
}

TEST_F(SaxMeasurementsTest, APlausibleHeartPassesAllChecks) {
  EXPECT_TRUE(checkSax(series()).empty());
}

TEST_F(SaxMeasurementsTest, ImplausibleNumbersAreDoubted) {
  lv = curve(150, 2);
  EXPECT_TRUE(found("ef-implausible"));
  lv = curve(150, 148);
  EXPECT_TRUE(found("ef-implausible"));
  lv = curve(700, 400);
  EXPECT_TRUE(found("edv-implausible"));
  lv = curve(12, 5);
  EXPECT_TRUE(found("edv-implausible"));
}

TEST_F(SaxMeasurementsTest, MyocardiumThatComesAndGoesIsDoubted) {
  myocardium = curve(100, 140);
  EXPECT_TRUE(found("myocardium-changes"));
  EXPECT_EQ(measured("lv.mass", checkSax(series())).quality, Quality::uncertain);
}

TEST_F(SaxMeasurementsTest, UnequalStrokeVolumesDoubtTheVentricleThatIsKnownLess) {
  rv = curve(160, 130);
  EXPECT_TRUE(found("stroke-volumes-differ"));
  EXPECT_EQ(measured("lv.sv", checkSax(series())).quality, Quality::good);
  package.evidence[3] = nonExpertEvidence;
  EXPECT_EQ(measured("lv.sv", checkSax(series())).quality, Quality::good);
  package.evidence[3] = "real";
  EXPECT_EQ(measured("lv.sv", checkSax(series())).quality, Quality::uncertain);
}

TEST_F(SaxMeasurementsTest, WhatNoExpertCheckedIsUncertainHoweverItIsReleased) {
  package.evidence[3] = nonExpertEvidence;
  rv = curve(160, 62);
  for (const char* release : {"report", "flag"}) {
    package.release[3] = release;
    const Measurement m = measured("rv.edv", checkSax(series()));
    EXPECT_EQ(m.quality, Quality::uncertain) << release;
    EXPECT_TRUE(m.value) << release;
    EXPECT_NE(m.reason.find("non-expert"), std::string::npos) << m.reason;
  }
  package.release[3] = "off";
  EXPECT_NE(measured("rv.edv", checkSax(series())).reason.find("non-expert"), std::string::npos);
}

TEST_F(SaxMeasurementsTest, AVentricleCutByTheStackIsDoubted) {
  heart.baseMm = -10;
  labels = heart.labels();
  EXPECT_TRUE(found("base-not-covered"));
  EXPECT_FALSE(found("apex-not-covered"));
  heart.baseMm = 20;
  heart.apexMm = 130;
  labels = heart.labels();
  EXPECT_TRUE(found("apex-not-covered"));
  EXPECT_FALSE(found("base-not-covered"));
}

TEST_F(SaxMeasurementsTest, AMissingSliceAndTooFewPhasesAreSaid) {
  EXPECT_FALSE(found("irregular-slice-distances"));
  for (std::size_t slice = 6; slice < stack.planes.size(); ++slice) {
    stack.planes[slice].originMm.z -= 8;
  }
  EXPECT_TRUE(found("irregular-slice-distances"));
  heart.phases = 9;
  labels = heart.labels();
  EXPECT_TRUE(found("few-phases"));
}

}  // namespace
}  // namespace cmr
