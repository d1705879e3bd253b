// What the dense tasks beside seg_cine_sax learn from: drawn hearts with all their labels or
// landmarks, cut to the crop that the network sees. Everything is a function of the seed given.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/augment.h"
#include "models/training_frame.h"

namespace cmr {

struct ImagePoint {
  double column = 0;
  double row = 0;
};

// A frame with what its task wants to know of it.
struct DenseFrame {
  TrainingFrame frame;   // bits of allowed: 1 << label of the task
  std::string sequence;  // class of the task `sequence`: "t1_map"
  bool isLongAxis = false;
  // By landmark of the task `landmarks`, in its order; none where it is not in the picture. Empty
  // for a segmentation.
  std::vector<std::optional<ImagePoint>> landmarks;
};

// Sequences and views in which the task is asked for, drawn at random: seg_cine_sax_rv cine of the
// short axis; seg_cine_lax 2, 3 and 4
// chambers; seg_lge_sax magnitude and PSIR; seg_map_sax T1 and T2; landmarks cine of all of them.
// Throws InputError for another task.
DenseFrame drawDenseFrame(const std::string& task, std::uint64_t seed);

// Milliseconds that become 0 and 1 in images of maps; none for other sequences.
std::optional<FixedWindow> mapWindow(const std::string& sequence);

struct DenseSample {
  TrainingSample crop;
  std::vector<std::optional<ImagePoint>> landmarks;  // in pixels of the crop; none outside of it
};

// Where a crop belongs: about the left ventricle's cavity on a short axis, about all chambers on a
// long axis (whose atria would not fit otherwise).
FrameCentre denseCentre(const DenseFrame& frame);

// options.window is taken from the sequence.
DenseSample drawDenseSample(const DenseFrame& frame, std::uint64_t seed, AugmentOptions options);

// The sample pixel that shows a position of the source.
ImagePoint inSample(const CropPlace& place, const ImagePoint& source, int size);

// How crops of a task are changed in training: maps keep their numbers but for a few per cent, and
// landmarks, which are told apart by where they lie, are turned by less.
AugmentOptions augmentOptionsOf(const std::string& task, int size, double spacingMm);

}  // namespace cmr
