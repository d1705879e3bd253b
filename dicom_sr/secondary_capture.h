// What all secondary captures have in common: PS3.3 A.8, C.8.6. No geometry and no frame of
// reference, which keeps them out of reconstructions and fusion.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dicom_sr/produced_object.h"
#include "dicom_sr/source.h"

class DcmDataset;

namespace cmr {

// Derived, drawn by us, with no name burned in. what: the beginning of a sentence, "Result page
// of"; further: more sentences, or nothing.
void putCapture(DcmDataset& dataset, const SeriesStack& source, const OutputContext& context,
                const std::string& what, const std::string& further = {});

// The images that it was made of.
void putSourceImages(DcmDataset& dataset, const std::vector<SourceFrame>& images);

// 8-bit RGB, pixel by pixel, frame after frame; frames: 0 for an object that has a single picture.
struct CapturePixels {
  int width = 0;
  int height = 0;
  int frames = 0;
  const std::vector<std::uint8_t>& bytes;
};

// All that is said of pixels, without the pixels.
void putPixelFacts(DcmDataset& dataset, int width, int height, int frames);

// Throws InputError when the bytes are no whole picture, naming it by `name`.
void requireWhole(const CapturePixels& pixels, const std::string& name);
void putPixels(DcmDataset& dataset, const CapturePixels& pixels);

}  // namespace cmr
