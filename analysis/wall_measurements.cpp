#include "analysis/wall_measurements.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "analysis/measurement_verdict.h"
#include "analysis/wall_profile.h"

namespace cmr {
namespace {

const char* const noRing = "In no slice is the wall a closed ring at end diastole.";
const char* const noRingAtBoth =
    "In no slice is the wall a closed ring at end diastole and at end systole.";
const char* const noRingThroughout = "In no slice is the wall a closed ring at every phase.";

// The largest mean over a twelfth of the circle.
double thickest(const std::vector<double>& values) {
  const std::size_t count = values.size();
  const std::size_t width = std::max<std::size_t>(count / 12, 1);
  double largest = 0;
  for (std::size_t from = 0; from < count; ++from) {
    double sum = 0;
    for (std::size_t i = 0; i < width; ++i) sum += values[(from + i) % count];
    largest = std::max(largest, sum / static_cast<double>(width));
  }
  return largest;
}

std::optional<SliceWall::Thickness> thicknessOf(const ImageStack& stack, const LabelStack& labels,
                                                int slice, int phase) {
  const auto wall = wallProfile(stack, labels, slice, phase);
  if (!wall) return std::nullopt;
  return SliceWall::Thickness{meanAround(wall->thicknessMm), thickest(wall->thicknessMm)};
}

struct Definition {
  const char* id;
  const char* label;
  Code property;
  Code unit;
  const char* method;
};

const Code millimetre{"mm", "UCUM", "millimeter"};
const Code percent{"%", "UCUM", "percent"};
const Code thickness{"122445", "DCM", "Wall Thickness"};
const Code circumferential{"130677", "DCM", "Circumferential Lagrangian Strain"};

Measurement start(const Definition& definition, std::optional<double> value,
                  const char* otherwise) {
  Measurement m;
  m.id = definition.id;
  m.label = definition.label;
  m.concept_ = definition.property;
  m.unit = definition.unit;
  m.method = definition.method;
  m.value = value;
  if (!value) worsen(m, Quality::unmeasurable, otherwise);
  return m;
}

// Over the slices that have a ring at both key phases, or at end diastole alone.
struct Summary {
  std::optional<double> mean;
  std::optional<double> largest;
  std::optional<double> thickening;
};

Summary summaryOf(const std::vector<SliceWall>& slices) {
  std::vector<double> means;
  std::vector<double> thickenings;
  Summary summary;
  for (const SliceWall& slice : slices) {
    if (!slice.endDiastole) continue;
    means.push_back(slice.endDiastole->mean);
    summary.largest = std::max(summary.largest.value_or(0), slice.endDiastole->largest);
    if (!slice.endSystole) continue;
    thickenings.push_back(100 * (slice.endSystole->mean - slice.endDiastole->mean) /
                          slice.endDiastole->mean);
  }
  if (!means.empty()) summary.mean = meanAround(means);
  if (!thickenings.empty()) summary.thickening = meanAround(thickenings);
  return summary;
}

std::vector<std::size_t> imagesOf(const MeasuredSeries& series, const std::vector<int>& slices,
                                  const std::vector<int>& phases) {
  std::vector<std::size_t> images;
  for (const int phase : phases) {
    for (const int slice : slices) images.push_back(series.stack.frame(slice, phase).sourceIndex);
  }
  return images;
}

// Slices with a ring at end diastole; those that have one at end systole as well when wanted.
std::vector<int> slicesWithRing(const VentricleWall& wall, bool alsoAtEndSystole) {
  std::vector<int> slices;
  for (std::size_t i = 0; i < wall.slices.size(); ++i) {
    const SliceWall& slice = wall.slices[i];
    if (!slice.endDiastole || (alsoAtEndSystole && !slice.endSystole)) continue;
    slices.push_back(static_cast<int>(i));
  }
  return slices;
}

// The images that a measurement comes from: of strain, whose peak may lie at any phase, all.
std::vector<std::size_t> sourcesOf(const Measurement& m, const MeasuredSeries& series,
                                   const VentricleWall& wall) {
  if (!m.value) return {};
  const KeyPhases& key = series.phases;
  if (m.id == "lv.wall.mean" || m.id == "lv.wall.max") {
    return imagesOf(series, slicesWithRing(wall, false), {key.endDiastole});
  }
  if (m.id == "lv.wall.thickening") {
    return imagesOf(series, slicesWithRing(wall, true), {key.endDiastole, key.endSystole});
  }
  std::vector<int> every(static_cast<std::size_t>(series.labels.phaseCount));
  std::iota(every.begin(), every.end(), 0);
  return imagesOf(series, wall.strain.usedSlices, every);
}

}  // namespace

const char* const epicardiumUnchecked =
    "Outside of end diastole the epicardium has hardly been checked against readers' contours.";

VentricleWall examineWall(const ImageStack& stack, const LabelStack& labels, KeyPhases phases) {
  VentricleWall wall;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    wall.slices.push_back({thicknessOf(stack, labels, slice, phases.endDiastole),
                           thicknessOf(stack, labels, slice, phases.endSystole)});
  }
  // They are counted from the insertions of the right ventricle (analysis/aha_segments.h).
  wall.noSegments =
      "Thickness is not given by AHA segment: no RV insertion points are known, from which "
      "segments are counted.";
  wall.strain = contourStrain(stack, labels, phases.endDiastole);
  return wall;
}

