// One heart as numbers: what is drawn at random about it, and what follows from that. Lengths in
// mm, volumes in mL, masses in g, angles in radians about the LV's long axis, counted from the
// middle of the septum through the inferior wall (pi/2) to the lateral wall (pi).
//
// The heart's own axes: x from the LV towards the septum and the right ventricle, y towards the
// inferior wall, z from base to apex; the origin is the middle of the LV's base at end diastole.
// `level` is the height along z as a share of the LV's inner length: 0 base, 1 endocardial apex.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "analysis/image_stack.h"
#include "models/phantom_kind.h"

namespace cmr {

// A region of the wall with a smooth rim: 1 inside, falling to 0.
struct WallRegion {
  double angle = 0;
  double halfWidth = 0;
  double levelFrom = 0;
  double levelTo = 0;
  double share(double atAngle, double atLevel) const;
};

// Enhanced tissue: depth 0 is the endocardium, 1 the epicardium.
struct ScarRegion {
  WallRegion where;
  double depthFrom = 0;
  double depthTo = 0;
};

struct PhantomHeart {
  PhantomDisease disease = PhantomDisease::normal;
  Sex sex = Sex::female;
  double ageYears = 55;
  double heightM = 1.7;
  double weightKg = 70;
  double bsa = 1.8;  // Mosteller: sqrt(height cm * weight kg / 3600)
  double heartRateBpm = 65;

  // What the shape is solved for. Papillary muscles count as cavity.
  double lvEdvMl = 0;
  double lvEsvMl = 0;
  double rvEdvMl = 0;
  double rvEsvMl = 0;
  double wallMm = 9;  // mean thickness of the wall at end diastole, without regional patterns

  double endSystole = 0.36;  // phase
  double lengthMm = 90;      // inner length at end diastole
  double descentMm = 13;     // MAPSE: how far the mitral plane goes down
  double apexWallMm = 5;
  double profilePower = 2.2;  // 2: ellipsoid; more: blunter
  double profileCentre = 0.25;
  double valveTilt = 0;  // of the mitral plane: level gained per mm
  double valveTiltAngle = 0;
  std::array<double, 3> cosine{};  // harmonics 2, 3, 4 of the cross-section
  std::array<double, 3> sine{};
  double septalFlattening = 0;  // share of the radius taken off the septum
  double septalExcess = 0;      // asymmetric hypertrophy: thickness added, share of wallMm
  WallRegion septalBulge;
  std::optional<WallRegion> infarct;
  double infarctThinning = 1;  // thickness left in the infarct
  double infarctMovement = 1;  // movement left in it; negative: dyskinetic
  std::array<ScarRegion, 3> scars{};
  int scarCount = 0;

  double rvReachMm = 34;  // from the septum to the free wall at the base: a first guess
  double rvCentreAngle = -0.1;
  double rvHalfAngle = 1.15;  // at the base; insertions lie at centre -/+ this
  double rvApexLevel = 0.88;
  double rvRoundness = 0.62;  // exponent of the free wall's profile
  double rvWallMm = 3;

  double papillaryMm = 4.5;  // radius at end diastole
  std::array<double, 2> papillaryAngle{2.2, -2.3};
  double trabeculation = 0.5;
  double fatMm = 4;  // epicardial
  double fatAngle = 0;
  double atrialScale = 1;
  std::uint64_t textureSeed = 0;

  bool hasScar() const { return scarCount > 0; }
};

// A function of the seed and the disease. About one heart in five lies near a disease's threshold,
// on either side of it. Sources of the distributions: docs/phantoms.md.
PhantomHeart drawHeart(std::uint64_t seed, PhantomDisease disease);

// LV volume at a phase in [0, 1): end diastole at 0, end systole at heart.endSystole, rapid
// filling, diastasis, atrial contraction. 0: ED, 1: ES.
double contraction(const PhantomHeart& heart, double phase);
double lvVolumeMl(const PhantomHeart& heart, double phase);
double rvVolumeMl(const PhantomHeart& heart, double phase);

}  // namespace cmr
