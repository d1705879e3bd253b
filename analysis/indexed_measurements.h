// Volumes, output and mass per square metre of body surface.
#pragma once

#include "analysis/body_surface.h"
#include "analysis/measurement.h"

namespace cmr {

// A measurement over the body surface (Mosteller), with its quality, reason and images. Known are
// edv, esv, sv, co and mass of either ventricle; their ids become edvi, esvi, svi, ci and massi.
// Without a body surface, or when the measurement itself has no value, it is unmeasurable and says
// why. Throws InputError for another measurement.
Measurement indexedBy(const BodySurface& surface, const Measurement& measurement);

// The body surface itself ("body.surface").
Measurement bodySurfaceMeasurement(const BodySurface& surface);

}  // namespace cmr
