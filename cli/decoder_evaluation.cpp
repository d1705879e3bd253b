#include "cli/decoder_evaluation.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "analysis/dense_reader.h"
#include "analysis/errors.h"
#include "analysis/heart_search.h"
#include "models/decoder_report.h"
#include "models/evaluate_decoder.h"
#include "models/label_picture.h"
#include "models/landmark_marks.h"
#include "models/marked_frames.h"
#include "models/png_frames.h"
#include "models/projected_score.h"
#if CMR_READS_DICOM
#include "dicom_sr/read_series.h"
#include "models/contoured_series.h"
#endif

namespace cmr {
namespace {

using nlohmann::json;

// Without scores.
DecoderEvaluation describedHead(const DecoderEvaluationArguments& a) {
  const ModelPackage package = openPackage(a.package);
  return {package.identity.name + " " + package.identity.version, package.heads.at(a.task), {}};
}

void evaluateOnDrawnHearts(const DecoderEvaluationArguments& a) {
  const DecoderEvaluation e =
      evaluateDecoder(a.package, a.task, a.phantoms, a.phantomSeed, a.inference);
  const double point = e.head.leastProbability;
  if (a.json) {
    std::cout << json{{"task", a.task},
                      {"package", e.package},
                      {"phantoms",
                       {{"count", a.phantoms},
                        {"seed", a.phantomSeed},
                        {"scores", scoresJson(e.scores, e.head, point)}}}}
                     .dump(2)
              << "\n";
    return;
  }
  std::cout << a.task << " by " << e.package << " on " << a.phantoms << " drawn hearts (seed "
            << a.phantomSeed
            << "), each cut about its own heart; this says nothing about patients\n"
            << scoresText(e.scores, e.head, point);
}

// Each marked frame alone.
void drawMarkedFrames(const std::string& path, const std::vector<MarkedFrame>& frames) {
  std::vector<CutOut> cutOuts;
  for (const MarkedFrame& frame : frames) {
    const ImageStack& stack = frame.stack;
    CutOut cut{{stack.rows, stack.columns, stack.frames[0].pixels, frame.labels.frame(0, 0), {}},
               frame.centre.column(0),
               frame.centre.row(0)};
    for (const StackLandmark& found : frame.landmarks) {
      if (found.visible) cut.picture.marks.push_back({found.column, found.row});
    }
    cutOuts.push_back(std::move(cut));
  }
  writeLabelPicture(path, cutOuts, 110, 5);
}

void evaluateOnMarks(const DecoderEvaluationArguments& a) {
  const LandmarkMarks marks = readLandmarkMarks(a.marks);
  DenseReader reader(a.package, a.inference);
  const auto segmenter = loadNetworkSegmenter(a.package, a.inference);
  const std::vector<MarkedFrame> frames =
      readMarkedFrames(readPngFrames(a.frames, a.spacingMm), marks, *segmenter, reader);
  const DecoderScores scores = scoreMarks(frames, marks);
  const DecoderEvaluation head = describedHead(a);
  if (!a.picture.empty()) drawMarkedFrames(a.picture, frames);
  if (a.json) {
    std::cout << json{{"task", a.task},
                      {"package", head.package},
                      {"frames", frames.size()},
                      {"marks", scoresJson(scores, head.head, head.head.leastProbability)}}
                     .dump(2)
              << "\n";
    return;
  }
  std::cout << a.task << " by " << head.package << " on " << frames.size() << " marked frames of "
            << a.frames << "\n"
            << scoresText(scores, head.head, head.head.leastProbability);
}

#if CMR_READS_DICOM
std::string sequenceOf(const std::string& task) {
  if (task == "seg_lge_sax") return "lge";
  return task == "seg_map_sax" ? "t1_map" : "cine";
}

ImageStack largestStack(const std::string& folder) {
  ReadResult read = readFolder(folder);
  if (read.stacks.empty()) throw InputError(folder + " holds no image stack");
  const auto largest = std::max_element(read.stacks.begin(), read.stacks.end(),
                                        [](const SeriesStack& x, const SeriesStack& y) {
                                          return x.stack.frames.size() < y.stack.frames.size();
                                        });
  return std::move(largest->stack);
}

// The axis through the cavities that seg_cine_sax sees.
HeartAxis axisOf(const ImageStack& stack, const Segmentation& seen) {
  std::vector<FrameKey> frames;
  for (int s = 0; s < stack.sliceCount; ++s) frames.push_back({s, 0});
  return fitHeartAxis(cavityCentres(stack, seen, frames), stack.rows, stack.columns);
}

DenseReading readByTask(DenseReader& reader, const ImageStack& stack,
                        const DecoderEvaluationArguments& a, const std::string& task) {
  if (task == "seg_cine_lax") return reader.readLongAxis(stack, "");
  if (task != "landmarks") return reader.findShortAxis(stack, task, sequenceOf(task));
  const Segmentation seen = loadNetworkSegmenter(a.package, a.inference)->segment(stack, {});
  DenseReading reading = reader.readShortAxis(stack, axisOf(stack, seen), "", "cine");
  reading.labels = seen.labels;
  return reading;
}

LabelledStack referenceOf(DenseReader& reader, const DecoderEvaluationArguments& a) {
  if (!a.contours.empty()) {
    const ContouredSeries series = readContouredSeries(a.against, a.contours);
    const StackContours drawn = contoursOfOneStack(series);
    return labelsOfContours(series.read.stacks.at(drawn.stackIndex).stack, drawn.contours);
  }
  const ImageStack stack = largestStack(a.against);
  return {stack, readByTask(reader, stack, a, a.againstTask).labels,
          std::vector<bool>(static_cast<std::size_t>(stack.sliceCount), true)};
}

void drawPicture(const std::string& path, const ImageStack& stack, const DenseReading& reading) {
  std::vector<CutOut> cutOuts;
  const int stride = std::max(1, stack.sliceCount / 10);
  for (int s = 0; s < stack.sliceCount; s += stride) {
    const HeartAxis& centre = reading.centres.at(static_cast<std::size_t>(s));
    LabelPicture picture{
        stack.rows, stack.columns, stack.frame(s, 0).pixels, reading.labels.frame(s, 0), {}};
    if (!reading.landmarks.empty()) {
      for (const StackLandmark& mark :
           reading.landmarks[static_cast<std::size_t>(s * stack.phaseCount)]) {
        if (mark.visible) picture.marks.push_back({mark.column, mark.row});
      }
    }
    cutOuts.push_back({std::move(picture), centre.column(s), centre.row(s)});
  }
  writeLabelPicture(path, cutOuts, 110, 5);
}

void evaluateOnSeries(const DecoderEvaluationArguments& a) {
  DenseReader reader(a.package, a.inference);
  const ImageStack stack = largestStack(a.series);
  const DenseReading reading = readByTask(reader, stack, a, a.task);
  if (!a.picture.empty()) drawPicture(a.picture, stack, reading);
  std::size_t visible = 0;
  for (const auto& frame : reading.landmarks) {
    for (const StackLandmark& mark : frame) visible += mark.visible ? 1U : 0U;
  }
  if (a.against.empty()) {
    std::cout << a.task << " on " << stack.sliceCount << " slices at " << stack.phaseCount
              << " phases: " << visible << " landmarks; nothing to compare with\n";
    return;
  }
  const auto scores = scoreProjected(stack, reading.labels, referenceOf(reader, a));
  if (a.json) {
    std::cout << json{{"task", a.task}, {"projected", projectedJson(scores)}}.dump(2) << "\n";
    return;
  }
  std::cout << a.task << ", Dice against "
            << (a.contours.empty() ? "what " + a.againstTask + " sees in " : "the outlines of ")
            << a.against << ", projected into " << scores.size() << " slices\n"
            << projectedText(scores);
}
#else
void evaluateOnSeries(const DecoderEvaluationArguments&) {
  throw InputError("this program reads no DICOM");
}
#endif

}  // namespace

void addDecoderEvaluation(CLI::App& c, DecoderEvaluationArguments& a) {
  c.add_option("--against", a.against,
               "Further dense heads: folder of another series of the same patient, whose left "
               "ventricle is projected into the planes of --series");
  c.add_option("--against-task", a.againstTask,
               "The head that finds the ventricle there when no --contours are given")
      ->check(CLI::IsMember({"seg_lge_sax", "seg_map_sax"}))
      ->capture_default_str();
  c.add_option("--marks", a.marks,
               "Task landmarks: CSV table of landmarks marked on some of the --frames, with the "
               "columns frame, landmark, column and row");
  c.add_option("--picture", a.picture, "Further dense heads: PNG file of what was found");
}

void evaluateDenseHead(const DecoderEvaluationArguments& a) {
  if (a.phantoms <= 0 && a.series.empty() && a.marks.empty()) {
    throw InputError("there is nothing to evaluate on: name --phantoms, --series or --marks");
  }
  if (!a.marks.empty() && (a.task != "landmarks" || a.frames.empty() || !(a.spacingMm > 0))) {
    throw InputError("--marks belong to the task landmarks and to --frames with --spacing-mm");
  }
  if (a.phantoms > 0) evaluateOnDrawnHearts(a);
  if (!a.series.empty()) evaluateOnSeries(a);
  if (!a.marks.empty()) evaluateOnMarks(a);
}

}  // namespace cmr
