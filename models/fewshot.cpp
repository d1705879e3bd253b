#include "models/fewshot.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <set>
#include <utility>

#include "analysis/compute_choice.h"
#include "analysis/errors.h"
#include "analysis/network_presets.h"
#include "models/backbone_file.h"
#include "models/dense_samples.h"
#include "models/evaluate_crops.h"
#include "models/initial_weights.h"
#include "models/phantom_frames.h"
#include "models/run_log.h"
#include "models/trainer.h"

namespace cmr {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr int largestCell = 16;              // pixels, in the deepest layer of the U-Net
constexpr std::int64_t longestWarmup = 100;  // of the learning rate
constexpr double silentSeconds = 30;         // between two lines about one training

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<std::string> patientsOf(const std::vector<TrainingFrame>& frames) {
  std::set<std::string> patients;
  for (const TrainingFrame& frame : frames) patients.insert(frame.patient);
  return {patients.begin(), patients.end()};
}

std::set<std::string> withEpicardium(const std::vector<TrainingFrame>& frames) {
  std::set<std::string> patients;
  for (const TrainingFrame& frame : frames) {
    if ((frame.known & bitOf(Structure::lvMyocardium)) != 0) patients.insert(frame.patient);
  }
  return patients;
}

std::vector<TrainingFrame> framesOf(const std::vector<TrainingFrame>& frames,
                                    const std::vector<std::string>& patients) {
  std::vector<TrainingFrame> own;
  std::copy_if(frames.begin(), frames.end(), std::back_inserter(own), [&](const auto& frame) {
    return std::find(patients.begin(), patients.end(), frame.patient) != patients.end();
  });
  return own;
}

void leaveOut(std::vector<TrainingFrame>& frames, const std::vector<std::string>& patients) {
  for (const std::string& patient : patients) {
    const auto gone = std::remove_if(frames.begin(), frames.end(),
                                     [&](const auto& frame) { return frame.patient == patient; });
    if (gone == frames.end()) throw InputError("no frame belongs to the patient '" + patient + "'");
    frames.erase(gone, frames.end());
  }
}

// Where and in what every network learns.
struct Computing {
  torch::Device device;
  ComputePrecision precision;
};

json settingsOf(const FewshotOptions& o, const Computing& computing,
                const std::vector<TrainingFrame>& training,
                const std::vector<TrainingFrame>& test) {
  json settings = {{"task", o.task},
                   {"trainingFrames", training.size()},
                   {"trainingPatients", patientsOf(training)},
                   {"testFrames", test.size()},
                   {"testPatients", patientsOf(test)},
                   {"maskEdges", o.maskEdges},
                   {"architecture", o.architecture},
                   {"steps", o.steps},
                   {"crops", o.crops},
                   {"learningRate", o.learningRate},
                   {"size", o.size},
                   {"inputSpacingMm", o.spacingMm},
                   {"precision", precisionName(computing.precision)},
                   {"seed", o.seed}};
  if (computing.device.is_cuda()) settings["device"] = "cuda";
  if (o.drawn) settings["drawn"] = true;
  return settings;
}

NetworkGeometry geometryOf(const FewshotArm& arm, const FewshotOptions& o) {
  NetworkGeometry geometry = geometryByName(arm.unet ? "unet" : o.architecture);
  // As `cmr finetune` has them. A frozen backbone learns nothing, so nothing in it is dropped; and
  // whoever has no image path has nothing to do when the tokens are hidden.
  geometry.dropPath = arm.mode == FewshotMode::frozen ? 0 : 0.1;
  geometry.tokenDrop = geometry.dense.useImagePath ? 0.25 : 0;
  return geometry;
}

Network startOf(const FewshotCell& cell, const FewshotOptions& o) {
  torch::manual_seed(cell.seed);
  Network network(geometryOf(cell.arm, o));
  if (cell.arm.start == FewshotStart::backbone) {
    loadBackbone(cell.arm.file, *network->named_children()["backbone"]);
  } else if (cell.arm.start == FewshotStart::network) {
    takeInitialWeights(cell.arm.file, network);
  }
  return network;
}

// A word now and then while one network learns.
class CellProgress final : public TrainingReport {
 public:
  void progress(const TrainingProgress& p) override {
    loss = p.loss;
    if (secondsSince(said_) < silentSeconds) return;
    said_ = Clock::now();
    std::printf("    step %lld/%lld  loss %.4f  %.2f s/step\n", static_cast<long long>(p.step),
                static_cast<long long>(p.steps), p.loss, p.secondsPerStep);
    std::fflush(stdout);
  }
  void validated(const ValidationScore&, bool) override {}

  double loss = 0;

