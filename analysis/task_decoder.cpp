#include "analysis/task_decoder.h"

#include <cmath>

#include "analysis/errors.h"
#include "analysis/package_weights.h"

namespace cmr {

SharedDecoderGeometry sharedGeometry(const HeadDescription& head) {
  const int background = head.architecture == HeadArchitecture::dense ? 1 : 0;
  return {static_cast<int>(head.classes.size()) + background,
          decoderFromJson(head.network, head.task).ownBlocks};
}

std::vector<TaskDecoder> readTaskDecoders(const ModelPackage& package, const Network& network) {
  std::vector<TaskDecoder> decoders;
  for (const auto& [task, description] : package.heads) {
    if (!sharesADecoder(description)) continue;
    TaskDecoder one{description, decoderFromJson(description.network, task),
                    DenseHead(network->trunk(), sharedGeometry(description))};
    fillParameters(*one.head, readTensors(package, task), "the head " + task);
    one.head->eval();
    decoders.push_back(std::move(one));
  }
  return decoders;
}

torch::Tensor decode(TaskDecoder& decoder, const torch::Tensor& crops,
                     const std::vector<torch::Tensor>& levels, ComputePrecision precision) {
  return decoder.head(decoder.head->readImages(crops, precision), levels, precision);
}

torch::Tensor heatMaps(const torch::Tensor& logits) {
  const torch::Tensor places = logits.flatten(2);
  const torch::Tensor nowhere = torch::zeros({logits.size(0), logits.size(1), 1}, logits.options());
  return torch::softmax(torch::cat({places, nowhere}, 2), 2)
      .slice(2, 0, places.size(2))
      .reshape(logits.sizes())
      .contiguous();
}

std::vector<double> knownAnswerOf(TaskDecoder& decoder, Network& network, int size,
                                  ComputePrecision precision) {
  const torch::InferenceMode guard;
  const torch::Tensor image = knownAnswerImage(size);
  return knownAnswerPlaces(
      decode(decoder, image, network->readLevels(image, precision), precision)[0]);
}

void checkKnownAnswers(std::vector<TaskDecoder>& decoders, Network& network, int size,
                       ComputePrecision precision) {
  for (TaskDecoder& decoder : decoders) {
    const HeadAnswer& expected = decoder.description.knownAnswer;
    if (expected.logits.empty()) continue;
    const std::vector<double> found = knownAnswerOf(decoder, network, size, precision);
    bool reproduced = found.size() == expected.logits.size();
    for (std::size_t i = 0; reproduced && i < found.size(); ++i) {
      reproduced = std::abs(found[i] - expected.logits[i]) <= expected.tolerance;
    }
    if (!reproduced) {
      throw PackageError("the known answer of the package's head " + decoder.description.task +
                         " is not reproduced");
    }
  }
}

}  // namespace cmr
