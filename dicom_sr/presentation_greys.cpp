#include "dicom_sr/presentation_greys.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "dicom_sr/dataset_values.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/write_dataset.h"

namespace cmr {
namespace {

struct Rescale {
  double slope = 1;
  double intercept = 0;
  bool isStated = false;
  bool operator==(const Rescale& other) const {
    return slope == other.slope && intercept == other.intercept;
  }
};

// The reader refuses images whose rescale is no number.
Rescale rescaleOf(const SourceDisplay& display) {
  const std::vector<double> slope = numbersIn(display.RescaleSlope);
  const std::vector<double> intercept = numbersIn(display.RescaleIntercept);
  return {slope.empty() ? 1 : slope.front(), intercept.empty() ? 0 : intercept.front(),
          !slope.empty() || !intercept.empty()};
}

struct Window {
  std::string center;
  std::string width;
  std::string function;
  bool operator==(const Window& other) const {
    return center == other.center && width == other.width && function == other.function;
  }
};

bool isLinear(const std::string& function) { return function.empty() || function == "LINEAR"; }

// PS3.3 C.11.2.1.2 and C.11.2.1.3.
bool isWindow(const SourceDisplay& display) {
  const std::vector<double> centers = numbersIn(display.WindowCenter);
  const std::vector<double> widths = numbersIn(display.WindowWidth);
  const std::string& function = display.VOILUTFunction;
  if (centers.empty() || centers.size() != widths.size()) return false;
  if (!isLinear(function) && function != "LINEAR_EXACT" && function != "SIGMOID") return false;
  return std::all_of(widths.begin(), widths.end(),
                     [&](double width) { return isLinear(function) ? width >= 1 : width > 0; });
}

// The window of rescaled values in stored ones. LINEAR counts from c - 0.5 over w - 1.
std::optional<Window> inStoredValues(const Window& window, const Rescale& rescale) {
  if (!(rescale.slope > 0)) return std::nullopt;  // it turns the greys round: no window does
  const double half = isLinear(window.function) ? 0.5 : 0;
  const double center =
      (numbersIn(window.center).front() - half - rescale.intercept) / rescale.slope + half;
  const double width = (numbersIn(window.width).front() - 2 * half) / rescale.slope + 2 * half;
  return Window{decimalString(center), decimalString(width), window.function};
}

using WindowedImages = std::pair<Window, std::vector<SourceFrame>>;

void addWindowed(std::vector<WindowedImages>& all, const Window& window, const SourceFrame& image) {
  for (WindowedImages& one : all) {
    if (!(one.first == window)) continue;
    one.second.push_back(image);
    return;
  }
  all.push_back({window, {image}});
}

void putWindows(DcmItem& state, const std::vector<WindowedImages>& windows, std::size_t images) {
  const bool isOfAll = windows.size() == 1 && windows.front().second.size() == images;
  for (const auto& [window, ofWindow] : windows) {
    DcmItem& item = addItem(state, DCM_SoftcopyVOILUTSequence);
    if (!isOfAll) {
      for (const SourceFrame& image : ofWindow) {
        addImageReference(item, DCM_ReferencedImageSequence, image);
      }
    }
    putText(item, DCM_WindowCenter, window.center);
    putText(item, DCM_WindowWidth, window.width);
    if (!window.function.empty()) putText(item, DCM_VOILUTFunction, window.function);
  }
}

void putRescale(DcmItem& state, const Rescale& rescale, const SourceDisplay& display) {
  if (!rescale.isStated) return;
  putText(state, DCM_RescaleIntercept,
          display.RescaleIntercept.empty() ? "0" : display.RescaleIntercept);
  putText(state, DCM_RescaleSlope, display.RescaleSlope.empty() ? "1" : display.RescaleSlope);
  putText(state, DCM_RescaleType, display.RescaleType.empty() ? "US" : display.RescaleType);
}

}  // namespace

std::vector<std::string> putGreyValues(DcmItem& state, const std::vector<SourceFrame>& images) {
  std::vector<std::string> notes;
  if (images.empty()) return notes;
  const Rescale first = rescaleOf(images.front().display);
  const bool isOneRescale =
      std::all_of(images.begin(), images.end(),
                  [&](const SourceFrame& image) { return rescaleOf(image.display) == first; });
  std::vector<WindowedImages> windows;
  std::size_t lost = 0;
  for (const SourceFrame& image : images) {
    const SourceDisplay& display = image.display;
    if (display.WindowCenter.empty() && display.WindowWidth.empty()) continue;
    std::optional<Window> window;
    if (isWindow(display)) {
      window = {display.WindowCenter, display.WindowWidth, display.VOILUTFunction};
    }
    if (window && !isOneRescale) window = inStoredValues(*window, rescaleOf(display));
    lost += window ? 0 : 1;
    if (window) addWindowed(windows, *window, image);
  }
  if (isOneRescale) {
    putRescale(state, first, images.front().display);
  } else {
    notes.emplace_back(
        "the images' rescales differ: the presentation state has none, and its windows are in "
        "stored values");
  }
  putWindows(state, windows, images.size());
  if (lost > 0) {
    notes.push_back("the windows of " + std::to_string(lost) +
                    " images are no windows and are not in the presentation state");
  }
  return notes;
}

}  // namespace cmr
