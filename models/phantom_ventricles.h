// The two ventricles at one phase of the cycle, as functions of position in the heart's own axes
// (see phantom_heart.h).
//
// The wall is incompressible: at every angle and level epi^2 - endo^2 is its value at end diastole
// divided by the longitudinal stretch, so that the myocardium's volume is the same at every phase,
// by construction. The endocardium moves inwards in proportion to what each part of the wall can
// do, as far as the volume curve asks.
#pragma once

#include <array>
#include <vector>

#include "models/phantom_heart.h"

namespace cmr {

// What does not change over the cycle: the shape at end diastole.
struct VentricleShape {
  static constexpr int levelCount = 64;
  static constexpr int angleCount = 72;
  static constexpr double lowestLevel = -0.35;
  double highestLevel = 1.2;
  double epicardialApexLevel = 1.05;
  // [level][angle]: squared radii (negative beyond the apex, so that they cross zero smoothly),
  // the wall's epi^2 - endo^2, and how much of the mean inward movement this part makes.
  std::vector<float> endoSquare;
  std::vector<float> wallSquare;
  std::vector<float> movement;
  double levelAt(int index) const;
  static double angleAt(int index);
};

VentricleShape shapeVentricles(const PhantomHeart& heart);

struct VentriclePose {
  double phase = 0;
  double stretch = 1;   // length now over length at end diastole
  double baseZ = 0;     // mm: where level 0 is now
  double lengthMm = 0;  // inner length now
  double lowestLevel = 0;
  double levelsPerIndex = 1;
  std::vector<float> endoSquare;  // [level][angle]
  std::vector<float> epiSquare;
  std::array<double, VentricleShape::levelCount> rvReachMm{};  // free wall from the epicardium
  std::array<std::array<double, VentricleShape::levelCount>, 2> papillaryAt{};  // mm from the axis
  std::array<std::array<double, VentricleShape::levelCount>, 2> papillaryMm{};  // radius

  double level(double z) const { return (z - baseZ) / lengthMm; }
  double height(double atLevel) const { return baseZ + atLevel * lengthMm; }
  double endoSquareAt(double angle, double atLevel) const;
  double epiSquareAt(double angle, double atLevel) const;
};

// The outflow tracts belong to the cavities too, and are drawn as vessels: their volume is taken
// off what the ventricles' bodies are solved for.
struct OutflowVolumes {
  double leftMl = 0;
  double rightMl = 0;
};
VentriclePose poseVentricles(const PhantomHeart& heart, const VentricleShape& shape, double phase,
                             const OutflowVolumes& outflow = {});

// Half the angle between the RV's insertions at a level.
double rvHalfAngle(const PhantomHeart& heart, double atLevel);
// Level of the mitral plane at a place (mm across the axis); the tricuspid one lies a little nearer
// to the apex.
double valveLevel(const PhantomHeart& heart, double x, double y);
inline constexpr double tricuspidOffset = 0.05;

// What a point in the heart's axes is, as far as the ventricles know: none, and how far outside
// their surface it lies (about, mm).
struct VentriclePoint {
  PhantomTissue tissue = PhantomTissue::air;  // air: none of theirs
  double outsideMm = 1e9;
  bool aboveValve = false;
  double angle = 0;
  double level = 0;
};
VentriclePoint ventricleAt(const PhantomHeart& heart, const VentriclePose& pose, Vec3 point);

}  // namespace cmr
