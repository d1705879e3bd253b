// The dense heads beside seg_cine_sax on the images of a series: where the heart is searched, one
// backbone pass per frame is read by all heads that apply, and the answers come back on the source
// grid. What they say is experimental until a head was measured on real images.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/frame_segmenter.h"
#include "analysis/heart_axis.h"
#include "analysis/network_segmenter.h"
#include "analysis/silent_heads.h"

namespace cmr {

struct StackLandmark {
  std::string name;
  double column = 0;  // pixels of the source, (0, 0) being the first pixel's middle
  double row = 0;
  double confidence = 0;
  bool visible = false;  // confidence at or above the head's operating point
};

struct DenseReading {
  LabelStack labels;                                  // values: 1 + position in structures
  std::vector<std::string> structures;                // of the task
  std::vector<std::vector<StackLandmark>> landmarks;  // by frame; empty without such a head
  std::vector<HeartAxis> centres;                     // by slice: where its crops were taken
  std::vector<double> heartShare;                     // by slice: of the crop, taken for heart
  std::vector<FirstLookAnswer> answers;               // of classification heads that see the crops
  std::vector<SilentHead> failures;                   // of such heads
};

class DenseReader {
 public:
  // Opens, checks and loads the package. Throws PackageError.
  DenseReader(const std::string& packageFolder, const InferenceSettings& settings);
  ~DenseReader();

  bool hasHead(const std::string& task) const;

  // Another job begins: batches are as large as the settings say, again (batch_halving.h).
  void begin();
  BatchCounts takeBatches();  // since this was last asked

  // A long axis: each slice is a view of its own, whose heart is searched for over the whole field.
  // Structures by seg_cine_lax, landmarks where the package has that head, answers of
  // classification heads that apply to cines of `view` (a class of the task `view`; "" for none).
  // Throws PackageError without seg_cine_lax.
  DenseReading readLongAxis(const ImageStack& stack, const std::string& view);

  // A short axis whose heart is known (from the cavities that another head saw): labels
  // of the task ("seg_lge_sax", "seg_map_sax"; "" for none), landmarks where the package has that
  // head. sequence: class of the task `sequence`, for maps' windows.
  DenseReading readShortAxis(const ImageStack& stack, const HeartAxis& axis,
                             const std::string& task, const std::string& sequence);

  // As readShortAxis, with the heart searched for by the task's own labels: the place where they
  // look most like a left ventricle.
  DenseReading findShortAxis(const ImageStack& stack, const std::string& task,
                             const std::string& sequence);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cmr
