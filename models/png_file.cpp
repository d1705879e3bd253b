#include "models/png_file.h"

#include <png.h>

#include <cstring>

#include "analysis/errors.h"

namespace cmr {

GrayImage readPng(const std::string& path) {
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&image, path.c_str()) == 0) {
    throw InputError(path + " is no PNG picture: " + image.message);
  }
  image.format = PNG_FORMAT_GRAY;
  constexpr png_uint_32 largestSide = 8192;
  if (image.width > largestSide || image.height > largestSide) {
    png_image_free(&image);
    throw InputError(path + " is larger than 8192 pixels");
  }
  std::vector<std::uint8_t> bytes(PNG_IMAGE_SIZE(image));
  if (png_image_finish_read(&image, nullptr, bytes.data(), 0, nullptr) == 0) {
    throw InputError(path + " cannot be read: " + image.message);
  }
  return {
      static_cast<int>(image.width), static_cast<int>(image.height), {bytes.begin(), bytes.end()}};
}

void writePngRgb(const std::string& path, int width, int height,
                 const std::vector<std::uint8_t>& rgb) {
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_RGB;
  if (png_image_write_to_file(&image, path.c_str(), 0, rgb.data(), 0, nullptr) == 0) {
    throw ResourceError("cannot write " + path + ": " + image.message);
  }
}

}  // namespace cmr
