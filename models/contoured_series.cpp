#include "models/contoured_series.h"

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
  std::size_t stackIndex = 0;
  int slice = 0;
  int phase = 0;
};

// Images by instance number. Two images of one number cannot be told apart: neither is taken.
std::map<int, ImagePlace> imagesByNumber(const ReadResult& read) {
  std::map<int, ImagePlace> images;
  std::set<int> ambiguous;
  for (std::size_t index = 0; index < read.stacks.size(); ++index) {
    const SeriesStack& series = read.stacks[index];
    for (int slice = 0; slice < series.stack.sliceCount; ++slice) {
      for (int phase = 0; phase < series.stack.phaseCount; ++phase) {
        const SourceFrame& source = series.sources.at(series.stack.frame(slice, phase).sourceIndex);
        const int number = std::atoi(source.InstanceNumber.c_str());
        if (!images.try_emplace(number, ImagePlace{index, slice, phase}).second) {
          ambiguous.insert(number);
        }
      }
    }
  }
  for (const int number : ambiguous) images.erase(number);
  return images;
}

}  // namespace

double isotropicSpacingMm(const PlaneGeometry& plane, const std::string& name) {
  if (std::abs(plane.rowSpacingMm - plane.columnSpacingMm) > sameSpacing * plane.rowSpacingMm) {
    throw InputError("the pixels of " + name + " are not square");
  }
  return plane.rowSpacingMm;
}

ContourMasks readContourMasks(const ContourFiles& files, int rows, int columns) {
  ContourMasks masks;
  masks.endo = {rows, columns, fillContour(readContourFile(files.endo), rows, columns)};
  if (masks.endo.area() == 0) throw InputError(files.endo + " encloses no pixel of its image");
  if (!files.epi.empty()) {
    masks.epi = Mask{rows, columns, fillContour(readContourFile(files.epi), rows, columns)};
  }
  return masks;
}

ContouredSeries readContouredSeries(const std::string& images, const std::string& contours) {
  const std::map<int, ContourFiles> files = contourFilesIn(contours);
  ContouredSeries series;
  series.read = readFolder(images);
  if (series.read.stacks.empty()) {
    throw InputError(
        images + " holds no series that can be read: " +
        (series.read.verdicts.empty() ? "nothing there" : series.read.verdicts.front().reason));
  }
  const std::map<int, ImagePlace> places = imagesByNumber(series.read);
  for (const auto& [number, own] : files) {
    const auto place = places.find(number);
    if (place == places.end()) {
      throw InputError(images + " holds no image, or several, of the number " +
                       std::to_string(number) + " that has the contour " + own.endo);
    }
    const auto& [stackIndex, slice, phase] = place->second;
    series.images.push_back({number, stackIndex, slice, phase, own});
  }
  return series;
}

StackContours contoursOfOneStack(const ContouredSeries& series) {
  StackContours result;
  result.stackIndex = series.images.front().stackIndex;
  const ImageStack& stack = series.read.stacks.at(result.stackIndex).stack;
  for (const ContouredImage& image : series.images) {
    if (image.stackIndex != result.stackIndex) {
      throw InputError("the contours belong to more than one stack of images");
    }
    isotropicSpacingMm(stack.planes.at(static_cast<std::size_t>(image.slice)),
                       "image " + std::to_string(image.instanceNumber));
    ContourMasks masks = readContourMasks(image.files, stack.rows, stack.columns);
    result.contours.push_back({image.instanceNumber, image.slice, image.phase,
                               std::move(masks.endo), std::move(masks.epi)});
  }
  return result;
}

}  // namespace cmr
