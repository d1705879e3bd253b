#include "analysis/sax_analysis.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "analysis/cardiac_timing.h"
#include "analysis/edge_contact.h"
#include "analysis/errors.h"
#include "analysis/key_phases.h"
#include "analysis/plausibility.h"
#include "analysis/rhythm.h"
#include "analysis/sax_checks.h"
#include "analysis/sax_measurements.h"
#include "analysis/shape_checks.h"
#include "analysis/volumes.h"
#include "analysis/wall_segments.h"

namespace cmr {
namespace {

void checkInput(const ImageStack& stack) {
  if (stack.phaseCount < 2) {
    throw InputError("the series is no cine: it has a single phase per slice");
  }
  if (stack.sliceCount < 1) {
    throw InputError("the series has no slices");
  }
}

// What end diastole and end systole are chosen from: volumes, or the areas of a single slice.
std::vector<double> cavityCurve(const ImageStack& stack, const LabelStack& labels,
                                const std::vector<double>& lvMl) {
  if (!lvMl.empty()) {
    return lvMl;
  }
  std::vector<double> areas;
  for (int phase = 0; phase < labels.phaseCount; ++phase) {
    areas.push_back(labelAreaMm2(stack, labels, 0, phase, Structure::lvCavity));
  }
  return areas;
}

int largestCavitySlice(const ImageStack& stack, const LabelStack& labels, int phase) {
  int best = labels.sliceCount / 2;
  double largest = 0;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    const double area = labelAreaMm2(stack, labels, slice, phase, Structure::lvCavity);
    if (area > largest) {
      largest = area;
      best = slice;
    }
  }
  return best;
}

const std::vector<double>& volumesOf(const MeasuredSeries& series, Structure structure) {
  return structure == Structure::lvCavity       ? series.lvMl
         : structure == Structure::lvMyocardium ? series.myocardiumMl
                                                : series.rvMl;
}

// What the package does not release leaves no trace in pictures, curves and flags either.
void setUnreleasedApart(const MeasuredSeries& measured, const std::vector<Finding>& findings,
                        SaxAnalysis& result) {
  for (const Structure structure :
       {Structure::lvCavity, Structure::lvMyocardium, Structure::rvCavity}) {
    if (!isUnreleased(result.package, structure)) {
      continue;
    }
    ExperimentalStructure apart;
    apart.structure = structure;
    apart.reason = whyUnreleased(result.package, structure);
    apart.volumeMl = volumesOf(measured, structure);
    apart.measurements = measureExperimental(measured, findings, structure);
    for (const Finding& finding : findings) {
      if (finding.about == structure) {
        apart.flags.push_back(finding.flag);
      }
    }
    result.experimental.push_back(std::move(apart));
  }
  for (const ExperimentalStructure& apart : result.experimental) {
    std::replace(result.labels.labels.begin(), result.labels.labels.end(),
                 static_cast<std::uint8_t>(apart.structure),
                 static_cast<std::uint8_t>(Structure::background));
    if (apart.structure == Structure::lvCavity) {
      result.lvVolumeMl.clear();
    }
    if (apart.structure == Structure::rvCavity) {
      result.rvVolumeMl.clear();
    } else {
      result.wall = {};
    }
  }
}

void applyRhythm(const ImageStack& stack, SaxAnalysis& result) {
  const Rhythm rhythm = examineRhythm(stack);
  doubtForRhythm(rhythm, result.measurements);
  for (ExperimentalStructure& apart : result.experimental) {
    doubtForRhythm(rhythm, apart.measurements);
  }
  for (const auto& flag : {rhythm.irregular, rhythm.contradictory}) {
    if (flag) result.flags.push_back(*flag);
  }
}

}  // namespace

SaxAnalysis analyzeSax(const ImageStack& stack, FrameSegmenter& segmenter,
                       const ProgressCallback& progress) {
  checkInput(stack);
  const auto report = [&](double fraction, const std::string& stage) {
    if (progress) {
      progress(fraction, stage);
    }
  };
  const Segmentation raw = segmenter.segment(
      stack, [&](double fraction, const std::string& stage) { report(0.95 * fraction, stage); });
  report(0.95, "repair and measurement");
  std::vector<Finding> findings;
  if (!raw.heartFound) {
    findings.push_back(
        {{Severity::serious, "heart-not-found", "No slice looked like one with a left ventricle."},
         true,
         true,
         true});
  }
  PlausibleLabels plausible = makePlausible(stack, raw);
  std::move(plausible.findings.begin(), plausible.findings.end(), std::back_inserter(findings));
  SaxAnalysis result;
  result.labels = std::move(plausible.labels);
  result.firstLook = raw.firstLook;
  result.pathology = raw.cropAnswers;
  result.package = segmenter.identity();
  result.phaseTimesMs = phaseTimesMs(stack);
  result.lvVolumeMl = volumesMl(stack, result.labels, Structure::lvCavity);
  result.rvVolumeMl = volumesMl(stack, result.labels, Structure::rvCavity);
  const KeyPhases phases = findKeyPhases(cavityCurve(stack, result.labels, result.lvVolumeMl));
  result.endDiastolePhase = phases.endDiastole;
  result.endSystolePhase = phases.endSystole;
  result.keySlice = largestCavitySlice(stack, result.labels, phases.endDiastole);
  result.wall = examineWall(stack, result.labels, phases);
  examineSegments(stack, result.labels, phases, result.package, result.wall);
  const MeasuredSeries measured{stack,
                                result.labels,
                                phases,
                                result.lvVolumeMl,
                                result.rvVolumeMl,
                                volumesMl(stack, result.labels, Structure::lvMyocardium),
                                result.package,
                                &result.wall};
  for (const auto& checks :
       {checkShape(measured), checkSax(measured), checkEdges(result.labels, raw.seen)}) {
    findings.insert(findings.end(), checks.begin(), checks.end());
  }
  result.measurements = measureSax(measured, findings);
  for (const Finding& finding : findings) {
    if (!isUnreleased(result.package, finding.about)) {
      result.flags.push_back(finding.flag);
    }
  }
  setUnreleasedApart(measured, findings, result);
  applyRhythm(stack, result);
  report(1, "done");
  return result;
}

}  // namespace cmr
