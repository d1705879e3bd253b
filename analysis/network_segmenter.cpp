#include "analysis/network_segmenter.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "analysis/compute_choice.h"
#include "analysis/errors.h"
#include "analysis/frame_sampling.h"
#include "analysis/heart_axis.h"
#include "analysis/package_weights.h"

namespace cmr {
namespace {

struct FrameKey {
  int slice;
  int phase;
};

class NetworkSegmenter final : public FrameSegmenter {
 public:
  NetworkSegmenter(const std::string& folder, const InferenceSettings& settings)
      : package_(openPackage(folder)), network_(readWeights(package_)), batch_(settings.batch) {
    setThreads(settings.threads);
    precision_ = choosePrecision(settings.precision);
    holdWeightsIn(*network_, precision_);
    checkKnownAnswer(network_, package_, precision_);
    identity_ = package_.identity;
    identity_.device = "cpu";
    identity_.precision = precisionName(precision_);
  }

  const PackageIdentity& identity() const override { return identity_; }

  Segmentation segment(const ImageStack& stack, const ProgressCallback& progress) override {
    const torch::InferenceMode guard;
    Segmentation result;
    result.labels = LabelStack(stack.rows, stack.columns, stack.sliceCount, stack.phaseCount);
    result.confidence.resize(stack.frames.size());
    const std::vector<FrameKey> scouts = scoutFrames(stack);
    std::vector<CentreObservation> seen = firstLook(stack, scouts);
    HeartAxis axis = fitHeartAxis(seen, stack.rows, stack.columns);
    report(progress, 0.05, "first look");
    // A second look at the same frames, now at full resolution, moves the crop onto the cavity
    // that was really found.
    seen = cavityCentres(stack, scouts, axis, result);
    if (!seen.empty()) {
      axis = fitHeartAxis(seen, stack.rows, stack.columns);
    }
    report(progress, 0.12, "heart found");
    result.heartFound = !seen.empty();
    const double middle = (stack.sliceCount - 1) / 2.0;
    result.heartCentreColumn = axis.column(middle);
    result.heartCentreRow = axis.row(middle);

    std::vector<FrameKey> all;
    for (int s = 0; s < stack.sliceCount; ++s) {
      for (int p = 0; p < stack.phaseCount; ++p) {
        all.push_back({s, p});
      }
    }
    segmentFrames(stack, all, axis, result,
                  [&](double done) { report(progress, 0.12 + 0.88 * done, "segmentation"); });
    return result;
  }

 private:
  static void report(const ProgressCallback& progress, double fraction, const std::string& stage) {
    if (progress) {
      progress(fraction, stage);
    }
  }

  // Every slice at two phases a third of the cycle apart: one of them is well filled.
  static std::vector<FrameKey> scoutFrames(const ImageStack& stack) {
    std::vector<FrameKey> frames;
    const std::set<int> phases{0, stack.phaseCount / 3};
    for (int s = 0; s < stack.sliceCount; ++s) {
      for (const int p : phases) {
        frames.push_back({s, p});
      }
    }
    return frames;
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

  std::vector<CentreObservation> firstLook(const ImageStack& stack,
                                           const std::vector<FrameKey>& keys) {
    const int size = package_.input.size;
    const int grid = size / NetworkImpl::locatorCellSize;
    std::vector<PixelMap> maps;
    for (const FrameKey& key : keys) {
      const PlaneGeometry& plane = stack.planes.at(static_cast<std::size_t>(key.slice));
      maps.push_back(wholeFieldMap(stack.rows, stack.columns, plane.columnSpacingMm,
                                   plane.rowSpacingMm, size));
    }
    std::vector<CentreObservation> seen;
    forEachBatch(keys.size(), [&](std::size_t first, std::size_t last) {
      const torch::Tensor p =
          torch::softmax(network_->locate(gather(stack, keys, first, last, maps), precision_), 1);
      for (std::size_t i = first; i < last; ++i) {
        const LocatedCentre found =
            decodeCentre(p[static_cast<std::int64_t>(i - first)], grid, grid);
        const double x = (found.column + 0.5) * NetworkImpl::locatorCellSize - 0.5;
        const double y = (found.row + 0.5) * NetworkImpl::locatorCellSize - 0.5;
        seen.push_back({keys[i].slice, maps[i].m[0] * x + maps[i].m[2],
                        maps[i].m[4] * y + maps[i].m[5], found.presence});
      }
    });
    return seen;
  }

  std::vector<CentreObservation> cavityCentres(const ImageStack& stack,
                                               const std::vector<FrameKey>& keys,
                                               const HeartAxis& axis, Segmentation& into) {
    segmentFrames(stack, keys, axis, into, {});
    std::vector<CentreObservation> seen;
    for (const FrameKey& key : keys) {
      const auto labels = into.labels.frame(key.slice, key.phase);
      double column = 0;
      double row = 0;
      double area = 0;
      for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] == static_cast<std::uint8_t>(Structure::lvCavity)) {
          column += static_cast<double>(i % static_cast<std::size_t>(stack.columns));
          row += static_cast<double>(i / static_cast<std::size_t>(stack.columns));
          area += 1;
        }
      }
      if (area > 0) {
        seen.push_back({key.slice, column / area, row / area, area});
      }
    }
    return seen;
  }

