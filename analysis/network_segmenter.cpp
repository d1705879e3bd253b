#include "analysis/network_segmenter.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "analysis/batch_halving.h"
#include "analysis/compute_choice.h"
#include "analysis/crop_labels.h"
#include "analysis/crop_reading.h"
#include "analysis/dense_reader.h"
#include "analysis/device_memory.h"
#include "analysis/errors.h"
#include "analysis/field_reading.h"
#include "analysis/frame_sampling.h"
#include "analysis/gpu_memory.h"
#include "analysis/heart_search.h"
#include "analysis/package_heads.h"
#include "analysis/package_weights.h"
#include "analysis/right_ventricle.h"
#include "analysis/script_permission.h"
#include "analysis/silent_heads.h"
#include "analysis/site_release.h"
#include "analysis/task_decoder.h"
#include "analysis/unlike_training.h"

namespace cmr {
namespace {

// A place that looks this much like a left ventricle is taken without trying others.
constexpr double surelyAHeart = 0.85;

// The decoder of the right ventricle; none or one.
std::vector<TaskDecoder> readRightVentricle(const ModelPackage& package, const Network& network) {
  if (package.heads.count(rightVentricleTask) == 0) return {};
  std::vector<TaskDecoder> decoders = readTaskDecoders(package, network);
  decoders.erase(std::remove_if(decoders.begin(), decoders.end(),
                                [](const TaskDecoder& decoder) {
                                  return decoder.description.task != rightVentricleTask;
                                }),
                 decoders.end());
  return decoders;
}

class NetworkSegmenter final : public FrameSegmenter, public SilentHeads {
 public:
  NetworkSegmenter(const std::string& folder, const InferenceSettings& settings)
      : package_(openPackage(folder)),
        network_(readWeights(package_)),
        heads_(headsThatSee(readClassificationHeads(package_, settings.allowedScripts),
                            HeadLook::field)),
        cropHeads_(headsThatSee(readClassificationHeads(package_, settings.allowedScripts),
                                HeadLook::crop)),
        likeness_(readTrainingLikeness(package_)),
        rightVentricle_(readRightVentricle(package_, network_)),
        batches_(settings.batch, isOutOfMemory),
        settings_(settings),
        device_(chooseDevice(settings.device)) {
    setThreads(settings.threads);
    precision_ = choosePrecision(settings.precision, device_);
    network_->to(device_);
    for (ClassificationHead& head : heads_) moveTo(head, device_);
    for (ClassificationHead& head : cropHeads_) moveTo(head, device_);
    for (TaskDecoder& decoder : rightVentricle_) decoder.head->to(device_);
    holdWeightsIn(*network_, precision_);
    for (TaskDecoder& decoder : rightVentricle_) holdWeightsIn(*decoder.head, precision_);
    checkKnownAnswer(network_, package_, precision_);
    checkKnownAnswers(heads_, network_, package_.input.size, precision_);
    checkKnownAnswers(cropHeads_, network_, package_.input.size, precision_);
    checkKnownAnswers(rightVentricle_, network_, package_.input.size, precision_);
    identity_ = package_.identity;
    turnOn(identity_, settings.reportExperimental);
    identity_.device = deviceName(device_);
    identity_.precision = precisionName(precision_);
  }

  const PackageIdentity& identity() const override { return identity_; }

  std::vector<SilentHead> silentHeads() const override {
    std::vector<SilentHead> silent = headsNotAllowed(package_.manifest, settings_.allowedScripts);
    for (const auto& [task, reason] : failures_) silent.push_back({task, reason});
    std::sort(silent.begin(), silent.end(),
              [](const SilentHead& a, const SilentHead& b) { return a.task < b.task; });
    return silent;
  }

  void forgetFailures() override {
    failures_.clear();
    batches_.begin();
    if (reader_) reader_->begin();
  }

  ComputeUse takeUse() override {
    ComputeUse use{batches_.takeCounts(), takeGpuMemory(device_)};
    if (reader_) use.batches.add(reader_->takeBatches());
    return use;
  }

  std::optional<PackageIdentity> identityOfHead(const std::string& task) override {
    const auto found = package_.heads.find(task);
    if (found == package_.heads.end()) return std::nullopt;
    return identityOf(identity_, found->second, settings_.reportExperimental);
  }

