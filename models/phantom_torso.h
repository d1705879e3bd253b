// The chest and upper abdomen about the heart, as a function of position in patient coordinates
// (LPS, mm) relative to the middle of the LV's base.
#pragma once

#include <array>
#include <cstdint>

#include "models/phantom_heart.h"

namespace cmr {

struct PhantomTorso {
  Vec3 centre;               // of the trunk's cross-section
  double halfWidthMm = 165;  // left to right
  double halfDepthMm = 112;  // front to back
  double squareness = 2.5;   // exponent of the superellipse
  // Distance of the skin from the middle, over |x| / (|x| + |y|) from 0 to 1.
  std::array<double, 130> skinMm{};
  double fatMm = 15;
  double breastMm = 0;  // additional fat in front, off the middle
  double muscleMm = 13;
  double ribPhase = 0;
  double diaphragmMm = -56;  // height below the heart
  double rightDomeMm = 24;   // how much higher the right dome is
  double leftDomeMm = 10;
  double liverReachMm = 30;  // how far the liver goes to the left of the middle
  Vec3 stomach;
  double stomachMm = 38;
  bool gasInStomach = true;
  double armGapMm = 20;
  double mediastinalMm = 26;  // half the width of the fat between the lungs, above the heart
  std::uint32_t seed = 0;
};

PhantomTorso drawTorso(std::uint64_t seed, const PhantomHeart& heart);

// inMediastinum: whether a point lies so near heart and vessels that fat is there, not lung.
PhantomTissue torsoAt(const PhantomTorso& torso, Vec3 point, bool inMediastinum);

}  // namespace cmr
