// From a training frame to what the network sees: random geometry and scanner appearance around
// the same sampling code that inference uses. Everything is a function of the seed given.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "analysis/frame_sampling.h"
#include "models/image_changes.h"
#include "models/training_frame.h"

namespace cmr {

struct AugmentOptions : AppearanceOptions {
  int size = 128;
  double spacingMm = 1.33;
  double rotationDegrees = 25;  // standard deviation
  bool uniformRotation = true;  // one draw in ten is uniform over the circle
  double logScale = 0.14;       // standard deviation of log(scale)
  double shiftMm = 9;           // standard deviation of the crop's centre about the true one
  // Share of crops that lie far off, and their standard deviation: inference starts from a rough
  // first look and moves the crop onto the cavity that it then sees.
  double wanderShare = 0.25;
  double wanderMm = 32;
  double elasticMm = 3.5;  // standard deviation of the control points of the displacement
  bool enabled = true;     // false: centred crop, no change of appearance (validation)
};

struct TrainingSample {
  std::vector<float> image;           // size * size, normalised
  std::vector<std::uint8_t> allowed;  // size * size
  std::uint8_t known = 0;
};

// A crop about the left ventricle; about a random place where the frame holds none.
TrainingSample drawCrop(const TrainingFrame& frame, std::uint64_t seed,
                        const AugmentOptions& options);

struct FieldSample {
  std::vector<float> image;  // size * size, the whole field (randomly cut and moved)
  // Centre of the LV cavity in pixels of the picture; none: no left ventricle in it.
  std::optional<double> centreColumn;
  std::optional<double> centreRow;
};

FieldSample drawField(const TrainingFrame& frame, std::uint64_t seed,
                      const AugmentOptions& options);

struct FrameCentre {
  double column = 0;
  double row = 0;
  std::size_t area = 0;  // pixels; 0: nothing of it, and the centre is the middle of the frame
};

// Where a crop was taken: the sample pixel p shows the source at map(p + displacement(p)).
struct CropPlace {
  PixelMap map;
  Displacement bend;
};
// About a position of the frame, in its pixels; mayWander: whether some lie far off.
CropPlace drawCropPlace(const FrameCentre& centre, double spacingMm, bool mayWander,
                        std::mt19937_64& rng, const AugmentOptions& options);
// The place of validation and inference: no rotation, no displacement.
CropPlace plainCropPlace(const FrameCentre& centre, double spacingMm,
                         const AugmentOptions& options);
TrainingSample cropAt(const CropPlace& place, const TrainingFrame& frame, std::mt19937_64& rng,
                      const AugmentOptions& options);

// Centre of gravity of the pixels that are certainly LV cavity.
FrameCentre cavityCentre(const TrainingFrame& frame);
// Of the pixels that certainly belong to one of the structures (bits as in TrainingFrame::allowed).
FrameCentre structuresCentre(const TrainingFrame& frame, std::uint8_t structures);

std::uint64_t mixSeed(std::uint64_t seed, std::uint64_t a, std::uint64_t b = 0);

}  // namespace cmr
