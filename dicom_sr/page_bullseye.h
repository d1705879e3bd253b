// Values of the left ventricle's segments as a bullseye (AHA: Cerqueira et al., Circulation
// 2002;105:539): base outside, apex inside, anterior above, septum on the left.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom_sr/page_canvas.h"

namespace cmr {

struct SegmentValues {
  std::string title;                          // "Wall thickness at ED"
  std::string unit;                           // as people write it: "mm"
  std::vector<std::optional<double>> values;  // of segments 1 to 16, or to 17 with the apical cap
  // Of the colour scale, which is the same for every heart; values beyond it have its end's colour.
  double low = 0;
  double high = 1;
  int decimals = 0;
  std::string note;  // what a reader must know of the values; "" when nothing
};

// Colour of a share of the scale, 0 to 1: viridis (van der Walt and Smith, 2015), which runs evenly
// from dark to light for every kind of colour vision and in grey print.
RgbColor scaleColor(double share);

// With its title, scale and note. Segments without a value are hatched. Returns the height that was
// used. Throws InputError unless there are 16 or 17 values and a scale.
double drawBullseye(PageCanvas& canvas, double left, double top, double width,
                    const SegmentValues& segments);

}  // namespace cmr
