// Stored pixels of an instance as numbers: every transfer syntax that a scanner sends, lengths
// checked before anything is allocated.
#pragma once

#include <string>
#include <vector>

#include "dicom_sr/read_series.h"

class DcmDataset;

namespace cmr {

// How stored values become numbers: PS3.3 C.7.6.3.1 and C.11.1.
struct PixelFormat {
  int rows = 0;
  int columns = 0;
  int frames = 1;
  int bitsAllocated = 16;
  int bitsStored = 16;
  int highBit = 15;
  bool isSigned = false;
  bool isMonochrome1 = false;
};

// Throws VerdictError ("absurd-dimensions", "unsupported-pixels") on what we do not take.
PixelFormat readPixelFormat(DcmDataset& dataset, const ReadLimits& limits);

// A stored value and the one that looks the same in the other sense of grey (MONOCHROME1 shows its
// smallest value as white) add up to this: mirrored in the range that the bits can hold.
float mirrorSum(const PixelFormat& format);

// frames * rows * columns stored values, before any rescale. Throws
// VerdictError ("truncated-pixels", "no-pixels", "unsupported-transfer-syntax", "broken-pixels").
std::vector<float> decodePixels(DcmDataset& dataset, const PixelFormat& format);

}  // namespace cmr
