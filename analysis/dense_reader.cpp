#include "analysis/dense_reader.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "analysis/batch_halving.h"
#include "analysis/compute_choice.h"
#include "analysis/crop_reading.h"
#include "analysis/device_memory.h"
#include "analysis/errors.h"
#include "analysis/heart_search.h"
#include "analysis/landmark_decoding.h"
#include "analysis/package_weights.h"
#include "analysis/task_decoder.h"

namespace cmr {
namespace {

constexpr const char* longAxisTask = "seg_cine_lax";
constexpr const char* landmarkTask = "landmarks";

struct Crop {
  FrameKey frame;
  PixelMap map;
};

// Two phases a third of the cycle apart: the heart is well filled in one of them.
std::vector<int> scoutPhases(const ImageStack& stack) {
  const std::set<int> phases{0, stack.phaseCount / 3};
  return {phases.begin(), phases.end()};
}

std::vector<FrameKey> middleScouts(const ImageStack& stack) {
  std::vector<FrameKey> frames;
  const int first = stack.sliceCount / 4;
  const int last = std::max(first + 1, stack.sliceCount - stack.sliceCount / 4);
  for (int s = first; s < last; ++s) {
    for (const int p : scoutPhases(stack)) frames.push_back({s, p});
  }
  return frames;
}

std::vector<FrameKey> allFrames(const ImageStack& stack) {
  std::vector<FrameKey> frames;
  for (int s = 0; s < stack.sliceCount; ++s) {
    for (int p = 0; p < stack.phaseCount; ++p) frames.push_back({s, p});
  }
  return frames;
}

// lv_cavity is the first structure of every task.
bool showsCavity(const LabelStack& labels, const FrameKey& key) {
  const auto frame = labels.frame(key.slice, key.phase);
  return std::find(frame.begin(), frame.end(), std::uint8_t{1}) != frame.end();
}

// A slice as a stack of its own.
ImageStack sliceOf(const ImageStack& stack, int slice) {
  ImageStack one = stack;
  one.sliceCount = 1;
  one.planes = {stack.planes.at(static_cast<std::size_t>(slice))};
  one.frames.clear();
  for (int p = 0; p < stack.phaseCount; ++p) one.frames.push_back(stack.frame(slice, p));
  return one;
}

}  // namespace

class DenseReader::Impl {
 public:
  Impl(const std::string& folder, const InferenceSettings& settings)
      : package_(openPackage(folder)),
        network_(readWeights(package_)),
        decoders_(readTaskDecoders(package_, network_)),
        heads_(headsThatSee(readClassificationHeads(package_, settings.allowedScripts),
                            HeadLook::crop)),
        batches_(settings.batch, isOutOfMemory) {
    setThreads(settings.threads);
    const torch::Device device = chooseDevice(settings.device);
    precision_ = choosePrecision(settings.precision, device);
    network_->to(device);
    for (TaskDecoder& decoder : decoders_) decoder.head->to(device);
    for (ClassificationHead& head : heads_) moveTo(head, device);
    holdWeightsIn(*network_, precision_);
    for (TaskDecoder& decoder : decoders_) holdWeightsIn(*decoder.head, precision_);
    checkKnownAnswers(decoders_, network_, package_.input.size, precision_);
  }

  TaskDecoder* find(const std::string& task) {
    const auto found = std::find_if(decoders_.begin(), decoders_.end(), [&](const TaskDecoder& d) {
      return d.description.task == task;
    });
    return found == decoders_.end() ? nullptr : &*found;
  }
  TaskDecoder& require(const std::string& task) {
    TaskDecoder* found = find(task);
    if (found == nullptr) throw PackageError("the package has no head for the task " + task);
    return *found;
  }

