#include "models/decoder_training.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <random>
#include <utility>

#include "analysis/errors.h"
#include "models/checkpoint_file.h"
#include "models/draw_ahead.h"
#include "models/finite_check.h"
#include "models/losses.h"
#include "models/parameter_step.h"
#include "models/run_log.h"
#include "models/schedule.h"
#include "models/weight_average.h"

namespace cmr {
namespace {

using Clock = std::chrono::steady_clock;
using Samples = std::vector<DenseSample>;

// What the streams of random numbers are for.
constexpr std::uint64_t trainingHearts = 501;
constexpr std::uint64_t trainingChanges = 502;
constexpr std::uint64_t heldOutHearts = 503;
constexpr std::uint64_t unseenHearts = 504;
constexpr std::uint64_t choiceOfSource = 505;
// Of the samples of real frames.
constexpr double shareThatKnowsTheRv = 0.75;

std::vector<DenseFrame> drawFrames(const std::string& task, int count, std::uint64_t seed,
                                   std::uint64_t stream) {
  std::vector<DenseFrame> frames;
  for (int i = 0; i < count; ++i) {
    frames.push_back(drawDenseFrame(task, mixSeed(seed, static_cast<std::uint64_t>(i), stream)));
  }
  return frames;
}

DenseFrame drawTrainingFrame(const std::string& task, const DecoderTraining& o,
                             std::uint64_t number) {
  std::mt19937_64 rng(mixSeed(o.seed, number, choiceOfSource));
  std::uniform_real_distribution<double> unit(0, 1);
  if (o.frames.empty() || unit(rng) < o.phantomShare) {
    return drawDenseFrame(task, mixSeed(o.seed, number, trainingHearts));
  }
  return asDenseFrame(o.frames[pickFrame(o.frames, unit(rng))]);
}

std::uint64_t numberOf(const DecoderTraining& o, std::int64_t step, int place) {
  return static_cast<std::uint64_t>(step) * static_cast<std::uint64_t>(o.batch) +
         static_cast<std::uint64_t>(place);
}

// Of the frames behind a step's batch, drawn once more.
std::vector<std::string> namesOf(const std::string& task, const DecoderTraining& o,
                                 std::int64_t step) {
  std::vector<std::string> names;
  for (int i = 0; i < o.batch; ++i) {
    names.push_back(drawTrainingFrame(task, o, numberOf(o, step, i)).frame.name);
  }
  return names;
}

Samples drawBatch(const std::string& task, const DecoderTraining& o, std::int64_t step) {
  const AugmentOptions changes = augmentOptionsOf(task, o.size, o.spacingMm);
  Samples samples;
  for (int i = 0; i < o.batch; ++i) {
    const std::uint64_t number = numberOf(o, step, i);
    const DenseFrame frame = drawTrainingFrame(task, o, number);
    samples.push_back(drawDenseSample(frame, mixSeed(o.seed, number, trainingChanges), changes));
  }
  return samples;
}

torch::Tensor segmentationLoss(const torch::Tensor& logits, const Samples& samples, int size) {
  const auto n = static_cast<std::int64_t>(samples.size());
  torch::Tensor allowed = torch::empty({n, size, size}, torch::kUInt8);
  torch::Tensor known = torch::empty({n}, torch::kUInt8);
  for (std::int64_t i = 0; i < n; ++i) {
    const TrainingSample& crop = samples[static_cast<std::size_t>(i)].crop;
    std::copy(crop.allowed.begin(), crop.allowed.end(), allowed[i].data_ptr<std::uint8_t>());
    known[i] = crop.known;
  }
  return partialLabelLoss(logits, allowed.to(logits.device()), known.to(logits.device()));
}

torch::Tensor positionsOf(const Samples& samples) {
  const auto landmarks = static_cast<std::int64_t>(samples.front().landmarks.size());
  torch::Tensor positions = torch::full({static_cast<std::int64_t>(samples.size()), landmarks, 2},
                                        std::numeric_limits<float>::quiet_NaN());
  auto out = positions.accessor<float, 3>();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    for (std::size_t k = 0; k < samples[i].landmarks.size(); ++k) {
      const auto& p = samples[i].landmarks[k];
      if (!p) continue;
      out[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(k)][0] =
          static_cast<float>(p->column);
      out[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(k)][1] =
          static_cast<float>(p->row);
    }
  }
  return positions;
}

torch::Tensor stepLoss(TaskDecoder& decoder, Network& network, const Samples& samples,
                       const DecoderTraining& o) {
  const torch::Tensor images = imagesOf(samples, o.size);
  std::vector<torch::Tensor> levels;
  {
    const torch::NoGradGuard frozen;
    levels = network->readLevels(images, o.precision);
  }
  const torch::Tensor logits = decode(decoder, images, levels, o.precision);
  if (decoder.description.architecture == HeadArchitecture::heatmap) {
    return landmarkLoss(logits, landmarkTarget(positionsOf(samples).to(logits.device()), o.size,
                                               o.size, o.sigmaMm / o.spacingMm));
  }
  return segmentationLoss(logits, samples, o.size);
}

struct State {
  std::int64_t step = 0;
  std::int64_t bestStep = 0;
  double best = 0;
};

std::vector<std::int64_t> runOf(const DecoderTraining& o) {
  return {static_cast<std::int64_t>(o.seed), o.batch};
}

void save(const std::string& path, const DecoderTraining& o, const TaskDecoder& decoder,
          const TaskDecoder& average, const torch::optim::AdamW& optimizer, const State& state) {
  CheckpointWriter file;
  file.putRun(runOf(o));
  file.put("head", *decoder.head);
  file.put("average", *average.head);
  file.put("optimizer", optimizer);
  file.put("state", torch::tensor({static_cast<double>(state.step),
                                   static_cast<double>(state.bestStep), state.best},
                                  torch::kFloat64));
  file.write(path);
}

State load(const std::string& path, const DecoderTraining& o, TaskDecoder& decoder,
           TaskDecoder& average, torch::optim::AdamW& optimizer) {
  CheckpointReader file(path);
  file.requireRun(runOf(o));
  file.get("head", *decoder.head);
  file.get("average", *average.head);
  file.get("optimizer", optimizer);
  moveState(optimizer);
  const torch::Tensor state = file.tensor("state");
  return {static_cast<std::int64_t>(state[0].item<double>()),
          static_cast<std::int64_t>(state[1].item<double>()), state[2].item<double>()};
}

// Follows the seconds of a few steps.
struct Window {
  Clock::time_point start = Clock::now();
  double waiting = 0;
  double loss = 0;
  int steps = 0;
};

}  // namespace

