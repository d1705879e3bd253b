#include "analysis/frame_repair.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "analysis/frame_shape.h"
#include "analysis/label_regions.h"

namespace cmr {
namespace {

constexpr auto background = static_cast<std::uint8_t>(Structure::background);
constexpr auto cavity = static_cast<std::uint8_t>(Structure::lvCavity);
constexpr auto myocardium = static_cast<std::uint8_t>(Structure::lvMyocardium);
constexpr auto rv = static_cast<std::uint8_t>(Structure::rvCavity);

struct Frame {
  std::span<std::uint8_t> pixels;
  int rows;
  int columns;
  double pixelMm2;
};

double distanceMm(const PlaneGeometry& plane, const HeartAxis& axis, int slice,
                  const Region& region) {
  return std::hypot((region.column - axis.column(slice)) * plane.columnSpacingMm,
                    (region.row - axis.row(slice)) * plane.rowSpacingMm);
}

double areaMm2(const Frame& frame, const Region& region) {
  return static_cast<double>(region.pixels.size()) * frame.pixelMm2;
}

void erase(const Frame& frame, const Region& region) {
  for (const std::size_t at : region.pixels) {
    frame.pixels[at] = background;
  }
}

// Of cavity and myocardium together, the largest part near the axis stays.
void keepOneVentricle(const Frame& frame, const PlaneGeometry& plane, const HeartAxis& axis,
                      int slice, const PlausibilityRules& rules, FrameRepair& repair) {
  bool kept = false;
  for (const Region& region :
       connectedRegions(pixelsOf(frame.pixels, frame.rows, frame.columns, cavity, myocardium))) {
    if (!kept && distanceMm(plane, axis, slice, region) <= rules.axisDistanceMm) {
      kept = true;
    } else {
      erase(frame, region);
      repair.removedMm2 += areaMm2(frame, region);
    }
  }
}

// Of the cavity, the largest part stays; what else touches myocardium becomes myocardium, as
// recesses between trabeculae inside the wall would, and the rest goes.
void keepOneCavity(const Frame& frame, FrameRepair& repair) {
  const std::vector<Region> regions =
      connectedRegions(pixelsOf(frame.pixels, frame.rows, frame.columns, cavity));
  for (std::size_t k = 1; k < regions.size(); ++k) {
    const bool small = regions[k].pixels.size() * 4 < regions[0].pixels.size();
    for (const std::size_t at : regions[k].pixels) {
      frame.pixels[at] = small ? myocardium : background;
    }
    repair.removedMm2 += areaMm2(frame, regions[k]);
  }
}

// What the cavity encloses is cavity (papillary muscles are, by convention); what cavity and
// myocardium enclose together is myocardium.
void fillHoles(const Frame& frame, FrameRepair& repair) {
  const auto fill = [&](const BinaryImage& image, std::uint8_t label) {
    for (const std::size_t at : holesOf(image)) {
      frame.pixels[at] = label;
      repair.filledMm2 += frame.pixelMm2;
    }
  };
  fill(pixelsOf(frame.pixels, frame.rows, frame.columns, cavity), cavity);
  fill(pixelsOf(frame.pixels, frame.rows, frame.columns, cavity, myocardium), myocardium);
}

void removeUnwalledCavity(const Frame& frame, const FrameShape& shape,
                          const PlausibilityRules& rules, FrameRepair& repair) {
  const bool speck = shape.cavityMm2 > 0 && shape.cavityMm2 < rules.smallestCavityMm2;
  const bool unwalled = shape.cavityMm2 > 0 && shape.ring < rules.cavityRing;
  if (!speck && !unwalled) {
    return;
  }
  repair.wallMissing = unwalled && !speck;
  repair.removedMm2 += shape.cavityMm2 + (unwalled ? shape.myocardiumMm2 : 0);
  for (auto& pixel : frame.pixels) {
    if (pixel == cavity) {
      pixel = speck && !unwalled ? myocardium : background;
    } else if (pixel == myocardium && unwalled) {
      pixel = background;
    }
  }
}

// Of the right ventricle, the largest part beside the left one's wall stays.
void keepOneRightVentricle(const Frame& frame, const PlaneGeometry& plane,
                           const PlausibilityRules& rules, FrameRepair& repair) {
  const std::vector<Region> regions =
      connectedRegions(pixelsOf(frame.pixels, frame.rows, frame.columns, rv));
  if (regions.empty()) {
    return;
  }
  const std::vector<double> toLeft =
      signedDistanceMm(pixelsOf(frame.pixels, frame.rows, frame.columns, cavity, myocardium),
                       plane.columnSpacingMm, plane.rowSpacingMm);
  bool kept = false;
  for (const Region& region : regions) {
    const bool beside = std::any_of(region.pixels.begin(), region.pixels.end(),
                                    [&](std::size_t at) { return toLeft[at] <= rules.septumMm; });
    const double area = areaMm2(frame, region);
    if (!kept && beside && area >= rules.smallestRvMm2) {
      kept = true;
      continue;
    }
    repair.strayRvRemoved = repair.strayRvRemoved || area >= rules.smallestRvMm2;
    erase(frame, region);
  }
  for (const std::size_t at : holesOf(pixelsOf(frame.pixels, frame.rows, frame.columns, rv))) {
    if (frame.pixels[at] == background) {
      frame.pixels[at] = rv;
      repair.filledMm2 += frame.pixelMm2;
    }
  }
}

}  // namespace

HeartAxis leftVentricularAxis(const ImageStack& stack, const LabelStack& labels) {
  std::vector<CentreObservation> seen;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    for (int phase = 0; phase < labels.phaseCount; ++phase) {
      const std::vector<Region> regions = connectedRegions(
          pixelsOf(labels.frame(slice, phase), labels.rows, labels.columns, cavity, myocardium));
      if (!regions.empty()) {
        seen.push_back({slice, regions[0].column, regions[0].row,
                        static_cast<double>(regions[0].pixels.size())});
      }
    }
  }
  return fitHeartAxis(seen, stack.rows, stack.columns);
}

FrameRepair repairFrame(const PlaneGeometry& plane, const HeartAxis& axis,
                        const PlausibilityRules& rules, LabelStack& labels, int slice, int phase) {
  const Frame frame{labels.frame(slice, phase), labels.rows, labels.columns,
                    plane.columnSpacingMm * plane.rowSpacingMm};
  FrameRepair repair;
  keepOneVentricle(frame, plane, axis, slice, rules, repair);
  keepOneCavity(frame, repair);
  fillHoles(frame, repair);
  removeUnwalledCavity(frame, shapeOf(plane, labels, slice, phase), rules, repair);
  keepOneRightVentricle(frame, plane, rules, repair);
  return repair;
}

}  // namespace cmr