  // Labels, landmarks, both from one pass, at these places. reading: heads that read the same pass,
  // to which the stack's first slice is `firstSlice`; none: null.
  void read(const ImageStack& stack, const std::vector<FrameKey>& frames, const HeartAxis& axis,
            TaskDecoder* segmenter, TaskDecoder* locator, const IntensityWindow& window,
            DenseReading& into, std::vector<FrameConfidence>* confidence = nullptr,
            CropReading* reading = nullptr, int firstSlice = 0) {
    const torch::InferenceMode guard;
    std::vector<Crop> crops;
    for (const FrameKey& key : frames) crops.push_back({key, mapOf(stack, key.slice, axis)});
    batches_.forEach(crops.size(), [&](std::size_t first, std::size_t last) {
      const torch::Tensor images = gather(stack, crops, first, last, window);
      const TokenLevels tokens = network_->readTokens(
          images, reading == nullptr ? std::vector<int>{} : reading->layers(), precision_);
      const std::vector<torch::Tensor> levels = network_->levelsFrom(tokens, images);
      torch::Tensor p;
      torch::Tensor maps;
      if (segmenter != nullptr) {
        p = torch::softmax(decode(*segmenter, images, levels, precision_), 1).cpu().contiguous();
      }
      if (locator != nullptr) {
        maps = heatMaps(decode(*locator, images, levels, precision_)).cpu();
      }
      if (segmenter != nullptr) {
        for (std::size_t i = first; i < last; ++i) {
          storeLabels(p[static_cast<std::int64_t>(i - first)], stack, crops[i], into, confidence);
        }
      }
      if (locator != nullptr) {
        for (std::size_t i = first; i < last; ++i) {
          storeLandmarks(maps[static_cast<std::int64_t>(i - first)], stack, crops[i],
                         locator->description, into);
        }
      }
      if (reading == nullptr) return;
      std::vector<int> slices;
      for (std::size_t i = first; i < last; ++i) {
        const FrameKey& key = crops[i].frame;
        slices.push_back(showsCavity(into.labels, key) ? firstSlice + key.slice : -1);
      }
      reading->add(tokens, slices);  // last, as it counts what it is given
    });
  }

  // Sum over pixels of the probability of any structure, as a share of the crop: how much heart.
  double heartShareAt(const ImageStack& stack, const HeartAxis& axis, TaskDecoder& segmenter,
                      const IntensityWindow& window) {
    const torch::InferenceMode guard;
    std::vector<Crop> crops;
    for (const int p : scoutPhases(stack)) crops.push_back({{0, p}, mapOf(stack, 0, axis)});
    double total = 0;
    batches_.forEach(crops.size(), [&](std::size_t first, std::size_t last) {
      const torch::Tensor images = gather(stack, crops, first, last, window);
      const torch::Tensor p = torch::softmax(
          decode(segmenter, images, network_->readLevels(images, precision_), precision_), 1);
      total += p.slice(1, 1).sum(1).mean().item<double>() * static_cast<double>(last - first);
    });
    return total / static_cast<double>(crops.size());
  }

  void begin() { batches_.begin(); }
  BatchCounts takeBatches() { return batches_.takeCounts(); }
  const ModelPackage& package() const { return package_; }
  std::vector<ClassificationHead>& heads() { return heads_; }

 private:
  PixelMap mapOf(const ImageStack& stack, int slice, const HeartAxis& axis) const {
    const PlaneGeometry& plane = stack.planes.at(static_cast<std::size_t>(slice));
    return cropMap(plane.columnSpacingMm, plane.rowSpacingMm, axis.column(slice), axis.row(slice),
                   package_.input.spacingMm, package_.input.size);
  }

  torch::Tensor gather(const ImageStack& stack, const std::vector<Crop>& crops, std::size_t first,
                       std::size_t last, const IntensityWindow& window) const {
    const int size = package_.input.size;
    torch::Tensor images = torch::empty({static_cast<std::int64_t>(last - first), 1, size, size});
    for (std::size_t i = first; i < last; ++i) {
      const StackFrame& frame = stack.frame(crops[i].frame.slice, crops[i].frame.phase);
      std::vector<float> sample =
          sampleImage({frame.pixels, stack.rows, stack.columns}, crops[i].map, size);
      normaliseIntensity(sample, window);
      std::copy(sample.begin(), sample.end(),
                images[static_cast<std::int64_t>(i - first)].data_ptr<float>());
    }
    return images;
  }

