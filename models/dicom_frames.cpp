#include "models/dicom_frames.h"

#include <algorithm>
#include <map>
#include <utility>

#include "models/contoured_series.h"
#include "models/partial_labels.h"

namespace cmr {
namespace {

std::string frameName(const std::string& patient, int number) {
  const std::string digits = std::to_string(number);
  return patient + "-IM-0001-" + std::string(4 - std::min<std::size_t>(4, digits.size()), '0') +
         digits;
}

TrainingFrame makeFrame(const ImageStack& stack, const ContouredImage& image,
                        const std::string& patient) {
  TrainingFrame frame;
  frame.name = frameName(patient, image.instanceNumber);
  frame.patient = patient;
  frame.source = image.files.isAutomatic ? "pig" : "sunnybrook";
  frame.rows = stack.rows;
  frame.columns = stack.columns;
  frame.spacingMm =
      isotropicSpacingMm(stack.planes.at(static_cast<std::size_t>(image.slice)), frame.name);
  frame.pixels = stack.frame(image.slice, image.phase).pixels;
  const ContourMasks masks = readContourMasks(image.files, frame.rows, frame.columns);
  labelByMasks(frame, masks.endo.pixels, masks.epi ? &masks.epi->pixels : nullptr);
  return frame;
}

struct DrawnPhase {
  std::vector<TrainingFrame*> frames;
  double area = 0;
};

double cavityPixels(const TrainingFrame& frame) {
  return static_cast<double>(
      std::count(frame.allowed.begin(), frame.allowed.end(), bitOf(Structure::lvCavity)));
}

// Where two phases were drawn, they are the key phases; where a whole beat was, which of its
// phases are the key ones is not written anywhere.
void markKeyPhases(std::vector<TrainingFrame>& frames, const std::vector<ContouredImage>& images) {
  std::map<int, DrawnPhase> phases;
  std::map<std::pair<std::size_t, int>, int> drawnInSlice;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    DrawnPhase& phase = phases[images[i].phase];
    phase.frames.push_back(&frames[i]);
    phase.area += cavityPixels(frames[i]);
    if (++drawnInSlice[{images[i].stackIndex, images[i].slice}] > 2) return;
  }
  if (phases.size() != 2) return;
  const DrawnPhase& first = phases.begin()->second;
  const DrawnPhase& second = std::next(phases.begin())->second;
  const bool firstIsLarger = first.area >= second.area;
  for (TrainingFrame* f : (firstIsLarger ? first : second).frames) {
    f->phase = CardiacPhase::endDiastole;
  }
  for (TrainingFrame* f : (firstIsLarger ? second : first).frames) {
    f->phase = CardiacPhase::endSystole;
  }
}

}  // namespace

std::vector<TrainingFrame> readDicomFrames(const std::string& images, const std::string& contours,
                                           const std::string& patient) {
  const ContouredSeries series = readContouredSeries(images, contours);
  std::vector<TrainingFrame> frames;
  for (const ContouredImage& image : series.images) {
    frames.push_back(makeFrame(series.read.stacks.at(image.stackIndex).stack, image, patient));
  }
  markKeyPhases(frames, series.images);
  return frames;
}

}  // namespace cmr
