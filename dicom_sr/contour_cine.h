// The beating heart with its contours, for viewers that show a multi-frame picture and nothing
// else: every slice that holds the ventricle, side by side, one frame for each phase.
#pragma once

#include <functional>
#include <vector>

#include "dicom_sr/cine_timing.h"
#include "dicom_sr/writers.h"

namespace cmr {

struct ContourCine {
  int width = 0;
  int height = 0;
  int frameCount = 0;
  std::function<RgbImage(int phase)> frame;  // draws it: all at once would be a lot of memory
  std::vector<int> slices;                   // shown, from base to apex
  CineTiming timing;
};

inline constexpr int contourCineWidth = 640;
inline constexpr std::size_t mostSlicesInCine = 12;

// Refers to source and analysis until the last frame is drawn. Throws InputError when the analysis
// does not fit the source or is of no cine.
ContourCine drawContourCine(const SeriesStack& source, const SaxAnalysis& analysis);

// Multi-frame True Color Secondary Capture (PS3.3 A.8.5), in a series of its own, JPEG-LS without
// loss. References the images that it shows.
ProducedObject writeContourCine(const SeriesStack& source, const ContourCine& cine,
                                const OutputContext& context);

}  // namespace cmr
