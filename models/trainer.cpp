#include "models/trainer.h"

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "analysis/errors.h"
#include "models/checkpoint.h"
#include "models/finite_check.h"
#include "models/losses.h"
#include "models/parameter_step.h"
#include "models/run_log.h"
#include "models/schedule.h"
#include "models/score_summary.h"
#include "models/weight_average.h"

namespace cmr {
namespace {

using Clock = std::chrono::steady_clock;

template <typename Sample>
torch::Tensor stackImages(const std::vector<Sample>& samples, int size) {
  torch::Tensor images = torch::empty({static_cast<std::int64_t>(samples.size()), 1, size, size});
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::copy(samples[i].image.begin(), samples[i].image.end(),
              images[static_cast<std::int64_t>(i)].data_ptr<float>());
  }
  return images;
}

torch::Tensor stackAllowed(const std::vector<TrainingSample>& samples, int size) {
  torch::Tensor allowed =
      torch::empty({static_cast<std::int64_t>(samples.size()), size, size}, torch::kUInt8);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::copy(samples[i].allowed.begin(), samples[i].allowed.end(),
              allowed[static_cast<std::int64_t>(i)].data_ptr<std::uint8_t>());
  }
  return allowed;
}

torch::Tensor stackKnown(const std::vector<TrainingSample>& samples) {
  torch::Tensor known = torch::empty({static_cast<std::int64_t>(samples.size())}, torch::kUInt8);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    known[static_cast<std::int64_t>(i)] = samples[i].known;
  }
  return known;
}

torch::Tensor stackCentres(const std::vector<FieldSample>& samples) {
  torch::Tensor centres = torch::empty({static_cast<std::int64_t>(samples.size()), 2});
  auto out = centres.accessor<float, 2>();
  constexpr double cell = NetworkImpl::locatorCellSize;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto b = static_cast<std::int64_t>(i);
    const auto inCells = [&](const std::optional<double>& pixel) {
      return pixel ? static_cast<float>((*pixel + 0.5) / cell - 0.5)
                   : std::numeric_limits<float>::quiet_NaN();
    };
    out[b][0] = inCells(samples[i].centreColumn);
    out[b][1] = inCells(samples[i].centreRow);
  }
  return centres;
}

// How many blocks of the backbone stand between a parameter and the heads: 0 for its final norm and
// for the heads themselves, 1 for its last block, one more than its blocks for the embeddings.
int blocksBelowHeads(const std::string& name, int depth) {
  const std::string block = "backbone.blocks.";
  if (name.rfind(block, 0) == 0) return depth - std::atoi(name.c_str() + block.size());
  return name.rfind("backbone.norm.", 0) == 0 ? 0 : depth + 1;
}

// Parameters that learn at one rate, a share of the run's.
struct RatedGroup {
  double share = 1;
  bool decays = false;
  std::vector<torch::Tensor> parameters;
};

// Weight decay on matrices and kernels only; norms, biases, tokens and positions go without.
std::vector<RatedGroup> groupsOf(Network& network, const TrainerOptions& o) {
  const int depth = network->geometry().vit.depth;
  std::map<std::tuple<bool, int, bool>, RatedGroup> groups;
  for (auto& item : network->named_parameters()) {
    const bool backbone = item.key().rfind("backbone.", 0) == 0;
    const bool decays = item.value().dim() >= 2 &&
                        item.key().find("pos_embed") == std::string::npos &&
                        item.key().find("cls_token") == std::string::npos;
    if (backbone && o.backboneRate <= 0) {
      item.value().set_requires_grad(false);
      continue;
    }
    const int below = backbone && o.layerDecay != 1 ? blocksBelowHeads(item.key(), depth) : 0;
    RatedGroup& group = groups[{backbone, below, decays}];
    group.share = backbone ? o.backboneRate * std::pow(o.layerDecay, below) : 1;
    group.decays = decays;
    group.parameters.push_back(item.value());
  }
  std::vector<RatedGroup> all;
  for (auto& [key, group] : groups) all.push_back(std::move(group));
  return all;
}

torch::optim::AdamW makeOptimizer(const std::vector<RatedGroup>& groups, const TrainerOptions& o) {
  std::vector<torch::optim::OptimizerParamGroup> parameterGroups;
  for (const RatedGroup& group : groups) {
    auto options = std::make_unique<torch::optim::AdamWOptions>(o.learningRate);
    options->betas({0.9, 0.99}).weight_decay(group.decays ? o.weightDecay : 0);
    parameterGroups.emplace_back(group.parameters, std::move(options));
  }
  return torch::optim::AdamW(std::move(parameterGroups));
}

