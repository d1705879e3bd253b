// Body surface area, by which volumes and mass are indexed.
#pragma once

#include <optional>
#include <string>

#include "analysis/image_stack.h"

namespace cmr {

struct BodySurface {
  std::optional<double> m2;
  std::string reason;  // why there is none
};

// Mosteller: the square root of height in cm times weight in kg over 3600 (N Engl J Med
// 1987;317:1098; DCM 122244 in PS3.16 CID 3663).
BodySurface bodySurface(const PatientFacts& patient);

}  // namespace cmr
