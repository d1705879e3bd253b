#include "models/phantom_body.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cmr {
namespace {

// Millilitres of each tissue about the ventricles: points on a grid in the heart's own axes.
std::array<double, phantomTissueCount> volumesMl(const PhantomBody& body, double phase) {
  const BodyPose pose = poseBody(body, phase);
  constexpr double step = 1.5;
  std::array<double, phantomTissueCount> ml{};
  for (double z = -45; z < 150; z += step) {
    for (double y = -90; y < 90; y += step) {
      for (double x = -70; x < 130; x += step) {
        const Vec3 p = body.originMm + body.axes.toPatient({x, y, z});
        ml[static_cast<std::size_t>(tissueAt(pose, p))] += step * step * step / 1000;
      }
    }
  }
  return ml;
}
double of(const std::array<double, phantomTissueCount>& ml, PhantomTissue t) {
  return ml[static_cast<std::size_t>(t)];
}
double cavity(const std::array<double, phantomTissueCount>& ml) {
  return of(ml, PhantomTissue::lvBlood) + of(ml, PhantomTissue::papillary);
}
double wall(const std::array<double, phantomTissueCount>& ml) {
  return of(ml, PhantomTissue::myocardium) + of(ml, PhantomTissue::scar);
}

class PhantomBodyOf : public testing::TestWithParam<PhantomDisease> {};

TEST_P(PhantomBodyOf, HoldsTheVolumesItWasMadeForAndTheSameMyocardiumAtEveryPhase) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    const PhantomBody body = drawBody(seed, GetParam());
    const auto ed = volumesMl(body, 0);
    const auto es = volumesMl(body, body.heart.endSystole);
    EXPECT_NEAR(cavity(ed), body.heart.lvEdvMl, 0.03 * body.heart.lvEdvMl) << seed;
    EXPECT_NEAR(cavity(es), body.heart.lvEsvMl, 0.05 * body.heart.lvEsvMl + 1) << seed;
    const double ef = 1 - cavity(es) / cavity(ed);
    EXPECT_NEAR(ef, 1 - body.heart.lvEsvMl / body.heart.lvEdvMl, 0.02) << seed;
    EXPECT_NEAR(wall(es), wall(ed), 0.06 * wall(ed)) << seed;
    const double right = of(ed, PhantomTissue::rvBlood) + of(ed, PhantomTissue::rvTrabecula);
    EXPECT_NEAR(right, body.heart.rvEdvMl, 0.08 * body.heart.rvEdvMl) << seed;
  }
}
INSTANTIATE_TEST_SUITE_P(Diseases, PhantomBodyOf, testing::ValuesIn(allPhantomDiseases),
                         [](const auto& disease) {
                           std::string name = diseaseName(disease.param);
                           name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
                           return name;
                         });

// Of the wall's tables, without the outflow tract that pierces it.
double tabulatedWall(const VentricleShape& shape, const VentriclePose& pose) {
  double sum = 0;
  for (std::size_t i = 0; i < pose.endoSquare.size(); ++i) {
    sum += static_cast<double>(pose.epiSquare[i] - std::max(0.0F, pose.endoSquare[i]));
  }
  return sum * pose.lengthMm / static_cast<double>(shape.endoSquare.size());
}

TEST(PhantomHeart, TheWallIsIncompressible) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const PhantomHeart h = drawHeart(seed, PhantomDisease::infarct);
    const VentricleShape shape = shapeVentricles(h);
    const double before = tabulatedWall(shape, poseVentricles(h, shape, 0));
    for (const double phase : {0.1, 0.2, 0.36, 0.5, 0.9}) {
      EXPECT_NEAR(tabulatedWall(shape, poseVentricles(h, shape, phase)), before, 1e-3 * before);
    }
  }
}

TEST(PhantomHeart, VolumeCurveFallsToEndSystoleAndComesBack) {
  const PhantomHeart h = drawHeart(5, PhantomDisease::normal);
  EXPECT_DOUBLE_EQ(lvVolumeMl(h, 0), h.lvEdvMl);
  EXPECT_NEAR(lvVolumeMl(h, h.endSystole), h.lvEsvMl, 1e-9);
  for (double p = 0; p < 1; p += 0.01) {
    EXPECT_GE(lvVolumeMl(h, p), h.lvEsvMl - 1e-9) << p;
    EXPECT_LE(lvVolumeMl(h, p), h.lvEdvMl + 1e-9) << p;
  }
  EXPECT_NEAR(lvVolumeMl(h, 0.999), h.lvEdvMl, 0.02 * h.lvEdvMl);
}

TEST(PhantomHeart, MitralPlaneComesDownAndTheWallThickens) {
  const PhantomBody body = drawBody(11, PhantomDisease::normal);
  const VentriclePose ed = poseVentricles(body.heart, body.shape, 0);
  const VentriclePose es = poseVentricles(body.heart, body.shape, body.heart.endSystole);
  EXPECT_NEAR(es.baseZ - ed.baseZ, body.heart.descentMm, 1e-6);
  const auto thickness = [](const VentriclePose& p) {
    return std::sqrt(p.epiSquareAt(3, 0.5)) - std::sqrt(p.endoSquareAt(3, 0.5));
  };
  EXPECT_GT(thickness(es), 1.25 * thickness(ed));
  EXPECT_LT(thickness(es), 2.2 * thickness(ed));
}

TEST(PhantomHeart, AnInfarctMovesLessThanTheWallOppositeIt) {
  int checked = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const PhantomBody body = drawBody(seed, PhantomDisease::infarct);
    const WallRegion& where = *body.heart.infarct;
    const double level = std::min(0.8, std::max(0.3, 0.5 * (where.levelFrom + where.levelTo)));
    if (where.share(where.angle, level) < 0.9 || where.halfWidth > 1.2) continue;
    ++checked;
    const VentriclePose ed = poseVentricles(body.heart, body.shape, 0);
    const VentriclePose es = poseVentricles(body.heart, body.shape, body.heart.endSystole);
    const auto inward = [&](double angle) {
      return 1 - std::sqrt(es.endoSquareAt(angle, level) / ed.endoSquareAt(angle, level));
    };
    EXPECT_LT(inward(where.angle), inward(where.angle + 3.14159)) << seed;
  }
  EXPECT_GT(checked, 8);
}

TEST(PhantomHeart, DrawsVolumesOfTheHumanRange) {
  for (const PhantomDisease d : allPhantomDiseases) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const PhantomHeart h = drawHeart(seed, d);
      EXPECT_GT(h.lvEdvMl, 60) << seed;
      EXPECT_LT(h.lvEdvMl, 520) << seed;
      EXPECT_LT(h.lvEsvMl, h.lvEdvMl) << seed;
      EXPECT_LT(h.rvEsvMl, h.rvEdvMl) << seed;
      EXPECT_EQ(h.infarct.has_value(), d == PhantomDisease::infarct);
      if (d == PhantomDisease::normal) {
        EXPECT_GE(1 - h.lvEsvMl / h.lvEdvMl, 0.4999) << seed;
      }
    }
  }
}

}  // namespace
}  // namespace cmr
