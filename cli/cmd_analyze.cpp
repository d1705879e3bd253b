// `cmr analyze`: a folder of DICOM files in, DICOM objects, results.json and a picture out. The
// same function as in the worker of the plugin.
//
// Exit codes: 0 analysed, 1 something broke, 2 wrong usage, 3 the images cannot be analysed (the
// reason is on stderr and in results.json).
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>

#include "analysis/errors.h"
#include "analysis/network_segmenter.h"
#include "cli/inference_options.h"
#include "cli/measurement_table.h"
#include "cli/package_location.h"
#include "cli/registered_commands.h"
#include "cli/result_folder.h"
#include "config/rule_file.h"
#include "dicom_sr/object_kinds.h"
#include "dicom_sr/page_png.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/source_date.h"
#include "dicom_sr/writers.h"
#include "plugin/analyze_instances.h"
#include "plugin/lazy_segmenter.h"
#include "plugin/processor_fall_back.h"

namespace cmr {
namespace {

constexpr int exitFailed = 1;
constexpr int exitUsage = 2;
constexpr int exitNotAnalysable = 3;

struct AnalyzeArguments {
  std::string input;
  std::string output;
  std::string package;
  std::string dateTime;
  std::vector<std::string> outputs;
  InferenceSettings inference;
  bool overwrite = false;
};

// One line that is written again on a terminal; one line per stage elsewhere.
class ProgressLine {
 public:
  ProgressLine() : isTerminal_(::isatty(STDERR_FILENO) == 1) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(double fraction, const std::string& stage) {
    const int percent = static_cast<int>(100 * fraction);
    if (isTerminal_) {
      if (percent == percent_ && stage == stage_) return;
      std::fprintf(stderr, "\r\033[K%3d %%  %s", percent, stage.c_str());
      std::fflush(stderr);
    } else if (stage != stage_) {
      std::fprintf(stderr, "%s\n", stage.c_str());
    }
    percent_ = percent;
    stage_ = stage;
  }
  void clear() {
    if (isTerminal_ && percent_ >= 0) std::fprintf(stderr, "\r\033[K");
    percent_ = -1;
  }

 private:
  bool isTerminal_;
  int percent_ = -1;
  std::string stage_;
};

ReadResult readInput(const std::string& input) {
  std::error_code error;
  if (std::filesystem::is_directory(input, error)) return readFolder(input);
  std::ifstream in(input, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  if (in.bad()) throw InputError("cannot read " + input);
  return readInstances({{std::filesystem::path(input).filename().string(), bytes}});
}

// number: among those of its kind, from 1.
std::string fileNameOf(const ProducedObject& object, int number, bool isOneOfMany) {
  std::string name(namesOf(object.kind).fileName);
  if (isOneOfMany) name += "-" + std::to_string(number);
  return name + ".dcm";
}

void writeResults(ResultFolder& folder, const AnalysisOutcome& outcome) {
  std::map<ObjectKind, int> all;
  for (const ProducedObject& object : outcome.objects) ++all[object.kind];
  std::map<ObjectKind, int> written;
  for (const ProducedObject& object : outcome.objects) {
    const int number = ++written[object.kind];
    folder.write(fileNameOf(object, number, all[object.kind] > 1), object.bytes);
    if (object.kind == ObjectKind::resultPage) {
      folder.write("page.png", pngOf(pictureOf(object)));
    }
    if (object.kind == ObjectKind::document) folder.write("document.pdf", pdfIn(object));
  }
  folder.write("results.json", outcome.resultsJson);
  folder.finish();
}

std::unique_ptr<FrameSegmenter> load(const AnalyzeArguments& a, const std::string& device) {
  InferenceSettings settings = a.inference;
  settings.device = device;
  return loadNetworkSegmenter(packageFolderOr(a.package), settings);
}

AnalysisOutcome analyze(const AnalyzeArguments& a, const AnalysisRequest& request) {
  ProgressLine line;
  line.show(0, "reading");
  const LoadPackage onProcessor = [&] { return load(a, "cpu"); };
  bool hasFallenBack = false;
  LazySegmenter segmenter([&] {
    return loadOrFallBack([&] { return load(a, a.inference.device); }, onProcessor,
                          [&] { hasFallenBack = true; });
  });
  // The images are read again for a second attempt, which hardly ever comes.
  const Attempt attempt = [&](FrameSegmenter& on) {
    return analyzeRead(
        readInput(a.input), request, on,
        [&](double fraction, const std::string& stage) { line.show(fraction, stage); });
  };
  AnalysisOutcome outcome = analyzeOrFallBack(segmenter, attempt, attempt, onProcessor);
  outcome.withoutGpu = outcome.withoutGpu || hasFallenBack;
  return outcome;
}

int run(const AnalyzeArguments& a) {
  ResultFolder folder(a.output, a.overwrite);
  AnalysisRequest request;
  request.jobId = "command line";
  request.dateTime = a.dateTime;
  request.outputs = a.outputs;
  const AnalysisOutcome outcome = analyze(a, request);
  if (outcome.withoutGpu) {
    std::cerr << "cmr: the GPU's memory gave out, the processor computed\n";
  }
  if (outcome.kind == OutcomeKind::failed) {
    std::cerr << "cmr: " << outcome.reason << "\n";
    return exitFailed;
  }
  writeResults(folder, outcome);
  if (outcome.kind == OutcomeKind::notAnalysable) {
    std::cerr << "cmr: not analysable: " << outcome.reason << "\n";
    return exitNotAnalysable;
  }
  std::cout << measurementTable(outcome.resultsJson) << "\nResults in " << a.output << "\n";
  return 0;
}

int runWithUsage(const AnalyzeArguments& a) {
  std::error_code error;
  std::string problem;
  if (!std::filesystem::exists(a.input, error)) problem = "there is no " + a.input;
  if (!a.dateTime.empty() && wholeDateTime(a.dateTime).empty()) {
    problem = "--datetime wants YYYYMMDD[HHMMSS] and got '" + a.dateTime + "'";
  }
  if (const std::string report = reportWithoutSegmentation(a.outputs); !report.empty()) {
    problem =
        "--outputs wants SEG where it wants " + report + ": the report refers to the segmentation";
  }
  if (problem.empty()) {
    try {
      return run(a);
    } catch (const InputError& wrong) {
      problem = wrong.what();
    }
  }
  std::cerr << "cmr: " << problem << "\n";
  return exitUsage;
}

}  // namespace

void registerAnalyze(CLI::App& app) {
  auto a = std::make_shared<AnalyzeArguments>();
  CLI::App* c =
      app.add_subcommand("analyze",
                         "Measure the short-axis cine in a folder of DICOM files, or outline its "
                         "late enhancement or map where that is turned on, and write SEG, SR, a "
                         "page and results.json");
  c->add_option("folder", a->input, "Folder with DICOM files, searched with all folders below it")
      ->required();
  c->add_option("-o,--output", a->output, "Folder for the results; made, or empty")->required();
  c->add_flag("--overwrite", a->overwrite, "Replace an earlier result in the output folder");
  c->add_option("--datetime", a->dateTime,
                "Date and time of what is written, YYYYMMDDHHMMSS (else the latest of the images)");
  c->add_option("--outputs", a->outputs,
                "Which objects to write, separated by commas (else those that the service stores)")
      ->delimiter(',')
      ->check(CLI::IsMember(outputNames()));
  addInferenceOptions(*c, a->package, a->inference);
  c->callback([a] {
    if (const int code = runWithUsage(*a); code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace cmr
