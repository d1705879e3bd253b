// JPEG 2000 (PS3.5 A.4.4), which DCMTK does not decode: through OpenJPEG.
#pragma once

#include <cstdint>
#include <vector>

class DcmDataset;

namespace cmr {

// All frames one after the other, stored values with their sign. Throws VerdictError.
std::vector<std::int32_t> decodeJpeg2000(DcmDataset& dataset, int rows, int columns, int frames);

}  // namespace cmr
