#include "models/phantom_truth.h"

#include <cmath>
#include <numbers>

namespace cmr {
namespace {

constexpr double gramsPerMl = 1.05;

double of(const TissueVolumes& ml, PhantomTissue t) { return ml[static_cast<std::size_t>(t)]; }

double cavity(const TissueVolumes& ml) {
  return of(ml, PhantomTissue::lvBlood) + of(ml, PhantomTissue::papillary);
}
double rightCavity(const TissueVolumes& ml) {
  return of(ml, PhantomTissue::rvBlood) + of(ml, PhantomTissue::rvTrabecula);
}

}  // namespace

TissueVolumes integrateTissues(const PhantomBody& body, double phase, double stepMm) {
  const BodyPose pose = poseBody(body, phase);
  TissueVolumes ml{};
  const double cell = stepMm * stepMm * stepMm / 1000;
  for (double z = -75; z < 150; z += stepMm) {
    for (double y = -95; y < 75; y += stepMm) {
      for (double x = -65; x < 125; x += stepMm) {
        const Vec3 point = body.originMm + body.axes.toPatient({x, y, z});
        ml[static_cast<std::size_t>(tissueAt(pose, point))] += cell;
      }
    }
  }
  return ml;
}

namespace {

constexpr double turn = 2 * std::numbers::pi;

double radius(double square) { return square > 0 ? std::sqrt(square) : 0; }

// Perimeters and thickness at one level and phase.
struct Section {
  double endocardiumMm = 0;
  double midwallMm = 0;
  double thicknessMm = 0;
};

Section sectionAt(const VentriclePose& pose, double level) {
  constexpr int steps = 180;
  Section section;
  double lastEndo = 0;
  double lastMiddle = 0;
  for (int i = 0; i <= steps; ++i) {
    const double angle = turn * i / steps;
    const double endo = radius(pose.endoSquareAt(angle, level));
    const double epi = radius(pose.epiSquareAt(angle, level));
    const double middle = (endo + epi) / 2;
    const double step = turn / steps;
    if (i > 0) {
      const auto chord = [&](double a, double b) {
        return std::sqrt(a * a + b * b - 2 * a * b * std::cos(step));
      };
      section.endocardiumMm += chord(lastEndo, endo);
      section.midwallMm += chord(lastMiddle, middle);
      section.thicknessMm += (epi - endo) / steps;
    }
    lastEndo = endo;
    lastMiddle = middle;
  }
  return section;
}

// From the base over the apex back to the base, in the plane of one angle and the one opposite.
double longitudinalMm(const VentriclePose& pose, double angle) {
  constexpr int steps = 200;
  double length = 0;
  for (const double side : {angle, angle + std::numbers::pi}) {
    double lastR = radius(pose.endoSquareAt(side, 0));
    double lastZ = pose.height(0);
    for (int i = 1; i <= steps; ++i) {
      const double level = static_cast<double>(i) / steps;
      const double r = i == steps ? 0 : radius(pose.endoSquareAt(side, level));
      length += std::hypot(r - lastR, pose.height(level) - lastZ);
      lastR = r;
      lastZ = pose.height(level);
    }
  }
  return length;
}

}  // namespace

PhantomMotion measureMotion(const PhantomBody& body) {
  const VentriclePose ed = poseBody(body, 0).ventricles;
  const VentriclePose es = poseBody(body, body.heart.endSystole).ventricles;
  PhantomMotion motion;
  constexpr int levels = 13;
  for (int i = 0; i < levels; ++i) {
    const double level = 0.15 + 0.05 * i;
    const Section before = sectionAt(ed, level);
    const Section after = sectionAt(es, level);
    const auto change = [](double a, double b) { return 100 * (b - a) / a / levels; };
    motion.endocardialPercent += change(before.endocardiumMm, after.endocardiumMm);
    motion.midwallPercent += change(before.midwallMm, after.midwallMm);
    motion.thickeningPercent += change(before.thicknessMm, after.thicknessMm);
    motion.meanThicknessMm += before.thicknessMm / levels;
  }
  const double before = longitudinalMm(ed, 0);
  motion.longitudinalPercent = 100 * (longitudinalMm(es, 0) - before) / before;
  motion.excursionMm = es.baseZ - ed.baseZ;
  return motion;
}

PhantomTruth measurePhantom(const PhantomBody& body, double stepMm) {
  const TissueVolumes ed = integrateTissues(body, 0, stepMm);
  const TissueVolumes es = integrateTissues(body, body.heart.endSystole, stepMm);
  PhantomTruth t;
  t.lvEdvMl = cavity(ed);
  t.lvEsvMl = cavity(es);
  t.lvEjectionFraction = 100 * (1 - t.lvEsvMl / t.lvEdvMl);
  t.scarMassG = gramsPerMl * of(ed, PhantomTissue::scar);
  t.lvMassG = gramsPerMl * of(ed, PhantomTissue::myocardium) + t.scarMassG;
  t.papillaryMassG = gramsPerMl * of(ed, PhantomTissue::papillary);
  t.rvEdvMl = rightCavity(ed);
  t.rvEsvMl = rightCavity(es);
  t.rvEjectionFraction = 100 * (1 - t.rvEsvMl / t.rvEdvMl);
  t.laMaxMl = of(es, PhantomTissue::laBlood);
  t.scarPercent = 100 * t.scarMassG / t.lvMassG;
  return t;
}

}  // namespace cmr
