// MR images in DICOM to pretrain on: of any series that the reader takes, one image at a time.
#pragma once

#include <cstdint>

#include "dicom_sr/read_series.h"
#include "models/pretrain_images.h"

namespace cmr {

// Files named *.dcm, *.ima, without extension, or as a UID (whose last part looks like one). Of an
// enhanced instance one frame is taken; the whole instance is decoded for it.
ImageFormat dicomImages();

// One frame of the instance, chosen by `pick`. Throws VerdictError or InputError when there is
// none.
PretrainImage decodeDicomImage(const InstanceBytes& instance, std::uint64_t pick);

}  // namespace cmr
