// What is true of a phantom, counted on a fine grid of the very function that the pictures are cut
// from.
#pragma once

#include <array>

#include "models/phantom_body.h"

namespace cmr {

using TissueVolumes = std::array<double, phantomTissueCount>;  // mL

// Within a box about the ventricles and atria (vessels, lung and fat are cut off by it).
TissueVolumes integrateTissues(const PhantomBody& body, double phase, double stepMm);

struct PhantomTruth {
  double lvEdvMl = 0;  // papillary muscles and trabeculae counted as cavity
  double lvEsvMl = 0;
  double lvEjectionFraction = 0;  // per cent
  double lvMassG = 0;             // at end diastole, without papillary muscles; 1.05 g/mL
  double papillaryMassG = 0;
  double rvEdvMl = 0;
  double rvEsvMl = 0;
  double rvEjectionFraction = 0;
  double laMaxMl = 0;  // at the LV's end systole
  double scarMassG = 0;
  double scarPercent = 0;  // of the LV's mass
};
PhantomTruth measurePhantom(const PhantomBody& body, double stepMm = 1.25);

// How the LV's surfaces move from end diastole to end systole, material points staying at their
// level and angle. Strains are changes of length in per cent of the length at end diastole.
struct PhantomMotion {
  double endocardialPercent = 0;   // of the endocardium's perimeter, mean of levels 0.15 to 0.75
  double midwallPercent = 0;       // of the line midway in the wall
  double thickeningPercent = 0;    // of the mean thickness
  double longitudinalPercent = 0;  // of the endocardium in the plane of septum and lateral wall
  double excursionMm = 0;          // of the mitral plane
  double meanThicknessMm = 0;      // at end diastole, the same levels
};
PhantomMotion measureMotion(const PhantomBody& body);

}  // namespace cmr
