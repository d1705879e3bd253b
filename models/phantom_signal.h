// What each tissue gives in each sequence: relaxation times and the textbook signal equations.
//
// Relaxation times (ms) at 1.5 and 3 T: Stanisz et al., MRM 2005;54:507 (muscle, blood, liver,
// fat), de Bazelaire et al., Radiology 2004;230:652 (abdomen), MOLLI and T2 normal values of the
// myocardium as in Messroghli et al., JCMR 2017;19:75. Each heart gets its own, a few per cent
// about them.
#pragma once

#include <array>
#include <random>

#include "models/phantom_kind.h"

namespace cmr {

struct TissueProperties {
  double protonDensity = 0;
  double t1 = 1000;      // native, ms
  double t2 = 50;        // ms
  double t1After = 500;  // at the time of late enhancement imaging, ms
};
using TissueTable = std::array<TissueProperties, phantomTissueCount>;

struct TissueOptions {
  double fieldTesla = 1.5;
  bool diffuseFibrosis = false;  // native T1 above normal
};
TissueTable drawTissues(std::mt19937_64& rng, const TissueOptions& options);

// Settings of one acquisition.
struct SequenceSettings {
  PhantomSequence sequence = PhantomSequence::cine;
  double fieldTesla = 1.5;
  double flipDegrees = 60;
  double repetitionMs = 3.2;  // between excitations
  double echoMs = 1.5;
  double inversionMs = 0;    // lge, lgePsir, molli
  double beatMs = 900;       // between inversions
  double preparationMs = 0;  // t2Prep: echo time of the preparation
  double passageS = 12;      // perfusion: seconds after the injection
  double vencCmS = 150;
  bool fatSuppressed = false;
  bool afterContrast = false;  // t1Map, molli: as long after contrast agent as late enhancement
};
SequenceSettings drawSettings(std::mt19937_64& rng, PhantomSequence sequence, double fieldTesla,
                              double beatMs, const TissueTable& tissues);

// The longitudinal look-locker recovery of MOLLI: S = |A (1 - inversion exp(-TI/T1star))| with
// T1 = T1star (inversion - 1).
inline constexpr double molliInversion = 2.1;

// The inversion time at which a tissue of this T1 gives no signal, inverted every `beatMs`:
// TI = T1 ln(2 / (1 + exp(-beat/T1))).
double nullingTimeMs(double t1, double beatMs);

// Signed signal (maps: milliseconds; flowPhase: cm/s) of each tissue. Fat is opposed to water in
// balanced SSFP, so that pixels that hold both turn dark.
std::array<float, phantomTissueCount> tissueSignals(const TissueTable& tissues,
                                                    const SequenceSettings& settings, double phase);

}  // namespace cmr