  Segmentation segmentStill(const ImageStack& stack, const std::string& task,
                            const std::string& sequence) override {
    Segmentation result;
    DenseReading reading = denseReader().findShortAxis(stack, task, sequence);
    result.labels = std::move(reading.labels);
    result.cropAnswers = std::move(reading.answers);
    note(reading.failures);
    for (int s = 0; s < stack.sliceCount; ++s) {
      const HeartAxis& axis = reading.centres.at(static_cast<std::size_t>(s));
      result.seen.push_back(seenOf(stack, s, axis.column(s), axis.row(s)));
    }
    result.firstLook = firstLook(stack);
    return result;
  }

  Segmentation segmentLongAxis(const ImageStack& stack) override {
    Segmentation result;
    result.firstLook = firstLook(stack);
    const FirstLookAnswer* const view = result.firstLook.answer("view");
    DenseReading reading =
        denseReader().readLongAxis(stack, view == nullptr ? "" : view->taken().name);
    result.labels = std::move(reading.labels);
    result.cropAnswers = std::move(reading.answers);
    note(reading.failures);
    for (int s = 0; s < stack.sliceCount; ++s) {
      const HeartAxis& centre = reading.centres.at(static_cast<std::size_t>(s));
      result.seen.push_back(seenOf(stack, s, centre.column(0), centre.row(0)));
    }
    return result;
  }

  FirstLook firstLook(const ImageStack& stack) override {
    if (heads_.empty() && !likeness_) return {};
    const torch::InferenceMode guard;
    FieldReading reading(heads_, likeness_);
    lookAt(stack, fewFrames(stack), reading);
    note(reading.failures());
    return reading.firstLook();
  }

  Segmentation segment(const ImageStack& stack, const ProgressCallback& progress) override {
    const torch::InferenceMode guard;
    const std::int64_t readBefore = network_->picturesRead();
    Segmentation result;
    result.labels = LabelStack(stack.rows, stack.columns, stack.sliceCount, stack.phaseCount);
    result.confidence.resize(stack.frames.size());
    const std::vector<FrameKey> scouts = scoutFrames(stack);
    HeartAxis axis = chooseAxis(stack, scouts, result);
    report(progress, 0.05, "first look");
    result.heartFound = moveOntoCavity(stack, scouts, axis, result);
    report(progress, 0.12, "heart found");
    const double middle = (stack.sliceCount - 1) / 2.0;
    result.heartCentreColumn = axis.column(middle);
    result.heartCentreRow = axis.row(middle);

    std::vector<FrameKey> all;
    for (int s = 0; s < stack.sliceCount; ++s) {
      for (int p = 0; p < stack.phaseCount; ++p) {
        all.push_back({s, p});
      }
      result.seen.push_back(seenOf(stack, s, axis.column(s), axis.row(s)));
    }
    CropReading reading(cropHeads_, "cine", "sax", stack.sliceCount);
    segmentFrames(
        stack, all, axis, result,
        [&](double done) { report(progress, 0.12 + 0.88 * done, "segmentation"); }, &reading);
    if (result.heartFound) result.cropAnswers = reading.answers();
    note(reading.failures());
    result.picturesRead = network_->picturesRead() - readBefore;
    return result;
  }

 private:
  // Its weights have to fit beside the network's.
  DenseReader& denseReader() {
    if (reader_) return *reader_;
    try {
      reader_ = std::make_unique<DenseReader>(package_.folder, settings_);
    } catch (const std::exception& error) {
      if (!isOutOfMemory(error)) throw;
      throw DeviceMemoryError("out of memory while the package's further heads were loaded");
    }
    return *reader_;
  }

  // The first reason of each.
  void note(const std::vector<SilentHead>& failures) {
    for (const SilentHead& head : failures) failures_.emplace(head.task, head.reason);
  }

  PixelMap mapAbout(const ImageStack& stack, int slice, double column, double row) const {
    const PlaneGeometry& plane = stack.planes.at(static_cast<std::size_t>(slice));
    return cropMap(plane.columnSpacingMm, plane.rowSpacingMm, column, row, package_.input.spacingMm,
                   package_.input.size);
  }

