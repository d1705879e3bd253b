// The result page as a file that any program shows.
#pragma once

#include <string>

#include "dicom_sr/produced_object.h"
#include "dicom_sr/writers.h"

namespace cmr {

// The bytes of a PNG file. Throws InputError when the picture is not whole, Error when Cairo fails.
std::string pngOf(const RgbImage& page);

// The picture inside a secondary capture that writeResultPage made. Throws InputError when the
// object is none.
RgbImage pictureOf(const ProducedObject& resultPage);

}  // namespace cmr
