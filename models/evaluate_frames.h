// A package against frames whose outlines are known: two-dimensional, frame by frame, with no
// repair in space or time. Each frame is given to the network alone, so that it finds the heart by
// itself in every one of them (in a whole series the neighbouring slices would help).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/frame_segmenter.h"
#include "models/score_summary.h"
#include "models/training_frame.h"

namespace cmr {

struct FrameScore {
  std::string name;
  std::string patient;
  CardiacPhase phase = CardiacPhase::unknown;
  // By Structure; none where the frame's labels do not know the structure everywhere.
  std::array<std::optional<OverlapScore>, structureCount> structures;
  bool heartFound = true;
  // Of the place where the crop was taken; none without a cavity, or when a patient's frames were
  // searched together.
  std::optional<double> centreErrorMm;
};

// Over how many frames the network looks for the heart: over all of a patient (in the order of
// their names, as the service does with the slices of a series), or in each of them alone, which
// is harder.
enum class HeartSearch { perPatient, perFrame };

FrameScore scoreLabels(const TrainingFrame& reference, std::span<const std::uint8_t> labels);

// In the order of the frames given. Frames of one patient that differ in size or spacing are
// searched apart.
std::vector<FrameScore> evaluateFrames(const std::vector<TrainingFrame>& frames,
                                       FrameSegmenter& segmenter, HeartSearch search);

// The same frames with their edges taken in several ways: each is segmented once and scored against
// every set, which hold the same images in the same order. One list of scores for each set.
std::vector<std::vector<FrameScore>> evaluateAgainst(
    const std::vector<std::vector<TrainingFrame>>& references, FrameSegmenter& segmenter,
    HeartSearch search);

// Drawn hearts, of which every structure is known, each found alone. The same seed draws the same
// hearts.
std::vector<FrameScore> evaluatePhantoms(int count, std::uint64_t seed, FrameSegmenter& segmenter);

// The scores of one structure, of all frames or of one phase.
std::vector<OverlapScore> scoresOf(const std::vector<FrameScore>& frames, Structure structure,
                                   std::optional<CardiacPhase> phase = {});

// Ejection fraction from areas summed over the frames of a patient that have a reference: pixel
// size and slice distance cancel.
struct EjectionFraction {
  std::string patient;
  std::size_t endDiastolicFrames = 0;
  std::size_t endSystolicFrames = 0;
  double referencePercent = 0;
  double predictedPercent = 0;  // NaN when no cavity was found at end diastole
  double error() const { return predictedPercent - referencePercent; }
};

// One for each patient with both phases, by name.
std::vector<EjectionFraction> ejectionFractions(const std::vector<FrameScore>& frames);

}  // namespace cmr
