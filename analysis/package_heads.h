// The heads of a package that are loaded beside its network and read the tokens of a pass that is
// made anyway.
#pragma once

#include <string>
#include <vector>

#include "analysis/head_description.h"
#include "analysis/model_package.h"
#include "analysis/network.h"
#include "analysis/pooled_head.h"

namespace cmr {

struct ClassificationHead {
  HeadDescription description;
  PooledHead head{nullptr};
};

PooledHeadGeometry pooledGeometry(const HeadDescription& head, int tokenWidth);

// All pooled heads, by task, in eval mode. Throws PackageError when a tensor of a head is missing,
// superfluous, of another shape or holds what is no finite number.
std::vector<ClassificationHead> readClassificationHeads(const ModelPackage& package);

// The layers that some of them read, each once, in order.
std::vector<int> layersOf(const std::vector<ClassificationHead>& heads);

// Probabilities after the temperature, float32 [batch, classes].
torch::Tensor probabilitiesOf(ClassificationHead& head, const TokenLevels& tokens);

// Logits of the synthetic image of package_weights.h.
std::vector<double> knownAnswerOf(ClassificationHead& head, Network& network, int size,
                                  ComputePrecision precision);
// Throws PackageError when a stored answer differs by more than its tolerance.
void checkKnownAnswers(std::vector<ClassificationHead>& heads, Network& network, int size,
                       ComputePrecision precision);

}  // namespace cmr
