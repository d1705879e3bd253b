// One image of a series, cut about the heart, with the contours on it: the same on the result page
// and in the cine.
#pragma once

#include <map>
#include <vector>

#include "dicom_sr/page_canvas.h"
#include "dicom_sr/source.h"

namespace cmr {

// A square in the plane of the images, its sides equal in millimetres. In pixels of the source,
// whole numbers being the centres of pixels.
struct PictureView {
  double left = 0;
  double top = 0;
  double width = 0;   // in columns
  double height = 0;  // in rows
};

// Grey values that become black and white.
struct GreyWindow {
  float low = 0;
  float high = 1;
};

class HeartPictures {
 public:
  // Of these slices at these phases. All show the same part of the plane, which holds every
  // released contour of them; the phases of a slice share one window, so that they can be compared.
  HeartPictures(const SeriesStack& source, const SaxAnalysis& analysis, std::vector<int> slices,
                std::vector<int> phases);

  // A square of this size.
  void draw(PageCanvas& canvas, double left, double top, double size, int slice, int phase);

  const std::vector<int>& slices() const { return slices_; }

 private:
  GreyWindow windowOf(int slice);

  const SeriesStack& source_;
  const SaxAnalysis& analysis_;
  std::vector<int> slices_;
  std::vector<int> phases_;
  PictureView view_;
  std::map<int, GreyWindow> windows_;
};

// What the lines of the pictures stand for, from the right edge inwards; with the evidence behind
// the RV's line where there is room for it.
void drawContourLegend(PageCanvas& canvas, double right, double baseline,
                       const SaxAnalysis& analysis, bool withEvidence);

}  // namespace cmr
