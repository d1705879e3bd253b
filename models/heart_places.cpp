#include "models/heart_places.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "analysis/errors.h"

namespace cmr {
namespace {

// What can be searched as one stack: a subject's series, long axes or not, a size, a pixel spacing.
using GroupKey = std::tuple<std::string, std::string, bool, int, int, double, double>;

bool isLongAxis(const std::string& view) { return view == "2ch" || view == "3ch" || view == "4ch"; }

ImageStack stackOf(const std::vector<const LabelledImage*>& images) {
  const PretrainImage& first = images.front()->image;
  ImageStack stack;
  stack.rows = first.rows;
  stack.columns = first.columns;
  stack.sliceCount = static_cast<int>(images.size());
  stack.phaseCount = 1;
  for (std::size_t i = 0; i < images.size(); ++i) {
    stack.planes.push_back({{0, 0, static_cast<double>(i)},
                            {1, 0, 0},
                            {0, 1, 0},
                            first.columnSpacingMm,
                            first.columnSpacingMm * first.rowsPerColumn});
    StackFrame frame;
    frame.pixels = images[i]->image.pixels;
    frame.sourceIndex = i;
    stack.frames.push_back(std::move(frame));
  }
  return stack;
}

// Of the pixels that count; none: nothing.
std::optional<HeartPlace> middleOf(std::span<const std::uint8_t> labels, int columns,
                                   bool (*counts)(std::uint8_t)) {
  double count = 0;
  HeartPlace sum;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!counts(labels[i])) continue;
    count += 1;
    sum.column += static_cast<double>(i % static_cast<std::size_t>(columns));
    sum.row += static_cast<double>(i / static_cast<std::size_t>(columns));
  }
  if (count == 0) return std::nullopt;
  return HeartPlace{sum.column / count, sum.row / count};
}

void placeShortAxes(const std::vector<LabelledImage*>& group, FrameSegmenter& segmenter) {
  const Segmentation found =
      segmenter.segment(stackOf({group.begin(), group.end()}), ProgressCallback{});
  if (!found.heartFound) return;
  for (std::size_t i = 0; i < group.size(); ++i) {
    const auto cavity = middleOf(
        found.labels.frame(static_cast<int>(i), 0), group[i]->image.columns,
        [](std::uint8_t label) { return label == static_cast<std::uint8_t>(Structure::lvCavity); });
    group[i]->heart = cavity.value_or(HeartPlace{found.heartCentreColumn, found.heartCentreRow});
  }
}

// About the same place as the service cuts its crops.
void placeLongAxes(const std::vector<LabelledImage*>& group, FrameSegmenter& segmenter) {
  const Segmentation found = segmenter.segmentLongAxis(stackOf({group.begin(), group.end()}));
  for (std::size_t i = 0; i < group.size(); ++i) {
    group[i]->heart = middleOf(found.labels.frame(static_cast<int>(i), 0), group[i]->image.columns,
                               [](std::uint8_t label) { return label != 0; });
  }
}

void placeHearts(std::vector<LabelledImage>& images, FrameSegmenter& segmenter,
                 const std::function<void(std::size_t)>& report) {
  std::map<GroupKey, std::vector<LabelledImage*>> groups;
  for (LabelledImage& image : images) {
    const PretrainImage& p = image.image;
    if (image.isPhantom) continue;
    groups[{image.subject, image.series, isLongAxis(image.view), p.rows, p.columns,
            p.columnSpacingMm, p.rowsPerColumn}]
        .push_back(&image);
  }
  std::size_t done = 0;
  for (auto& [key, group] : groups) {
    if (std::get<bool>(key)) {
      placeLongAxes(group, segmenter);
    } else {
      placeShortAxes(group, segmenter);
    }
    done += group.size();
    if (report) report(done);
  }
}

}  // namespace

std::vector<LabelledImage> withHearts(std::vector<LabelledImage> images, FrameSegmenter& segmenter,
                                      const std::function<void(std::size_t)>& report) {
  for (const LabelledImage& image : images) {
    if (image.image.columnSpacingMm > 0) continue;
    throw InputError(image.image.name +
                     " tells no pixel spacing: name it in the table's column spacing_mm");
  }
  placeHearts(images, segmenter, report);
  images.erase(std::remove_if(images.begin(), images.end(),
                              [](const LabelledImage& image) { return !image.heart; }),
               images.end());
  if (images.empty()) throw InputError("no heart was found in any image");
  return images;
}

}  // namespace cmr
