// What the values of an MR image are: several of these may come in one series, at one place, and
// are never phases of one cine.
#pragma once

#include <string>

class DcmDataset;
class DcmItem;

namespace cmr {

enum class ImageContent { unstated, magnitude, phase, real, imaginary, t1Map, t2Map, otherMap };

// "magnitude", ...; "" when unstated.
const char* contentName(ImageContent content);
bool isMap(ImageContent content);

// From Image Type or Frame Type (PS3.3 C.8.3.1.1.1, C.8.13.3.1.1), from value 3 on, in the
// spellings of the vendors: "M", "M_FFE", "P", "PHASE MAP", "VELOCITY MAP", "R_IR", "T1 MAP", ...
ImageContent contentOfImageType(const std::string& imageType);

// Of a single-frame image: its image type, else GE's private raw data type, else Complex Image
// Component.
ImageContent contentOfImage(DcmDataset& dataset);

// Of a frame of an enhanced image: a map by its frame type, else Complex Image Component
// (C.8.13.3.1 .2), else the frame type. `frameType`: item of MRImageFrameTypeSequence; may be null.
ImageContent contentOfFrame(DcmDataset& dataset, DcmItem* frameType);

}  // namespace cmr
