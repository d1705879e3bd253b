#include "models/evaluate_series.h"

#include <algorithm>
#include <utility>

#include "analysis/sax_analysis.h"
#include "analysis/ventricle_measurements.h"
#include "analysis/volumes.h"
#include "models/partial_labels.h"

namespace cmr {
namespace {

std::size_t pixelsOf(const LabelStack& labels, int slice, int phase, Structure structure) {
  const auto frame = labels.frame(slice, phase);
  return static_cast<std::size_t>(
      std::count(frame.begin(), frame.end(), static_cast<std::uint8_t>(structure)));
}

CardiacPhase kindOf(const SeriesReference& reference, int phase) {
  if (phase == reference.endDiastolePhase) return CardiacPhase::endDiastole;
  if (phase == reference.endSystolePhase) return CardiacPhase::endSystole;
  return CardiacPhase::unknown;
}

// The contour in the form in which frames are scored.
TrainingFrame frameOf(const SeriesContour& contour, const ImageStack& stack, CardiacPhase kind) {
  TrainingFrame frame;
  frame.name = "instance " + std::to_string(contour.instanceNumber);
  frame.patient = "series";
  frame.phase = kind;
  frame.rows = stack.rows;
  frame.columns = stack.columns;
  frame.spacingMm = stack.planes.at(static_cast<std::size_t>(contour.slice)).rowSpacingMm;
  labelByMasks(frame, contour.endo.pixels, contour.epi ? &contour.epi->pixels : nullptr);
  return frame;
}

std::optional<double> measured(const std::vector<Measurement>& all, const std::string& id) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&id](const Measurement& m) { return m.id == id; });
  return found == all.end() ? std::nullopt : found->value;
}

// What the labels say in the very frames that were drawn.
HeartNumbers numbersOnReference(const ImageStack& stack, const LabelStack& labels,
                                const SeriesReference& reference) {
  const std::vector<double> thicknesses = discThicknessesMm(stack);
  const auto sum = [&](const auto& slices, int phase, Structure structure, bool onlyWithEpi) {
    double ml = 0;
    for (const auto& [slice, contour] : slices) {
      if (onlyWithEpi && !contour->epi) continue;
      ml += maskMl(stack, thicknesses, slice, pixelsOf(labels, slice, phase, structure));
    }
    return ml;
  };
  HeartNumbers numbers;
  numbers.edvMl =
      sum(reference.endDiastole, reference.endDiastolePhase, Structure::lvCavity, false);
  numbers.esvMl = sum(reference.endSystole, reference.endSystolePhase, Structure::lvCavity, false);
  numbers.efPercent = ejectionFractionOf(numbers);
  if (reference.numbers.massG) {
    numbers.massG = myocardialDensityGPerMl * sum(reference.endDiastole, reference.endDiastolePhase,
                                                  Structure::lvMyocardium, true);
  }
  return numbers;
}

void addOutside(std::vector<OutsideVolume>& into, const ImageStack& stack, const LabelStack& labels,
                const std::map<int, const SeriesContour*>& drawn, int phase, CardiacPhase kind) {
  const std::vector<double> thicknesses = discThicknessesMm(stack);
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    const std::size_t pixels = pixelsOf(labels, slice, phase, Structure::lvCavity);
    if (pixels > 0 && drawn.count(slice) == 0) {
      into.push_back({kind, slice, maskMl(stack, thicknesses, slice, pixels)});
    }
  }
}

}  // namespace

Segmentation RecordingSegmenter::segment(const ImageStack& stack,
                                         const ProgressCallback& progress) {
  Segmentation found = inner_.segment(stack, progress);
  labels_ = found.labels;
  return found;
}

double SeriesEvaluation::outsideMl(CardiacPhase phase) const {
  double ml = 0;
  for (const OutsideVolume& volume : outside) ml += volume.phase == phase ? volume.ml : 0;
  return ml;
}

int cyclicOffset(int found, int reference, int phaseCount) {
  const int forward = ((found - reference) % phaseCount + phaseCount) % phaseCount;
  return 2 * forward > phaseCount ? forward - phaseCount : forward;
}

SeriesEvaluation evaluateSeries(const ImageStack& stack, const std::vector<SeriesContour>& contours,
                                FrameSegmenter& segmenter) {
  SeriesEvaluation e;
  e.sliceCount = stack.sliceCount;
  e.phaseCount = stack.phaseCount;
  e.reference = referenceOf(stack, contours);
  RecordingSegmenter recorder(segmenter);
  SaxAnalysis analysis = analyzeSax(stack, recorder, {});
  e.endDiastolePhase = analysis.endDiastolePhase;
  e.endSystolePhase = analysis.endSystolePhase;
  e.asShipped.edvMl = measured(analysis.measurements, "lv.edv");
  e.asShipped.esvMl = measured(analysis.measurements, "lv.esv");
  e.asShipped.efPercent = measured(analysis.measurements, "lv.ef");
  e.asShipped.massG = measured(analysis.measurements, "lv.mass");
  e.referenceSlices = numbersOnReference(stack, analysis.labels, e.reference);
  addOutside(e.outside, stack, analysis.labels, e.reference.endDiastole, e.endDiastolePhase,
             CardiacPhase::endDiastole);
  addOutside(e.outside, stack, analysis.labels, e.reference.endSystole, e.endSystolePhase,
             CardiacPhase::endSystole);
  for (const SeriesContour& contour : contours) {
    const TrainingFrame frame = frameOf(contour, stack, kindOf(e.reference, contour.phase));
    e.frames.push_back({contour.instanceNumber, contour.slice,
                        scoreLabels(frame, recorder.labels().frame(contour.slice, contour.phase)),
                        scoreLabels(frame, analysis.labels.frame(contour.slice, contour.phase))});
  }
  e.measurements = std::move(analysis.measurements);
  e.flags = std::move(analysis.flags);
  return e;
}

}  // namespace cmr