std::vector<DenseFrame> heldOutFrames(const std::string& task, int count, std::uint64_t seed) {
  return drawFrames(task, count, seed, heldOutHearts);
}

std::vector<DenseFrame> unseenFrames(const std::string& task, int count, std::uint64_t seed) {
  return drawFrames(task, count, seed, unseenHearts);
}

std::vector<DenseFrame> validationFramesOf(const std::string& task, const DecoderTraining& o) {
  if (o.validationFrames.empty()) return heldOutFrames(task, o.validationPhantoms, o.seed);
  std::vector<DenseFrame> frames;
  for (const TrainingFrame& frame : o.validationFrames) frames.push_back(asDenseFrame(frame));
  return frames;
}

DenseFrame asDenseFrame(const TrainingFrame& frame) {
  DenseFrame dense;
  dense.frame = frame;
  dense.sequence = "cine";
  return dense;
}

std::size_t pickFrame(const std::vector<TrainingFrame>& frames, double fraction) {
  std::vector<std::size_t> knowing;
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    ((frames[i].known & bitOf(Structure::rvCavity)) != 0 ? knowing : others).push_back(i);
  }
  const double share = knowing.empty() ? 0 : others.empty() ? 1 : shareThatKnowsTheRv;
  const bool knows = fraction < share;
  const std::vector<std::size_t>& from = knows ? knowing : others;
  const double within = knows ? fraction / share : (fraction - share) / (1 - share);
  return from.at(std::min(static_cast<std::size_t>(within * static_cast<double>(from.size())),
                          from.size() - 1));
}

std::int64_t trainDecoder(TaskDecoder& decoder, Network& network, const DecoderTraining& o,
                          DecoderReport& report) {
  std::filesystem::create_directories(o.folder);
  const std::string lastPath = o.folder + "/last.ckpt";
  const std::string bestPath = o.folder + "/best.ckpt";
  for (auto& p : network->parameters()) p.set_requires_grad(false);
  network->eval();
  network->to(o.device);
  decoder.head->to(o.device);
  const std::string& task = decoder.description.task;
  TaskDecoder average = decoder;
  average.head = DenseHead(network->trunk(), sharedGeometry(decoder.description));
  average.head->to(o.device);
  copyParameters(*decoder.head, *average.head);
  torch::optim::AdamW optimizer =
      adamWFor(decoder.head->parameters(), o.learningRate, o.weightDecay);
  State state;
  if (o.resume && std::filesystem::exists(lastPath)) {
    state = load(lastPath, o, decoder, average, optimizer);
  }
  const std::vector<DenseFrame> validation = validationFramesOf(task, o);
  DrawAhead<Samples> source([&](std::int64_t step) { return drawBatch(task, o, step); }, state.step,
                            o.drawThreads);
  Window window;
  while (state.step < o.steps) {
    const auto asked = Clock::now();
    const Samples samples = source.next();
    window.waiting += secondsSince(asked);
    const double rate = warmupCosine(o.learningRate, 0.01, state.step, o.warmupSteps, o.steps);
    setRate(optimizer, rate);
    optimizer.zero_grad();
    const torch::Tensor loss = stepLoss(decoder, network, samples, o);
    const double value = loss.item<double>();
    const auto seen = [&] { return namesOf(task, o, state.step); };
    requireNumber(value, "loss", state.step, seen, lastPath);
    loss.backward();
    requireNumber(clipGradients(decoder.head->parameters(), o.clipNorm), "gradient", state.step,
                  seen, lastPath);
    stepAdamW(optimizer);
    const double age = static_cast<double>(state.step);
    followParameters(*average.head, *decoder.head,
                     std::min(o.averageDecay, (1 + age) / (10 + age)));
    ++state.step;
    window.loss += value;
    ++window.steps;
    if (window.steps == 20 || state.step == o.steps) {
      const double elapsed = secondsSince(window.start);
      report.progress({state.step, o.steps, window.loss / window.steps, rate,
                       elapsed / window.steps, window.waiting / elapsed});
      window = {};
    }
    if (state.step % o.validateEvery == 0 || state.step == o.steps) {
      const DecoderScores scores =
          scoreDecoder(average, network, validation, o.size, o.spacingMm, o.precision);
      const bool better = state.bestStep == 0 || !(scores.selection() <= state.best);
      if (better) {
        state.best = scores.selection();
        state.bestStep = state.step;
        CheckpointWriter file;
        file.put("head", *average.head);
        file.write(bestPath);
      }
      report.validated(state.step, scores, better);
      save(lastPath, o, decoder, average, optimizer, state);
      window = {};
    }
  }
  CheckpointReader(bestPath).get("head", *decoder.head);
  return state.bestStep;
}

}  // namespace cmr
