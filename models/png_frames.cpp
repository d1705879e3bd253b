#include "models/png_frames.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>

#include "analysis/errors.h"
#include "models/partial_labels.h"
#include "models/png_file.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> pictureNames(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    throw InputError("there is no folder " + folder.string());
  }
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".png") {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::uint8_t> readMask(const fs::path& path, int width, int height) {
  const GrayImage mask = readPng(path.string());
  if (mask.width != width || mask.height != height) {
    throw InputError(path.string() + " has another size than its image");
  }
  if (std::any_of(mask.pixels.begin(), mask.pixels.end(),
                  [](auto v) { return v != 0 && v != 255; })) {
    throw InputError(path.string() + " is not a mask of 0 and 255");
  }
  return {mask.pixels.begin(), mask.pixels.end()};
}

std::optional<std::vector<std::uint8_t>> readMaskIfThere(const fs::path& path, int width,
                                                         int height) {
  if (!fs::exists(path)) return std::nullopt;
  return readMask(path, width, height);
}

// Of a name that tells none the whole: such a frame is a patient of its own.
std::string patientOf(const std::string& frame) { return frame.substr(0, frame.find("-IM-")); }

// A mask of another name than every image's would be left out without a word.
void requireImageOfEachMask(const fs::path& folder, const std::vector<std::string>& images) {
  for (const char* part : {"endo", "epi", "rv"}) {
    if (!fs::is_directory(folder / part)) continue;
    for (const std::string& mask : pictureNames(folder / part)) {
      if (!std::binary_search(images.begin(), images.end(), mask)) {
        throw InputError("the mask " + (folder / part / mask).string() +
                         " fits no image: there is no images/" + mask);
      }
    }
  }
}

TrainingFrame readFrame(const fs::path& folder, const std::string& name, double spacingMm,
                        MaskEdges edges) {
  const GrayImage image = readPng((folder / "images" / name).string());
  TrainingFrame frame;
  frame.name = fs::path(name).stem().string();
  frame.patient = patientOf(frame.name);
  frame.source = "sunnybrook";
  frame.rows = image.height;
  frame.columns = image.width;
  frame.spacingMm = spacingMm;
  frame.pixels.assign(image.pixels.begin(), image.pixels.end());
  const fs::path endoPath = folder / "endo" / name;
  if (!fs::exists(endoPath)) {
    throw InputError("the image " + name + " has no endocardial mask");
  }
  std::vector<std::uint8_t> endo = readMask(endoPath, image.width, image.height);
  if (edges == MaskEdges::sunnybrook) {
    endo = recoverSunnybrookEndo(endo, image.height, image.width);
  }
  std::optional<std::vector<std::uint8_t>> epi =
      readMaskIfThere(folder / "epi" / name, image.width, image.height);
  if (epi && edges == MaskEdges::sunnybrook) {
    epi = recoverSunnybrookEpi(*epi, image.height, image.width);
  }
  const auto rv = readMaskIfThere(folder / "rv" / name, image.width, image.height);
  labelByMasks(frame, endo, epi ? &*epi : nullptr, rv ? &*rv : nullptr);
  return frame;
}

// Image numbers run over the phases of a slice, then over the slices (20 phases in every series of
// this layout), so that the frames of one phase share a remainder. The two phases that were drawn
// most are the two key phases; the one with the larger cavities is end diastole.
constexpr int phasesPerSlice = 20;

std::optional<int> remainderOf(const std::string& name) {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string::npos || dash + 1 == name.size() ||
      name.find_first_not_of("0123456789", dash + 1) != std::string::npos) {
    return std::nullopt;
  }
  return std::atoi(name.c_str() + dash + 1) % phasesPerSlice;
}

struct PhaseGroup {
  std::vector<TrainingFrame*> frames;
  double area = 0;
  double meanArea() const { return area / static_cast<double>(frames.size()); }
};

void markPhasesOfPatient(const std::vector<TrainingFrame*>& frames) {
  std::map<int, PhaseGroup> groups;
  for (TrainingFrame* frame : frames) {
    if (const auto remainder = remainderOf(frame->name)) {
      PhaseGroup& group = groups[*remainder];
      group.frames.push_back(frame);
      group.area += static_cast<double>(
          std::count(frame->allowed.begin(), frame->allowed.end(), bitOf(Structure::lvCavity)));
    }
  }
  std::vector<PhaseGroup> order;
  for (auto& [remainder, group] : groups) order.push_back(std::move(group));
  if (order.size() < 2) return;
  std::stable_sort(order.begin(), order.end(), [](const PhaseGroup& a, const PhaseGroup& b) {
    return a.frames.size() > b.frames.size();
  });
  const bool firstIsLarger = order[0].meanArea() >= order[1].meanArea();
  for (TrainingFrame* f : order[firstIsLarger ? 0 : 1].frames) f->phase = CardiacPhase::endDiastole;
  for (TrainingFrame* f : order[firstIsLarger ? 1 : 0].frames) f->phase = CardiacPhase::endSystole;
}

void markKeyPhases(std::vector<TrainingFrame>& frames) {
  std::map<std::string, std::vector<TrainingFrame*>> byPatient;
  for (TrainingFrame& frame : frames) byPatient[frame.patient].push_back(&frame);
  for (const auto& [patient, own] : byPatient) markPhasesOfPatient(own);
}

}  // namespace

void requirePatients(const std::vector<TrainingFrame>& frames) {
  for (const TrainingFrame& frame : frames) {
    if (!frame.patient.empty() && frame.patient != frame.name) continue;
    throw InputError("the frame " + frame.name +
                     " does not say whose it is: names are PATIENT-IM-..., and frames of one "
                     "patient are kept together by it");
  }
}

std::vector<TrainingFrame> readPngFrames(const std::string& folder, double spacingMm,
                                         MaskEdges edges) {
  const std::vector<std::string> images = pictureNames(fs::path(folder) / "images");
  requireImageOfEachMask(folder, images);
  std::vector<TrainingFrame> frames;
  for (const std::string& name : images) {
    frames.push_back(readFrame(folder, name, spacingMm, edges));
  }
  if (frames.empty()) {
    throw InputError(folder + "/images holds no PNG picture");
  }
  markKeyPhases(frames);
  return frames;
}

}  // namespace cmr