std::vector<Measurement> wallMeasurements(const MeasuredSeries& series, const VentricleWall& wall) {
  const Summary summary = summaryOf(wall.slices);
  const std::optional<WallStrain> peak = peakStrain(wall.strain.global);
  const auto strain = [&](double WallStrain::*which) {
    return peak ? std::optional((*peak).*which) : std::nullopt;
  };
  std::vector<Measurement> all{
      start({"lv.wall.mean", "LV wall thickness, mean", thickness, millimetre,
             "End-diastolic thickness along chords perpendicular to the wall's centreline (Sheehan "
             "et al., Circulation 1986;74:293), mean over all slices in which the wall is a closed "
             "ring."},
            summary.mean, noRing),
      start({"lv.wall.max", "LV wall thickness, largest", thickness, millimetre,
             "End-diastolic thickness as the mean over the thickest 30 degrees of a slice."},
            summary.largest, noRing),
      start({"lv.wall.thickening",
             "LV wall thickening",
             {"59092-7", "LN", "% Thickening"},
             percent,
             "Mean thickness at end systole minus that at end diastole over that at end diastole, "
             "mean over slices."},
            summary.thickening, noRingAtBoth),
      start(
          {"lv.wall.ecc.endo", "LV circ. strain, endocardial", circumferential, percent,
           "Change of the endocardial contour's length against end diastole at its peak, mean over "
           "slices: of lines, not of tissue."},
          strain(&WallStrain::endocardial), noRingThroughout),
      start(
          {"lv.wall.ecc.mid", "LV circ. strain, mid-wall", circumferential, percent,
           "Change of length, against end diastole and at its peak, of the line midway between the "
           "contours, mean over slices: of lines, not of tissue."},
          strain(&WallStrain::midwall), noRingThroughout),
      start({"lv.wall.err",
             "LV radial strain",
             {"130675", "DCM", "Radial Lagrangian Strain"},
             percent,
             "Change of the mean thickness against end diastole at its peak, mean over slices: of "
             "lines, not of tissue."},
            strain(&WallStrain::radial), noRingThroughout)};
  for (Measurement& m : all) {
    m.sourceFrames = sourcesOf(m, series, wall);
    if (m.id != "lv.wall.mean" && m.id != "lv.wall.max") {
      worsen(m, Quality::uncertain, epicardiumUnchecked);
    }
  }
  return all;
}

}  // namespace cmr
