// Colours as DICOM wants them for segments.
#pragma once

#include <array>
#include <cstdint>

#include "dicom_sr/structure_colors.h"

namespace cmr {

// CIELab with the D50 white of the ICC profile connection space, each value scaled to 16 bits
// (PS3.3 C.10.7.1.1): L* 0..100, a* and b* -128..127.
std::array<std::uint16_t, 3> dicomLabOf(RgbColor color);

}  // namespace cmr