void setRate(torch::optim::AdamW& optimizer, const std::vector<RatedGroup>& groups, double rate) {
  for (std::size_t i = 0; i < groups.size(); ++i) {
    static_cast<torch::optim::AdamWOptions&>(optimizer.param_groups()[i].options())
        .lr(rate * groups[i].share);
  }
}

torch::Tensor stepLoss(Network& network, const Batch& batch, const TrainerOptions& o, int size) {
  const torch::Tensor crops = stackImages(batch.crops, size).to(o.device);
  const torch::Tensor allowed = stackAllowed(batch.crops, size).to(o.device);
  const torch::Tensor known = stackKnown(batch.crops).to(o.device);
  if (batch.fields.empty()) {
    return partialLabelLoss(network->segment(crops, o.precision), allowed, known);
  }
  const auto [logits, where] =
      network->segmentAndLocate(crops, stackImages(batch.fields, size).to(o.device), o.precision);
  const int grid = size / NetworkImpl::locatorCellSize;
  const torch::Tensor segmentation = partialLabelLoss(logits, allowed, known);
  if (!where.requires_grad()) {
    return segmentation;
  }
  return segmentation +
         o.locatorWeight *
             locatorLoss(where, locatorTarget(stackCentres(batch.fields), grid, grid).to(o.device));
}