  void storeLabels(const torch::Tensor& p, const ImageStack& stack, const Crop& crop,
                   DenseReading& into, std::vector<FrameConfidence>* confidence) const {
    const GridLabels grid = labelsOnSourceGrid(
        {p.data_ptr<float>(), static_cast<std::size_t>(p.numel())}, static_cast<int>(p.size(0)),
        package_.input.size, crop.map, stack.rows, stack.columns);
    const auto target = into.labels.frame(crop.frame.slice, crop.frame.phase);
    std::copy(grid.labels.begin(), grid.labels.end(), target.begin());
    if (confidence == nullptr) return;
    std::array<double, structureCount> sum{};
    std::array<double, structureCount> count{};
    for (std::size_t i = 0; i < grid.labels.size(); ++i) {
      sum.at(grid.labels[i]) += static_cast<double>(grid.probability[i]);
      count.at(grid.labels[i]) += 1;
    }
    FrameConfidence& own = confidence->at(
        static_cast<std::size_t>(crop.frame.slice * stack.phaseCount + crop.frame.phase));
    for (std::size_t k = 0; k < sum.size(); ++k) {
      own.meanProbability[k] = count[k] > 0 ? static_cast<float>(sum[k] / count[k]) : 0;
    }
  }

  void storeLandmarks(const torch::Tensor& maps, const ImageStack& stack, const Crop& crop,
                      const HeadDescription& head, DenseReading& into) const {
    const int size = package_.input.size;
    std::vector<StackLandmark> found;
    for (std::size_t k = 0; k < head.classes.size(); ++k) {
      const torch::Tensor map = maps[static_cast<std::int64_t>(k)].contiguous();
      const auto peak =
          decodeHeatMap({map.data_ptr<float>(), static_cast<std::size_t>(map.numel())}, size, size);
      StackLandmark mark{head.classes[k].name};
      if (peak) {
        const auto& m = crop.map.m;
        mark.column = m[0] * peak->column + m[1] * peak->row + m[2];
        mark.row = m[3] * peak->column + m[4] * peak->row + m[5];
        mark.confidence = peak->confidence;
        mark.visible = peak->confidence >= head.leastProbability;
      }
      found.push_back(std::move(mark));
    }
    into.landmarks.resize(stack.frames.size());
    into.landmarks[static_cast<std::size_t>(crop.frame.slice * stack.phaseCount +
                                            crop.frame.phase)] = std::move(found);
  }

