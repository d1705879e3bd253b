// The curves of a cine as numbers: what there is at every phase of the cycle.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/sax_analysis.h"

namespace cmr {

// Whether there is one time for each phase, in their order.
bool haveTimes(const SaxAnalysis& analysis);

// Whether there is anything of a structure at any phase: a curve along zero would say that it is
// there and does not move.
bool isAnyFound(const std::vector<double>& volumesMl);

struct PhaseCurve {
  const Measurement* of = nullptr;  // the number that says how it was computed and how sure it is
  Code concept_;                    // with the abbreviation as its meaning
  Code unit;
  std::vector<std::optional<double>> values;  // per phase
};

// Volumes of the ventricles, strain of the wall's contours; each only where the number that is
// taken from it is reported. Nothing of a still. They point into the analysis.
std::vector<PhaseCurve> phaseCurves(const SaxAnalysis& analysis);

// "312 ms after the R wave, end-systole"; without times "phase 8, end-systole". From 0.
std::string timePointOfPhase(const SaxAnalysis& analysis, int phase);

}  // namespace cmr
