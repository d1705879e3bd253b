#include "dicom_sr/report_contours.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/contours.h"

namespace cmr {
namespace {

constexpr std::uint8_t labelOf(Structure structure) { return static_cast<std::uint8_t>(structure); }

const char* contourName(Structure structure) {
  switch (structure) {
    case Structure::lvCavity:
      return "LV endocardium";
    case Structure::lvMyocardium:
      return "LV epicardium";
    case Structure::rvCavity:
      return "RV endocardium";
    case Structure::background:
      break;
  }
  return "";
}

bool hasLabel(std::span<const std::uint8_t> mask, Structure structure) {
  return std::find(mask.begin(), mask.end(), labelOf(structure)) != mask.end();
}

std::vector<Polyline> contoursOf(const LabelStack& labels, const KeySegment& segment, int slice) {
  const std::span<const std::uint8_t> mask = labels.frame(slice, segment.phase);
  if (!hasLabel(mask, segment.structure)) return {};
  if (segment.structure != Structure::lvMyocardium) {
    return outlines(mask, labels.rows, labels.columns, labelOf(segment.structure));
  }
  // The epicardium encloses wall and cavity; the wall's inner outline is the endocardium.
  return outlinesOfUnion(mask, labels.rows, labels.columns, labelOf(Structure::lvCavity),
                         labelOf(Structure::lvMyocardium));
}

// From pixel centres to image coordinates, whose origin is the corner of the first pixel.
std::vector<float> imageCoordinates(const Polyline& line) {
  std::vector<float> coordinates;
  coordinates.reserve(line.size() * 2);
  for (const Point2& point : line) {
    coordinates.push_back(static_cast<float>(point.x + 0.5));
    coordinates.push_back(static_cast<float>(point.y + 0.5));
  }
  return coordinates;
}

void tieToSegments(std::vector<ReportContour>& contours, const SaxAnalysis& analysis) {
  std::map<std::string, ReportContour*> best;
  for (ReportContour& contour : contours) {
    ReportContour*& at = best[trackingKeyOf(contour.segment)];
    const auto isKey = [&](const ReportContour& c) {
      return c.segment.structure == Structure::lvCavity && c.segment.isEndDiastole &&
             c.slice == analysis.keySlice;
    };
    if (at == nullptr || (!isKey(*at) && (isKey(contour) || contour.areaMm2 > at->areaMm2))) {
      at = &contour;
    }
  }
  for (const auto& [key, contour] : best) contour->trackingKey = key;
}

}  // namespace

std::vector<ReportContour> reportContours(const SeriesStack& source, const SaxAnalysis& analysis) {
  std::vector<ReportContour> contours;
  for (const KeySegment& segment : keySegments(analysis)) {
    for (int slice = 0; slice < analysis.labels.sliceCount; ++slice) {
      const PlaneGeometry& plane = source.stack.planes.at(static_cast<std::size_t>(slice));
      int part = 0;
      for (const Polyline& line : contoursOf(analysis.labels, segment, slice)) {
        if (line.size() < 4) continue;  // three corners and the first again
        ++part;
        const std::string place = std::string(contourName(segment.structure)) +
                                  (analysis.isStill        ? ""
                                   : segment.isEndDiastole ? " ED"
                                                           : " ES") +
                                  ", slice " + std::to_string(slice + 1) +
                                  (part > 1 ? ", part " + std::to_string(part) : std::string());
        contours.push_back({segment, slice, place, "tracking/" + place, imageCoordinates(line),
                            enclosedArea(line) * plane.rowSpacingMm * plane.columnSpacingMm});
      }
    }
  }
  tieToSegments(contours, analysis);
  return contours;
}

}  // namespace cmr
