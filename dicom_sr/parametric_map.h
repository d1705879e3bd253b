// A map of a quantity that we fitted ourselves, as floating point numbers on the images' grid.
#pragma once

#include <string>
#include <vector>

#include "analysis/relaxation_fit.h"
#include "dicom_sr/writers.h"

namespace cmr {

struct MapPlane {
  int slice = 0;
  std::vector<float> values;  // row by row; 0 where nothing could be fitted
};

struct QuantityMap {
  std::string label;        // "T1"
  Code quantity;            // what the numbers are
  Code unit;                // UCUM
  std::string description;  // one sentence: how they were computed, with its source
  double windowLow = 0;     // grey values that are black and white
  double windowHigh = 1;
  std::vector<MapPlane> planes;
};

// T1 of every slice whose phases are inversion recovery images (analysis/relaxation_fit.h).
// Throws InputError naming what is missing.
QuantityMap fittedT1(const ImageStack& stack);

// Parametric Map with Float Pixel Data (PS3.3 A.75), one frame for each plane, each naming the
// images that it was fitted to. Throws InputError when the planes do not lie on the source's grid
// or the source has no frame of reference, without which there is no such object.
ProducedObject writeParametricMap(const SeriesStack& source, const QuantityMap& map,
                                  const OutputContext& context);

}  // namespace cmr
