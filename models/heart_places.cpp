#include "models/heart_places.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "analysis/errors.h"

namespace cmr {
namespace {

// What can be searched as one stack: a subject's series, a size, a pixel spacing.
using GroupKey = std::tuple<std::string, std::string, int, int, double, double>;

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

HeartPlace placeIn(const Segmentation& found, int slice, int columns) {
  double count = 0;
  HeartPlace sum;
  const auto labels = found.labels.frame(slice, 0);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != static_cast<std::uint8_t>(Structure::lvCavity)) continue;
    count += 1;
    sum.column += static_cast<double>(i % static_cast<std::size_t>(columns));
    sum.row += static_cast<double>(i / static_cast<std::size_t>(columns));
  }
  if (count == 0) return {found.heartCentreColumn, found.heartCentreRow};
  return {sum.column / count, sum.row / count};
}

void placeHearts(std::vector<LabelledImage>& images, FrameSegmenter& segmenter,
                 const std::function<void(std::size_t)>& report) {
  std::map<GroupKey, std::vector<LabelledImage*>> groups;
  for (LabelledImage& image : images) {
    const PretrainImage& p = image.image;
    if (image.isPhantom) continue;
    groups[{image.subject, image.series, p.rows, p.columns, p.columnSpacingMm, p.rowsPerColumn}]
        .push_back(&image);
  }
  std::size_t done = 0;
  for (auto& [key, group] : groups) {
    const Segmentation found =
        segmenter.segment(stackOf({group.begin(), group.end()}), ProgressCallback{});
    if (found.heartFound) {
      for (std::size_t i = 0; i < group.size(); ++i) {
        group[i]->heart = placeIn(found, static_cast<int>(i), group[i]->image.columns);
      }
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
