#include "analysis/still_measurements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/support/ring_heart.h"

namespace cmr {
namespace {

using test::circle;
using test::RingHeart;
using testing::HasSubstr;

PackageIdentity releasedAs(const std::string& evidence, const std::string& release) {
  PackageIdentity package;
  package.evidence = {"", evidence, evidence, evidence};
  package.release = {"", release, release, release};
  return package;
}

// Five rings of muscle of 1000 with noise about it.
class StillMeasurementsTest : public testing::Test {
 protected:
  StillMeasurementsTest() {
    std::mt19937_64 rng(5);
    std::normal_distribution<double> noise(0, 20);
    stack.rescaleUnits = "ms";
    for (int slice = 0; slice < 5; ++slice) {
      heart.draw(labels, slice, 0, circle(20), circle(30));
      auto& pixels = stack.frame(slice, 0).pixels;
      pixels.resize(labels.frameSize());
      for (float& p : pixels) p = static_cast<float>(1000 + noise(rng));
    }
  }
  std::vector<Measurement> measure(const StillContent& content, const PackageIdentity& package,
                                   const std::vector<Finding>& findings = {}) const {
    return measureStill(stack, labels, content, {}, findings, package);
  }
  static const Measurement& find(const std::vector<Measurement>& all, const std::string& id) {
    for (const Measurement& m : all) {
      if (m.id == id) return m;
    }
    throw std::out_of_range(id);
  }

  RingHeart heart;
  LabelStack labels = heart.noLabels(5, 1);
  ImageStack stack = heart.stack(5, 1);
  const PackageIdentity real = releasedAs("real", "report");
  const StillContent native{"t1_map", LgeImage::unknown, MapKind::t1Native};
};

TEST_F(StillMeasurementsTest, MeasuresWhatTheImagesAre) {
  const Measurement t1 = find(measure(native, real), "t1.global");
  EXPECT_NEAR(t1.value.value(), 1000, 5);
  EXPECT_EQ(t1.quality, Quality::good);
  EXPECT_TRUE(find(measure({"lge", LgeImage::magnitude, {}}, real), "lge.percent.5sd").value);
}

TEST_F(StillMeasurementsTest, SaysOfEveryNumberThatItIsExperimentalWhereTheSiteTurnedItOn) {
  for (const Measurement& m : measure(native, releasedAs("phantom", "site"))) {
    EXPECT_NE(m.quality, Quality::good) << m.id;
    if (!m.value) continue;
    EXPECT_THAT(m.reason, HasSubstr("experimental")) << m.id;
  }
}

TEST_F(StillMeasurementsTest, GivesNothingThatIsNotReleased) {
  for (const Measurement& m : measure(native, releasedAs("phantom", "off"))) {
    EXPECT_FALSE(m.value) << m.id;
    EXPECT_THAT(m.reason, HasSubstr("does not release")) << m.id;
  }
}

TEST_F(StillMeasurementsTest, DoubtsT1ThatDoesNotSayWhetherContrastWasGiven) {
  const Measurement t1 = find(measure({"t1_map", {}, MapKind::t1}, real), "t1.global");
  EXPECT_NEAR(t1.value.value(), 1000, 5);
  EXPECT_EQ(t1.quality, Quality::uncertain);
  EXPECT_THAT(t1.reason, HasSubstr("contrast agent"));
}

TEST_F(StillMeasurementsTest, WithholdsAMapWhoseUnitIsNotMillisecondsAndQuotesIt) {
  stack.rescaleUnits = "US";
  const Measurement t1 = find(measure(native, real), "t1.global");
  EXPECT_FALSE(t1.value);
  EXPECT_THAT(t1.reason, HasSubstr("'US'"));
}

TEST_F(StillMeasurementsTest, WithholdsHalfMaximumAloneOfImagesThatAreNotKnownToBeMagnitude) {
  const auto all = measure({"lge", LgeImage::unknown, {}}, real);
  EXPECT_FALSE(find(all, "lge.mass.fwhm").value);
  EXPECT_THAT(find(all, "lge.mass.fwhm").reason, HasSubstr("value of no signal"));
  EXPECT_TRUE(find(all, "lge.mass.6sd").value);
}

TEST_F(StillMeasurementsTest, TakesOverWhatTheRepairDoubtsAndNotWhatItOnlyNotes) {
  const Finding doubt{{Severity::warning, "w", "The base is uncertain."}, true, true, true};
  const Finding note{{Severity::note, "n", "A part was removed."}, true, true, true};
  const Measurement m = find(measure(native, real, {doubt, note}), "t1.global");
  EXPECT_EQ(m.quality, Quality::uncertain);
  EXPECT_EQ(m.reason, "The base is uncertain.");
}

}  // namespace
}  // namespace cmr
