// JPEG 2000 (PS3.5 A.4.4), which DCMTK does not decode: through OpenJPEG.
#pragma once

#include <cstdint>
#include <vector>

class DcmDataset;

namespace cmr {

// All frames one after the other: cells as they would stand in native pixel data, negative values
// in two's complement (headers and codestreams do not always agree on the sign; the header counts).
// Throws VerdictError.
std::vector<std::uint32_t> decodeJpeg2000(DcmDataset& dataset, int rows, int columns, int frames);

}  // namespace cmr
