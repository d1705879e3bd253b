// What a series of contours says about volumes: the key phases that were drawn, and sums of discs.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "analysis/image_stack.h"
#include "models/series_contour.h"

namespace cmr {

// Volumes in mL, ejection fraction in percent, mass in g; none where it could not be measured.
struct HeartNumbers {
  std::optional<double> edvMl;
  std::optional<double> esvMl;
  std::optional<double> efPercent;
  std::optional<double> massG;
};
// 100 (EDV - ESV) / EDV.
std::optional<double> ejectionFractionOf(const HeartNumbers& numbers);

struct SeriesReference {
  int endDiastolePhase = 0;
  int endSystolePhase = 0;
  std::map<int, const SeriesContour*> endDiastole;  // by slice
  std::map<int, const SeriesContour*> endSystole;
  HeartNumbers numbers;  // over the contoured slices; mass where the epicardium was drawn at ED
};

// Of the phases in which at least half as many slices were drawn as in the best-drawn one, end
// diastole is the one with the largest cavity volume and end systole the one with the smallest.
// Throws InputError when fewer than two such phases were drawn. The result points into `contours`.
SeriesReference referenceOf(const ImageStack& stack, const std::vector<SeriesContour>& contours);

// mL of a mask of this slice: area times the thickness that the slice stands for (volumes.h).
double maskMl(const ImageStack& stack, const std::vector<double>& thicknessesMm, int slice,
              std::size_t pixels);

}  // namespace cmr
