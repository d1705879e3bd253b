#include "models/outline_training.h"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "analysis/errors.h"
#include "models/augment.h"
#include "models/checkpoint_file.h"
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

constexpr std::uint64_t choiceOfSamples = 7;
constexpr std::int64_t validatedPerPass = 8;
constexpr std::int64_t stepsPerReport = 50;

bool learns(const std::string& name) {
  return name.rfind("up1.", 0) == 0 || name.rfind("classify.", 0) == 0;
}

torch::Tensor logitsOf(DenseHead& head, const OutlineSamples& s, const torch::Tensor& which,
                       ComputePrecision precision) {
  const torch::Device device = head->parameters().front().device();
  const torch::Tensor before = s.before.index_select(0, which).to(device, torch::kFloat32);
  const torch::Tensor whole = s.whole.defined()
                                  ? s.whole.index_select(0, which).to(device, torch::kFloat32)
                                  : torch::Tensor();
  return head->lastBlock(before, whole, precision);
}

// How often samples are drawn; frames were weighed already when the samples were.
std::vector<double> drawWeights(const OutlineSamples& s, const OutlineTraining& o) {
  const torch::Tensor areas =
      s.allowed.eq(static_cast<int>(bitOf(Structure::lvCavity))).sum({1, 2}).contiguous();
  std::vector<double> weights;
  for (std::int64_t i = 0; i < s.count(); ++i) {
    const auto area = areas.data_ptr<std::int64_t>()[i];
    weights.push_back(area > 0 && area < o.smallCavity ? o.smallWeight : 1);
  }
  return weights;
}

torch::Tensor chooseSamples(const std::vector<double>& weights, const OutlineTraining& o,
                            std::int64_t step) {
  std::mt19937_64 rng(mixSeed(o.seed, static_cast<std::uint64_t>(step), choiceOfSamples));
  std::discrete_distribution<std::int64_t> any(weights.begin(), weights.end());
  torch::Tensor which = torch::empty({o.batch}, torch::kInt64);
  for (int i = 0; i < o.batch; ++i) which[i] = any(rng);
  return which;
}

std::vector<std::string> namesOf(const OutlineSamples& samples, const torch::Tensor& which) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < which.numel(); ++i) {
    names.push_back(samples.names.at(static_cast<std::size_t>(which[i].item<std::int64_t>())));
  }
  return names;
}

std::vector<torch::Tensor> valuesOf(const std::map<std::string, torch::Tensor>& parameters) {
  std::vector<torch::Tensor> values;
  for (const auto& [name, value] : parameters) values.push_back(value);
  return values;
}

struct Run {
  std::int64_t step = 0;
  ValidationScore best;
};

std::vector<std::int64_t> runOf(const OutlineTraining& o) {
  return {static_cast<std::int64_t>(o.seed), o.batch};
}

void save(const std::string& path, const OutlineTraining& o, const DenseHead& head,
          const DenseHead& average, const torch::optim::AdamW& optimizer, const Run& run) {
  CheckpointWriter file;
  file.putRun(runOf(o));
  file.put("head", *head);
  file.put("average", *average);
  file.put("optimizer", optimizer);
  file.put("state",
           torch::tensor({static_cast<double>(run.step), static_cast<double>(run.best.step),
                          run.best.lvDice, run.best.lvDiceWorst, run.best.myocardiumDice},
                         torch::kFloat64));
  file.write(path);
}

Run load(const std::string& path, const OutlineTraining& o, DenseHead& head, DenseHead& average,
         torch::optim::AdamW& optimizer) {
  CheckpointReader file(path);
  file.requireRun(runOf(o));
  file.get("head", *head);
  file.get("average", *average);
  file.get("optimizer", optimizer);
  moveState(optimizer);
  const torch::Tensor state = file.tensor("state");
  Run run;
  run.step = static_cast<std::int64_t>(state[0].item<double>());
  run.best.step = static_cast<std::int64_t>(state[1].item<double>());
  run.best.lvDice = state[2].item<double>();
  run.best.lvDiceWorst = state[3].item<double>();
  run.best.myocardiumDice = state[4].item<double>();
  return run;
}

void saveBest(const std::string& path, const DenseHead& head) {
  CheckpointWriter file;
  file.put("head", *head);
  file.write(path);
}

double takeStep(DenseHead& head, DenseHead& average, torch::optim::AdamW& optimizer,
                const OutlineSamples& samples, const std::vector<double>& weights,
                const OutlineTraining& o, std::int64_t step) {
  setRate(optimizer, warmupCosine(o.learningRate, 0.01, step, o.warmupSteps, o.steps));
  optimizer.zero_grad();
  const torch::Tensor which = chooseSamples(weights, o, step);
  const torch::Tensor loss =
      partialLabelLoss(logitsOf(head, samples, which, o.precision),
                       samples.allowed.index_select(0, which).to(o.device),
                       samples.known.index_select(0, which).to(o.device), o.smoothing);
  const double value = loss.item<double>();
  const auto seen = [&] { return namesOf(samples, which); };
  const std::string checkpoint = o.folder + "/last.ckpt";
  requireNumber(value, "loss", step, seen, checkpoint);
  loss.backward();
  requireNumber(clipGradients(valuesOf(outlineParameters(head)), o.clipNorm), "gradient", step,
                seen, checkpoint);
  stepAdamW(optimizer);
  const double age = static_cast<double>(step);
  followParameters(*average, *head, std::min(o.averageDecay, (1 + age) / (10 + age)));
  return value;
}

}  // namespace

