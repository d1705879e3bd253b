#include "models/finetune.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "analysis/compute_choice.h"
#include "analysis/errors.h"
#include "analysis/evidence.h"
#include "analysis/network_presets.h"
#include "analysis/sha256.h"
#include "models/backbone_file.h"
#include "models/draw_ahead.h"
#include "models/initial_weights.h"
#include "models/package_writer.h"
#include "models/patient_split.h"
#include "models/sax_phantom.h"
#include "models/trainer.h"
#include "models/training_console.h"

namespace cmr {
namespace {

using nlohmann::json;

json framesWithMyocardium(const std::vector<TrainingFrame>& frames) {
  std::set<std::string> patients;
  std::size_t withMyocardium = 0;
  for (const auto& frame : frames) {
    patients.insert(frame.patient);
    withMyocardium += (frame.known & bitOf(Structure::lvMyocardium)) != 0 ? 1U : 0U;
  }
  return {{"frames", frames.size()}, {"withMyocardium", withMyocardium}, {"patients", patients}};
}

BatchPlan makePlan(const FinetuneOptions& o, const torch::Device& device) {
  BatchPlan plan;
  plan.drawThreads = drawingThreads(device.is_cuda());
  plan.seed = o.seed;
  plan.crops = o.crops;
  plan.fields = o.fields;
  plan.phantomOnlySteps = o.phantomOnlySteps;
  plan.phantomShare = o.phantomShare;
  plan.augment.size = o.size;
  plan.augment.spacingMm = o.spacingMm;
  return plan;
}

TrainerOptions makeTrainerOptions(const FinetuneOptions& o, const torch::Device& device,
                                  ComputePrecision precision) {
  TrainerOptions t;
  t.steps = o.steps;
  t.learningRate = o.learningRate;
  t.backboneRate = o.backboneRate;
  t.layerDecay = o.layerDecay;
  t.validateEvery = o.validateEvery;
  t.device = device;
  t.precision = precision;
  t.folder = o.output;
  t.resume = o.resume;
  return t;
}

json describeFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(in), {}};
  return {{"file", std::filesystem::path(path).filename().string()},
          {"sha256", sha256Hex(content)}};
}

void startFrom(const std::string& path, Network& network) {
  const auto parts = network->named_children();
  const auto* backbone = parts.find("backbone");
  if (backbone == nullptr) {
    throw InputError("this architecture has no backbone that " + path + " could start");
  }
  for (const std::string& note : loadBackbone(path, **backbone)) {
    std::printf("%s\n", note.c_str());
  }
}

}  // namespace

std::string rightVentricleEvidence(const std::vector<TrainingFrame>& training, bool nonExpert) {
  if (std::none_of(training.begin(), training.end(), knowsRightVentricle)) return "phantom";
  return nonExpert ? nonExpertEvidence : "both";
}

void finetune(const FinetuneOptions& o, std::vector<TrainingFrame> frames) {
  setThreads(o.threads);
  torch::manual_seed(o.seed);
  const torch::Device device = chooseDevice(o.device);
  const ComputePrecision precision = choosePrecision(o.precision, device);
  NetworkGeometry geometry = geometryByName(o.architecture);
  geometry.dropPath = o.dropPath;
  geometry.tokenDrop = o.tokenDrop;
  Network network(geometry);
  if (!o.initialWeights.empty()) {
    const TakenParameters from = takeInitialWeights(o.initialWeights, network);
    std::printf("%zu of %zu parameters start from %s\n", from.taken, from.total,
                o.initialWeights.c_str());
  }
  if (!o.backbone.empty()) {
    startFrom(o.backbone, network);
  }
  PatientSplit split = splitByPatient(std::move(frames), o.validationPatients, o.excludedPatients);
  json training = {{"command", o.command},
                   {"seed", o.seed},
                   {"precision", precisionName(precision)},
                   {"device", deviceName(device)},
                   {"trained", framesWithMyocardium(split.training)},
                   {"validated", framesWithMyocardium(split.validation)},
                   {"excludedPatients", o.excludedPatients},
                   {"phantomOnlySteps", o.phantomOnlySteps},
                   {"phantomShare", o.phantomShare},
                   {"steps", o.steps}};
  if (!o.backbone.empty()) {
    training["backbone"] = describeFile(o.backbone);
  }
  std::printf("%s in %s on %s: %zu frames to train on, %zu to validate, %lld steps of %d crops\n",
              o.architecture.c_str(), precisionName(precision).c_str(), deviceName(device).c_str(),
              split.training.size(), split.validation.size(), static_cast<long long>(o.steps),
              o.crops);
  const std::string evidence = rightVentricleEvidence(split.training, o.nonExpert);
  std::filesystem::create_directories(o.output);
  TrainingConsole report(o.output + "/log.jsonl");
  const ValidationScore best = train(
      network, makeTrainerOptions(o, device, precision), makePlan(o, device),
      std::move(split.training), split.validation,
      [](std::uint64_t seed) { return drawSaxPhantom(seed, {}); }, report);
  const std::string folder = o.packageFolder.empty() ? o.output + "/package" : o.packageFolder;
  writePackage(folder, network,
               {o.packageName, o.packageVersion.empty() ? "0.1.0" : o.packageVersion, o.spacingMm,
                o.size, training, best, evidence});
  std::printf("best at step %lld: LV Dice %.4f; package written to %s\n",
              static_cast<long long>(best.step), best.lvDice, folder.c_str());
}

}  // namespace cmr
