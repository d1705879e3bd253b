#include "analysis/package_heads.h"

#include <cmath>
#include <set>

#include "analysis/errors.h"
#include "analysis/network_presets.h"
#include "analysis/package_weights.h"
#include "analysis/script_permission.h"

namespace cmr {

PooledHeadGeometry pooledGeometry(const HeadDescription& head, int tokenWidth) {
  return {tokenWidth, head.layers, head.queries, static_cast<int>(head.classes.size())};
}

namespace {

torch::Tensor logitsOf(ClassificationHead& head, const TokenLevels& tokens) {
  return head.script ? head.script->logits(tokens) : head.head(tokens);
}

}  // namespace

std::vector<ClassificationHead> readClassificationHeads(
    const ModelPackage& package, const std::vector<std::string>& allowedScripts) {
  std::vector<ClassificationHead> heads;
  for (const auto& [task, description] : package.heads) {
    if (description.architecture != HeadArchitecture::pooled) continue;
    if (!scriptOf(description).empty()) {
      if (!isAllowed(scriptFile(package.files, description).sha256, allowedScripts)) continue;
      heads.push_back(
          {description, PooledHead(nullptr), loadScriptHead(package, description, allowedScripts)});
      continue;
    }
    const int width = geometryFromJson(package.manifest.at("network")).vit.width;
    ClassificationHead one{description, PooledHead(pooledGeometry(description, width))};
    fillParameters(*one.head, readTensors(package, task), "the head " + task);
    one.head->eval();
    heads.push_back(std::move(one));
  }
  return heads;
}

void moveTo(ClassificationHead& head, const torch::Device& device) {
  if (head.script) {
    head.script->to(device);
  } else {
    head.head->to(device);
  }
}

std::vector<int> layersOf(const std::vector<ClassificationHead>& heads) {
  std::set<int> layers;
  for (const ClassificationHead& head : heads) {
    layers.insert(head.description.layers.begin(), head.description.layers.end());
  }
  return {layers.begin(), layers.end()};
}

torch::Tensor probabilitiesOf(ClassificationHead& head, const TokenLevels& tokens) {
  return torch::softmax(logitsOf(head, tokens) / head.description.temperature, 1);
}

std::vector<double> knownAnswerOf(ClassificationHead& head, Network& network, int size,
                                  ComputePrecision precision) {
  const torch::InferenceMode guard;
  const FirstLookPass pass =
      network->look(knownAnswerImage(size), head.description.layers, precision);
  const torch::Tensor logits = logitsOf(head, pass.tokens)[0];
  std::vector<double> answer;
  for (std::int64_t k = 0; k < logits.size(0); ++k) answer.push_back(logits[k].item<double>());
  return answer;
}

namespace {

// At load a script that fails is a fault of the package.
std::vector<double> answerAtLoad(ClassificationHead& head, Network& network, int size,
                                 ComputePrecision precision) {
  try {
    return knownAnswerOf(head, network, size, precision);
  } catch (const InputError& error) {
    throw PackageError(error.what());
  }
}

}  // namespace

void checkKnownAnswers(std::vector<ClassificationHead>& heads, Network& network, int size,
                       ComputePrecision precision) {
  for (ClassificationHead& head : heads) {
    const HeadAnswer& expected = head.description.knownAnswer;
    if (expected.logits.empty() && !head.script) continue;
    const std::vector<double> found = answerAtLoad(head, network, size, precision);
    if (expected.logits.empty()) continue;
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