 private:
  Clock::time_point said_ = Clock::now();
};

// The weights after the last step, averaged: no frame is set apart to choose better ones by.
double trainCell(Network& network, const FewshotCell& cell, const FewshotOptions& o,
                 const Computing& computing, std::vector<TrainingFrame> frames) {
  TrainerOptions trainer;
  trainer.steps = trainer.validateEvery = o.steps;
  trainer.warmupSteps = std::min(longestWarmup, o.steps / 10);
  trainer.learningRate = o.learningRate;
  trainer.backboneRate = cell.arm.mode == FewshotMode::frozen ? 0 : 1;
  trainer.device = computing.device;
  trainer.precision = computing.precision;
  trainer.folder = o.output + "/network";
  BatchPlan plan;
  plan.seed = cell.seed;
  plan.crops = o.crops;
  plan.fields = 0;  // the search for the heart is not judged
  plan.phantomShare = 0;
  plan.augment = augmentOptionsOf(o.task, o.size, o.spacingMm);
  plan.augment.window = windowOfDrawnPatients(o.task);
  CellProgress progress;
  train(network, trainer, plan, std::move(frames), {}, {}, progress);
  std::filesystem::remove_all(trainer.folder);
  return progress.loss;
}

std::string cellText(const FewshotCell& cell) {
  return cell.arm.name + ", " + std::to_string(cell.size) +
         (cell.size == 1 ? " patient" : " patients") + ", draw " + std::to_string(cell.draw);
}

FewshotResult runCell(const FewshotCell& cell, const FewshotOptions& o, const Computing& computing,
                      const std::vector<TrainingFrame>& training,
                      const std::vector<TrainingFrame>& test) {
  const auto start = Clock::now();
  try {
    Network network = startOf(cell, o);
    const double loss = trainCell(network, cell, o, computing, framesOf(training, cell.patients));
    network->to(computing.device);  // training leaves it on the CPU, where the precision may not be
    FewshotResult result =
        fewshotResult(cell, evaluateCrops(network, test, o.size, o.spacingMm, computing.precision,
                                          windowOfDrawnPatients(o.task)));
    result.loss = loss;
    result.seconds = secondsSince(start);
    return result;
  } catch (const InputError& error) {
    throw InputError(cellText(cell) + ": " + error.what());
  }
}

void tell(const FewshotRow& row, const FewshotResult& result, const FewshotCell& cell,
          std::size_t done, std::size_t all, double left) {
  std::printf("%zu/%zu  %s: LV Dice %.3f in the mean of %d, loss %.3f, %.0f s, left %s\n", done,
              all, cellText(cell).c_str(), row.lvDice.mean, row.draws, result.loss, result.seconds,
              timeLeft(left).c_str());
  std::fflush(stdout);
}

}  // namespace

void fewshot(const FewshotOptions& o, std::vector<TrainingFrame> training,
             const std::vector<TrainingFrame>& test, const FewshotReader& reader) {
  leaveOut(training, o.excludedPatients);
  const std::vector<std::string> patients = patientsOf(training);
  const std::vector<std::string> testPatients = patientsOf(test);
  if (test.empty()) throw InputError("there is no frame to test on");
  if (o.size % largestCell != 0) {
    throw InputError("a crop of " + std::to_string(o.size) + " pixels is no multiple of 16");
  }
  requireDisjoint(patients, testPatients, "the training");
  setThreads(o.threads);
  const torch::Device device = chooseDevice(o.device);
  const Computing computing{device, choosePrecision(o.precision, device)};

  FewshotReport report;
  report.command = o.command;
  report.settings = settingsOf(o, computing, training, test);
  report.sizes = fewshotSizes(o.sizes, patients.size());
  report.draws = o.draws;
  for (const FewshotArm& arm : o.arms) {
    report.arms.push_back(fewshotOrigin(arm, o.architecture, patients, testPatients));
  }
  std::filesystem::create_directories(o.output);
  FewshotCells record(o.output + "/cells.jsonl", report.settings);
  for (const FewshotOrigin& origin : report.arms) {
    record.declareArm(origin.arm, origin.description);
  }
  const std::vector<FewshotCell> cells =
      fewshotCells(o.arms, report.sizes, o.draws, patients, o.seed);
  report.cells = cells.size();
  const std::set<std::string> taught = withEpicardium(training);
  const auto publish = [&] {
    report.results = resultsOf(cells, record.results());
    leaveOutUntaughtMyocardium(report.results, cells, taught);
    reader(report);
  };
  publish();
  std::printf("%zu trainings of %lld steps in %s, %zu of them finished before\n", cells.size(),
              static_cast<long long>(o.steps), precisionName(computing.precision).c_str(),
              report.results.size());
  std::fflush(stdout);
  for (const FewshotCell& cell : cells) {
    if (record.has(cell)) continue;
    const FewshotResult result = runCell(cell, o, computing, training, test);
    record.add(result);
    publish();
    tell(fewshotRows({cell.arm.name}, {cell.size}, report.results).front(), result, cell,
         report.results.size(), cells.size(), secondsLeft(cells, report.results));
  }
}

}  // namespace cmr
