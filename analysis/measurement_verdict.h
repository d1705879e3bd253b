// How far a measurement can be trusted, as it becomes known.
#pragma once

#include <string>

#include "analysis/measurement.h"

namespace cmr {

// Verdicts can only become worse; the reasons of the worst verdict are kept. What is unmeasurable
// has no value.
void worsen(Measurement& m, Quality quality, const std::string& reason);

}  // namespace cmr
