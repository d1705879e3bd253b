#include "models/png_images.h"

#include <filesystem>

#include "models/png_file.h"

namespace cmr {

ImageFormat pngImages() {
  return {
      "PNG",
      [](const std::string& name) { return std::filesystem::path(name).extension() == ".png"; },
      [](const std::string& path, std::uint64_t) {
        const GrayImage picture = readPng(path);
        return PretrainImage{
            path, picture.height, picture.width, 1, {picture.pixels.begin(), picture.pixels.end()}};
      }};
}

}  // namespace cmr
