// Training of a head that shares a frozen backbone and decoder (task_decoder.h), on drawn hearts
// and, where there are some, on real frames with partial labels: minutes on a CPU. What a step
// draws is a function of seed and step, so that a resumed run goes on as if it had never stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/decoder_scores.h"
#include "models/training_frame.h"
#include "models/training_progress.h"

namespace cmr {

struct DecoderTraining {
  std::int64_t steps = 600;
  std::int64_t warmupSteps = 40;
  int batch = 8;
  double learningRate = 3e-3;  // AdamW, cosine to a hundredth
  double weightDecay = 0.01;   // of kernels
  double clipNorm = 1;
  double averageDecay = 0.99;  // of the weights that are validated and kept
  double sigmaMm = 3;          // of a landmark's target
  std::int64_t validateEvery = 100;
  int validationPhantoms = 64;  // never trained on
  std::uint64_t seed = 1;
  int size = 128;
  double spacingMm = 1.33;
  torch::Device device = torch::kCPU;
  int drawThreads = 1;
  ComputePrecision precision = ComputePrecision::float32;
  // Real frames, of seg_cine_sax_rv alone; none: drawn hearts are all that there is.
  std::vector<TrainingFrame> frames;
  std::vector<TrainingFrame> validationFrames;  // in place of held-out drawn hearts
  double phantomShare = 0.25;                   // of the samples, beside real frames
  std::string folder;                           // last.ckpt and best.ckpt
  bool resume = false;
};

class DecoderReport {
 public:
  virtual ~DecoderReport() = default;
  virtual void progress(const TrainingProgress& progress) = 0;
  virtual void validated(std::int64_t step, const DecoderScores& scores, bool best) = 0;
};

// Drawn hearts that no training sees: other seeds than those of any step. The weights that are kept
// and the operating point are chosen on them.
std::vector<DenseFrame> heldOutFrames(const std::string& task, int count, std::uint64_t seed);

// Drawn hearts that nothing was trained on or chosen by, whatever the seed of the training.
std::vector<DenseFrame> unseenFrames(const std::string& task, int count, std::uint64_t seed);

// What the weights that are kept were chosen on: the real frames held out, or drawn hearts.
std::vector<DenseFrame> validationFramesOf(const std::string& task, const DecoderTraining& options);

// A real frame of a short-axis cine.
DenseFrame asDenseFrame(const TrainingFrame& frame);

// Which of the real frames the next sample shows, for a fraction in [0, 1): three in four of the
// samples show one that knows the right ventricle, the others one that tells where it is not.
std::size_t pickFrame(const std::vector<TrainingFrame>& frames, double fraction);

// Trains the decoder's own parameters; nothing of the network changes. Leaves the best averaged
// weights in the decoder, on the device, and returns their step. Throws InputError when the loss or
// the gradient is no longer a number, naming the step and its frames, and when a checkpoint to
// resume from is another head's or of a run with another seed or batch.
std::int64_t trainDecoder(TaskDecoder& decoder, Network& network, const DecoderTraining& options,
                          DecoderReport& report);

}  // namespace cmr
