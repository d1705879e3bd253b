// A segmenter that draws a beating ventricle of circles wherever it is asked: known shapes for
// tests of everything behind the network.
#pragma once

#include <cmath>
#include <utility>

#include "analysis/frame_segmenter.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr::test {

class CircleSegmenter final : public FrameSegmenter {
 public:
  CircleSegmenter() {
    identity_ = {"circles",
                 "1.0.0",
                 std::string(64, 'c'),
                 "cpu",
                 "float32",
                 {"", "real", "real", "phantom"},
                 {"", "report", "report", "flag"}};
    identity_.papillaryMuscles.fill(PapillaryConvention::inCavity);
  }

  Segmentation segment(const ImageStack& stack, const ProgressCallback& progress) override {
    ++calls;
    use.batches.ran(stack.frames.size());
    Segmentation result;
    result.labels = LabelStack(stack.rows, stack.columns, stack.sliceCount, stack.phaseCount);
    result.confidence.resize(stack.frames.size());
    result.heartFound = !isBlind;
    result.firstLook = look;
    for (int phase = 0; phase < stack.phaseCount && !isBlind; ++phase) {
      progress(static_cast<double>(phase) / stack.phaseCount, "segmentation");
      // Largest at the first phase, smallest in the middle of the cycle.
      const double size = 0.8 + 0.2 * std::cos(2 * M_PI * phase / stack.phaseCount);
      for (int slice = 1; slice + 1 < stack.sliceCount; ++slice) draw(result, slice, phase, size);
    }
    return result;
  }
  const PackageIdentity& identity() const override { return identity_; }
  FirstLook firstLook(const ImageStack&) override {
    ++looks;
    return look;
  }

  ComputeUse takeUse() override { return std::exchange(use, {}); }

  std::optional<PackageIdentity> identityOfHead(const std::string&) override { return head; }
  Segmentation segmentStill(const ImageStack& stack, const std::string& task,
                            const std::string&) override {
    tasks.push_back(task);
    return segment(stack, [](double, const std::string&) {});
  }

  std::optional<PackageIdentity> head;  // of every further task
  std::vector<std::string> tasks;       // of still stacks that were segmented
  ComputeUse use;                       // every stack is one batch
  int calls = 0;
  int looks = 0;         // at stacks that are not segmented
  FirstLook look;        // what is said of every stack
  bool isBlind = false;  // finds nothing
  PackageIdentity identity_;

 private:
  static void draw(Segmentation& result, int slice, int phase, double size) {
    LabelStack& labels = result.labels;
    const double x = labels.columns / 2.0;
    const double y = labels.rows / 2.0;
    const double taper = 1 - 0.05 * (labels.sliceCount - slice);
    drawDisc(labels, slice, phase, x - 30, y, 18 * size * taper, Structure::rvCavity);
    drawDisc(labels, slice, phase, x, y, 27 * taper, Structure::lvMyocardium);
    drawDisc(labels, slice, phase, x, y, 20 * size * taper, Structure::lvCavity);
  }
};

}  // namespace cmr::test
