// JPEG-LS without loss (PS3.5 A.4.3), of a whole dataset or frame by frame: what is drawn, packed
// and forgotten one after the other needs no memory for all frames as they are.
#pragma once

#include <functional>
#include <string>

#include "dicom_sr/writers.h"

class DcmDataset;

namespace cmr {

// Replaces the dataset's pixels.
void compressJpegLs(DcmDataset& dataset);

// One frame as the fragment that stands for it among encapsulated pixels (PS3.5 A.4), of even
// length.
std::string packJpegLs(const RgbImage& frame);

// A part-10 file of the dataset, which has no pixels, followed by these frames: one fragment for
// each, with a Basic Offset Table. The file grows while `packedFrame` gives them one after the
// other, so that there is hardly ever more in memory than the file is long.
std::string encodeFileWithFrames(DcmDataset& dataset, int frameCount,
                                 const std::function<std::string(int frame)>& packedFrame);

}  // namespace cmr
