// Atria, great vessels and the outflow tracts at one phase: ellipsoids and round tubes in patient
// coordinates (LPS, mm) relative to the middle of the LV's base at end diastole.
#pragma once

#include <vector>

#include "models/phantom_heart.h"
#include "models/phantom_ventricles.h"

namespace cmr {

// The heart's axes in patient coordinates.
struct HeartAxes {
  Vec3 x;  // towards septum and RV
  Vec3 y;  // towards the inferior wall
  Vec3 z;  // base to apex
  Vec3 toPatient(Vec3 heart) const { return x * heart.x + y * heart.y + z * heart.z; }
  Vec3 toHeart(Vec3 patient) const { return {dot(x, patient), dot(y, patient), dot(z, patient)}; }
};

// The apex points left, forward and down; the seed turns it as people differ.
HeartAxes drawHeartAxes(std::uint64_t seed);

struct TubeSegment {
  Vec3 from;
  Vec3 to;
  double radiusFrom = 0;
  double radiusTo = 0;
  PhantomTissue tissue = PhantomTissue::aorta;
  double wallMm = 1.5;
  // Derived: what makes the distance quick. A point farther from the middle than `reachMm` is
  // farther than vesselSurroundMm from the surface.
  Vec3 middle;
  double reachMm = 0;
  Vec3 along;
  double perSquaredLength = 0;
};
inline constexpr double vesselSurroundMm = 6;
TubeSegment tubeSegment(Vec3 from, Vec3 to, double radiusFrom, double radiusTo,
                        PhantomTissue tissue, double wallMm);

struct AtrialEllipsoid {
  Vec3 centre;  // in the heart's axes
  Vec3 semiAxes;
  PhantomTissue tissue = PhantomTissue::laBlood;
};

struct VesselPose {
  std::vector<AtrialEllipsoid> atria;
  std::vector<TubeSegment> segments;  // the first that holds a point wins
  TubeSegment outflow;                // of the LV: cavity below the aortic valve
};

VesselPose poseVessels(const PhantomHeart& heart, const HeartAxes& axes, const VentriclePose& pose);

// Direction from the LV's axis to the aortic valve, and where the valve's middle lies in the base.
inline constexpr double aorticAngle = -0.85;

// Whether a point lies in the LV's outflow tract, which ends flat at the aortic valve.
bool inOutflow(const TubeSegment& outflow, Vec3 point);

// Signed distance from a tube's surface, negative inside; something above vesselSurroundMm when it
// is larger than that.
double distanceOutside(const TubeSegment& segment, Vec3 point);

}  // namespace cmr
