// What the header of a series says of its sequence and view, in the words of the tasks of the same
// names: to be compared with what its pictures look like.
#pragma once

#include <string>

#include "dicom_sr/source.h"

namespace cmr {

struct TagReading {
  std::string sequence;  // "cine", "lge", "t1_map", "t2_map", "other"; empty: it does not say
  std::string view;      // "sax", "2ch", "3ch", "4ch", "aorta", "other"; empty: it does not say
};

// Signs, in this order: the image type, inversion times that differ at one place, words of the
// description, several trigger times at one place.
TagReading readTags(const SeriesStack& stack);

}  // namespace cmr
