// `cmr evaluate`: measures a model package against outlines that experts drew, its further dense
// heads on drawn hearts, or its classification heads on labelled images.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>

#include "analysis/errors.h"
#include "analysis/network_segmenter.h"
#include "cli/classifier_options.h"
#include "cli/decoder_evaluation.h"
#include "cli/head_kind.h"
#include "cli/inference_options.h"
#include "cli/package_location.h"
#include "cli/registered_commands.h"
#include "models/classification_report.h"
#include "models/evaluate_classifier.h"
#include "models/evaluation_report.h"
#include "models/png_frames.h"
#if CMR_READS_DICOM
#include "models/contoured_series.h"
#include "models/series_report.h"
#endif

namespace cmr {
namespace {

struct EvaluateArguments {
  std::string package;
  std::string task = "seg_cine_sax";
  std::string frames;
  double spacingMm = 0;
  std::string maskEdges = "stored";
  std::string heart = "patient";
  std::string series;
  std::string contours;
  int phantoms = 0;
  std::uint64_t phantomSeed = 1;
  bool json = false;
  DecoderEvaluationArguments decoder;
  ClassifierArguments classifier;
  InferenceSettings inference;
};

void evaluateOnLabels(EvaluateArguments a) {
  a.classifier.phantomImages = a.phantoms;
  const ClassifierEvaluation evaluation =
      evaluateClassifier(packageFolderOr(a.package), a.task,
                         readClassifierImages(a.task, a.classifier, a.phantomSeed), a.inference);
  if (a.json) {
    nlohmann::json document = classificationJson(evaluation.images, evaluation.classes);
    document["task"] = a.task;
    document["package"] = evaluation.package;
    std::cout << document.dump(2) << "\n";
    return;
  }
  std::cout << a.task << " by " << evaluation.package << "\n"
            << classificationText(evaluation.images, evaluation.classes) << "\n"
            << seriesTable(evaluation.images, evaluation.classes);
}

// Of the published Sunnybrook frames with both ways to take the edges: one segmentation serves
// them.
void scoreFrames(const EvaluateArguments& a, FrameSegmenter& segmenter, FrameEvaluation& into) {
  const auto read = [&a](const std::string& edges) {
    return readPngFrames(a.frames, a.spacingMm, maskEdgesByName(edges));
  };
  std::vector<std::vector<TrainingFrame>> references{read(a.maskEdges)};
  const bool displaced =
      std::any_of(references.front().begin(), references.front().end(),
                  [](const TrainingFrame& frame) { return isSunnybrookPatient(frame.patient); });
  if (displaced) {
    into.otherMaskEdges = otherMaskEdges(a.maskEdges);
    references.push_back(read(into.otherMaskEdges));
  }
  std::vector<std::vector<FrameScore>> scores = evaluateAgainst(references, segmenter, into.search);
  into.frames = std::move(scores.front());
  if (displaced) into.otherwise = std::move(scores.back());
}

void evaluateOnFrames(const EvaluateArguments& a, FrameSegmenter& segmenter) {
  FrameEvaluation evaluation;
  evaluation.task = a.task;
  evaluation.package = segmenter.identity();
  if (!a.frames.empty()) {
    evaluation.source = a.frames;
    evaluation.search = a.heart == "frame" ? HeartSearch::perFrame : HeartSearch::perPatient;
    evaluation.maskEdges = a.maskEdges;
    scoreFrames(a, segmenter, evaluation);
  }
  evaluation.phantomSeed = a.phantomSeed;
  evaluation.phantoms = evaluatePhantoms(a.phantoms, a.phantomSeed, segmenter);
  if (a.json) {
    std::cout << evaluationJson(evaluation).dump(2) << "\n";
  } else {
    std::cout << evaluationText(evaluation);
  }
}

#if CMR_READS_DICOM
void evaluateOnSeries(const EvaluateArguments& a, FrameSegmenter& segmenter) {
  const ContouredSeries series = readContouredSeries(a.series, a.contours);
  const StackContours drawn = contoursOfOneStack(series);
  const SeriesEvaluation evaluation =
      evaluateSeries(series.read.stacks.at(drawn.stackIndex).stack, drawn.contours, segmenter);
  if (a.json) {
    std::cout << seriesJson(evaluation, segmenter.identity(), a.task).dump(2) << "\n";
  } else {
    std::cout << seriesText(evaluation, segmenter.identity(), a.task);
  }
}
#else
void evaluateOnSeries(const EvaluateArguments&, FrameSegmenter&) {}
#endif

void checkChoice(const EvaluateArguments& a) {
  const bool onFrames = !a.frames.empty() || a.phantoms > 0;
  const bool onSeries = !a.series.empty() || !a.contours.empty();
  if (!onFrames && !onSeries) {
    throw InputError("there is nothing to evaluate on: name --frames, --phantoms or --series");
  }
  if (onFrames && onSeries) {
    throw InputError("evaluate on frames and on a series one after the other");
  }
  if (onSeries && (a.series.empty() || a.contours.empty())) {
    throw InputError("a series is evaluated with its contours: name both --series and --contours");
  }
  if (!a.frames.empty() && !(a.spacingMm > 0)) {
    throw InputError("PNG frames carry no spacing: name it with --spacing-mm");
  }
}

void evaluateFurtherHead(const EvaluateArguments& a) {
  DecoderEvaluationArguments d = a.decoder;
  d.package = packageFolderOr(a.package);
  d.task = a.task;
  d.series = a.series;
  d.contours = a.contours;
  d.frames = a.frames;
  d.spacingMm = a.spacingMm;
  d.phantoms = a.phantoms;
  d.phantomSeed = a.phantomSeed;
  d.json = a.json;
  d.inference = a.inference;
  evaluateDenseHead(d);
}

void evaluateNetwork(const EvaluateArguments& a) {
  checkChoice(a);
  const auto segmenter = loadNetworkSegmenter(packageFolderOr(a.package), a.inference);
  if (a.series.empty()) {
    evaluateOnFrames(a, *segmenter);
  } else {
    evaluateOnSeries(a, *segmenter);
  }
}

void run(const EvaluateArguments& a) {
  const HeadKind kind = headKind(a.task);
  if (kind != HeadKind::classifier && !a.classifier.table.empty()) {
    throw InputError("labelled images belong to classification: name the task with --task");
  }
  switch (kind) {
    case HeadKind::network:
      return evaluateNetwork(a);
    case HeadKind::decoder:
      return evaluateFurtherHead(a);
    case HeadKind::classifier:
      return evaluateOnLabels(a);
  }
}

}  // namespace

void registerEvaluate(CLI::App& app) {
  auto a = std::make_shared<EvaluateArguments>();
  CLI::App* c =
      app.add_subcommand("evaluate", "Measure a model package against known outlines or labels");
  c->add_option("--package", a->package, "Folder of the model package (else the default one)");
  c->add_option("--task", a->task, "What is measured")
      ->check(CLI::IsMember(trainableTasks()))
      ->capture_default_str();
  c->add_option("--frames", a->frames,
                "Folder with images/, endo/ and optional epi/ and rv/ PNG masks");
  c->add_option("--spacing-mm", a->spacingMm, "Pixel spacing of the PNG frames");
  c->add_option("--mask-edges", a->maskEdges, maskEdgesHelp)
      ->check(CLI::IsMember({"stored", "sunnybrook"}))
      ->capture_default_str();
  c->add_option("--heart", a->heart,
                "Whether the network looks for the heart over all frames of a patient, as in a "
                "series, or in each frame alone")
      ->check(CLI::IsMember({"patient", "frame"}))
      ->capture_default_str();
#if CMR_READS_DICOM
  c->add_option("--series", a->series, "Folder with the DICOM files of a short-axis cine");
  c->add_option("--contours", a->contours, "Folder with the contour files of that series");
#endif
  c->add_option("--phantoms", a->phantoms, "Also measure on so many drawn images, said to be such")
      ->check(CLI::Range(0, 100000));
  c->add_option("--phantom-seed", a->phantomSeed, "The same seed draws the same hearts")
      ->capture_default_str();
  addDecoderEvaluation(*c, a->decoder);
  addLabelOptions(*c, a->classifier);
  c->add_flag("--json", a->json, "One JSON document instead of a table");
  c->add_option("--device", a->inference.device, "auto, cpu, cuda or cuda:N")
      ->capture_default_str();
  c->add_option("--precision", a->inference.precision, "auto, float32 or bfloat16")
      ->capture_default_str();
  c->add_option("--threads", a->inference.threads, "0: as many as there are cores")
      ->capture_default_str();
  addScriptOption(*c, a->inference);
  c->callback([a] { run(*a); });
}

}  // namespace cmr
