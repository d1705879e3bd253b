// Multi-crop (Caron et al., NeurIPS 2020 and ICCV 2021) for grey MR pictures: a few large views of
// an image and several small ones, each turned, mirrored and seen by another scanner. What natural
// images need and MR has not (colour, solarisation) is left out; what MR has (coil shading, gamma,
// noise) comes from the same blocks as the augmentation of fine-tuning.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/image_changes.h"
#include "models/patch_mask.h"
#include "models/pretrain_image.h"

namespace cmr {

struct AreaRange {  // share of the picture's area that a view covers
  double low = 0;
  double high = 0;
};

struct MultiCropOptions {
  int globalSize = 128;  // pixels of the square views; the paper's code has 224 and 96
  int localSize = 56;
  int globalCrops = 2;
  int localCrops = 8;
  // Between the two ways in which the service looks at an image: the whole field (1), and a crop
  // about the heart, which at 1.33 mm takes a quarter of a usual field.
  AreaRange globalArea{0.25, 1.0};
  AreaRange localArea{0.05, 0.25};
  double rotationDegrees = 25;  // standard deviation; one draw in ten is uniform over the circle
  double flipProbability = 0.5;
  AppearanceOptions appearance;
};

// One view, size * size, normalised as at inference. A view of hardly anything but air is drawn
// again, a few times.
std::vector<float> drawView(const PretrainImage& image, int size, const AreaRange& area,
                            std::uint64_t seed, const MultiCropOptions& options);

// The whole picture fitted into a square, without any change: what features are measured on.
std::vector<float> plainView(const PretrainImage& image, int size);

struct MultiCropPlan {
  std::uint64_t seed = 1;
  int images = 16;  // per batch
  MultiCropOptions crops;
  PatchMaskOptions masks;  // of the global views; gridSide 0: none are drawn
};

struct MultiCropBatch {
  std::int64_t number = 0;
  int images = 0;
  std::vector<float> globals;       // [globalCrops][images][globalSize^2]
  std::vector<float> locals;        // [localCrops][images][localSize^2]
  std::vector<std::uint8_t> masks;  // [globalCrops][images][gridSide^2], 1: masked; or empty
  std::vector<std::string> names;   // of the images
};

// The image in place `slot` of the endless sequence that a run sees; a pure function.
using ImageSequence = std::function<PretrainImage(std::uint64_t slot)>;

// Batch `number`: images of the slots from number * images on. A function of plan and number, and
// the sample in a slot does not depend on how many images make a batch.
MultiCropBatch drawMultiCrop(const MultiCropPlan& plan, std::int64_t number,
                             const ImageSequence& sequence);

}  // namespace cmr