DenseHead outlineHead(const Network& network) {
  const DenseHeadImpl& trunk = network->trunk();
  DenseHead head(trunk, SharedDecoderGeometry{trunk.geometry().classes, {"up1"}});
  for (auto& item : head->named_parameters()) {
    item.value().set_requires_grad(learns(item.key()));
  }
  return head;
}

std::map<std::string, torch::Tensor> outlineParameters(const DenseHead& head) {
  std::map<std::string, torch::Tensor> own;
  for (const auto& item : head->named_parameters()) {
    if (learns(item.key())) own[item.key()] = item.value();
  }
  return own;
}

ValidationScore scoreOutlines(DenseHead& head, const OutlineSamples& v,
                              ComputePrecision precision) {
  const torch::NoGradGuard guard;
  std::map<std::string, std::vector<double>> lvByPatient;
  std::vector<double> lv;
  std::vector<double> myocardium;
  const auto dice = [](const torch::Tensor& found, const torch::Tensor& truth) {
    const double total = found.sum().item<double>() + truth.sum().item<double>();
    return total > 0 ? 2 * (found & truth).sum().item<double>() / total
                     : std::numeric_limits<double>::quiet_NaN();
  };
  for (std::int64_t first = 0; first < v.count(); first += validatedPerPass) {
    const std::int64_t last = std::min(v.count(), first + validatedPerPass);
    const torch::Tensor labels =
        logitsOf(head, v, torch::arange(first, last), precision).argmax(1).cpu();
    for (std::int64_t i = first; i < last; ++i) {
      const auto score = [&](Structure s) {
        return dice(labels[i - first].eq(static_cast<int>(s)),
                    v.allowed[i].eq(static_cast<int>(bitOf(s))));
      };
      if (const double one = score(Structure::lvCavity); !std::isnan(one)) {
        lv.push_back(one);
        lvByPatient[v.patients[static_cast<std::size_t>(i)]].push_back(one);
      }
      if ((v.known[i].item<int>() & bitOf(Structure::lvMyocardium)) == 0) continue;
      if (const double one = score(Structure::lvMyocardium); !std::isnan(one)) {
        myocardium.push_back(one);
      }
    }
  }
  ValidationScore result;
  result.lvDice = meanOf(lv);
  result.myocardiumDice = meanOf(myocardium);
  result.lvFrames = lv.size();
  result.myocardiumFrames = myocardium.size();
  result.locatorErrorMm = std::numeric_limits<double>::quiet_NaN();
  result.lvDiceWorst = 1;
  for (const auto& [patient, values] : lvByPatient) {
    result.lvDiceWorst = std::min(result.lvDiceWorst, meanOf(values));
  }
  return result;
}

ValidationScore trainOutlines(DenseHead& head, const Network& network,
                              const OutlineSamples& samples, const OutlineSamples& validation,
                              const OutlineTraining& o, TrainingReport& report) {
  std::filesystem::create_directories(o.folder);
  const std::string lastPath = o.folder + "/last.ckpt";
  const std::string bestPath = o.folder + "/best.ckpt";
  DenseHead average = outlineHead(network);
  head->to(o.device);
  average->to(o.device);
  copyParameters(*head, *average);
  torch::optim::AdamW optimizer =
      adamWFor(valuesOf(outlineParameters(head)), o.learningRate, o.weightDecay);
  Run run;
  const ValidationScore before = scoreOutlines(average, validation, o.precision);
  if (o.resume && std::filesystem::exists(lastPath)) {
    run = load(lastPath, o, head, average, optimizer);
    run.best.lvFrames = before.lvFrames;
    run.best.myocardiumFrames = before.myocardiumFrames;
  } else {
    run.best = before;
    saveBest(bestPath, average);
    report.validated(before, true);
  }
  const std::vector<double> weights = drawWeights(samples, o);
  auto start = Clock::now();
  double sum = 0;
  std::int64_t taken = 0;
  while (run.step < o.steps) {
    sum += takeStep(head, average, optimizer, samples, weights, o, run.step);
    ++taken;
    ++run.step;
    if (taken == stepsPerReport || run.step == o.steps) {
      const double n = static_cast<double>(taken);
      report.progress({run.step, o.steps, sum / n,
                       warmupCosine(o.learningRate, 0.01, run.step - 1, o.warmupSteps, o.steps),
                       secondsSince(start) / n, 0});
      sum = 0;
      taken = 0;
      start = Clock::now();
    }
    if (run.step % o.validateEvery != 0 && run.step != o.steps) continue;
    ValidationScore score = scoreOutlines(average, validation, o.precision);
    score.step = run.step;
    const bool better = score.selection() > run.best.selection();
    if (better) {
      run.best = score;
      saveBest(bestPath, average);
    }
    report.validated(score, better);
    save(lastPath, o, head, average, optimizer, run);
    start = Clock::now();
    sum = 0;
    taken = 0;
  }
  CheckpointReader(bestPath).get("head", *head);
  head->to(torch::kCPU);
  return run.best;
}

}  // namespace cmr
