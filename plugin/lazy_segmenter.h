// A package that is loaded when there is something to look at, and not before.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/frame_segmenter.h"
#include "analysis/silent_heads.h"
#include "plugin/processor_fall_back.h"

namespace cmr {

class LazySegmenter final : public FrameSegmenter, public SilentHeads {
 public:
  explicit LazySegmenter(LoadPackage load) : load_(std::move(load)) {}
  Segmentation segment(const ImageStack& stack, const ProgressCallback& progress) override {
    return loaded().segment(stack, progress);
  }
  const PackageIdentity& identity() const override { return loaded().identity(); }
  FirstLook firstLook(const ImageStack& stack) override { return loaded().firstLook(stack); }
  std::optional<PackageIdentity> identityOfHead(const std::string& task) override {
    return loaded().identityOfHead(task);
  }
  Segmentation segmentStill(const ImageStack& stack, const std::string& task,
                            const std::string& sequence) override {
    return loaded().segmentStill(stack, task, sequence);
  }
  Segmentation segmentLongAxis(const ImageStack& stack) override {
    return loaded().segmentLongAxis(stack);
  }
  ComputeUse takeUse() override {
    return segmenter_ == nullptr ? ComputeUse{} : segmenter_->takeUse();
  }
  std::vector<SilentHead> silentHeads() const override {
    const auto* const heads = dynamic_cast<const SilentHeads*>(segmenter_.get());
    return heads == nullptr ? std::vector<SilentHead>{} : heads->silentHeads();
  }
  void forgetFailures() override {
    if (auto* const heads = dynamic_cast<SilentHeads*>(segmenter_.get())) heads->forgetFailures();
  }

 private:
  FrameSegmenter& loaded() const {
    if (segmenter_ == nullptr) segmenter_ = load_();
    return *segmenter_;
  }

  LoadPackage load_;
  mutable std::unique_ptr<FrameSegmenter> segmenter_;
};

}  // namespace cmr
