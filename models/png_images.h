// PNG pictures to pretrain on: grey, 8 or 16 bits, square pixels.
#pragma once

#include "models/pretrain_images.h"

namespace cmr {

ImageFormat pngImages();

}  // namespace cmr
