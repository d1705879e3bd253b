#include "models/marked_frames.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "analysis/errors.h"

namespace cmr {
namespace {

ImageStack stackOf(const TrainingFrame& frame) {
  ImageStack stack;
  stack.rows = frame.rows;
  stack.columns = frame.columns;
  stack.sliceCount = stack.phaseCount = 1;
  stack.planes.push_back({{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, frame.spacingMm, frame.spacingMm});
  stack.frames.emplace_back();
  stack.frames.back().pixels = frame.pixels;
  return stack;
}

void requireFrames(const LandmarkMarks& marks, const std::vector<TrainingFrame>& frames) {
  for (const auto& [name, own] : marks) {
    if (std::none_of(frames.begin(), frames.end(),
                     [&](const TrainingFrame& frame) { return frame.name == name; })) {
      throw InputError("the marks of the frame " + name + " fit no frame that was read");
    }
  }
}

}  // namespace

std::vector<MarkedFrame> readMarkedFrames(const std::vector<TrainingFrame>& frames,
                                          const LandmarkMarks& marks, FrameSegmenter& segmenter,
                                          DenseReader& reader) {
  requireFrames(marks, frames);
  std::vector<MarkedFrame> read;
  for (const TrainingFrame& frame : frames) {
    if (marks.count(frame.name) == 0) continue;
    MarkedFrame out;
    out.name = frame.name;
    out.stack = stackOf(frame);
    Segmentation seen = segmenter.segment(out.stack, {});
    out.centre = {seen.heartCentreColumn, 0, seen.heartCentreRow, 0, 0, 0};
    out.labels = std::move(seen.labels);
    DenseReading reading = reader.readShortAxis(out.stack, out.centre, "", "cine");
    out.landmarks = std::move(reading.landmarks.at(0));
    read.push_back(std::move(out));
  }
  return read;
}

DecoderScores scoreMarks(const std::vector<MarkedFrame>& frames, const LandmarkMarks& marks) {
  DecoderScores scores;
  for (const MarkedFrame& frame : frames) {
    const auto& own = marks.at(frame.name);
    const double spacingMm = frame.stack.planes.front().columnSpacingMm;
    for (const StackLandmark& found : frame.landmarks) {
      LandmarkScore score{false, found.confidence, std::numeric_limits<double>::quiet_NaN()};
      if (const auto mark = own.find(found.name); mark != own.end()) {
        score.present = true;
        score.errorMm = spacingMm * std::hypot(found.column - mark->second.column,
                                               found.row - mark->second.row);
      }
      scores.landmarks[found.name].push_back(score);
    }
  }
  return scores;
}

}  // namespace cmr
