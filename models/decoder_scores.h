// How well a dense head does on drawn hearts: outlines by structure, landmarks by distance and by
// whether they are told apart from absent ones.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/task_decoder.h"
#include "models/dense_samples.h"
#include "models/score_summary.h"

namespace cmr {

struct LandmarkScore {
  bool present = false;
  double confidence = 0;
  double errorMm = 0;  // NaN for an absent one
};

struct DecoderScores {
  std::map<std::string, std::vector<OverlapScore>> structures;  // by name
  std::map<std::string, std::vector<LandmarkScore>> landmarks;

  // What "best" means while training: mean Dice over structures, or the mean share of landmarks
  // that are found within closeMm.
  double selection() const;
};

inline constexpr double closeMm = 5;

// Each frame cut about its own heart, as inference does once its crop rests, with no other change.
// Structures that a frame's labels do not know are not judged in it; of seg_cine_sax_rv, the right
// ventricle alone is.
DecoderScores scoreDecoder(TaskDecoder& decoder, Network& network,
                           const std::vector<DenseFrame>& frames, int size, double spacingMm,
                           ComputePrecision precision);

// One frame after another: images [n, 1, size, size] of samples.
torch::Tensor imagesOf(const std::vector<DenseSample>& samples, int size);

// Of a landmark at an operating point. Rates are NaN where nothing was there to be rated.
struct LandmarkSummary {
  std::size_t present = 0;
  std::size_t absent = 0;
  double detectionRate = 0;   // share of the present ones with enough confidence
  double falseAlarmRate = 0;  // share of the absent ones with enough confidence
  double meanErrorMm = 0;     // of the present ones detected
  double medianErrorMm = 0;
  double closeRate = 0;  // share of the present ones detected within closeMm
};
LandmarkSummary summarise(const std::vector<LandmarkScore>& scores, double leastConfidence);

// The confidence, among 0.05, 0.10, ... 0.95, at which detections less false alarms are largest,
// over all landmarks; of equals, the middle one.
double bestConfidence(const DecoderScores& scores);

// bestConfidence for landmarks; 0 for outlines, which have none.
double bestOperatingPoint(const HeadDescription& head, const DecoderScores& scores);

}  // namespace cmr
