#include "analysis/contour_strain.h"

#include <algorithm>

#include "analysis/wall_profile.h"

namespace cmr {
namespace {

struct Lengths {
  double endocardium;
  double midwall;
  double thickness;
};

std::optional<Lengths> lengthsOf(const ImageStack& stack, const LabelStack& labels, int slice,
                                 int phase) {
  const std::optional<WallProfile> wall = wallProfile(stack, labels, slice, phase);
  if (!wall) return std::nullopt;
  return Lengths{perimeterMm(wall->endocardiumMm), midwallPerimeterMm(*wall),
                 meanAround(wall->thicknessMm)};
}

double strain(double now, double before) { return 100 * (now - before) / before; }

WallStrain strainOf(const Lengths& now, const Lengths& before) {
  return {strain(now.endocardium, before.endocardium), strain(now.midwall, before.midwall),
          strain(now.thickness, before.thickness)};
}

std::vector<std::optional<WallStrain>> sliceStrain(const ImageStack& stack,
                                                   const LabelStack& labels, int slice,
                                                   int endDiastole) {
  std::vector<std::optional<WallStrain>> curve(static_cast<std::size_t>(labels.phaseCount));
  const std::optional<Lengths> before = lengthsOf(stack, labels, slice, endDiastole);
  if (!before) return curve;
  for (int phase = 0; phase < labels.phaseCount; ++phase) {
    if (const auto now = lengthsOf(stack, labels, slice, phase)) {
      curve[static_cast<std::size_t>(phase)] = strainOf(*now, *before);
    }
  }
  return curve;
}

}  // namespace

StrainResult contourStrain(const ImageStack& stack, const LabelStack& labels, int endDiastole) {
  StrainResult result;
  result.global.resize(static_cast<std::size_t>(labels.phaseCount));
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    result.slices.push_back(sliceStrain(stack, labels, slice, endDiastole));
    const auto& curve = result.slices.back();
    if (std::all_of(curve.begin(), curve.end(), [](const auto& s) { return s.has_value(); })) {
      result.usedSlices.push_back(slice);
    }
  }
  if (result.usedSlices.empty()) return result;
  const double weight = 1.0 / static_cast<double>(result.usedSlices.size());
  for (std::size_t phase = 0; phase < result.global.size(); ++phase) {
    WallStrain mean;
    for (const int slice : result.usedSlices) {
      const WallStrain& s = *result.slices[static_cast<std::size_t>(slice)][phase];
      mean.endocardial += weight * s.endocardial;
      mean.midwall += weight * s.midwall;
      mean.radial += weight * s.radial;
    }
    result.global[phase] = mean;
  }
  return result;
}

std::optional<WallStrain> peakStrain(const std::vector<std::optional<WallStrain>>& curve) {
  std::optional<WallStrain> peak;
  for (const std::optional<WallStrain>& s : curve) {
    if (!s) continue;
    if (!peak) peak = *s;
    peak->endocardial = std::min(peak->endocardial, s->endocardial);
    peak->midwall = std::min(peak->midwall, s->midwall);
    peak->radial = std::max(peak->radial, s->radial);
  }
  return peak;
}

}  // namespace cmr
