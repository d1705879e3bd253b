// What the network says of a crop, put onto the frame that it was cut from. No LibTorch here.
#pragma once

#include <span>

#include "analysis/frame_sampling.h"
#include "analysis/frame_segmenter.h"
#include "analysis/image_stack.h"

namespace cmr {

// Of one crop: by class, then row by row of the square.
struct CropProbabilities {
  std::span<const float> values;  // classes * size * size
  int classes = 0;
  int size = 0;
  PixelMap map;  // crop to source pixels
};

// Labels and confidence of the frame, whatever stood there.
void storeLabels(const CropProbabilities& crop, const ImageStack& stack, const FrameKey& key,
                 Segmentation& into);

// By the head of the right ventricle, after storeLabels(): see right_ventricle.h.
void storeRightVentricle(const CropProbabilities& crop, const ImageStack& stack,
                         const FrameKey& key, Segmentation& into);

bool showsCavity(const LabelStack& labels, const FrameKey& key);

}  // namespace cmr
