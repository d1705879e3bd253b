#include "models/pretrainer.h"

#include <chrono>
#include <filesystem>

#include "analysis/errors.h"
#include "models/augment.h"
#include "models/checkpoint_file.h"
#include "models/draw_ahead.h"
#include "models/finite_check.h"
#include "models/parameter_step.h"
#include "models/pretrain_step.h"
#include "models/run_log.h"
#include "models/schedule.h"
#include "models/weight_average.h"

namespace cmr {
namespace {

using Clock = std::chrono::steady_clock;

PretrainerOptions withStepsOf(PretrainerOptions o) {
  const auto share = [&o](std::int64_t& steps, std::int64_t hundredths) {
    steps = steps < 0 ? o.steps * hundredths / 100 : steps;
  };
  share(o.warmupSteps, 10);
  share(o.temperatureSteps, 30);
  share(o.frozenPrototypeSteps, 30);
  return o;
}

class Pretrainer {
 public:
  Pretrainer(const DinoGeometry& geometry, const PretrainerOptions& options,
             const MultiCropPlan& plan)
      : o_(withStepsOf(options)),
        plan_(plan),
        path_(options.folder + "/last.ckpt"),
        student_(onDevice(geometry, options.device)),
        teacher_(onDevice(teacherGeometry(geometry), options.device)),
        prototypes_(geometry.head.prototypes),
        optimizer_(makeOptimizer()) {
    copyParameters(*student_, *teacher_);
    for (torch::Tensor& p : teacher_->parameters()) {
      p.set_requires_grad(false);
    }
    teacher_->eval();
    student_->train();
    centres_.classToken = torch::zeros({prototypes_}, o_.device);
    centres_.patches = torch::zeros({prototypes_}, o_.device);
    std::filesystem::create_directories(o_.folder);
    if (o_.resume && std::filesystem::exists(path_)) {
      load();
    }
  }

  DinoNetwork run(const ImageSequence& sequence, const ProbeSet& probe, PretrainReport& report);

 private:
  static DinoNetwork onDevice(const DinoGeometry& geometry, const torch::Device& device) {
    DinoNetwork network(geometry);
    network->to(device);
    return network;
  }

  static DinoGeometry teacherGeometry(DinoGeometry geometry) {
    geometry.dropPath = 0;
    return geometry;
  }

  // Weight decay on matrices and kernels only; norms, biases, tokens and positions go without.
  torch::optim::AdamW makeOptimizer() {
    std::vector<torch::Tensor> decaying;
    std::vector<torch::Tensor> others;
    for (const auto& item : student_->named_parameters()) {
      const bool decays = item.value().dim() >= 2 &&
                          item.key().find("pos_embed") == std::string::npos &&
                          item.key().find("cls_token") == std::string::npos &&
                          item.key().find("mask_patch") == std::string::npos;
      (decays ? decaying : others).push_back(item.value());
    }
    std::vector<torch::optim::OptimizerParamGroup> groups;
    for (auto* parameters : {&decaying, &others}) {
      groups.emplace_back(*parameters, std::make_unique<torch::optim::AdamWOptions>(0));
    }
    return torch::optim::AdamW(std::move(groups));
  }

  int processes() const { return o_.group == nullptr ? 1 : o_.group->size(); }
  int rank() const { return o_.group == nullptr ? 0 : o_.group->rank(); }
  std::int64_t batchesInAStep() const { return std::int64_t{o_.accumulate} * processes(); }

  StepSettings settingsOf(std::int64_t step) const;
  void averageOverProcesses(PretrainProgress& p, TeacherCentres& seen);
  PretrainProgress takeStep(std::int64_t step, DrawAhead<MultiCropBatch>& source, double& waiting);
  void requireNumbers(double value, const char* what, std::int64_t step,
                      const std::vector<std::string>& names) const;
  ProbeResult look(const ProbeSet& probe, std::int64_t step, const TargetEntropy& targets);
  torch::Tensor featuresOf(const std::vector<std::vector<float>>& views);
  void save(std::int64_t step) const;
  void load();

