#include "models/png_file.h"

#include <png.h>

#include <cstring>

#include "analysis/errors.h"

namespace cmr {
namespace {

void finishRead(png_image& image, void* pixels, const std::string& path) {
  if (png_image_finish_read(&image, nullptr, pixels, 0, nullptr) == 0) {
    throw InputError(path + " cannot be read: " + image.message);
  }
}

void writePng(const std::string& path, int width, int height, png_uint_32 format,
              const std::vector<std::uint8_t>& bytes) {
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = format;
  if (png_image_write_to_file(&image, path.c_str(), 0, bytes.data(), 0, nullptr) == 0) {
    throw ResourceError("cannot write " + path + ": " + image.message);
  }
}

}  // namespace

GrayImage readPng(const std::string& path) {
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&image, path.c_str()) == 0) {
    throw InputError(path + " is no PNG picture: " + image.message);
  }
  if ((image.format & (PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)) != 0) {
    png_image_free(&image);
    throw InputError(path + " has colours or transparency; pictures and masks are grey");
  }
  constexpr png_uint_32 largestSide = 8192;
  if (image.width > largestSide || image.height > largestSide) {
    png_image_free(&image);
    throw InputError(path + " is larger than 8192 pixels");
  }
  GrayImage read{static_cast<int>(image.width), static_cast<int>(image.height), {}};
  if ((image.format & PNG_FORMAT_FLAG_LINEAR) != 0) {  // 16 bits
    image.format = PNG_FORMAT_LINEAR_Y;
    read.pixels.resize(PNG_IMAGE_SIZE(image) / sizeof(std::uint16_t));
    finishRead(image, read.pixels.data(), path);
    return read;
  }
  image.format = PNG_FORMAT_GRAY;
  std::vector<std::uint8_t> bytes(PNG_IMAGE_SIZE(image));
  finishRead(image, bytes.data(), path);
  read.pixels.assign(bytes.begin(), bytes.end());
  return read;
}

void writePngRgb(const std::string& path, int width, int height,
                 const std::vector<std::uint8_t>& rgb) {
  writePng(path, width, height, PNG_FORMAT_RGB, rgb);
}

void writePngGray(const std::string& path, int width, int height,
                  const std::vector<std::uint8_t>& grey) {
  writePng(path, width, height, PNG_FORMAT_GRAY, grey);
}

}  // namespace cmr
