#include "analysis/body_surface.h"

#include <cmath>

namespace cmr {

BodySurface bodySurface(const PatientFacts& patient) {
  if (!patient.heightM && !patient.weightKg) {
    return {std::nullopt, "The images state neither the patient's height nor the weight."};
  }
  if (!patient.heightM) return {std::nullopt, "The images do not state the patient's height."};
  if (!patient.weightKg) return {std::nullopt, "The images do not state the patient's weight."};
  return {std::sqrt(100 * *patient.heightM * *patient.weightKg / 3600), ""};
}

}  // namespace cmr
