// The unit of an image's values after rescale, where its header says one.
#pragma once

#include <string>

class DcmItem;

namespace cmr {

// "ms" where RescaleType (PS3.3 C.11.1.1.2) or a Real World Value Mapping with the same slope and
// intercept (C.7.6.16.2.11) says milliseconds in whatever spelling, or where the scanner wrote
// "(ms)" into ImageComments, as Siemens does for maps. Else RescaleType as it stands; it may be
// empty.
std::string pixelUnitOf(DcmItem& dataset);

}  // namespace cmr
