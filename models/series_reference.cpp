#include "models/series_reference.h"

#include <algorithm>

#include "analysis/errors.h"
#include "analysis/ventricle_measurements.h"
#include "analysis/volumes.h"

namespace cmr {
namespace {

using SliceContours = std::map<int, const SeriesContour*>;

double cavityMl(const ImageStack& stack, const std::vector<double>& thicknesses,
                const SliceContours& slices) {
  double ml = 0;
  for (const auto& [slice, contour] : slices) {
    ml += maskMl(stack, thicknesses, slice, contour->endo.area());
  }
  return ml;
}

std::optional<double> massOf(const ImageStack& stack, const std::vector<double>& thicknesses,
                             const SliceContours& slices) {
  double ml = 0;
  for (const auto& [slice, contour] : slices) {
    if (!contour->epi) continue;
    const std::size_t outer = contour->epi->area();
    const std::size_t inner = contour->endo.area();
    ml += maskMl(stack, thicknesses, slice, outer - std::min(inner, outer));
  }
  return ml > 0 ? std::optional(ml * myocardialDensityGPerMl) : std::nullopt;
}

}  // namespace

std::optional<double> ejectionFractionOf(const HeartNumbers& n) {
  if (!n.edvMl || !n.esvMl || !(*n.edvMl > 0)) return std::nullopt;
  return 100 * (*n.edvMl - *n.esvMl) / *n.edvMl;
}

double maskMl(const ImageStack& stack, const std::vector<double>& thicknessesMm, int slice,
              std::size_t pixels) {
  const auto at = static_cast<std::size_t>(slice);
  const PlaneGeometry& plane = stack.planes.at(at);
  return static_cast<double>(pixels) * plane.columnSpacingMm * plane.rowSpacingMm *
         thicknessesMm.at(at) / 1000;
}

SeriesReference referenceOf(const ImageStack& stack, const std::vector<SeriesContour>& contours) {
  std::map<int, SliceContours> phases;
  std::size_t most = 0;
  for (const SeriesContour& contour : contours) {
    SliceContours& own = phases[contour.phase];
    own[contour.slice] = &contour;
    most = std::max(most, own.size());
  }
  std::erase_if(phases, [most](const auto& entry) { return 2 * entry.second.size() < most; });
  if (phases.size() < 2) throw InputError("the contours show fewer than two phases of the beat");
  const std::vector<double> thicknesses = discThicknessesMm(stack);
  if (thicknesses.empty()) throw InputError("a single slice has no volume to compare");
  const auto byVolume = [&](const auto& a, const auto& b) {
    return cavityMl(stack, thicknesses, a.second) < cavityMl(stack, thicknesses, b.second);
  };
  const auto [smallest, largest] = std::minmax_element(phases.begin(), phases.end(), byVolume);
  SeriesReference reference;
  reference.endDiastolePhase = largest->first;
  reference.endSystolePhase = smallest->first;
  reference.endDiastole = largest->second;
  reference.endSystole = smallest->second;
  reference.numbers.edvMl = cavityMl(stack, thicknesses, reference.endDiastole);
  reference.numbers.esvMl = cavityMl(stack, thicknesses, reference.endSystole);
  reference.numbers.efPercent = ejectionFractionOf(reference.numbers);
  reference.numbers.massG = massOf(stack, thicknesses, reference.endDiastole);
  return reference;
}

}  // namespace cmr