  PretrainerOptions o_;
  MultiCropPlan plan_;
  std::string path_;
  DinoNetwork student_;
  DinoNetwork teacher_;
  std::int64_t prototypes_;
  torch::optim::AdamW optimizer_;
  TeacherCentres centres_;
  std::int64_t firstStep_ = 0;
};

StepSettings Pretrainer::settingsOf(std::int64_t step) const {
  const double images = static_cast<double>(plan_.images * batchesInAStep());
  StepSettings s;
  s.learningRate = warmupCosine(o_.learningRate * images / 256, o_.finalRateShare, step,
                                o_.warmupSteps, o_.steps);
  s.weightDecay = cosineBetween(o_.weightDecay, o_.finalWeightDecay, step, o_.steps);
  s.teacherMomentum = cosineBetween(o_.teacherMomentum, 1, step, o_.steps);
  s.teacherTemperature =
      lineBetween(o_.firstTeacherTemperature, o_.teacherTemperature, step, o_.temperatureSteps);
  s.studentTemperature = o_.studentTemperature;
  s.patchWeight = o_.patchWeight;
  s.koleoWeight = o_.koleoWeight;
  s.precision = o_.precision;
  return s;
}

void Pretrainer::requireNumbers(double value, const char* what, std::int64_t step,
                                const std::vector<std::string>& names) const {
  requireNumber(
      value, what, step, [&names] { return names; }, path_);
}

// A gradient that no batch of this process gave counts as 0.
void Pretrainer::averageOverProcesses(PretrainProgress& p, TeacherCentres& seen) {
  if (processes() == 1) return;
  std::vector<torch::Tensor> shared{seen.classToken, seen.patches};
  for (torch::Tensor& parameter : student_->parameters()) {
    if (!parameter.grad().defined()) parameter.mutable_grad() = torch::zeros_like(parameter);
    shared.push_back(parameter.grad());
  }
  double* const figures[] = {&p.loss,  &p.classLoss,    &p.patchLoss,
                             &p.koleo, &p.targets.mean, &p.targets.ofMean};
  torch::Tensor told = torch::empty({static_cast<std::int64_t>(std::size(figures))});
  for (std::size_t i = 0; i < std::size(figures); ++i) {
    told[static_cast<std::int64_t>(i)] = *figures[i];
  }
  shared.push_back(told = told.to(o_.device));
  o_.group->average(shared);
  for (std::size_t i = 0; i < std::size(figures); ++i) {
    *figures[i] = told[static_cast<std::int64_t>(i)].item<double>();
  }
}

PretrainProgress Pretrainer::takeStep(std::int64_t step, DrawAhead<MultiCropBatch>& source,
                                      double& waiting) {
  torch::manual_seed(mixSeed(plan_.seed, static_cast<std::uint64_t>(step),
                             99 + static_cast<std::uint64_t>(rank())));
  const StepSettings settings = settingsOf(step);
  for (std::size_t i = 0; i < 2; ++i) {
    auto& group = static_cast<torch::optim::AdamWOptions&>(optimizer_.param_groups()[i].options());
    group.lr(settings.learningRate).weight_decay(i == 0 ? settings.weightDecay : 0);
  }
  optimizer_.zero_grad();
  PretrainProgress p;
  TeacherCentres seen{torch::zeros_like(centres_.classToken), torch::zeros_like(centres_.patches)};
  std::vector<std::string> names;
  const double share = 1.0 / o_.accumulate;
  for (int i = 0; i < o_.accumulate; ++i) {
    const auto waitStart = Clock::now();
    const MultiCropBatch batch = source.next();
    waiting += secondsSince(waitStart);
    names.insert(names.end(), batch.names.begin(), batch.names.end());
    const StepTerms terms = distil(student_, teacher_, batch, plan_, centres_, settings);
    const double loss = terms.loss.item<double>();
    // Of several processes all have to end together, which the mean of their losses sees to.
    if (processes() == 1) requireNumbers(loss, "loss", step, names);
    (terms.loss * share).backward();
    p.loss += share * loss;
    p.classLoss += share * terms.classLoss;
    p.patchLoss += share * terms.patchLoss;
    p.koleo += share * terms.koleo;
    p.targets.mean += share * terms.targets.mean;
    p.targets.ofMean += share * terms.targets.ofMean;
    seen.classToken += share * terms.seen.classToken;
    seen.patches += share * terms.seen.patches;
  }
  averageOverProcesses(p, seen);
  requireNumbers(p.loss, "loss", step, names);
  if (step < o_.frozenPrototypeSteps) {
    for (torch::Tensor& prototypes : student_->prototypes()) {
      prototypes.mutable_grad() = torch::Tensor();  // AdamW passes over what has no gradient
    }
  }
  p.gradientNorm = clipGradients(student_->parameters(), o_.clipNorm);
  requireNumbers(p.gradientNorm, "gradient", step, names);
  stepAdamW(optimizer_);
  followParameters(*teacher_, *student_, settings.teacherMomentum);
  centres_.classToken = movedCentre(centres_.classToken, seen.classToken, o_.centreMomentum);
  centres_.patches = movedCentre(centres_.patches, seen.patches, o_.centreMomentum);
  p.step = step + 1;
  p.steps = o_.steps;
  p.learningRate = settings.learningRate;
  p.weightDecay = settings.weightDecay;
  p.teacherMomentum = settings.teacherMomentum;
  p.teacherTemperature = settings.teacherTemperature;
  return p;
}

torch::Tensor Pretrainer::featuresOf(const std::vector<std::vector<float>>& views) {
  const torch::NoGradGuard guard;
  constexpr std::size_t atOnce = 16;
  const std::int64_t size = plan_.crops.globalSize;
  std::vector<torch::Tensor> parts;
  for (std::size_t i = 0; i < views.size(); i += atOnce) {
    std::vector<torch::Tensor> images;
    for (std::size_t j = i; j < std::min(i + atOnce, views.size()); ++j) {
      images.push_back(torch::tensor(views[j]).view({1, 1, size, size}));
    }
    parts.push_back(teacher_->features(torch::cat(images), {}, false, o_.precision).classToken);
  }
  return torch::cat(parts).cpu();
}

ProbeResult Pretrainer::look(const ProbeSet& probe, std::int64_t step,
                             const TargetEntropy& targets) {
  ProbeResult result;
  result.step = step;
  std::vector<std::vector<float>> views;
  for (const PretrainImage& image : probe.images) {
    views.push_back(plainView(image, plan_.crops.globalSize));
  }
  const torch::Tensor features = featuresOf(views);
  result.rank = effectiveRank(features);
  result.spread = featureSpread(features);
  for (const ProbeQuestion& question : probe.questions) {
    result.nearestNeighbours[question.name] = nearestNeighbourAccuracy(
        {featuresOf(question.views), question.labels, question.patients}, probe.neighbours);
  }
  result.collapse = collapseIn(result, targets, prototypes_);
  return result;
}

// A sum of steps' figures that gives their mean.
void addTo(PretrainProgress& sum, const PretrainProgress& p, double share) {
  sum.loss += share * p.loss;
  sum.classLoss += share * p.classLoss;
  sum.patchLoss += share * p.patchLoss;
  sum.koleo += share * p.koleo;
  sum.gradientNorm += share * p.gradientNorm;
  sum.targets.mean += share * p.targets.mean;
  sum.targets.ofMean += share * p.targets.ofMean;
}

PretrainProgress meanOf(const std::vector<PretrainProgress>& steps) {
  PretrainProgress mean = steps.back();
  mean.loss = mean.classLoss = mean.patchLoss = mean.koleo = mean.gradientNorm = 0;
  mean.targets = {};
  for (const PretrainProgress& p : steps) {
    addTo(mean, p, 1.0 / static_cast<double>(steps.size()));
  }
  return mean;
}

DinoNetwork Pretrainer::run(const ImageSequence& sequence, const ProbeSet& probe,
                            PretrainReport& report) {
  DrawAhead<MultiCropBatch> source(
      [this, &sequence](std::int64_t number) {
        return drawMultiCrop(plan_, number * processes() + rank(), sequence);
      },
      firstStep_ * o_.accumulate, o_.drawThreads);
  std::vector<PretrainProgress> window;
  double waiting = 0;
  auto windowStart = Clock::now();
  for (std::int64_t step = firstStep_; step < o_.steps; ++step) {
    window.push_back(takeStep(step, source, waiting));
    const std::int64_t done = step + 1;
    const bool last = done == o_.steps;
    const TargetEntropy targets = window.back().targets;
    if (last || done % o_.reportEvery == 0) {
      PretrainProgress mean = meanOf(window);
      const double elapsed = secondsSince(windowStart);
      mean.secondsPerStep = elapsed / static_cast<double>(window.size());
      mean.dataShare = waiting / elapsed;
      if (rank() == 0) report.progress(mean);
      window.clear();
      waiting = 0;
      windowStart = Clock::now();
    }
    if (rank() == 0 && (last || done % o_.probeEvery == 0)) {
      const auto pause = Clock::now();
      report.probed(look(probe, done, targets));
      windowStart += Clock::now() - pause;
    }
    if (rank() == 0 && (last || done % o_.checkpointEvery == 0)) {
      const auto pause = Clock::now();
      save(done);
      windowStart += Clock::now() - pause;
    }
  }
  teacher_->to(torch::kCPU);
  return teacher_;
}

void Pretrainer::save(std::int64_t step) const {
  CheckpointWriter file;
  file.put("student", *student_);
  file.put("teacher", *teacher_);
  file.put("optimizer", optimizer_);
  file.put("classCentre", centres_.classToken);
  file.put("patchCentre", centres_.patches);
  file.put("run", torch::tensor({step, static_cast<std::int64_t>(plan_.seed),
                                 static_cast<std::int64_t>(plan_.images), batchesInAStep()},
                                torch::kInt64));
  file.write(path_);
}

void Pretrainer::load() {
  CheckpointReader file(path_);
  const torch::Tensor run = file.tensor("run");
  if (run[1].item<std::int64_t>() != static_cast<std::int64_t>(plan_.seed) ||
      run[2].item<std::int64_t>() != plan_.images ||
      run[3].item<std::int64_t>() != batchesInAStep()) {
    throw InputError(path_ + " is of a run with another seed, batch or number of batches a step");
  }
  file.get("student", *student_);
  file.get("teacher", *teacher_);
  file.get("optimizer", optimizer_);
  moveState(optimizer_);
  centres_.classToken = file.tensor("classCentre").to(o_.device);
  centres_.patches = file.tensor("patchCentre").to(o_.device);
  firstStep_ = run[0].item<std::int64_t>();
}

}  // namespace

DinoNetwork pretrain(const DinoGeometry& geometry, const PretrainerOptions& options,
                     const MultiCropPlan& plan, const ImageSequence& sequence,
                     const ProbeSet& probe, PretrainReport& report) {
  if (probe.images.size() < 2) {
    throw InputError("fewer than two images can be read");
  }
  const int patch = geometry.vit.patchSize;
  if (plan.crops.globalSize % patch != 0 || plan.crops.localSize % patch != 0) {
    throw InputError("the sides of the views are no multiples of the patch, " +
                     std::to_string(patch) + " pixels");
  }
  MultiCropPlan drawn = plan;
  drawn.masks.gridSide = options.patchWeight > 0 ? plan.crops.globalSize / patch : 0;
  return Pretrainer(geometry, options, drawn).run(sequence, probe, report);
}

}  // namespace cmr
