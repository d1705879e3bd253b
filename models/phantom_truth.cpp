#include "models/phantom_truth.h"

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
