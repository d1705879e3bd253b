// The scanner and the coil of one series: what is the same in all its frames.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "models/phantom_body.h"
#include "models/phantom_signal.h"

namespace cmr {

struct CoilElement {
  Vec3 atMm;  // patient
  double strength = 1;
};

struct PhantomLook {
  std::vector<CoilElement> coils;
  double shading = 1;  // exponent of the coils' sensitivity: 0 after a perfect normalisation
  double blurPixels = 0.7;
  double noise = 0.02;   // standard deviation, as a share of the brightest blood before shading
  double texture = 1;    // strength of the grain of tissues
  double bandDepth = 0;  // of balanced SSFP's dark bands; 0: none in the field
  double bandAngle = 0;
  double bandPeriodMm = 250;
  double bandShiftMm = 0;
  double ghostWeight = 0;
  int ghostShift = 20;  // pixels, along the phase-encoding direction
  bool phaseAlongRows = true;
  double flowMarks = 0.1;      // how uneven moving blood is
  double circleShare = 0;      // black outside a circle of this share of the width; 0: none
  double phaseFieldShare = 1;  // of the field along the phase direction; the rest is black
  double gain = 1000;          // stored value of the brightest blood
  std::uint64_t grainSeed = 0;
};

// Draws a look that goes with the sequence; normalised: whether the scanner evens the coils out.
PhantomLook drawLook(std::mt19937_64& rng, const PhantomBody& body, PhantomSequence sequence);

// Sum of the coils' sensitivities at a point, about 1 in the heart.
double coilSensitivity(const PhantomLook& look, const PhantomBody& body, Vec3 patientMm);

}  // namespace cmr
