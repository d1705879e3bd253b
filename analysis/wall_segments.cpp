#include "analysis/wall_segments.h"

#include <algorithm>
#include <utility>

#include "analysis/measurement_verdict.h"
#include "analysis/sax_measurements.h"
#include "analysis/septum_from_labels.h"

namespace cmr {
namespace {

const char* const idStart = "lv.wall.segment.";
const char* const notGiven = "Thickness is not given by AHA segment: ";

bool isAny(const std::vector<std::optional<SeptumDirections>>& septum) {
  return std::any_of(septum.begin(), septum.end(), [](const auto& one) { return one.has_value(); });
}

struct Kind {
  const char* suffix;
  const char* label;
  Code property;
  Code unit;
  std::optional<double> SegmentThickness::*value;
  bool isAtEndDiastole;
};

const Kind kinds[] = {
    {".ed",
     "LV wall thickness at ED, ",
     {"122445", "DCM", "Wall Thickness"},
     {"mm", "UCUM", "millimeter"},
     &SegmentThickness::endDiastoleMm,
     true},
    {".es",
     "LV wall thickness at ES, ",
     {"122445", "DCM", "Wall Thickness"},
     {"mm", "UCUM", "millimeter"},
     &SegmentThickness::endSystoleMm,
     false},
    {".thickening",
     "LV wall thickening, ",
     {"59092-7", "LN", "% Thickening"},
     {"%", "UCUM", "percent"},
     &SegmentThickness::thickeningPercent,
     false},
};

// All slices whose wall is a ring, at the phases that a kind rests on.
std::vector<std::size_t> imagesOf(const MeasuredSeries& series, const VentricleWall& wall,
                                  const Kind& kind) {
  std::vector<std::size_t> images;
  for (std::size_t i = 0; i < wall.slices.size(); ++i) {
    const int slice = static_cast<int>(i);
    const bool atEd = wall.slices[i].endDiastole.has_value();
    if (atEd) images.push_back(series.stack.frame(slice, series.phases.endDiastole).sourceIndex);
    if (kind.isAtEndDiastole || !wall.slices[i].endSystole) continue;
    images.push_back(series.stack.frame(slice, series.phases.endSystole).sourceIndex);
  }
  return images;
}

Measurement named(const Kind& kind, int segment) {
  Measurement m;
  m.id = idStart + std::to_string(segment) + kind.suffix;
  m.label = kind.label + ahaName(segment);
  m.concept_ = kind.property;
  m.unit = kind.unit;
  m.method =
      "Mean over the segment (AHA: Cerqueira et al., Circulation 2002;105:539), counted from where "
      "the outlined ventricles meet.";
  return m;
}

Measurement measured(const Kind& kind, int segment, const VentricleWall& wall,
                     const std::vector<std::size_t>& images) {
  Measurement m = named(kind, segment);
  m.value = wall.segments.at(static_cast<std::size_t>(segment - 1)).*kind.value;
  if (!m.value) {
    worsen(m, Quality::unmeasurable,
           "No slice with a closed wall and known RV insertion points shows this segment.");
    return m;
  }
  m.sourceFrames = images;
  if (!kind.isAtEndDiastole) worsen(m, Quality::uncertain, epicardiumUnchecked);
  return m;
}

Measurement apex(const Kind& kind) {
  Measurement m = named(kind, ahaApex);
  worsen(m, Quality::unmeasurable, apexNotMeasured);
  return m;
}

}  // namespace

void examineSegments(const ImageStack& stack, const LabelStack& labels, KeyPhases phases,
                     const PackageIdentity& package, VentricleWall& wall) {
  wall.noSegments.clear();
  if (isUnreleased(package, Structure::rvCavity)) {
    wall.noSegments = std::string(notGiven) +
                      "segments are counted from where the right ventricle meets the left one. " +
                      whyUnreleased(package, Structure::rvCavity);
    return;
  }
  const auto levels = ahaLevels(stack, labels, phases.endDiastole);
  if (std::none_of(levels.begin(), levels.end(), [](const auto& one) { return one.has_value(); })) {
    wall.noSegments = std::string(notGiven) +
                      "the wall is a closed ring at end diastole in fewer than three slices.";
    return;
  }
  const auto atEd = septumFromLabels(stack, labels, phases.endDiastole);
  if (!isAny(atEd)) {
    wall.noSegments = std::string(notGiven) +
                      "no RV insertion points were found, from which segments are counted: in no "
                      "slice do the outlined ventricles meet along a septum.";
    return;
  }
  wall.segments = segmentThickness(stack, labels, phases.endDiastole, phases.endSystole, atEd,
                                   septumFromLabels(stack, labels, phases.endSystole));
}

std::vector<Measurement> segmentMeasurements(const MeasuredSeries& series,
                                             const VentricleWall& wall) {
  std::vector<Measurement> all;
  if (!wall.noSegments.empty() || wall.slices.empty()) return all;
  for (const Kind& kind : kinds) {
    const std::vector<std::size_t> images = imagesOf(series, wall, kind);
    for (int n = 1; n <= ahaSegmentCount; ++n) all.push_back(measured(kind, n, wall, images));
    all.push_back(apex(kind));
  }
  return all;
}

bool isWallSegment(const Measurement& measurement) { return measurement.id.rfind(idStart, 0) == 0; }

}  // namespace cmr
