#include "models/evaluate_frames.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "models/augment.h"
#include "models/mask_overlap.h"
#include "models/sax_phantom.h"

namespace cmr {
namespace {

constexpr std::array<Structure, structureCount - 1> judged{
    Structure::lvCavity, Structure::lvMyocardium, Structure::rvCavity};

Mask maskWhere(std::span<const std::uint8_t> values, std::uint8_t value, int rows, int columns) {
  Mask mask{rows, columns, std::vector<std::uint8_t>(values.size())};
  std::transform(values.begin(), values.end(), mask.pixels.begin(),
                 [value](std::uint8_t v) { return static_cast<std::uint8_t>(v == value); });
  return mask;
}

FrameScore scoreFrame(const TrainingFrame& frame, FrameSegmenter& segmenter) {
  const Segmentation found = segmenter.segment(stackOfFrame(frame), {});
  FrameScore score = scoreLabels(frame, found.labels.frame(0, 0));
  score.heartFound = found.heartFound;
  const FrameCentre centre = cavityCentre(frame);
  if (centre.area > 0) {
    score.centreErrorMm = frame.spacingMm * std::hypot(found.heartCentreColumn - centre.column,
                                                       found.heartCentreRow - centre.row);
  }
  return score;
}

struct PhaseAreas {
  std::size_t frames = 0;
  double reference = 0;
  double predicted = 0;
};

double ejected(double diastole, double systole) {
  return diastole > 0 ? 100 * (1 - systole / diastole) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

ImageStack stackOfFrame(const TrainingFrame& frame) {
  ImageStack stack;
  stack.rows = frame.rows;
  stack.columns = frame.columns;
  stack.sliceCount = stack.phaseCount = 1;
  stack.planes.push_back({{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, frame.spacingMm, frame.spacingMm});
  stack.frames.resize(1);
  stack.frames.front().pixels = frame.pixels;
  return stack;
}

FrameScore scoreLabels(const TrainingFrame& reference, std::span<const std::uint8_t> labels) {
  FrameScore score;
  score.name = reference.name;
  score.patient = reference.patient;
  score.phase = reference.phase;
  for (const Structure structure : judged) {
    if ((reference.known & bitOf(structure)) == 0) continue;
    const Mask truth =
        maskWhere(reference.allowed, bitOf(structure), reference.rows, reference.columns);
    const Mask found =
        maskWhere(labels, static_cast<std::uint8_t>(structure), reference.rows, reference.columns);
    score.structures[static_cast<std::size_t>(structure)] =
        OverlapScore{reference.patient, diceOf(truth, found),
                     hausdorff95Mm(truth, found, reference.spacingMm), truth.area(), found.area()};
  }
  return score;
}

std::vector<FrameScore> evaluateFrames(const std::vector<TrainingFrame>& frames,
                                       FrameSegmenter& segmenter) {
  std::vector<FrameScore> scores;
  scores.reserve(frames.size());
  for (const TrainingFrame& frame : frames) scores.push_back(scoreFrame(frame, segmenter));
  return scores;
}

std::vector<FrameScore> evaluatePhantoms(int count, std::uint64_t seed, FrameSegmenter& segmenter) {
  std::vector<FrameScore> scores;
  for (int i = 0; i < count; ++i) {
    const TrainingFrame frame = drawSaxPhantom(mixSeed(seed, static_cast<std::uint64_t>(i)), {});
    scores.push_back(scoreFrame(frame, segmenter));
  }
  return scores;
}

std::vector<OverlapScore> scoresOf(const std::vector<FrameScore>& frames, Structure structure,
                                   std::optional<CardiacPhase> phase) {
  std::vector<OverlapScore> scores;
  for (const FrameScore& frame : frames) {
    const auto& own = frame.structures[static_cast<std::size_t>(structure)];
    if (own && (!phase || *phase == frame.phase)) scores.push_back(*own);
  }
  return scores;
}

std::vector<EjectionFraction> ejectionFractions(const std::vector<FrameScore>& frames) {
  std::map<std::string, std::map<CardiacPhase, PhaseAreas>> patients;
  for (const FrameScore& frame : frames) {
    const auto& cavity = frame.structures[static_cast<std::size_t>(Structure::lvCavity)];
    if (!cavity || frame.phase == CardiacPhase::unknown) continue;
    PhaseAreas& areas = patients[frame.patient][frame.phase];
    ++areas.frames;
    areas.reference += static_cast<double>(cavity->referencePixels);
    areas.predicted += static_cast<double>(cavity->predictedPixels);
  }
  std::vector<EjectionFraction> fractions;
  for (auto& [patient, phases] : patients) {
    const PhaseAreas& ed = phases[CardiacPhase::endDiastole];
    const PhaseAreas& es = phases[CardiacPhase::endSystole];
    if (ed.frames == 0 || es.frames == 0 || !(ed.reference > 0)) continue;
    fractions.push_back({patient, ed.frames, es.frames, ejected(ed.reference, es.reference),
                         ejected(ed.predicted, es.predicted)});
  }
  return fractions;
}

}  // namespace cmr
