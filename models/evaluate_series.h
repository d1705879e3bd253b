// A package against the contours of a whole series: what `cmr analyze` would report beside what the
// contours say, and where the difference comes from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/frame_segmenter.h"
#include "analysis/measurement.h"
#include "models/evaluate_frames.h"
#include "models/series_reference.h"

namespace cmr {

// Hands on to another segmenter and keeps a copy of its labels, as they were before any repair.
class RecordingSegmenter final : public FrameSegmenter {
 public:
  explicit RecordingSegmenter(FrameSegmenter& inner) : inner_(inner) {}
  Segmentation segment(const ImageStack& stack, const ProgressCallback& progress) override;
  const PackageIdentity& identity() const override { return inner_.identity(); }
  const LabelStack& labels() const { return labels_; }

 private:
  FrameSegmenter& inner_;
  LabelStack labels_;
};

// One contoured frame, scored as the network left it and after the analysis' repair.
struct ContourScore {
  int instanceNumber = 0;
  int slice = 0;
  FrameScore raw;
  FrameScore repaired;
};

// Volume found at a key phase in a slice where the reference drew none.
struct OutsideVolume {
  CardiacPhase phase = CardiacPhase::unknown;
  int slice = 0;
  double ml = 0;
};

struct SeriesEvaluation {
  int sliceCount = 0;
  int phaseCount = 0;
  SeriesReference reference;
  int endDiastolePhase = 0;  // as the analysis took them
  int endSystolePhase = 0;
  HeartNumbers asShipped;                 // all slices, own phases
  std::vector<Measurement> measurements;  // of the analysis, with their verdicts
  std::vector<Flag> flags;
  HeartNumbers referenceSlices;  // repaired labels in the contoured frames alone
  std::vector<OutsideVolume> outside;
  std::vector<ContourScore> frames;
  double outsideMl(CardiacPhase phase) const;
};

// Runs the analysis of a short-axis cine as it ships. The result points into `contours`. Throws
// InputError when the contours allow no comparison, and what analyzeSax throws.
SeriesEvaluation evaluateSeries(const ImageStack& stack, const std::vector<SeriesContour>& contours,
                                FrameSegmenter& segmenter);

// The shorter way around the beat from `reference` to `found`: -phaseCount/2 .. phaseCount/2.
int cyclicOffset(int found, int reference, int phaseCount);

}  // namespace cmr
