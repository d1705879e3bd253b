#include "analysis/long_axis_analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/errors.h"
#include "analysis/site_release.h"

namespace cmr {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;

constexpr int size = 120;

// Half ellipses on either side of the valve: ventricle with its wall below, atrium above. The
// ventricle is largest at the first phase and smallest at the third of six.
class Outliner final : public FrameSegmenter {
 public:
  Segmentation segment(const ImageStack&, const ProgressCallback&) override { return {}; }
  const PackageIdentity& identity() const override { return identity_; }
  Segmentation segmentLongAxis(const ImageStack& stack) override {
    Segmentation result;
    result.labels = LabelStack(size, size, 1, stack.phaseCount);
    for (int phase = 0; phase < stack.phaseCount; ++phase) {
      const double radius = 18 + 5 * std::cos(2 * M_PI * phase / 6 - (phase > 2 ? 0.1 : 0));
      const auto frame = result.labels.frame(0, phase);
      for (int i = 0; i < size * size; ++i) {
        const double x = i % size - 60;
        const double y = i / size - 45;
        const bool inside = std::hypot(x / radius, y / 55) < 1;
        const bool wall = std::hypot(x / (radius + 8), y / 63) < 1;
        LongAxisStructure label = LongAxisStructure::background;
        if (y < 0 && std::hypot(x / 17, y / 30) < 1) label = LongAxisStructure::leftAtrium;
        if (y >= 0 && wall) {
          label = inside ? LongAxisStructure::lvCavity : LongAxisStructure::lvMyocardium;
        }
        frame[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(label);
      }
      frame[0] = static_cast<std::uint8_t>(LongAxisStructure::lvCavity);  // a stray pixel
    }
    return result;
  }
  PackageIdentity identity_;
};

ImageStack cine(int phases, int slices = 1) {
  ImageStack s;
  s.rows = s.columns = size;
  s.sliceCount = slices;
  s.phaseCount = phases;
  s.planes.assign(static_cast<std::size_t>(slices), {{}, {1, 0, 0}, {0, 1, 0}, 1.4, 1.4});
  s.frames.resize(static_cast<std::size_t>(phases * slices));
  return s;
}

PackageIdentity releasedAs(const std::string& release) {
  PackageIdentity identity;
  identity.evidence.fill("phantom");
  identity.release.fill(release);
  return identity;
}

SaxAnalysis analyse(const std::string& release = "site") {
  Outliner outliner;
  return analyzeLongAxis(cine(6), "4ch", releasedAs(release), outliner,
                         [](double, const std::string&) {});
}

TEST(LongAxisAnalysis, FindsKeyPhasesAndGivesACurveOfOnePlane) {
  const SaxAnalysis a = analyse();
  EXPECT_EQ(a.task, "seg_cine_lax");
  EXPECT_EQ(a.endDiastolePhase, 0);
  EXPECT_EQ(a.endSystolePhase, 3);
  ASSERT_EQ(a.lvVolumeMl.size(), 6U);
  // Two thirds pi r^2 L.
  EXPECT_NEAR(a.lvVolumeMl[0], 2.0 / 3 * M_PI * std::pow(23 * 1.4, 2) * 55 * 1.4 / 1000, 8);
}

TEST(LongAxisAnalysis, SaysOfEveryNumberThatItIsExperimentalAndOfOnePlane) {
  const SaxAnalysis a = analyse();
  EXPECT_THAT(a.flags, Contains(Field(&Flag::id, "experimental")));
  for (const Measurement& m : a.measurements) {
    EXPECT_NE(m.quality, Quality::good) << m.id;
    if (!m.value) continue;
    EXPECT_THAT(m.reason, HasSubstr("experimental")) << m.id;
  }
}

TEST(LongAxisAnalysis, ShowsVentriclesAloneAndTakesStrayPartsAway) {
  const SaxAnalysis a = analyse();
  for (const std::uint8_t label : a.labels.labels) EXPECT_LE(label, 3);
  EXPECT_EQ(a.labels.labels[0], 0);
  EXPECT_THAT(a.flags, Contains(Field(&Flag::id, "parts-removed")));
}

TEST(LongAxisAnalysis, GivesNothingThatIsNotReleased) {
  for (const Measurement& m : analyse("off").measurements) {
    EXPECT_FALSE(m.value) << m.id;
    EXPECT_THAT(m.reason, HasSubstr("does not release")) << m.id;
  }
}

TEST(LongAxisAnalysis, RefusesStacksAndStills) {
  Outliner outliner;
  const auto ignore = [](double, const std::string&) {};
  EXPECT_THROW(analyzeLongAxis(cine(6, 3), "4ch", releasedAs("site"), outliner, ignore),
               InputError);
  EXPECT_THROW(analyzeLongAxis(cine(1), "4ch", releasedAs("site"), outliner, ignore), InputError);
}

TEST(LongAxisAnalysis, KeepsWhatVolumesOfTwoPlanesAreMadeOfWhereTheHeadIsReleased) {
  const SaxAnalysis a = analyse();
  ASSERT_TRUE(a.leftVentricle && a.leftAtrium);
  EXPECT_NEAR(discsMl(a.leftVentricle->largest), a.lvVolumeMl[0], 1e-9);
  EXPECT_NEAR(discsMl(a.leftVentricle->smallest), a.lvVolumeMl[3], 1e-9);
  EXPECT_FALSE(analyse("off").leftVentricle);
}

SaxAnalysis analyse(const PackageIdentity& release) {
  Outliner outliner;
  return analyzeLongAxis(cine(6), "4ch", release, outliner, [](double, const std::string&) {});
}

TEST(LongAxisAnalysis, KeepsTheAtriaBackByTheirOwnRelease) {
  PackageIdentity release = releasedAs("report");
  release.release[atriaPlace] = "off";
  const SaxAnalysis a = analyse(release);
  EXPECT_TRUE(a.leftVentricle);
  EXPECT_FALSE(a.leftAtrium);
  for (const Measurement& m : a.measurements) {
    if (m.id.rfind("lax.la", 0) != 0) continue;
    EXPECT_FALSE(m.value) << m.id;
    EXPECT_THAT(m.reason, HasSubstr("does not release the atria")) << m.id;
  }
}

TEST(LongAxisAnalysis, SaysTheReservationWithWhichAHeadIsReleased) {
  const auto isReserved = Contains(Field(&Flag::id, "reservation"));
  EXPECT_THAT(analyse(releasedAs("report")).flags, isReserved);  // learned from drawn hearts
  for (const char* evidence : {"real", "non-expert"}) {
    for (const char* release : {"report", "flag"}) {
      PackageIdentity identity = releasedAs(release);
      identity.evidence.fill(evidence);
      const bool isCertain = std::string(evidence) == "real" && std::string(release) == "report";
      EXPECT_EQ(testing::Value(analyse(identity).flags, isReserved), !isCertain)
          << evidence << ", " << release;
    }
  }
}

}  // namespace
}  // namespace cmr