double diceOf(const torch::Tensor& predicted, const torch::Tensor& truth) {
  const double overlap = (predicted & truth).sum().item<double>();
  const double total = predicted.sum().item<double>() + truth.sum().item<double>();
  return total > 0 ? 2 * overlap / total : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

double ValidationScore::selection() const {
  if (std::isnan(myocardiumDice) || myocardiumFrames == 0) {
    return lvDice;
  }
  const auto lv = static_cast<double>(lvFrames);
  const auto myocardium = static_cast<double>(myocardiumFrames);
  return (lv * lvDice + myocardium * myocardiumDice) / (lv + myocardium);
}

ValidationScore validate(Network& network, const std::vector<TrainingFrame>& frames,
                         const AugmentOptions& geometry, ComputePrecision precision) {
  const torch::InferenceMode guard;
  network->eval();
  AugmentOptions plain = geometry;
  plain.enabled = false;
  std::map<std::string, std::vector<double>> lvByPatient;
  std::vector<double> lv;
  std::vector<double> myocardium;
  std::vector<double> distances;
  for (const TrainingFrame& frame : frames) {
    const TrainingSample crop = drawCrop(frame, 0, plain);
    const FieldSample field = drawField(frame, 0, plain);
    const auto [logits, where] =
        network->segmentAndLocate(stackImages(std::vector{crop}, plain.size),
                                  stackImages(std::vector{field}, plain.size), precision);
    const torch::Tensor labels = logits.argmax(1)[0].cpu();
    const torch::Tensor allowed = stackAllowed({crop}, plain.size)[0];
    const auto score = [&](Structure s, std::vector<double>& into) {
      const double dice =
          diceOf(labels.eq(static_cast<int>(s)), allowed.eq(static_cast<int>(bitOf(s))));
      if (!std::isnan(dice)) {
        into.push_back(dice);
      }
    };
    score(Structure::lvCavity, lv);
    score(Structure::lvCavity, lvByPatient[frame.patient]);
    if ((frame.known & bitOf(Structure::lvMyocardium)) != 0) {
      score(Structure::lvMyocardium, myocardium);
    }
    if (field.centreColumn) {
      constexpr double cell = NetworkImpl::locatorCellSize;
      const int grid = plain.size / NetworkImpl::locatorCellSize;
      const LocatedCentre found = decodeCentre(torch::softmax(where[0], 0).cpu(), grid, grid);
      const double fieldMmPerPixel =
          std::max(frame.rows, frame.columns) * frame.spacingMm / plain.size;
      distances.push_back(std::hypot((found.column + 0.5) * cell - 0.5 - *field.centreColumn,
                                     (found.row + 0.5) * cell - 0.5 - *field.centreRow) *
                          fieldMmPerPixel);
    }
  }
  ValidationScore result;
  result.lvDice = meanOf(lv);
  result.myocardiumDice = meanOf(myocardium);
  result.lvFrames = lv.size();
  result.myocardiumFrames = myocardium.size();
  result.locatorErrorMm = meanOf(distances);
  result.lvDiceWorst = 1;
  for (const auto& [patient, values] : lvByPatient) {
    result.lvDiceWorst = std::min(result.lvDiceWorst, meanOf(values));
  }
  network->train();
  return result;
}

ValidationScore train(Network& network, const TrainerOptions& o, const BatchPlan& plan,
                      std::vector<TrainingFrame> trainingFrames,
                      const std::vector<TrainingFrame>& validationFrames, PhantomSource phantom,
                      TrainingReport& report) {
  std::filesystem::create_directories(o.folder);
  const std::string checkpointPath = o.folder + "/last.ckpt";
  const std::string bestPath = o.folder + "/best.ckpt";
  network->to(o.device);
  Network average(network->geometry());
  average->to(o.device);
  copyParameters(*network, *average);
  const std::vector<RatedGroup> groups = groupsOf(network, o);
  torch::optim::AdamW optimizer = makeOptimizer(groups, o);
  TrainingState state;
  state.run = {static_cast<std::int64_t>(plan.seed), plan.crops, plan.fields};
  if (o.resume && std::filesystem::exists(checkpointPath)) {
    state = loadCheckpoint(checkpointPath, state.run, network, average, optimizer);
    moveState(optimizer);
  }
  ValidationScore best;
  best.lvDice = state.bestLvDice;
  best.myocardiumDice = state.bestMyocardiumDice;
  best.lvDiceWorst = state.bestLvDiceWorst;
  best.locatorErrorMm = state.bestLocatorErrorMm;
  best.step = state.bestStep;

  network->train();
  BatchSource source(plan, std::move(trainingFrames), std::move(phantom), state.step);
  auto windowStart = Clock::now();
  double waiting = 0;
  double lossSum = 0;
  std::int64_t windowSteps = 0;
  for (std::int64_t step = state.step; step < o.steps; ++step) {
    const auto waitStart = Clock::now();
    const Batch batch = source.next();
    waiting += secondsSince(waitStart);
    torch::manual_seed(mixSeed(plan.seed, static_cast<std::uint64_t>(step), 99));
    const double rate = warmupCosine(o.learningRate, 0.01, step, o.warmupSteps, o.steps);
    setRate(optimizer, groups, rate);
    optimizer.zero_grad();
    const torch::Tensor loss = stepLoss(network, batch, o, plan.augment.size);
    const double value = loss.item<double>();
    const auto seen = [&batch] { return batch.names; };
    requireNumber(value, "loss", step, seen, checkpointPath);
    loss.backward();
    requireNumber(clipGradients(network->parameters(), o.clipNorm), "gradient", step, seen,
                  checkpointPath);
    stepAdamW(optimizer);
    // A short memory at first, so that the average does not remember the random start.
    followParameters(*average, *network,
                     std::min(o.averageDecay, (1.0 + static_cast<double>(step)) /
                                                  (10.0 + static_cast<double>(step))));
    lossSum += value;
    ++windowSteps;
    if (windowSteps == 20 || step + 1 == o.steps) {
      const double elapsed = secondsSince(windowStart);
      report.progress({step + 1, o.steps, lossSum / static_cast<double>(windowSteps), rate,
                       elapsed / static_cast<double>(windowSteps), waiting / elapsed});
      windowStart = Clock::now();
      waiting = lossSum = 0;
      windowSteps = 0;
    }
    if ((step + 1) % o.validateEvery == 0 || step + 1 == o.steps) {
      ValidationScore score = validate(average, validationFrames, plan.augment, o.precision);
      score.step = step + 1;
      best.lvFrames = score.lvFrames;  // a checkpoint does not keep them; the frames are the same
      best.myocardiumFrames = score.myocardiumFrames;
      // Without frames to choose by, the score is no number, and the latest weights are kept.
      const bool better = best.step == 0 || !(score.selection() <= best.selection());
      if (better) {
        best = score;
        saveParameters(bestPath, average);
      }
      report.validated(score, better);
      saveCheckpoint(checkpointPath, network, average, optimizer,
                     {step + 1, best.step, best.lvDice, best.myocardiumDice, best.lvDiceWorst,
                      best.locatorErrorMm, state.run});
      windowStart = Clock::now();
    }
  }
  loadParameters(bestPath, network);
  network->to(torch::kCPU);
  return best;
}

}  // namespace cmr
