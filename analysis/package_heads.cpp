#include "analysis/package_heads.h"

#include <cmath>
#include <set>

#include "analysis/errors.h"
#include "analysis/network_presets.h"
#include "analysis/package_weights.h"

namespace cmr {

PooledHeadGeometry pooledGeometry(const HeadDescription& head, int tokenWidth) {
  return {tokenWidth, head.layers, head.queries, static_cast<int>(head.classes.size())};
}

std::vector<ClassificationHead> readClassificationHeads(const ModelPackage& package) {
  std::vector<ClassificationHead> heads;
  for (const auto& [task, description] : package.heads) {
    if (description.architecture != HeadArchitecture::pooled) continue;
    const int width = geometryFromJson(package.manifest.at("network")).vit.width;
    ClassificationHead one{description, PooledHead(pooledGeometry(description, width))};
    fillParameters(*one.head, readTensors(package, task), "the head " + task);
    one.head->eval();
    heads.push_back(std::move(one));
  }
  return heads;
}

std::vector<int> layersOf(const std::vector<ClassificationHead>& heads) {
  std::set<int> layers;
  for (const ClassificationHead& head : heads) {
    layers.insert(head.description.layers.begin(), head.description.layers.end());
  }
  return {layers.begin(), layers.end()};
}

torch::Tensor probabilitiesOf(ClassificationHead& head, const TokenLevels& tokens) {
  return torch::softmax(head.head(tokens) / head.description.temperature, 1);
}

std::vector<double> knownAnswerOf(ClassificationHead& head, Network& network, int size,
                                  ComputePrecision precision) {
  const torch::InferenceMode guard;
  const FirstLookPass pass =
      network->look(knownAnswerImage(size), head.description.layers, precision);
  const torch::Tensor logits = head.head(pass.tokens)[0];
  std::vector<double> answer;
  for (std::int64_t k = 0; k < logits.size(0); ++k) answer.push_back(logits[k].item<double>());
  return answer;
}

void checkKnownAnswers(std::vector<ClassificationHead>& heads, Network& network, int size,
                       ComputePrecision precision) {
  for (ClassificationHead& head : heads) {
    const HeadAnswer& expected = head.description.knownAnswer;
    if (expected.logits.empty()) continue;
    const std::vector<double> found = knownAnswerOf(head, network, size, precision);
    bool reproduced = found.size() == expected.logits.size();
    for (std::size_t i = 0; reproduced && i < found.size(); ++i) {
      reproduced = std::abs(found[i] - expected.logits[i]) <= expected.tolerance;
    }
    if (!reproduced) {
      throw PackageError("the known answer of the package's head " + head.description.task +
                         " is not reproduced");
    }
  }
}

}  // namespace cmr