  PixelWindow seenOf(const ImageStack& stack, int slice, double column, double row) const {
    return pixelsInside(mapAbout(stack, slice, column, row), package_.input.size, stack.rows,
                        stack.columns);
  }

  static void report(const ProgressCallback& progress, double fraction, const std::string& stage) {
    if (progress) {
      progress(fraction, stage);
    }
  }

  torch::Tensor gather(const ImageStack& stack, const std::vector<FrameKey>& keys,
                       std::size_t first, std::size_t last,
                       const std::vector<PixelMap>& maps) const {
    const int size = package_.input.size;
    torch::Tensor images = torch::empty({static_cast<std::int64_t>(last - first), 1, size, size});
    for (std::size_t i = first; i < last; ++i) {
      const StackFrame& frame = stack.frame(keys[i].slice, keys[i].phase);
      std::vector<float> sample =
          sampleImage({frame.pixels, stack.rows, stack.columns}, maps[i], size);
      normaliseIntensity(sample, package_.input.window);
      std::copy(sample.begin(), sample.end(),
                images[static_cast<std::int64_t>(i - first)].data_ptr<float>());
    }
    return images;
  }

  // One pass over pictures of the whole field, read by the first look and by the heads.
  std::vector<FieldLook> lookAt(const ImageStack& stack, const std::vector<FrameKey>& keys,
                                FieldReading& reading) {
    const int size = package_.input.size;
    std::vector<PixelMap> maps;
    for (const FrameKey& key : keys) {
      const PlaneGeometry& plane = stack.planes.at(static_cast<std::size_t>(key.slice));
      maps.push_back(wholeFieldMap(stack.rows, stack.columns, plane.columnSpacingMm,
                                   plane.rowSpacingMm, size));
    }
    std::vector<FieldLook> looks;
    looks.reserve(keys.size());
    batches_.forEach(keys.size(), [&](std::size_t first, std::size_t last) {
      const FirstLookPass pass =
          network_->look(gather(stack, keys, first, last, maps), layersOf(heads_), precision_);
      const torch::Tensor p = torch::softmax(pass.where, 1).cpu().contiguous();
      std::vector<FieldLook> own;
      for (std::size_t i = first; i < last; ++i) {
        const auto* row = p[static_cast<std::int64_t>(i - first)].data_ptr<float>();
        own.push_back({keys[i], maps[i], {row, row + p.size(1)}});
      }
      reading.add(pass.tokens, last - first);  // last of what takes memory
      std::move(own.begin(), own.end(), std::back_inserter(looks));
    });
    return looks;
  }

  // The likely place where what the network then sees looks most like a left ventricle.
  HeartAxis chooseAxis(const ImageStack& stack, const std::vector<FrameKey>& scouts,
                       Segmentation& scratch) {
    const int grid = package_.input.size / NetworkImpl::locatorCellSize;
    const std::vector<FrameKey> probes = probesAmong(scouts);
    HeartAxis best;
    double bestLikeness = -1;
    const auto tryUntilSure = [&](const std::vector<HeartAxis>& axes) {
      for (const HeartAxis& axis : axes) {
        if (bestLikeness >= surelyAHeart) {
          return;
        }
        segmentFrames(stack, probes, axis, scratch, {});
        const double likeness = heartLikeness(stack, scratch, probes);
        if (likeness > bestLikeness) {
          best = axis;
          bestLikeness = likeness;
        }
      }
    };
    FieldReading reading(heads_, likeness_);
    const std::vector<FieldLook> looks = lookAt(stack, scouts, reading);
    scratch.firstLook = reading.firstLook();
    note(reading.failures());
    tryUntilSure(candidateAxes(looks, grid, grid, NetworkImpl::locatorCellSize, stack));
    tryUntilSure(
        axesOverField(stack, package_.input.size * package_.input.spacingMm * searchStride));
    return best;
  }

