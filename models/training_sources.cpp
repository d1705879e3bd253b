#include "models/training_sources.h"

#include <filesystem>
#include <iterator>

#include "analysis/errors.h"
#include "models/png_frames.h"

namespace cmr {
namespace {

bool holdsPngFrames(const LabelledFolder& source) {
  return std::filesystem::is_directory(std::filesystem::path(source.images) / "images");
}

std::vector<TrainingFrame> readSource(const LabelledFolder& source) {
  if (!holdsPngFrames(source)) {
    throw InputError(source.images + " holds no folder images/ with PNG frames");
  }
  if (!(source.spacingMm > 0)) {
    throw InputError("PNG frames carry no spacing: name it for " + source.images);
  }
  return readPngFrames(source.images, source.spacingMm);
}

}  // namespace

std::vector<TrainingFrame> readTrainingSources(const std::vector<LabelledFolder>& sources) {
  std::vector<TrainingFrame> all;
  for (const LabelledFolder& source : sources) {
    std::vector<TrainingFrame> frames = readSource(source);
    std::move(frames.begin(), frames.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace cmr
