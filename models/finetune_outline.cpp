#include "models/finetune_outline.h"

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "analysis/compute_choice.h"
#include "analysis/errors.h"
#include "analysis/package_weights.h"
#include "models/draw_ahead.h"
#include "models/extend_package.h"
#include "models/outline_training.h"
#include "models/patient_split.h"
#include "models/sax_phantom.h"
#include "models/training_console.h"

namespace cmr {
namespace {

using nlohmann::json;

constexpr const char* ownTask = "seg_cine_sax";

json framesAndPatients(const std::vector<TrainingFrame>& frames) {
  std::set<std::string> patients;
  for (const auto& frame : frames) patients.insert(frame.patient);
  return {{"frames", frames.size()}, {"patients", patients}};
}

BatchPlan planOf(const FinetuneOptions& o, const ModelPackage& package) {
  BatchPlan plan;
  plan.seed = o.seed;
  plan.phantomShare = o.phantomShare;
  plan.augment.size = package.input.size;
  plan.augment.spacingMm = package.input.spacingMm;
  return plan;
}

OutlineTraining trainingOf(const FinetuneOptions& o, const torch::Device& device,
                           ComputePrecision precision) {
  OutlineTraining t;
  t.steps = o.steps;
  t.batch = o.crops;
  t.learningRate = o.learningRate;
  t.validateEvery = o.validateEvery;
  t.seed = o.seed;
  t.precision = precision;
  t.device = device;
  t.folder = o.output;
  t.resume = o.resume;
  return t;
}

void tellRead(std::int64_t done, std::int64_t count) {
  if (done % 200 != 0 && done != count) return;
  std::printf("read %lld of %lld crops\n", static_cast<long long>(done),
              static_cast<long long>(count));
  std::fflush(stdout);
}

OwnHeadChange changeOf(const DenseHead& head, const ValidationScore& best, json training) {
  OwnHeadChange change;
  for (const auto& [name, value] : outlineParameters(head)) {
    change.tensors[std::string(ownTask) + "." + name] =
        value.detach().to(torch::kCPU, torch::kBFloat16);
  }
  change.training = std::move(training);
  change.validation = {{"lvDice", best.lvDice}, {"lvDiceWorstPatient", best.lvDiceWorst}};
  if (best.myocardiumFrames > 0) change.validation["lvMyocardiumDice"] = best.myocardiumDice;
  return change;
}

}  // namespace

void finetuneOutline(const OutlineOptions& options, std::vector<TrainingFrame> frames) {
  const FinetuneOptions& o = options.shared;
  PatientSplit split = splitByPatient(std::move(frames), o.validationPatients, o.excludedPatients);
  if (split.training.empty() || split.validation.empty()) {
    throw InputError("the last block of " + std::string(ownTask) +
                     " learns from --frames or --dicom, and needs --validation-patients");
  }
  setThreads(o.threads);
  torch::manual_seed(o.seed);
  const ModelPackage package = openPackage(options.package);
  requireOwnLastBlock(package);
  const std::string folder = o.packageFolder.empty() ? o.output + "/package" : o.packageFolder;
  prepareTarget(options.package, folder, o.resume && o.packageFolder.empty());
  Network network = readWeights(package);
  const torch::Device device = chooseDevice(o.device);
  const ComputePrecision precision = choosePrecision(o.precision, device);
  DenseHead head = outlineHead(network);
  network->to(device);
  head->to(device);
  json training = {{"command", o.command},
                   {"seed", o.seed},
                   {"steps", o.steps},
                   {"batch", o.crops},
                   {"samples", options.samples},
                   {"phantomShare", o.phantomShare},
                   {"precision", precisionName(precision)},
                   {"device", deviceName(device)},
                   {"blocks", {"up1", "classify"}},
                   {"trained", framesAndPatients(split.training)},
                   {"validated", framesAndPatients(split.validation)},
                   {"excludedPatients", o.excludedPatients}};
  std::printf("last block of %s in %s on %s %s: %zu frames to train on, %zu to validate\n", ownTask,
              precisionName(precision).c_str(), package.identity.name.c_str(),
              package.identity.version.c_str(), split.training.size(), split.validation.size());
  const std::string evidence = rightVentricleEvidence(split.training, o.nonExpert);
  std::filesystem::create_directories(o.output);
  const BatchPlan plan = planOf(o, package);
  const OutlineSamples validation =
      plainOutlineSamples(head, network, split.validation, plan.augment, precision);
  const OutlineSamples samples = drawOutlineSamples(
      head, network, plan, options.samples, std::move(split.training),
      [](std::uint64_t seed) { return drawSaxPhantom(seed, {}); }, precision,
      [&](std::int64_t done) { tellRead(done, options.samples); });
  TrainingConsole report(o.output + "/log.jsonl");
  const ValidationScore best =
      trainOutlines(head, network, samples, validation, trainingOf(o, device, precision), report);
  training["bestStep"] = best.step;
  OwnHeadChange change = changeOf(head, best, training);
  change.rightVentricleEvidence = evidence;
  const std::string version = changeOwnHead(options.package, folder, change, o.packageVersion);
  std::printf("best at step %lld: LV Dice %.4f; package %s written to %s\n",
              static_cast<long long>(best.step), best.lvDice, version.c_str(), folder.c_str());
}

}  // namespace cmr
