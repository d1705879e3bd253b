#include "models/dicom_frames.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "analysis/errors.h"
#include "dicom_sr/read_series.h"
#include "models/contour_file.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

constexpr int lastBasalInstance = 100;  // of the pig's series
constexpr double sameSpacing = 1e-3;    // relative
constexpr const char* namePrefix = "IM-0001-";

struct ContourFiles {
  std::string endo;
  std::string epi;
  bool isAutomatic = false;
};

bool endsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// "IM-0001-0048-icontour-manual.txt" -> 48; nothing for a file of another name.
std::optional<int> instanceOf(const std::string& name) {
  const std::size_t prefix = std::string(namePrefix).size();
  const std::size_t dash = name.find('-', prefix);
  if (name.rfind(namePrefix, 0) != 0 || dash == std::string::npos || dash == prefix ||
      dash - prefix > 6 || name.find_first_not_of("0123456789", prefix) != dash) {
    return std::nullopt;
  }
  return std::atoi(name.c_str() + prefix);
}

std::map<int, ContourFiles> contourFilesIn(const std::string& folder) {
  std::error_code error;
  std::map<int, ContourFiles> files;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    const std::optional<int> instance = instanceOf(name);
    if (!instance) continue;
    ContourFiles& own = files[*instance];
    if (name.find("-icontour-") != std::string::npos) own.endo = at->path().string();
    if (name.find("-ocontour-") != std::string::npos) own.epi = at->path().string();
    own.isAutomatic = own.isAutomatic || endsWith(name, "-auto.txt");
  }
  if (error) throw InputError("the folder " + folder + " cannot be read");
  // An epicardium alone says nothing of the cavity; papillary contours alone neither.
  std::erase_if(files, [](const auto& entry) {
    const auto& [instance, own] = entry;
    return own.endo.empty() || (own.isAutomatic && instance <= lastBasalInstance);
  });
  if (files.empty()) throw InputError(folder + " holds no endocardial contours");
  return files;
}

struct ImagePlace {
  const SeriesStack* series = nullptr;
  int slice = 0;
  int phase = 0;
};

// Images by instance number. Two images of one number cannot be told apart: neither is taken.
std::map<int, ImagePlace> imagesByNumber(const ReadResult& read) {
  std::map<int, ImagePlace> images;
  std::set<int> ambiguous;
  for (const SeriesStack& series : read.stacks) {
    for (int slice = 0; slice < series.stack.sliceCount; ++slice) {
      for (int phase = 0; phase < series.stack.phaseCount; ++phase) {
        const SourceFrame& source = series.sources.at(series.stack.frame(slice, phase).sourceIndex);
        const int number = std::atoi(source.InstanceNumber.c_str());
        if (!images.try_emplace(number, ImagePlace{&series, slice, phase}).second) {
          ambiguous.insert(number);
        }
      }
    }
  }
  for (const int number : ambiguous) images.erase(number);
  return images;
}

double isotropicSpacing(const PlaneGeometry& plane, const std::string& name) {
  if (std::abs(plane.rowSpacingMm - plane.columnSpacingMm) > sameSpacing * plane.rowSpacingMm) {
    throw InputError("the pixels of " + name + " are not square");
  }
  return plane.rowSpacingMm;
}

void fillLabels(TrainingFrame& frame, const ContourFiles& files) {
  const std::vector<std::uint8_t> endo =
      fillContour(readContourFile(files.endo), frame.rows, frame.columns);
  if (std::find(endo.begin(), endo.end(), 1) == endo.end()) {
    throw InputError(files.endo + " encloses no pixel of its image");
  }
  const bool hasEpi = !files.epi.empty();
  const std::vector<std::uint8_t> epi =
      hasEpi ? fillContour(readContourFile(files.epi), frame.rows, frame.columns) : endo;
  frame.known = bitOf(Structure::lvCavity);
  if (hasEpi) frame.known |= bitOf(Structure::lvMyocardium);
  frame.allowed.resize(frame.pixels.size());
  for (std::size_t i = 0; i < frame.allowed.size(); ++i) {
    if (endo[i] != 0) {
      frame.allowed[i] = bitOf(Structure::lvCavity);
    } else if (!hasEpi) {
      frame.allowed[i] = anyStructure & static_cast<std::uint8_t>(~bitOf(Structure::lvCavity));
    } else if (epi[i] != 0) {
      frame.allowed[i] = bitOf(Structure::lvMyocardium);
    } else {
      frame.allowed[i] = bitOf(Structure::background) | bitOf(Structure::rvCavity);
    }
  }
}

std::string frameName(const std::string& patient, int number) {
  const std::string digits = std::to_string(number);
  return patient + "-" + namePrefix +
         std::string(4 - std::min<std::size_t>(4, digits.size()), '0') + digits;
}

TrainingFrame makeFrame(const ImagePlace& place, int number, const ContourFiles& files,
                        const std::string& patient) {
  const ImageStack& stack = place.series->stack;
  TrainingFrame frame;
  frame.name = frameName(patient, number);
  frame.patient = patient;
  frame.source = files.isAutomatic ? "pig" : "sunnybrook";
  frame.rows = stack.rows;
  frame.columns = stack.columns;
  frame.spacingMm =
      isotropicSpacing(stack.planes.at(static_cast<std::size_t>(place.slice)), frame.name);
  frame.pixels = stack.frame(place.slice, place.phase).pixels;
  fillLabels(frame, files);
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
void markKeyPhases(std::vector<TrainingFrame>& frames, const std::vector<ImagePlace>& places) {
  std::map<int, DrawnPhase> phases;
  std::map<std::pair<const SeriesStack*, int>, int> drawnInSlice;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    DrawnPhase& phase = phases[places[i].phase];
    phase.frames.push_back(&frames[i]);
    phase.area += cavityPixels(frames[i]);
    if (++drawnInSlice[{places[i].series, places[i].slice}] > 2) return;
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
  const std::map<int, ContourFiles> files = contourFilesIn(contours);
  const ReadResult read = readFolder(images);
  if (read.stacks.empty()) {
    throw InputError(images + " holds no series that can be read: " +
                     (read.verdicts.empty() ? "nothing there" : read.verdicts.front().reason));
  }
  const std::map<int, ImagePlace> places = imagesByNumber(read);
  std::vector<TrainingFrame> frames;
  std::vector<ImagePlace> placesOfFrames;
  for (const auto& [number, own] : files) {
    const auto place = places.find(number);
    if (place == places.end()) {
      throw InputError(images + " holds no image, or several, of the number " +
                       std::to_string(number) + " that has the contour " + own.endo);
    }
    frames.push_back(makeFrame(place->second, number, own, patient));
    placesOfFrames.push_back(place->second);
  }
  markKeyPhases(frames, placesOfFrames);
  return frames;
}

}  // namespace cmr
