// The dense heads beside seg_cine_sax: segmentations of other images, and heat maps of landmarks.
// Each shares the frozen backbone and the convolutions of the decoder of seg_cine_sax, and brings
// its own norms, some blocks and its output layer: about 0.05 to 0.2 MB a task.
//
// The outputs of a heat-map head are one logit per landmark and pixel. Their softmax over all
// pixels and one more place, "nowhere", whose logit is 0, is where the landmark is
// (landmark_decoding.h).
#pragma once

#include <string>
#include <vector>

#include "analysis/decoder_description.h"
#include "analysis/model_package.h"
#include "analysis/network.h"

namespace cmr {

struct TaskDecoder {
  HeadDescription description;
  DecoderDescription decoder;
  DenseHead head{nullptr};
};

// Classes and the background, or one heat map per landmark.
SharedDecoderGeometry sharedGeometry(const HeadDescription& head);

// All dense and heat-map heads but the network's own, by task, in eval mode. They share the
// modules of `network`: hold its weights in another type or on another device, and they do, too;
// their own go along with to(). Throws PackageError
// when a tensor of a head is missing, superfluous, of another shape or holds what is no finite
// number.
std::vector<TaskDecoder> readTaskDecoders(const ModelPackage& package, const Network& network);

// Logits, float32 [batch, outputs, rows, columns], of crops whose tokens `readLevels` gave.
torch::Tensor decode(TaskDecoder& decoder, const torch::Tensor& crops,
                     const std::vector<torch::Tensor>& levels, ComputePrecision precision);

// float32 logits [batch, landmarks, rows, columns] -> probabilities of the same shape, which sum to
// 1 - P(nowhere) over the pixels.
torch::Tensor heatMaps(const torch::Tensor& logits);

// Logits of the synthetic image of package_weights.h, at its places.
std::vector<double> knownAnswerOf(TaskDecoder& decoder, Network& network, int size,
                                  ComputePrecision precision);
// Throws PackageError when a stored answer differs by more than its tolerance.
void checkKnownAnswers(std::vector<TaskDecoder>& decoders, Network& network, int size,
                       ComputePrecision precision);

}  // namespace cmr
