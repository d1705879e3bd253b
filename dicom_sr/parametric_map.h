// A map of a quantity that we fitted ourselves, as floating point numbers on the images' grid.
#pragma once

#include <string>
#include <vector>

#include "dicom_sr/writers.h"

namespace cmr {

struct MapPlane {
  int slice = 0;
  std::vector<float> values;  // row by row; 0 where nothing could be fitted
};

struct QuantityMap {
  std::string label;        // "T1"
  Code quantity;            // what the numbers are
  Code derivation;          // what was done to the images
  Code unit;                // UCUM
  std::string description;  // one sentence: how they were computed, with its source
  double windowLow = 0;     // grey values that are black and white
  double windowHigh = 1;
  std::vector<MapPlane> planes;
};

// What is said of T1 that was fitted to inversion recovery images (fitT1Stack). fitted: one image
// at each place, in ms.
QuantityMap fittedT1(const ImageStack& fitted);

// Parametric Map with Float Pixel Data (PS3.3 A.75), one frame for each plane, each naming the
// images that it was fitted to: all of `source` at its place. Throws InputError when the planes do
// not lie on the source's grid or the source has no frame of reference, without which there is no
// such object.
ProducedObject writeParametricMap(const SeriesStack& source, const QuantityMap& map,
                                  const OutputContext& context);

}  // namespace cmr
