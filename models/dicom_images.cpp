#include "models/dicom_images.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "analysis/errors.h"
#include "dicom_sr/read_instance.h"

namespace cmr {
namespace {

bool mayBeDicom(const std::string& name) {
  std::string extension = std::filesystem::path(name).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension.empty() || extension == ".dcm" || extension == ".ima" ||
         (extension.size() > 1 &&
          extension.find_first_not_of("0123456789", 1) == std::string::npos);
}

PretrainImage readImage(const std::string& path, std::uint64_t pick) {
  std::ifstream in(path, std::ios::binary);
  InstanceBytes instance{path, {std::istreambuf_iterator<char>(in), {}}};
  if (!in.good() && instance.bytes.empty()) {
    throw InputError(path + " cannot be read");
  }
  return decodeDicomImage(instance, pick);
}

}  // namespace

PretrainImage decodeDicomImage(const InstanceBytes& instance, std::uint64_t pick) {
  std::vector<FrameFacts> frames = readInstance(instance, {});
  if (frames.empty()) {
    throw InputError(instance.name + " holds no image");
  }
  FrameFacts& frame = frames[pick % frames.size()];
  const double ratio = frame.plane.rowSpacingMm / frame.plane.columnSpacingMm;
  return {instance.name,           frame.rows,
          frame.columns,           ratio,
          std::move(frame.pixels), frame.plane.columnSpacingMm};
}

ImageFormat dicomImages() { return {"DICOM", mayBeDicom, readImage}; }

}  // namespace cmr
