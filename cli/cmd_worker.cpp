// `cmr worker`: serves the plugin, which starts it, over a socket that it inherits. For the exit
// codes see plugin/worker_process.h.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <utility>

#include "analysis/errors.h"
#include "analysis/network_segmenter.h"
#include "cli/inference_options.h"
#include "cli/library_versions.h"
#include "cli/package_location.h"
#include "cli/registered_commands.h"
#include "plugin/analyze_instances.h"
#include "plugin/processor_fall_back.h"
#include "plugin/report_study.h"
#include "plugin/worker_confinement.h"
#include "plugin/worker_process.h"

namespace cmr {
namespace {

struct WorkerArguments {
  int socket = -1;
  std::string package;
  InferenceSettings inference;
};

// Warmed up, so that a job does not pay for first-time set-up.
std::unique_ptr<FrameSegmenter> load(const std::string& package,
                                     const InferenceSettings& settings) {
  std::unique_ptr<FrameSegmenter> segmenter = loadNetworkSegmenter(package, settings);
  warmUp(*segmenter);
  return segmenter;
}

std::unique_ptr<FrameSegmenter> loadOnProcessor(const std::string& package,
                                                InferenceSettings settings) {
  settings.device = "cpu";
  try {
    return load(package, settings);
  } catch (const ResourceError&) {
    throw ResourceError("out of memory, on the GPU and beside it");
  }
}

// Images of a job that is not here yet. Its own limits hold from then on.
class SeriesAhead : public JobReader {
 public:
  SeriesAhead(PackageOnDevice& package, std::uint64_t mostPixelBytes)
      : package_(package), reader_(limitsWith(mostPixelBytes)) {}

  bool add(const InstanceBytes& instance) override {
    reader_.add(instance);
    return !reader_.hasVerdicts();
  }
  AnalysisOutcome analyze(const AnalysisRequest& request, std::size_t alreadyRead,
                          const ProgressCallback& progress) override {
    reader_.setLimits({});
    return package_.analyze(
        [&](FrameSegmenter& usual) {
          return analyzeContinued(std::move(reader_), alreadyRead, request, usual, progress);
        },
        [&](FrameSegmenter& other) { return analyzeInstances(request, other, progress); });
  }

 private:
  static ReadLimits limitsWith(std::uint64_t mostPixelBytes) {
    ReadLimits limits;
    limits.maxPixelBytes = std::min<std::uint64_t>(limits.maxPixelBytes, mostPixelBytes);
    return limits;
  }

  PackageOnDevice& package_;
  SeriesReader reader_;
};

int run(const WorkerArguments& a) {
  // First of all, while this process has one thread and has seen nothing of anybody.
  const std::string folder = packageFolderOr(a.package);
  const Confinement confinement = confineProcess({folder});
  PackageOnDevice package([&] { return load(folder, a.inference); },
                          [&] { return loadOnProcessor(folder, a.inference); });
  WorkerDuties duties;
  duties.load = [&] { return package.load(); };
  duties.analyze = [&](const AnalysisRequest& request, const ProgressCallback& progress) {
    if (!request.studyDocument.empty()) return reportStudy(request);
    const Attempt attempt = [&](FrameSegmenter& on) {
      return analyzeInstances(request, on, progress);
    };
    return package.analyze(attempt, attempt);
  };
  duties.readAhead = [&](std::uint64_t mostPixelBytes) {
    return std::make_unique<SeriesAhead>(package, mostPixelBytes);
  };
  duties.libraries = describeLibraries();
  duties.confinement = describeConfinement(confinement);
  return runWorker(a.socket, duties);
}

}  // namespace

void registerWorker(CLI::App& app) {
  auto a = std::make_shared<WorkerArguments>();
  CLI::App* c = app.add_subcommand("worker",
                                   "Analyse what the Orthanc plugin hands over (the "
                                   "plugin starts this itself)");
  c->add_option("--socket", a->socket, "Descriptor of the inherited socket")
      ->required()
      ->check(CLI::NonNegativeNumber);
  addInferenceOptions(*c, a->package, a->inference);
  c->callback([a] {
    if (const int code = run(*a); code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace cmr