  template <typename Work>
  void forEachBatch(std::size_t count, const Work& work) const {
    const auto step = static_cast<std::size_t>(std::max(1, batch_));
    for (std::size_t first = 0; first < count; first += step) {
      work(first, std::min(count, first + step));
    }
  }

  void segmentFrames(const ImageStack& stack, const std::vector<FrameKey>& keys,
                     const HeartAxis& axis, Segmentation& into,
                     const std::function<void(double)>& done) {
    const int size = package_.input.size;
    std::vector<PixelMap> maps;
    for (const FrameKey& key : keys) {
      const PlaneGeometry& plane = stack.planes.at(static_cast<std::size_t>(key.slice));
      maps.push_back(cropMap(plane.columnSpacingMm, plane.rowSpacingMm, axis.column(key.slice),
                             axis.row(key.slice), package_.input.spacingMm, size));
    }
    forEachBatch(keys.size(), [&](std::size_t first, std::size_t last) {
      const torch::Tensor p =
          torch::softmax(network_->segment(gather(stack, keys, first, last, maps), precision_), 1)
              .contiguous();
      for (std::size_t i = first; i < last; ++i) {
        store(p[static_cast<std::int64_t>(i - first)], maps[i], stack, keys[i], into);
      }
      if (done) {
        done(static_cast<double>(last) / static_cast<double>(keys.size()));
      }
    });
  }

  void store(const torch::Tensor& probabilities, const PixelMap& map, const ImageStack& stack,
             FrameKey key, Segmentation& into) const {
    const auto classes = static_cast<int>(probabilities.size(0));
    const GridLabels grid = labelsOnSourceGrid(
        {probabilities.data_ptr<float>(), static_cast<std::size_t>(probabilities.numel())}, classes,
        package_.input.size, map, stack.rows, stack.columns);
    const auto target = into.labels.frame(key.slice, key.phase);
    std::copy(grid.labels.begin(), grid.labels.end(), target.begin());
    FrameConfidence& confidence = into.confidence.at(
        static_cast<std::size_t>(key.slice) * static_cast<std::size_t>(stack.phaseCount) +
        static_cast<std::size_t>(key.phase));
    confidence = {};
    std::array<double, structureCount> sum{};
    std::array<double, structureCount> count{};
    for (std::size_t i = 0; i < grid.labels.size(); ++i) {
      sum[grid.labels[i]] += static_cast<double>(grid.probability[i]);
      count[grid.labels[i]] += 1;
    }
    for (int k = 0; k < structureCount; ++k) {
      const auto at = static_cast<std::size_t>(k);
      confidence.meanProbability[at] = count[at] > 0 ? static_cast<float>(sum[at] / count[at]) : 0;
      confidence.peakProbability[at] = probabilities[k].max().item<float>();
    }
  }

  ModelPackage package_;
  Network network_;
  int batch_;
  ComputePrecision precision_ = ComputePrecision::float32;
  PackageIdentity identity_;
};

}  // namespace

std::unique_ptr<FrameSegmenter> loadNetworkSegmenter(const std::string& packageFolder,
                                                     const InferenceSettings& settings) {
  return std::make_unique<NetworkSegmenter>(packageFolder, settings);
}

}  // namespace cmr
