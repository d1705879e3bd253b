#include "analysis/shape_checks.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "analysis/cavity_roundness.h"
#include "analysis/frame_repair.h"
#include "analysis/frame_shape.h"
#include "analysis/ventricle_measurements.h"

namespace cmr {
namespace {

Finding doubt(const std::string& id, const std::string& text) {
  return {{Severity::warning, id, text}, true, true, false, Structure::lvCavity};
}

std::vector<FrameShape> shapesAt(const MeasuredSeries& series, int phase) {
  std::vector<FrameShape> shapes;
  for (int slice = 0; slice < series.labels.sliceCount; ++slice) {
    shapes.push_back(shapeOf(series.stack.planes.at(static_cast<std::size_t>(slice)), series.labels,
                             slice, phase));
  }
  return shapes;
}

void checkSlices(const std::vector<FrameShape>& shapes, const ShapeLimits& limits,
                 std::vector<Finding>& findings) {
  const auto held = std::count_if(shapes.begin(), shapes.end(),
                                  [](const FrameShape& s) { return s.cavityMm2 > 0; });
  if (held > 0 && held < limits.fewestSlices) {
    findings.push_back(doubt("few-slices", "The left ventricle was found on " +
                                               std::to_string(held) +
                                               (held == 1 ? " slice only." : " slices only.")));
  }
  for (std::size_t i = 1; i + 1 < shapes.size(); ++i) {
    const double before = shapes[i - 1].cavityMm2;
    const double here = shapes[i].cavityMm2;
    const double after = shapes[i + 1].cavityMm2;
    if (before > 0 && here > 0 && after > 0 &&
        (here < limits.dent * std::min(before, after) ||
         here > limits.bulge * std::max(before, after))) {
      findings.push_back(
          doubt("uneven-slices", "The left ventricle's cavity on slice " + std::to_string(i + 1) +
                                     " does not fit those on the slices beside it."));
      return;
    }
  }
}

void checkAxis(const MeasuredSeries& series, const std::vector<FrameShape>& shapes,
               const ShapeLimits& limits, std::vector<Finding>& findings) {
  const HeartAxis axis = leftVentricularAxis(series.stack, series.labels);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const PlaneGeometry& plane = series.stack.planes[i];
    const auto slice = static_cast<double>(i);
    if (shapes[i].cavityMm2 > 0 &&
        std::hypot((shapes[i].column - axis.column(slice)) * plane.columnSpacingMm,
                   (shapes[i].row - axis.row(slice)) * plane.rowSpacingMm) > limits.offAxisMm) {
      findings.push_back(doubt("slice-off-axis", "The left ventricle's cavity on slice " +
                                                     std::to_string(i + 1) +
                                                     " lies beside the line through the others."));
      return;
    }
  }
}

// Across its long axis a left ventricle is round, along it it is not. What names no view, or a
// wrong one, shows here.
void checkRoundness(const MeasuredSeries& series, const std::vector<FrameShape>& shapes,
                    const ShapeLimits& limits, std::vector<Finding>& findings) {
  double area = 0;
  double roundness = 0;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const double here = cavityRoundness(series.stack.planes[i], series.labels, static_cast<int>(i),
                                        series.phases.endDiastole);
    area += shapes[i].cavityMm2;
    roundness += shapes[i].cavityMm2 * here;
  }
  if (area > 0 && roundness < limits.leastRoundness * area) {
    findings.push_back({{Severity::serious, "may-not-be-short-axis",
                         "The cavity is long and narrow on most slices, as on long-axis images: "
                         "this may not be a short-axis stack, and no number may be right."},
                        true,
                        true,
                        true,
                        Structure::background});
  }
}

void checkMass(const MeasuredSeries& series, const ShapeLimits& limits,
               std::vector<Finding>& findings) {
  const auto ed = static_cast<std::size_t>(series.phases.endDiastole);
  const double ratio = myocardialDensityGPerMl * series.myocardiumMl[ed] / series.lvMl[ed];
  if (ratio < limits.leastMassPerVolume || ratio > limits.mostMassPerVolume) {
    Finding finding = doubt("mass-volume-ratio",
                            "Left ventricular mass and volume do not fit each other: the wall or "
                            "the cavity may be outlined wrongly.");
    finding.about = Structure::lvMyocardium;
    findings.push_back(finding);
  }
}

// The largest rise on the way from `from` to `to` (sign 1) or the largest fall (sign -1), in
// cyclic order.
double against(const std::vector<double>& curve, int from, int to, double sign) {
  const int n = static_cast<int>(curve.size());
  double extreme = sign * curve[static_cast<std::size_t>(from)];
  double most = 0;
  for (int phase = from;; phase = (phase + 1) % n) {
    const double value = sign * curve[static_cast<std::size_t>(phase)];
    extreme = std::min(extreme, value);
    most = std::max(most, value - extreme);
    if (phase == to) {
      return most;
    }
  }
}

void checkCurve(const MeasuredSeries& series, const ShapeLimits& limits,
                std::vector<Finding>& findings) {
  const int ed = series.phases.endDiastole;
  const int es = series.phases.endSystole;
  const double stroke =
      series.lvMl[static_cast<std::size_t>(ed)] - series.lvMl[static_cast<std::size_t>(es)];
  const double most = std::max(against(series.lvMl, ed, es, 1), against(series.lvMl, es, ed, -1));
  if (most > limits.againstBeatMl && most > limits.againstBeat * stroke) {
    findings.push_back({{Severity::warning, "volume-curve-irregular",
                         "The LV volume does not fall and rise once per beat: some phases may be "
                         "outlined wrongly, "
                         "or the beat was irregular."},
                        true,
                        false,
                        false,
                        Structure::lvCavity});
  }
}

}  // namespace

std::vector<Finding> checkShape(const MeasuredSeries& series, const ShapeLimits& limits) {
  std::vector<Finding> findings;
  const auto ed = static_cast<std::size_t>(series.phases.endDiastole);
  if (series.lvMl.empty() || series.lvMl[ed] <= 0) {
    return findings;
  }
  const std::vector<FrameShape> shapes = shapesAt(series, series.phases.endDiastole);
  checkSlices(shapes, limits, findings);
  checkRoundness(series, shapes, limits, findings);
  checkAxis(series, shapes, limits, findings);
  checkMass(series, limits, findings);
  checkCurve(series, limits, findings);
  return findings;
}

}  // namespace cmr