  ModelPackage package_;
  Network network_;
  std::vector<TaskDecoder> decoders_;
  std::vector<ClassificationHead> heads_;
  BatchHalving batches_;
  ComputePrecision precision_ = ComputePrecision::float32;
};

namespace {

DenseReading emptyReading(const ImageStack& stack, const TaskDecoder* segmenter) {
  DenseReading reading;
  reading.labels = LabelStack(stack.rows, stack.columns, stack.sliceCount, stack.phaseCount);
  if (segmenter != nullptr) {
    for (const HeadClass& c : segmenter->description.classes) reading.structures.push_back(c.name);
  }
  return reading;
}

// Centre of gravity of all that was labelled in those phases of a single slice; none: nothing.
std::optional<HeartAxis> centreOfLabels(const LabelStack& labels, const std::vector<int>& phases) {
  double count = 0;
  double column = 0;
  double row = 0;
  for (const int p : phases) {
    const auto frame = labels.frame(0, p);
    for (std::size_t i = 0; i < frame.size(); ++i) {
      if (frame[i] == 0) continue;
      count += 1;
      column += static_cast<double>(i % static_cast<std::size_t>(labels.columns));
      row += static_cast<double>(i / static_cast<std::size_t>(labels.columns));
    }
  }
  if (count == 0) return std::nullopt;
  return HeartAxis{column / count, 0, row / count, 0, 0, 0};
}

}  // namespace

DenseReader::DenseReader(const std::string& folder, const InferenceSettings& settings)
    : impl_(std::make_unique<Impl>(folder, settings)) {}
DenseReader::~DenseReader() = default;

void DenseReader::begin() { impl_->begin(); }
BatchCounts DenseReader::takeBatches() { return impl_->takeBatches(); }

bool DenseReader::hasHead(const std::string& task) const { return impl_->find(task) != nullptr; }

DenseReading DenseReader::readLongAxis(const ImageStack& stack, const std::string& view) {
  TaskDecoder& segmenter = impl_->require(longAxisTask);
  TaskDecoder* locator = impl_->find(landmarkTask);
  const InputGeometry& input = impl_->package().input;
  DenseReading reading = emptyReading(stack, &segmenter);
  reading.landmarks.resize(stack.frames.size());
  std::vector<ClassificationHead> none;
  CropReading answers(view.empty() ? none : impl_->heads(), "cine", view, stack.sliceCount);
  for (int s = 0; s < stack.sliceCount; ++s) {
    const ImageStack slice = sliceOf(stack, s);
    HeartAxis best;
    double share = -1;
    for (const HeartAxis& axis :
         axesOverField(slice, input.size * input.spacingMm * searchStride)) {
      const double seen = impl_->heartShareAt(slice, axis, segmenter, input.window);
      if (seen <= share) continue;
      share = seen;
      best = axis;
    }
    DenseReading own = emptyReading(slice, &segmenter);
    std::vector<FrameKey> scouts;
    for (const int p : scoutPhases(slice)) scouts.push_back({0, p});
    for (int move = 0; move < largestMoves; ++move) {
      impl_->read(slice, scouts, best, &segmenter, nullptr, input.window, own);
      const auto centre = centreOfLabels(own.labels, scoutPhases(slice));
      if (!centre) break;
      const double distance = axisDistanceMm(*centre, best, slice);
      best = *centre;
      if (distance < restingMm) break;
    }
    impl_->read(slice, allFrames(slice), best, &segmenter, locator, input.window, own, nullptr,
                &answers, s);
    for (int p = 0; p < stack.phaseCount; ++p) {
      const auto from = own.labels.frame(0, p);
      std::copy(from.begin(), from.end(), reading.labels.frame(s, p).begin());
      if (!own.landmarks.empty()) {
        reading.landmarks[static_cast<std::size_t>(s * stack.phaseCount + p)] =
            own.landmarks[static_cast<std::size_t>(p)];
      }
    }
    reading.centres.push_back(best);
    reading.heartShare.push_back(impl_->heartShareAt(slice, best, segmenter, input.window));
  }
  reading.answers = answers.answers();
  reading.failures = answers.failures();
  return reading;
}

DenseReading DenseReader::readShortAxis(const ImageStack& stack, const HeartAxis& axis,
                                        const std::string& task, const std::string& sequence) {
  TaskDecoder* segmenter = task.empty() ? nullptr : &impl_->require(task);
  IntensityWindow window = impl_->package().input.window;
  if (segmenter != nullptr) window = segmenter->decoder.windowFor(sequence, window);
  DenseReading reading = emptyReading(stack, segmenter);
  // Landmarks were learned from cine alone.
  TaskDecoder* locator = sequence == "cine" ? impl_->find(landmarkTask) : nullptr;
  CropReading answers(impl_->heads(), sequence, "sax", stack.sliceCount);
  impl_->read(stack, allFrames(stack), axis, segmenter, locator, window, reading, nullptr,
              &answers);
  reading.answers = answers.answers();
  reading.failures = answers.failures();
  reading.centres.assign(static_cast<std::size_t>(stack.sliceCount), axis);
  return reading;
}

DenseReading DenseReader::findShortAxis(const ImageStack& stack, const std::string& task,
                                        const std::string& sequence) {
  TaskDecoder& segmenter = impl_->require(task);
  const InputGeometry& input = impl_->package().input;
  const IntensityWindow window = segmenter.decoder.windowFor(sequence, input.window);
  const std::vector<FrameKey> scouts = middleScouts(stack);
  DenseReading scratch = emptyReading(stack, &segmenter);
  Segmentation seen;
  seen.confidence.resize(stack.frames.size());
  const auto look = [&](const HeartAxis& axis) {
    impl_->read(stack, scouts, axis, &segmenter, nullptr, window, scratch, &seen.confidence);
    seen.labels = scratch.labels;
  };
  HeartAxis best;
  double likeness = -1;
  for (const HeartAxis& axis : axesOverField(stack, input.size * input.spacingMm * searchStride)) {
    look(axis);
    const double own = heartLikeness(stack, seen, scouts);
    if (own <= likeness) continue;
    likeness = own;
    best = axis;
  }
  for (int move = 0; move < largestMoves; ++move) {
    look(best);
    const std::vector<CentreObservation> centres = cavityCentres(stack, seen, scouts);
    if (centres.empty()) break;
    const HeartAxis moved = fitHeartAxis(centres, stack.rows, stack.columns);
    const double distance = axisDistanceMm(moved, best, stack);
    best = moved;
    if (distance < restingMm) break;
  }
  return readShortAxis(stack, best, task, sequence);
}

}  // namespace cmr
