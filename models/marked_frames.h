// Landmarks on single short-axis frames, against where somebody marked them.
#pragma once

#include <vector>

#include "analysis/dense_reader.h"
#include "models/decoder_scores.h"
#include "models/landmark_marks.h"
#include "models/training_frame.h"

namespace cmr {

struct MarkedFrame {
  std::string name;
  ImageStack stack;                      // of this frame alone
  LabelStack labels;                     // of seg_cine_sax
  HeartAxis centre;                      // of the crop: where seg_cine_sax finds the heart
  std::vector<StackLandmark> landmarks;  // found, visible or not
};

// Reads the frames that have marks, each alone; the others are left out. Throws InputError naming
// a frame that has marks and is not there.
std::vector<MarkedFrame> readMarkedFrames(const std::vector<TrainingFrame>& frames,
                                          const LandmarkMarks& marks, FrameSegmenter& segmenter,
                                          DenseReader& reader);

// The marks of a frame are all that it shows: another landmark counts as absent there.
DecoderScores scoreMarks(const std::vector<MarkedFrame>& frames, const LandmarkMarks& marks);

}  // namespace cmr
