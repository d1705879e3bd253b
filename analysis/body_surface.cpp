#include "analysis/body_surface.h"

#include <cmath>
#include <cstdio>

namespace cmr {
namespace {

std::string refused(const char* what, double value, const char* unit) {
  char text[96];
  std::snprintf(text, sizeof text, "The images state a %s of %g %s, which cannot be.", what, value,
                unit);
  return text;
}

std::string whyNone(const PatientFacts& patient) {
  if (patient.refusedHeightM && !patient.heightM) {
    return refused("height", *patient.refusedHeightM, "m");
  }
  if (patient.refusedWeightKg && !patient.weightKg) {
    return refused("weight", *patient.refusedWeightKg, "kg");
  }
  if (!patient.heightM && !patient.weightKg) {
    return "The images state neither the patient's height nor the weight.";
  }
  return patient.heightM ? "The images do not state the patient's weight."
                         : "The images do not state the patient's height.";
}

}  // namespace

BodySurface bodySurface(const PatientFacts& patient) {
  if (!patient.heightM || !patient.weightKg) return {std::nullopt, whyNone(patient)};
  return {std::sqrt(100 * *patient.heightM * *patient.weightKg / 3600), ""};
}

}  // namespace cmr
