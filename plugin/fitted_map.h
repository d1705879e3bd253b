// A T1 map made here where the scanner sent inversion images and no map.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/measurement.h"
#include "dicom_sr/source.h"

namespace cmr {

// Index of a stack whose images at each place are inversion images: at least four different
// inversion times, the same number at each place, every image with one, no other view than the
// short axis and no inversion scout by name. The one with the most slices; at equal numbers the
// first. Only where the tasks ask for seg_map_sax, or for nothing in particular.
std::optional<std::size_t> chooseInversionImages(const std::vector<SeriesStack>& stacks,
                                                 const std::vector<std::string>& tasks);

struct FittedSeries {
  // One image at each place, in ms, on the grid and in the name of the first inversion image there;
  // all images stay among the sources.
  SeriesStack map;
  std::vector<Flag> flags;  // that it was fitted and from what; doubts about it
};

// Throws InputError where the images do not allow it.
FittedSeries fitT1Series(const SeriesStack& source);

}  // namespace cmr
