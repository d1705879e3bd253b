#include "models/evaluate_frames.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

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

// Frames of one size and spacing as the slices of a stack with a single phase.
ImageStack stackOf(const std::vector<const TrainingFrame*>& frames) {
  const TrainingFrame& first = *frames.front();
  ImageStack stack;
  stack.rows = first.rows;
  stack.columns = first.columns;
  stack.sliceCount = static_cast<int>(frames.size());
  stack.phaseCount = 1;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    stack.planes.push_back(
        {{0, 0, static_cast<double>(i)}, {1, 0, 0}, {0, 1, 0}, first.spacingMm, first.spacingMm});
    StackFrame frame;
    frame.pixels = frames[i]->pixels;
    frame.sourceIndex = i;
    stack.frames.push_back(std::move(frame));
  }
  return stack;
}

std::optional<double> centreErrorMm(const TrainingFrame& frame, const Segmentation& found) {
  const FrameCentre centre = cavityCentre(frame);
  if (centre.area == 0) return std::nullopt;
  return frame.spacingMm *
         std::hypot(found.heartCentreColumn - centre.column, found.heartCentreRow - centre.row);
}

std::vector<FrameScore> scoreAll(const std::vector<const TrainingFrame*>& references,
                                 const Segmentation& found) {
  std::vector<FrameScore> scores;
  for (std::size_t i = 0; i < references.size(); ++i) {
    scores.push_back(scoreLabels(*references[i], found.labels.frame(static_cast<int>(i), 0)));
    scores.back().heartFound = found.heartFound;
    if (references.size() == 1) scores.back().centreErrorMm = centreErrorMm(*references[i], found);
  }
  return scores;
}

std::vector<const TrainingFrame*> picked(const std::vector<TrainingFrame>& frames,
                                         const std::vector<std::size_t>& group) {
  std::vector<const TrainingFrame*> own;
  for (const std::size_t i : group) own.push_back(&frames.at(i));
  return own;
}

// Which frames are searched together, by position in the list, each group in the order of names.
std::vector<std::vector<std::size_t>> groupsOf(const std::vector<TrainingFrame>& frames,
                                               HeartSearch search) {
  std::map<std::tuple<std::string, int, int, double>, std::vector<std::size_t>> patients;
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const TrainingFrame& f = frames[i];
    if (search == HeartSearch::perFrame) {
      groups.push_back({i});
    } else {
      patients[{f.patient, f.rows, f.columns, f.spacingMm}].push_back(i);
    }
  }
  for (auto& [key, group] : patients) {
    std::stable_sort(group.begin(), group.end(), [&frames](std::size_t a, std::size_t b) {
      return frames[a].name < frames[b].name;
    });
    groups.push_back(std::move(group));
  }
  return groups;
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
                                       FrameSegmenter& segmenter, HeartSearch search) {
  return std::move(evaluateAgainst({frames}, segmenter, search).front());
}

std::vector<std::vector<FrameScore>> evaluateAgainst(
    const std::vector<std::vector<TrainingFrame>>& references, FrameSegmenter& segmenter,
    HeartSearch search) {
  const std::vector<TrainingFrame>& frames = references.at(0);
  std::vector<std::vector<FrameScore>> scores(references.size(),
                                              std::vector<FrameScore>(frames.size()));
  for (const std::vector<std::size_t>& group : groupsOf(frames, search)) {
    const Segmentation found = segmenter.segment(stackOf(picked(frames, group)), {});
    for (std::size_t set = 0; set < references.size(); ++set) {
      std::vector<FrameScore> own = scoreAll(picked(references[set], group), found);
      for (std::size_t k = 0; k < group.size(); ++k) scores[set][group[k]] = std::move(own[k]);
    }
  }
  return scores;
}

std::vector<FrameScore> evaluatePhantoms(int count, std::uint64_t seed, FrameSegmenter& segmenter) {
  std::vector<FrameScore> scores;
  for (int i = 0; i < count; ++i) {
    const TrainingFrame frame = drawSaxPhantom(mixSeed(seed, static_cast<std::uint64_t>(i)), {});
    const Segmentation found = segmenter.segment(stackOf({&frame}), {});
    scores.push_back(std::move(scoreAll({&frame}, found).front()));
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
