// Short-axis bSSFP phantoms drawn on the fly: a random heart in a random chest, seen by a random
// scanner, with every structure known. They teach the right ventricle, absence beyond base and
// apex, and hearts off the middle, which the real frames cannot.
#pragma once

#include <cstdint>

#include "models/training_frame.h"

namespace cmr {

struct PhantomOptions {
  int rows = 256;
  int columns = 256;
  double spacingMm = 1.33;
};

// A function of the seed alone. All structures are known: one bit per pixel.
TrainingFrame drawSaxPhantom(std::uint64_t seed, const PhantomOptions& options);

}  // namespace cmr
