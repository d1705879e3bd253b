// What the pipeline needs of a network: label maps on the source grid, frame by frame.
// No LibTorch here, so that whoever only consumes labels stays free of it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/compute_use.h"
#include "analysis/first_look.h"
#include "analysis/image_stack.h"
#include "analysis/label_stack.h"
#include "analysis/papillary_convention.h"
#include "analysis/pixel_window.h"

namespace cmr {

// Which network computed a result, and on what.
struct PackageIdentity {
  std::string name;       // "starter"
  std::string version;    // "1.0.0"
  std::string sha256;     // of manifest.json, which holds the hashes of all other files
  std::string device;     // "cpu", "cuda:0"
  std::string precision;  // "float32", "bfloat16"
  // Evidence (see evidence.h) and release per structure, in the order of Structure; release is
  // "report", "flag", "off", or releasedBySite.
  std::array<std::string, structureCount> evidence;
  std::array<std::string, structureCount> release;
  // Per structure too: the right ventricle may come from a head of its own.
  std::array<PapillaryConvention, structureCount> papillaryMuscles{};
};

struct FrameConfidence {
  // Mean probability of the chosen label over the pixels that carry it; 0 where absent.
  std::array<float, structureCount> meanProbability{};
  // Largest probability of the label anywhere in the frame: low when nothing like it is there.
  std::array<float, structureCount> peakProbability{};
};

struct Segmentation {
  LabelStack labels;
  std::vector<FrameConfidence> confidence;  // [slice * phaseCount + phase]
  double heartCentreColumn = 0;             // where the first look found the left ventricle
  double heartCentreRow = 0;
  bool heartFound = true;  // false: no slice looked like one with a left ventricle
  FirstLook firstLook;     // from the pass that looked for the heart
  // What heads that see the same crops say of all frames together (lge_presence, disease), from the
  // pass that made the labels.
  std::vector<FirstLookAnswer> cropAnswers;
  // What of each slice the network saw; empty: everything.
  std::vector<PixelWindow> seen;
  std::int64_t picturesRead = 0;  // that went through the backbone, however many heads read them
};

// fraction in [0, 1]; throwing CancelledError from it stops the work.
using ProgressCallback = std::function<void(double fraction, const std::string& stage)>;

class FrameSegmenter {
 public:
  virtual ~FrameSegmenter() = default;
  virtual Segmentation segment(const ImageStack& stack, const ProgressCallback& progress) = 0;
  virtual const PackageIdentity& identity() const = 0;
  // At a few frames of a stack that is not segmented. Nothing is said by who has no such heads.
  virtual FirstLook firstLook(const ImageStack&) { return {}; }
  // Evidence and releases of a head beside that of cine ("seg_lge_sax", "seg_map_sax"), with what
  // the site turned on; nothing when the package has no such head.
  virtual std::optional<PackageIdentity> identityOfHead(const std::string&) { return {}; }
  // A still short axis (one image at each place) by such a head. sequence: class of the task
  // `sequence`, which windows depend on. Only after identityOfHead gave something.
  virtual Segmentation segmentStill(const ImageStack&, const std::string& /*task*/,
                                    const std::string& /*sequence*/) {
    return {};
  }
  // A long-axis cine by the head of seg_cine_lax: labels are values of LongAxisStructure
  // (analysis/long_axis_structure.h). Only after identityOfHead gave something.
  virtual Segmentation segmentLongAxis(const ImageStack&) { return {}; }
  // What computing took since this was last asked.
  virtual ComputeUse takeUse() { return {}; }
};

}  // namespace cmr