  // False when no scout shows a cavity; the axis then stays where it was.
  bool moveOntoCavity(const ImageStack& stack, const std::vector<FrameKey>& scouts, HeartAxis& axis,
                      Segmentation& scratch) {
    for (int move = 0; move < largestMoves; ++move) {
      segmentFrames(stack, scouts, axis, scratch, {});
      const std::vector<CentreObservation> seen = cavityCentres(stack, scratch, scouts);
      if (seen.empty()) {
        return move > 0;
      }
      const HeartAxis moved = fitHeartAxis(seen, stack.rows, stack.columns);
      const double distance = axisDistanceMm(moved, axis, stack);
      axis = moved;
      if (distance < restingMm) {
        break;
      }
    }
    return true;
  }

  // `reading`: heads that read the same pass; none: null.
  void segmentFrames(const ImageStack& stack, const std::vector<FrameKey>& keys,
                     const HeartAxis& axis, Segmentation& into,
                     const std::function<void(double)>& done, CropReading* reading = nullptr) {
    std::vector<PixelMap> maps;
    for (const FrameKey& key : keys) {
      maps.push_back(mapAbout(stack, key.slice, axis.column(key.slice), axis.row(key.slice)));
    }
    batches_.forEach(keys.size(), [&](std::size_t first, std::size_t last) {
      if (done) done(static_cast<double>(first) / static_cast<double>(keys.size()));
      const torch::Tensor images = gather(stack, keys, first, last, maps);
      const CropPass pass = network_->segmentAndRead(
          images, reading == nullptr ? std::vector<int>{} : reading->layers(), precision_);
      const torch::Tensor p = torch::softmax(pass.logits, 1).cpu().contiguous();
      const torch::Tensor right =
          reading == nullptr ? torch::Tensor() : rightVentricle(images, pass.tokens);
      std::vector<int> slices;
      for (std::size_t i = first; i < last; ++i) {
        storeLabels(cropOf(p[static_cast<std::int64_t>(i - first)], maps[i]), stack, keys[i], into);
        slices.push_back(showsCavity(into.labels, keys[i]) ? keys[i].slice : -1);
        if (!right.defined()) continue;
        storeRightVentricle(cropOf(right[static_cast<std::int64_t>(i - first)], maps[i]), stack,
                            keys[i], into);
      }
      if (reading != nullptr) reading->add(pass.tokens, slices);  // last: it counts
    });
    if (done) done(1);
  }

  // Probabilities by the head of the right ventricle; undefined in a package without one. It reads
  // the tokens of the pass that was made anyway.
  torch::Tensor rightVentricle(const torch::Tensor& images, const TokenLevels& tokens) {
    if (rightVentricle_.empty()) return {};
    const torch::Tensor logits =
        decode(rightVentricle_.front(), images, network_->levelsFrom(tokens, images), precision_);
    return torch::softmax(logits, 1).cpu().contiguous();
  }

  CropProbabilities cropOf(const torch::Tensor& probabilities, const PixelMap& map) const {
    return {{probabilities.data_ptr<float>(), static_cast<std::size_t>(probabilities.numel())},
            static_cast<int>(probabilities.size(0)),
            package_.input.size,
            map};
  }

  ModelPackage package_;
  Network network_;
  std::vector<ClassificationHead> heads_;      // that see the whole field
  std::vector<ClassificationHead> cropHeads_;  // that see what is segmented
  std::optional<TrainingLikeness> likeness_;
  std::vector<TaskDecoder> rightVentricle_;  // none or one
  BatchHalving batches_;
  InferenceSettings settings_;
  torch::Device device_;
  std::unique_ptr<DenseReader> reader_;  // loaded when a series first asks for it
  ComputePrecision precision_ = ComputePrecision::float32;
  PackageIdentity identity_;
  std::map<std::string, std::string> failures_;  // by task: why a script gave no answer
};

}  // namespace

std::unique_ptr<FrameSegmenter> loadNetworkSegmenter(const std::string& packageFolder,
                                                     const InferenceSettings& settings) {
  try {
    return std::make_unique<NetworkSegmenter>(packageFolder, settings);
  } catch (const std::exception& error) {
    if (!isOutOfMemory(error)) throw;
  }
  const char* const reason = "out of memory while the model package was loaded";
  if (chooseDevice(settings.device).is_cuda()) throw DeviceMemoryError(reason);
  throw ResourceError(reason);
}

}  // namespace cmr
